"""A terminal on a stage: the real machines, a clock that only moves when told, and a platform that answers when told.

Every personal value that play `N` brings in carries the mark `pN.`, so that a test can see whose it is.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from kiosk import catalogue, page
from kiosk.devices import Card, CardLeft, CardSeen, CodeSeen, Condition, Report, Role, Status, StatusChanged
from kiosk.document import Document, Line, digest_of
from kiosk.effects import Ask, Deliver, Effect, Keep, Show, Usage, Use, Wipe
from kiosk.events import Answered, Chose, Edited, Event, PlatformSeen, Recorded, Ref, Reported, Started, Tick, Touched
from kiosk.flow import terminal as machine
from kiosk.flow.state import Surroundings
from kiosk.platform import (
    AddCode,
    Answer,
    Assurance,
    Fetched,
    FetchNotice,
    GetPrefill,
    Identified,
    IdentifyCard,
    Notice,
    Option,
    Person,
    Prefill,
    Prefilled,
    PreReview,
    PreReviewed,
    Question,
    Rated,
    Text,
)
from kiosk.records import (
    CancelOrder,
    FilingMoved,
    FilingState,
    Moved,
    OpenFiling,
    OpenOrder,
    OrderMoved,
    OrderState,
    OutputMoved,
    OutputState,
    SettleOrder,
)
from kiosk.secret import Secret

Kind = TypeVar("Kind")
FLOWS = Path(__file__).resolve().parents[2] / "flows"
UP = Status(Condition.ONLINE)


@functools.cache
def items() -> catalogue.Catalogue:
    return catalogue.load(FLOWS)


class Play:
    """`effects` are all effects so far except pages; `page` is what the screen shows."""

    def __init__(self, idle_seconds: int = 60) -> None:
        around = Surroundings(items(), Text("样例点", "Sample point"), sandbox=True, idle_seconds=idle_seconds)
        self.terminal = machine.Terminal(around)
        self.now = 0.0
        self.page: page.Page = page.Page()
        self.effects: list[Effect] = []
        self.dropped: list[Event] = []

    # --- events in ----------------------------------------------------------------------------------------

    def happens(self, event: Event) -> list[Effect]:
        """One event, as the Runtime hands it on; returns the effects it caused, pages left out."""
        event = replace(event, at=self.now)
        if not machine.awaits(self.terminal, event):
            self.dropped.append(event)
            return []
        self.terminal, effects = machine.handle(self.terminal, event)
        caused: list[Effect] = []
        for effect in effects:
            if isinstance(effect, Show):
                self.page = effect.page
            else:
                caused.append(effect)
        self.effects += caused
        return caused

    def opens(self) -> Play:
        self.happens(Started(boot="boot", hour=10))
        for role in Role:
            self.happens(Reported(role=role, report=StatusChanged(UP)))
        self.happens(PlatformSeen(up=True))
        return self

    def taps(self, *keys: str) -> list[Effect]:
        """Keys that must be on the page."""
        caused: list[Effect] = []
        for key in keys:
            assert key in self.on_offer(), (
                f"{type(self.page).__name__} {self.page.title!r} has {sorted(self.on_offer())}"
            )
            caused += self.happens(Chose(page=self.terminal.pages, key=key))
        return caused

    def types(self, field: str, text: str) -> None:
        self.happens(Edited(page=self.terminal.pages, field=field, value=Secret(text)))

    def touches(self) -> None:
        self.happens(Touched())

    def waits(self, seconds: float) -> list[Effect]:
        """Time passes; ticks come exactly when the machine asked for them."""
        end = self.now + seconds
        caused: list[Effect] = []
        for _ in range(10_000):
            due = machine.deadline(self.terminal)
            if due is None or due > end:
                self.now = end
                return caused
            self.now = max(self.now, due)
            caused += self.happens(Tick())
        raise AssertionError("ticks without end: a deadline in the past changes nothing")

    def device(self, role: Role, report: Report) -> list[Effect]:
        """A report of the device that was last used in this role."""
        refs = [effect.ref for effect in self.effects if isinstance(effect, Use) and effect.role is role]
        return self.happens(Reported(role=role, report=report, ref=refs[-1] if refs else None))

    def lays_card(self) -> list[Effect]:
        return self.device(Role.CARD_READER, CardSeen(card(self.terminal.visits)))

    def lifts_card(self) -> list[Effect]:
        return self.device(Role.CARD_READER, CardLeft())

    def shows_code(self) -> list[Effect]:
        return self.device(Role.CODE_SCANNER, CodeSeen(mark(self.terminal.visits, "code")))

    def platform(self, answer: Answer | None = None) -> list[Effect]:
        """The platform answers the last question, well unless told otherwise."""
        asked = self.last(Ask)
        return self.happens(Answered(ref=asked.ref, answer=answer or good_answer(asked.ref.visit, asked.question)))

    def ledger(self, moved: Moved) -> list[Effect]:
        """The ledger reports on the row that was opened last."""
        opened = [effect for effect in self.effects if isinstance(effect, Keep | Deliver)]
        opened = [one for one in opened if isinstance(one, Deliver) or isinstance(one.record, OpenOrder | OpenFiling)]
        return self.happens(Recorded(ref=opened[-1].ref, moved=moved))

    def paper(self, state: OutputState, code: str = "") -> list[Effect]:
        return self.ledger(OutputMoved(self.last(Deliver).output, state, code))

    def paid(self) -> list[Effect]:
        order = self.order()
        self.ledger(OrderMoved(order, OrderState.SENT, qr="https://sample.invalid/pay"))
        return self.ledger(OrderMoved(order, OrderState.PAID))

    def order(self) -> str:
        return next(one.record.order for one in reversed(self.kept()) if isinstance(one.record, OpenOrder))

    def filed(self) -> list[Effect]:
        filing = next(one.record.filing for one in reversed(self.kept()) if isinstance(one.record, OpenFiling))
        return self.ledger(FilingMoved(filing, FilingState.ACCEPTED, mark(self.terminal.visits, "case")))

    # --- what can be seen ---------------------------------------------------------------------------------

    def kept(self) -> list[Keep]:
        return [effect for effect in self.effects if isinstance(effect, Keep)]

    def last(self, kind: type[Kind]) -> Kind:
        return next(effect for effect in reversed(self.effects) if isinstance(effect, kind))

    def usage(self) -> Usage:
        return self.last(Usage)

    def settled(self) -> list[SettleOrder | CancelOrder]:
        return [one.record for one in self.kept() if isinstance(one.record, SettleOrder | CancelOrder)]

    def wiped(self) -> bool:
        return any(isinstance(effect, Wipe) for effect in self.effects) and self.terminal.visit is None

    def on_offer(self) -> set[str]:
        return keys_of(self.page)


def keys_of(shown: page.Page) -> set[str]:
    """Every key that a citizen can tap on this page."""
    found = {button.key for button in (*shown.actions, *shown.bar) if button.enabled}
    match shown:
        case page.Attract():
            found.add("start")
        case page.Home(tiles=tiles, search=search):
            found |= {tile.key for tile in tiles if tile.available} | {search.key}
        case page.Search(tiles=tiles):
            found |= {tile.key for tile in tiles if tile.available}
        case page.Form(rows=rows) | page.Check(rows=rows):
            found |= {row.change for row in rows if row.change}
        case page.Entry(options=options) | page.Choose(options=options):
            found |= {option.key for option in options}
        case page.Rate(grades=grades):
            found |= {grade.key for grade in grades}
    return found


def mark(visit: int, word: str) -> Secret:
    return Secret(f"p{visit}.{word}")


def card(visit: int) -> Card:
    return Card(
        "resident",
        *(
            mark(visit, word)
            for word in ("number", "name", "birth", "sex", "nation", "address", "issuer", "from", "to")
        ),
    )


def good_answer(visit: int, question: Question) -> Answer:
    """What a platform says when all is well."""
    origin = Text("样例来源", "Sample source")
    match question:
        case IdentifyCard():
            return Identified(person(visit, Assurance.CARD))
        case AddCode():
            return Identified(person(visit, Assurance.CARD_AND_CODE))
        case GetPrefill(fields=fields):
            return Prefilled(tuple(_prefill(visit, field, origin) for field in fields if field != "purpose"))
        case PreReview():
            return PreReviewed(())
        case FetchNotice():
            document = Document("样例", (Line(mark(visit, "result")),))
            return Fetched(Notice(mark(visit, "notice"), document, digest_of(document)))
    return Rated()


def _prefill(visit: int, field: str, origin: Text) -> Prefill:
    known = {"phone": "19900000001", "social_insurance_months": "12", "housing_kind": "rented"}
    if field == "property":
        return Prefill(field, Secret(""), "registry", origin, (Option(f"p{visit}.flat", mark(visit, "flat")),))
    return Prefill(field, Secret(known.get(field, f"p{visit}.{field}")), "licence", origin)


def person(visit: int, assurance: Assurance) -> Person:
    return Person(mark(visit, "subject"), mark(visit, "name"), mark(visit, "number"), assurance)


def ref_of(effect: Effect) -> Ref | None:
    return getattr(effect, "ref", None)
