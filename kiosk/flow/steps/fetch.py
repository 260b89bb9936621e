"""fetch: the result as the platform issues it. Its digest is checked before anyone sees it."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from kiosk import page as pages
from kiosk.document import digest_of
from kiosk.events import Answered, Event
from kiosk.flow import items
from kiosk.flow.frame import frame
from kiosk.flow.state import Move, Passed, Stage, Surroundings, Trouble, Visit, answered, ask, at_stage
from kiosk.flow.words import Speaker
from kiosk.page import Page
from kiosk.platform import Fetched, FetchNotice, Refusal, Unreachable


class Fetching(Stage, frozen=True):
    busy: ClassVar[bool] = True


def enter(around: Surroundings, visit: Visit, step: items.Fetch, at: float) -> Move:
    case = visit.case
    assert case is not None and visit.person is not None
    question = FetchNotice(visit.person.subject, case.item.id, case.values, case.order, case.filing, visit.lang)
    return ask(at_stage(visit, Fetching(at)), question)


def handle(around: Surroundings, visit: Visit, step: items.Fetch, event: Event) -> Move:
    if not isinstance(event, Answered):
        return visit, ()
    visit = answered(visit, event.ref)
    match event.answer:
        case Fetched(notice=notice) if notice.digest == digest_of(notice.document):
            return at_stage(visit, Passed(), notice=notice), ()
        case Refusal(code=code):
            return replace(visit, overlay=Trouble("refusal", code, retry=False)), ()
        case Unreachable(code=code):
            return replace(visit, overlay=Trouble("unreachable", code, retry=True)), ()
    return replace(visit, overlay=Trouble("unreachable", "CONTRACT", retry=True)), ()


def page(around: Surroundings, visit: Visit, step: items.Fetch) -> Page:
    say = Speaker(around.catalogue.texts, visit.lang)
    shown = frame(around, visit, "fetch", say("fetch.title"), say("wait.platform"))
    return pages.Wait(**shown, picture="platform", doing=say("fetch.doing"))
