"""What the status bytes mean, checked against python-escpos where it is right, and where it is wrong."""

from __future__ import annotations

import itertools

import pytest
from escpos import constants
from escpos.printer import Dummy
from hypothesis import given
from hypothesis import strategies as st

from drivers.escpos_printer import status
from drivers.escpos_printer.codec import ask
from drivers.escpos_printer.status import Automatic, Buffered, Decoder, RealTime, from_answers, from_automatic
from kiosk.devices import FAULTS, Condition, Level, Status

WELL = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}


class Answering(Dummy):  # type: ignore[misc]
    """python-escpos in front of a printer that answers one thing."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self._answer = answer

    def _read(self) -> bytes:
        return self._answer


# --- the other implementation -------------------------------------------------------------------------------


def test_the_questions_are_the_same() -> None:
    assert ask(status.PRINTER) == constants.RT_STATUS_ONLINE
    assert ask(status.ROLL) == constants.RT_STATUS_PAPER


@pytest.mark.parametrize(("roll", "level"), [(0x12, Level.FULL), (0x1E, Level.LOW), (0x7E, Level.OUT)])
def test_paper_is_read_as_python_escpos_reads_it(roll: int, level: Level) -> None:
    theirs = {2: Level.FULL, 1: Level.LOW, 0: Level.OUT}[Answering(bytes((roll,))).paper_status()]
    assert from_answers(WELL | {4: roll}).paper == theirs == level


@pytest.mark.parametrize("printer", [0x12, 0x1A, 0x16, 0x1E])
def test_on_line_is_read_as_python_escpos_reads_it(printer: int) -> None:
    ours = from_answers(WELL | {1: printer}).condition is Condition.ONLINE
    assert ours == Answering(bytes((printer,))).is_online()


def test_why_not_python_escpos_no_answer_is_adequate_paper_to_it() -> None:
    assert Answering(b"").paper_status() == 2  # "Paper is adequate"
    assert from_answers({}) == Status(Condition.OFFLINE, ("NO_ANSWER",), Level.UNKNOWN)


def test_why_not_python_escpos_a_byte_of_another_kind_is_taken_for_an_answer() -> None:
    assert Answering(b"\x13").paper_status() == 2  # XOFF: the printer said that its buffer is full
    assert not any(isinstance(event, RealTime) for event in Decoder().feed(b"\x13"))


def test_why_not_python_escpos_an_open_cover_is_only_off_line() -> None:
    assert not hasattr(Dummy(), "cover_status")
    assert from_answers(WELL | {1: 0x1A, 2: 0x16}).faults == ("COVER_OPEN",)


# --- real-time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "condition", "faults"),
    [
        ({}, Condition.ONLINE, ()),
        ({1: 0x1A, 2: 0x16}, Condition.USER_ACTION, ("COVER_OPEN",)),
        ({1: 0x1A, 2: 0x32}, Condition.USER_ACTION, ("PAPER_OUT",)),
        ({1: 0x1A, 2: 0x52, 3: 0x1A}, Condition.HARDWARE_ERROR, ("CUTTER",)),
        ({1: 0x1A, 2: 0x52, 3: 0x32}, Condition.HARDWARE_ERROR, ("UNRECOVERABLE",)),
        ({1: 0x1A, 2: 0x52, 3: 0x12}, Condition.HARDWARE_ERROR, ("UNRECOVERABLE",)),
        ({1: 0x1A, 2: 0x52, 3: 0x52}, Condition.OFFLINE, ("HEAD_HOT",)),
        ({1: 0x1A, 2: 0x56, 3: 0x52}, Condition.USER_ACTION, ("COVER_OPEN",)),
        ({1: 0x1A}, Condition.OFFLINE, ("OFFLINE",)),
        ({4: 0x1E}, Condition.ONLINE, ("PAPER_LOW",)),
    ],
)
def test_what_is_wrong_and_who_has_to_come(
    answers: dict[int, int], condition: Condition, faults: tuple[str, ...]
) -> None:
    found = from_answers(WELL | answers)
    assert (found.condition, found.faults) == (condition, faults)
    assert set(found.faults) <= set(FAULTS)


@pytest.mark.parametrize("known", [(1,), (1, 2), (1, 2, 3)])
def test_a_question_without_an_answer_leaves_it_unknown(known: tuple[int, ...]) -> None:
    found = from_answers({n: WELL[n] for n in known})
    assert found.paper is Level.UNKNOWN
    assert found.condition is not Condition.ONLINE
    assert status.blocking(found) == "NO_ANSWER"


# --- automatic status back ----------------------------------------------------------------------------------


@given(st.booleans(), st.booleans(), st.sampled_from([0x00, 0x08, 0x20, 0x40]), st.sampled_from([0, 3, 15]))
def test_both_ways_of_telling_agree(offline: bool, cover: bool, error: int, roll: int) -> None:
    told = bytes((0x10 | 0x08 * offline | 0x20 * cover, error, roll, 0x0F))
    asked = {
        1: 0x12 | 0x08 * offline,
        2: 0x12 | 0x04 * cover | 0x40 * bool(error),
        3: 0x12 | error,
        4: 0x12 | (0x0C if roll & 3 else 0) | (0x60 if roll & 12 else 0),
    }
    assert from_automatic(told) == from_answers(asked)


# --- one stream ---------------------------------------------------------------------------------------------


@given(st.data())
def test_answers_are_told_apart_however_they_are_split(data: st.DataObject) -> None:
    parts = [b"\x12", b"\x1a", b"\x10\x00\x03\x01", b"\x38\x40\x0c\x0f", b"\x0c", b"\x11", b"\x13"]
    sent = data.draw(st.lists(st.sampled_from(parts), max_size=8))
    kinds = {1: {0x12: "RealTime", 0x1A: "RealTime", 0x0C: "Buffered", 0x11: "FlowControl", 0x13: "FlowControl"}}
    expected = ["Automatic" if len(part) == 4 else kinds[1][part[0]] for part in sent]
    stream = b"".join(sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    decoder = Decoder()
    pieces = [stream[start:end] for start, end in itertools.pairwise([0, *cuts, len(stream)])]
    events = [type(event).__name__ for piece in pieces for event in decoder.feed(piece)]
    assert events == expected


def test_a_real_time_answer_may_come_inside_an_automatic_one() -> None:
    events = Decoder().feed(b"\x10\x00\x12\x00\x00\x00")
    assert events == [RealTime(0x12), Automatic(b"\x10\x00\x00\x00"), Buffered(0)]


def test_an_automatic_answer_that_was_cut_off_swallows_nothing_after_a_gap() -> None:
    decoder = Decoder()
    decoder.feed(b"\x10\x00")
    decoder.gap()
    assert decoder.feed(b"\x00") == [Buffered(0)]
