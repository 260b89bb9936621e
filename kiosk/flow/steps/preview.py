"""preview: see the result on the screen before it is put on paper."""

from __future__ import annotations

from kiosk import page as pages
from kiosk.events import Chose, Event
from kiosk.flow import items
from kiosk.flow.frame import frame, primary
from kiosk.flow.state import Move, Passed, Stage, Surroundings, Visit, at_stage
from kiosk.flow.words import Speaker
from kiosk.page import Page


def enter(around: Surroundings, visit: Visit, step: items.Preview, at: float) -> Move:
    return at_stage(visit, Stage(at)), ()


def handle(around: Surroundings, visit: Visit, step: items.Preview, event: Event) -> Move:
    if isinstance(event, Chose) and event.key == "print":
        return at_stage(visit, Passed()), ()
    return visit, ()


def page(around: Surroundings, visit: Visit, step: items.Preview) -> Page:
    assert visit.case is not None and visit.case.paper is not None
    say = Speaker(around.catalogue.texts, visit.lang)
    shown = frame(
        around,
        visit,
        "preview",
        say("preview.title"),
        say("preview.lead"),
        actions=(primary(say, "print", "preview.print", "printer"),),
    )
    return pages.Preview(**shown, document=visit.case.paper.document)
