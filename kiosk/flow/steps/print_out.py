"""print: intent to disk, paper, outcome to disk. *Printed* only when the printer's status after the job says so."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from kiosk import page as pages
from kiosk.devices import Role
from kiosk.effects import Deliver
from kiosk.events import Chose, Event, Recorded, Tick
from kiosk.flow import items
from kiosk.flow.frame import frame, primary
from kiosk.flow.state import Move, Passed, Stage, Surroundings, Trouble, Visit, at_stage, next_ref, row_id
from kiosk.flow.words import Speaker
from kiosk.page import Page
from kiosk.records import OutputMoved, OutputState

TAKE_SECONDS = 20  # without a sensor, so long is the citizen reminded of the paper


class Printing(Stage, frozen=True):
    busy: ClassVar[bool] = True


class Taking(Stage, frozen=True):
    busy: ClassVar[bool] = True
    counts: ClassVar[bool] = True


def enter(around: Surroundings, visit: Visit, step: items.PrintOut, at: float) -> Move:
    case = visit.case
    assert case is not None and case.paper is not None
    if not around.works(Role.RECEIPT_PRINTER):
        return _stopped(visit, "PRINTER_DOWN", at), ()
    document = replace(case.paper.document, copy=case.doubtful)
    output = row_id(around, visit)
    visit, ref = next_ref(at_stage(visit, Printing(at), output=output))
    deliver = Deliver(
        ref, output, case.item.id, case.item.version, document, case.paper.digest, case.order, case.filing
    )
    return visit, (deliver,)


def _stopped(visit: Visit, code: str, at: float) -> Visit:
    """No paper, or nobody knows how much of it. What is in doubt stays in doubt until the case ends."""
    assert visit.case is not None
    family = "print_doubt" if visit.case.doubtful else "print"
    return replace(at_stage(visit, Stage(at)), overlay=Trouble(family, code, retry=True))


def handle(around: Surroundings, visit: Visit, step: items.PrintOut, event: Event) -> Move:
    assert visit.case is not None
    match visit.case.stage, event:
        case _, Recorded(moved=OutputMoved(output=output) as moved) if output == visit.case.output:
            return _moved(visit, moved, event.at), ()
        case Taking(), Chose(key="taken"):
            return at_stage(visit, Passed()), ()
        case Taking(until=until), Tick(at=at) if at >= until:
            return at_stage(visit, Passed()), ()
    return visit, ()


def _moved(visit: Visit, moved: OutputMoved, at: float) -> Visit:
    assert visit.case is not None
    match moved.state:
        case OutputState.PRINTED:
            return replace(
                at_stage(visit, Taking(at, at + TAKE_SECONDS, left=TAKE_SECONDS), printed=True), overlay=None
            )
        case OutputState.TAKEN:
            return at_stage(visit, Passed(), printed=True)
        case OutputState.RETRACTED if isinstance(visit.case.stage, Printing):
            return _stopped(visit, moved.code, at)
        case OutputState.UNKNOWN if isinstance(visit.case.stage, Printing):
            return _stopped(at_stage(visit, Stage(at), doubtful=True), moved.code, at)
    return visit


def page(around: Surroundings, visit: Visit, step: items.PrintOut) -> Page:
    assert visit.case is not None
    say = Speaker(around.catalogue.texts, visit.lang)
    if isinstance(visit.case.stage, Taking):
        shown = frame(
            around, visit, "take", say("take.title"), say("take.lead"), actions=(primary(say, "taken", "take.taken"),)
        )
        remaining = say("remaining", seconds=visit.case.stage.left)
        return pages.Take(**shown, picture="paper", hints=(say("take.hint"),), remaining=remaining)
    shown = frame(around, visit, "printing", say("print.title"), say("print.lead"))
    return pages.Wait(**shown, picture="print", doing=say("print.doing"))
