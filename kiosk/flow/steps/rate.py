"""rate (好差评): voluntary, one tap, after the result is out. It never holds the citizen up."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk import page as pages
from kiosk.events import Chose, Event
from kiosk.flow import items
from kiosk.flow.frame import frame, plain
from kiosk.flow.state import Move, Passed, Stage, Surroundings, Visit, ask, at_stage
from kiosk.flow.words import Speaker
from kiosk.page import Option, Page
from kiosk.platform import SendRating

FACES = {5: "laugh", 4: "smile", 3: "meh", 2: "frown", 1: "angry"}


def enter(around: Surroundings, visit: Visit, step: items.Rate, at: float) -> Move:
    return at_stage(visit, Stage(at)), ()


def handle(around: Surroundings, visit: Visit, step: items.Rate, event: Event) -> Move:
    match event:
        case Chose(key="skip"):
            return at_stage(visit, Passed()), ()
        case Chose(key=key) if key in {f"grade:{grade}" for grade in FACES}:
            return _graded(visit, int(key.removeprefix("grade:")))
    return visit, ()


def _graded(visit: Visit, grade: int) -> Move:
    case = visit.case
    assert case is not None and visit.person is not None
    before = visit.awaits
    visit, effects = ask(visit, SendRating(visit.person.subject, case.item.id, case.result_number, grade))
    return replace(at_stage(visit, Passed(), grade=grade), awaits=before), effects  # nobody waits for its answer


def page(around: Surroundings, visit: Visit, step: items.Rate) -> Page:
    say = Speaker(around.catalogue.texts, visit.lang)
    grades = tuple(Option(f"grade:{grade}", say(f"rate.{grade}"), icon=face) for grade, face in FACES.items())
    shown = frame(
        around, visit, "rate", say("rate.title"), say("rate.lead"), actions=(plain(say, "skip", "rate.skip"),)
    )
    return pages.Rate(**shown, grades=grades)
