"""The Terminal stands above the Visit: is it open, who is in front of it, what does it show. Pure.

handle(terminal, event)    -> (terminal, effects)
awaits(terminal, event)    -> is this outcome still wanted? The Runtime drops the rest and counts them
deadline(terminal)         -> when it wants a Tick
"""

from __future__ import annotations

from typing import Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from kiosk import page as pages
from kiosk.devices import StatusChanged
from kiosk.effects import Effect, Show
from kiosk.events import Answered, Broken, Chose, Edited, Event, Hour, PlatformSeen, Recorded, Reported, Started
from kiosk.flow import visit as visits
from kiosk.flow import visit_pages
from kiosk.flow.availability import why_not
from kiosk.flow.frame import Frame, bar
from kiosk.flow.state import Over, Surroundings, Visit
from kiosk.flow.words import Speaker
from kiosk.page import PAGES, Lang, Page
from kiosk.secret import Words

Phase = Literal["starting", "open", "visit", "out_of_service"]


class Terminal(Struct, frozen=True):
    """`visits` counts the visits of this start; `shown` is the page on the screen, numbered by its question.

    broken: a part of the runtime has died. The visit that is there may end; no other begins.
    """

    around: Surroundings
    phase: Phase = "starting"
    lang: Lang = "zh"
    visits: int = 0
    visit: Visit | None = None
    shown: PAGES | None = None
    pages: int = 0
    broken: bool = False


Step = tuple[Terminal, tuple[Effect, ...]]


def handle(terminal: Terminal, event: Event) -> Step:
    """One event -> the next state and what to do. A tap or an edit meant for an older page does nothing."""
    if isinstance(event, Chose | Edited) and event.page != terminal.pages:
        return terminal, ()
    broken = terminal.broken or isinstance(event, Broken)
    terminal = replace(terminal, around=_notice(terminal.around, event), broken=broken)
    terminal, effects = _dispatch(terminal, event)
    terminal = replace(terminal, phase=_phase(terminal))
    terminal, show = _show(terminal)
    return terminal, effects + show


def awaits(terminal: Terminal, event: Event) -> bool:
    """Outcomes carry the ref of the effect they answer; everything else is always wanted."""
    match event:
        case Answered(ref=ref) | Recorded(ref=ref) | Reported(ref=ref) if ref is not None:
            if isinstance(event, Reported) and isinstance(event.report, StatusChanged):
                return True
            return terminal.visit is not None and ref.visit == terminal.visit.id and ref.n in terminal.visit.awaits
        case Reported(report=report):
            return isinstance(report, StatusChanged)
    return True


def deadline(terminal: Terminal) -> float | None:
    return visits.deadline(terminal.around, terminal.visit) if terminal.visit else None


def _notice(around: Surroundings, event: Event) -> Surroundings:
    """Health and time of day: true whatever the visit does."""
    match event:
        case Started(boot=boot, hour=hour):
            return replace(around, boot=boot, hour=hour)
        case Hour(hour=hour):
            return replace(around, hour=hour)
        case PlatformSeen(up=up):
            return replace(around, platform_up=up)
        case Reported(role=role, report=StatusChanged(status=status)):
            others = tuple(pair for pair in around.devices if pair[0] is not role)
            return replace(around, devices=(*others, (role, status)))
    return around


def _dispatch(terminal: Terminal, event: Event) -> Step:
    if terminal.visit:
        visit, effects = visits.handle(terminal.around, terminal.visit, event)
        if isinstance(visit.phase, Over):
            return replace(terminal, visit=None, lang="zh", shown=None), effects
        return replace(terminal, visit=visit), effects
    match event:
        case Chose(key="language"):
            return replace(terminal, lang="en" if terminal.lang == "zh" else "zh"), ()
        case Chose(key="start") if not terminal.broken:
            number = terminal.visits + 1
            return replace(terminal, visits=number, visit=visits.begin(number, terminal.lang, event.at)), ()
    return terminal, ()


def _phase(terminal: Terminal) -> Phase:
    if terminal.broken and not terminal.visit:
        return "out_of_service"
    if not terminal.around.boot or terminal.around.platform_up is None:
        return "starting"
    if terminal.visit:
        return "visit"
    items = terminal.around.catalogue.items
    return "open" if any(not why_not(terminal.around, item) for item in items) else "out_of_service"


def _show(terminal: Terminal) -> Step:
    """Show what changed, and only that. A new question gets a new number; a refresh keeps its number."""
    page = _page(terminal)
    before = terminal.shown
    same = before is not None and type(before) is type(page) and before.question == page.question
    number = terminal.pages if same else terminal.pages + 1
    page = cast("PAGES", replace(page, n=number, speech=page.speech or _speech(page)))
    if page == before:
        return terminal, ()
    return replace(terminal, pages=number, shown=page), (Show(page),)


def _speech(page: Page) -> tuple[Words, ...]:
    alert = page.alert.text if page.alert else ""
    return tuple(words for words in (alert, page.title, page.lead) if words)


def _page(terminal: Terminal) -> Page:
    around = terminal.around
    if terminal.visit:
        return visit_pages.page(around, terminal.visit)
    say = Speaker(around.catalogue.texts, terminal.lang)
    if terminal.phase == "starting":
        return pages.Wait(**_frame(terminal, say, "starting"), picture="platform", doing=say("starting.doing"))
    if terminal.phase == "open":
        return pages.Attract(
            **_frame(terminal, say, "attract"),
            points=tuple(item.title.say(terminal.lang) for item in around.catalogue.items),
            invite=say("attract.invite"),
        )
    return pages.OutOfService(**_frame(terminal, say, "closed"), hints=(say("closed.where"), say("help.phone")))


def _frame(terminal: Terminal, say: Speaker, name: str) -> Frame:
    """The shared fields of a page that no visit owns."""
    around = terminal.around
    return Frame(
        lang=terminal.lang,
        question=name,
        place=around.place.say(terminal.lang),
        banner=say("banner.sandbox") if around.sandbox else "",
        title=say(f"{name}.title"),
        lead=say(f"{name}.lead"),
        steps=None,
        alert=None,
        actions=(),
        bar=bar(say, visiting=False),
    )
