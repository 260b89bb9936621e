"""Identifying again after the platform failed: with the card that lies there, or with a new one when it was lifted."""

from __future__ import annotations

import msgspec

from kiosk.effects import Ask
from kiosk.page import Consent, Identify, Problem
from kiosk.platform import IdentifyCard, Unreachable
from tests.flow.play import Play

ITEM = "social-insurance-record"


def failed() -> Play:
    play = Play().opens()
    play.taps("start", ITEM, "begin")
    play.lays_card()
    play.platform(Unreachable("SERVER"))
    assert isinstance(play.page, Problem)
    return play


def test_a_card_that_still_lies_there_is_asked_about_again() -> None:
    play = failed()
    first = play.last(Ask).question
    play.taps("retry")
    assert play.last(Ask).question == first
    assert len([one for one in play.effects if isinstance(one, Ask) and isinstance(one.question, IdentifyCard)]) == 2
    play.platform()
    assert isinstance(play.page, Consent)


def test_a_card_that_was_lifted_meanwhile_is_wanted_anew() -> None:
    play = failed()
    play.lifts_card()
    play.taps("retry")
    assert isinstance(play.page, Identify)
    play.lays_card()
    play.platform()
    assert isinstance(play.page, Consent)


def test_the_card_is_held_no_longer_than_the_question() -> None:
    play = failed()
    play.taps("retry")
    assert "p1.address" in values_of(play)
    play.platform()
    assert "p1.address" not in values_of(play)


def values_of(play: Play) -> str:
    """Every value of the visit, secrets too."""
    return msgspec.json.encode(play.terminal.visit).decode()
