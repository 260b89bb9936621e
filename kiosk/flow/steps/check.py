"""check: read once more what will be sent; each answer can be changed and leads back here."""

from __future__ import annotations

from kiosk import page as pages
from kiosk.events import Chose, Event
from kiosk.flow import items
from kiosk.flow.fields import rows
from kiosk.flow.frame import frame, primary
from kiosk.flow.state import Case, Move, Passed, Return, Stage, Surroundings, Visit, at_stage
from kiosk.flow.words import Speaker
from kiosk.page import Page


def enter(around: Surroundings, visit: Visit, step: items.Check, at: float) -> Move:
    return at_stage(visit, Stage(at)), ()


def handle(around: Surroundings, visit: Visit, step: items.Check, event: Event) -> Move:
    assert visit.case is not None
    match event:
        case Chose(key="confirm"):
            return at_stage(visit, Passed()), ()
        case Chose(key=key) if key.startswith("change:"):
            field = key.removeprefix("change:")
            return at_stage(visit, Return(step=form_of(visit.case, field), field=field, back_to=visit.case.step)), ()
        case Chose(key="back"):
            return at_stage(visit, Return(step=form_of(visit.case, ""), back_to=visit.case.step)), ()
    return visit, ()


def form_of(case: Case, field: str) -> int:
    """Number of the form step that asks this field (the first form when `field` is empty)."""
    for number, step in enumerate(case.item.steps):
        if isinstance(step, items.Form) and (not field or any(one.id == field for one in step.fields)):
            return number
    raise ValueError(f"no form asks {field!r}: the catalogue checks this")


def page(around: Surroundings, visit: Visit, step: items.Check) -> Page:
    assert visit.case is not None
    say = Speaker(around.catalogue.texts, visit.lang)
    shown = frame(
        around,
        visit,
        "check",
        say("check.title"),
        say("check.lead"),
        actions=(primary(say, "confirm", "check.confirm"),),
        back=True,
    )
    return pages.Check(**shown, rows=rows(say, visit.case, visit.case.fields()), effect=step.effect.say(visit.lang))
