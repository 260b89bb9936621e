"""identify: who is here, as surely as the item needs. Card first, then the signed-in code of the same person."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from kiosk.devices import Arm, Card, CardLeft, CardProblem, CardSeen, CodeProblem, CodeSeen, Disarm, Role
from kiosk.events import Answered, Event, Reported
from kiosk.flow import items
from kiosk.flow.frame import error, frame
from kiosk.flow.state import Move, Passed, Stage, Surroundings, Trouble, Visit, answered, arm, ask, at_stage, disarm
from kiosk.flow.words import Speaker
from kiosk.page import Alert, Identify, Page, Wait
from kiosk.platform import AddCode, Assurance, Identified, IdentifyCard, Refusal, Unreachable


class ShowCard(Stage, frozen=True):
    problem: str = ""
    family: str = "card"


class ShowCode(Stage, frozen=True):
    problem: str = ""
    family: str = "code"


class Checking(Stage, frozen=True):
    """`card`: what the platform was asked about, so that it can be asked again while the card lies there."""

    busy: ClassVar[bool] = True
    card: Card | None = None


def enter(around: Surroundings, visit: Visit, step: items.Identify, at: float) -> Move:
    if visit.person and visit.person.assurance >= step.level:
        return at_stage(visit, Passed()), ()
    if visit.person and step.level is Assurance.CARD_AND_CODE:
        return _show_code(visit, at)
    stage = visit.case.stage if visit.case else None
    if isinstance(stage, Checking) and stage.card and visit.card_lies:
        return _check(visit, stage.card, at)  # tried again: a reader reports a card that stays only once
    return _show_card(visit, at)


def handle(around: Surroundings, visit: Visit, step: items.Identify, event: Event) -> Move:
    assert visit.case is not None
    match visit.case.stage, event:
        case ShowCard(), Reported(report=CardSeen(card=card)):
            return _check(replace(visit, card_lies=True), card, event.at)
        case ShowCard(), Reported(report=CardProblem(code=code)):
            return at_stage(visit, ShowCard(event.at, problem=code)), ()
        case ShowCode(), Reported(report=CodeSeen(text=text)) if visit.person:
            subject = visit.person.subject
            visit, off = disarm(at_stage(visit, Checking(event.at)), Role.CODE_SCANNER, Disarm())
            visit, question = ask(visit, AddCode(subject, text))
            return visit, off + question
        case ShowCode(), Reported(report=CodeProblem(code=code)):
            return at_stage(visit, ShowCode(event.at, problem=code)), ()
        case Checking(), Answered(answer=answer):
            return _checked(answered(visit, event.ref), step, answer, event.at)
    return visit, ()


def _checked(visit: Visit, step: items.Identify, answer: object, at: float) -> Move:
    match answer:
        case Identified(person=person) if person.assurance >= step.level:
            return at_stage(replace(visit, person=person), Passed()), ()
        case Identified(person=person):
            return _show_code(replace(visit, person=person), at)
        case Refusal(code=code) if visit.person:
            return _show_code(visit, at, code)
        case Refusal(code=code):
            return at_stage(visit, ShowCard(at, problem=code, family="refusal")), ()
        case Unreachable(code=code):
            return replace(visit, overlay=Trouble("unreachable", code, retry=True)), ()
    return replace(visit, overlay=Trouble("unreachable", "CONTRACT", retry=True)), ()


def _check(visit: Visit, card: Card, at: float) -> Move:
    return ask(at_stage(visit, Checking(at, card=card)), IdentifyCard(card))


def _show_card(visit: Visit, at: float) -> Move:
    visit = at_stage(visit, ShowCard(at))
    if any(role is Role.CARD_READER for role, _ in visit.readers):
        visit, _ = disarm(visit, Role.CARD_READER, Disarm())  # armed anew
    return arm(visit, Role.CARD_READER, Arm())


def _show_code(visit: Visit, at: float, problem: str = "") -> Move:
    visit = at_stage(visit, ShowCode(at, problem=problem, family="refusal" if problem else "code"))
    return arm(visit, Role.CODE_SCANNER, Arm())


def page(around: Surroundings, visit: Visit, step: items.Identify) -> Page:
    assert visit.case is not None
    say = Speaker(around.catalogue.texts, visit.lang)
    match visit.case.stage:
        case ShowCode() as stage:
            return Identify(
                **frame(
                    around,
                    visit,
                    "code",
                    say("identify.code.title"),
                    say("identify.code.lead"),
                    alert=_alert(around, say, Role.CODE_SCANNER, stage.family, stage.problem),
                ),
                picture="code",
                hints=(say("identify.code.hint1"), say("identify.code.hint2")),
            )
        case ShowCard() as stage:
            return Identify(
                **frame(
                    around,
                    visit,
                    "card",
                    say("identify.card.title"),
                    say("identify.card.lead"),
                    alert=_alert(around, say, Role.CARD_READER, stage.family, stage.problem),
                ),
                picture="card",
                hints=(say("identify.card.hint1"), say("identify.card.hint2"), say("identify.card.hint3")),
            )
    shown = frame(around, visit, "checking", say("identify.checking.title"), say("wait.platform"))
    return Wait(**shown, picture="card", doing=say("identify.checking.doing"))


def _alert(around: Surroundings, say: Speaker, role: Role, family: str, problem: str) -> Alert | None:
    if not around.works(role):
        return error(say, "device", role.value)
    return error(say, family, problem) if problem else None


def card_left(visit: Visit, event: Reported) -> Visit:
    """Whatever the step is: the card is back in its owner's hand."""
    return replace(visit, card_lies=False) if isinstance(event.report, CardLeft) else visit
