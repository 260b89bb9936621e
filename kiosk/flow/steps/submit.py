"""submit: file the case (办件). The ledger owns the filing; an accepted one gets its acceptance slip."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from kiosk import page as pages
from kiosk.document import digest_of
from kiosk.events import Event, Recorded
from kiosk.flow import items
from kiosk.flow.documents import fill
from kiosk.flow.fields import label_of
from kiosk.flow.frame import frame
from kiosk.flow.state import Case, Move, Passed, Stage, Surroundings, Trouble, Visit, at_stage, keep, row_id
from kiosk.flow.words import Speaker
from kiosk.page import Lang, Page
from kiosk.platform import Notice, payload
from kiosk.records import FilingMoved, FilingState, OpenFiling
from kiosk.secret import Secret, Words


class Sending(Stage, frozen=True):
    busy: ClassVar[bool] = True


class Asking(Stage, frozen=True):
    """Nobody knows whether it arrived: the ledger keeps asking, with or without this visit."""

    busy: ClassVar[bool] = True


def enter(around: Surroundings, visit: Visit, step: items.Submit, at: float) -> Move:
    case = visit.case
    assert case is not None and visit.person is not None
    filing = row_id(around, visit)
    content = payload(visit.person.subject, case.values)
    visit = at_stage(visit, Sending(at), filing=filing)
    return keep(visit, OpenFiling(filing, case.item.id, case.item.version, content, case.order))


def handle(around: Surroundings, visit: Visit, step: items.Submit, event: Event) -> Move:
    match event:
        case Recorded(moved=FilingMoved(filing=filing) as moved) if visit.case and filing == visit.case.filing:
            return _moved(visit, step, moved, event.at), ()
    return visit, ()


def _moved(visit: Visit, step: items.Submit, moved: FilingMoved, at: float) -> Visit:
    assert visit.case is not None
    match moved.state:
        case FilingState.ACCEPTED:
            slip = _slip(visit.case, step, moved.number, visit.lang)
            return replace(at_stage(visit, Passed(), number=moved.number, slip=slip), overlay=None)
        case FilingState.REJECTED:
            return replace(at_stage(visit, Stage(at)), overlay=Trouble("filing", moved.code, retry=False))
        case FilingState.UNKNOWN:
            return at_stage(visit, Asking(at))
    return visit


def _slip(case: Case, step: items.Submit, number: Secret, lang: Lang) -> Notice:
    """The acceptance slip; `{number}` is the case number, every form field stands under its id."""
    values: dict[str, Words] = {field.id: label_of(field, case, lang) for field in case.fields()}
    values["case_number"] = number
    document = fill(step.slip_title, step.slip, values, lang)
    return Notice(number, document, digest_of(document))


def page(around: Surroundings, visit: Visit, step: items.Submit) -> Page:
    assert visit.case is not None
    say = Speaker(around.catalogue.texts, visit.lang)
    if isinstance(visit.case.stage, Asking):
        shown = frame(around, visit, "asking", say("submit.asking.title"), say("submit.asking.lead"))
        return pages.Wait(**shown, picture="platform", doing=say("submit.asking.doing"))
    shown = frame(around, visit, "sending", say("submit.sending.title"), say("wait.platform"))
    return pages.Wait(**shown, picture="platform", doing=say("submit.sending.doing"))
