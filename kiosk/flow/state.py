"""The state of a Visit, and the few moves that every step makes with it. Frozen, comparable, hashable."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from kiosk.devices import Command, Condition, Role, Status
from kiosk.effects import Ask, Effect, Keep, Use
from kiosk.events import Ref
from kiosk.flow.items import Catalogue, Field, Form, Item
from kiosk.page import Lang
from kiosk.platform import Notice, Option, Person, Question, Text, Value
from kiosk.records import Record
from kiosk.secret import Secret


class Surroundings(Struct, frozen=True):
    """What a visit happens in: the terminal's setting, and the health of devices and platform just now."""

    catalogue: Catalogue
    place: Text
    sandbox: bool
    idle_seconds: int
    boot: str = ""
    hour: int = 0
    platform_up: bool | None = None  # None: not known yet
    devices: tuple[tuple[Role, Status], ...] = ()

    def status(self, role: Role) -> Status:
        return dict(self.devices).get(role, Status(Condition.NO_DEVICE, ("NO_DEVICE",)))

    def works(self, role: Role) -> bool:
        return self.status(role).condition is Condition.ONLINE


class Stage(Struct, frozen=True):
    """What a step is doing. `since`: when it began; `until`: when it wants a Tick (0: never). Monotonic seconds.

    A `busy` stage waits for a device or the platform: the inactivity limit does not run. `late`: it has waited
    so long that the page offers another way. A stage that `counts` shows the whole seconds `left` until `until`.
    """

    busy: ClassVar[bool] = False
    counts: ClassVar[bool] = False
    since: float = 0.0
    until: float = 0.0
    late: bool = False
    left: int = 0


class Passed(Stage, frozen=True):
    """This step is done: the next one begins."""


class Gone(Stage, frozen=True):
    """The item ends here. outcome: done, gave_up, timed_out, failed; reason: an enumerated code."""

    outcome: str = "gave_up"
    reason: str = ""


class Return(Stage, frozen=True):
    """Go to an earlier step, there straight to `field` if it is named, and come back to step `back_to`."""

    step: int = 0
    field: str = ""
    back_to: int = -1


class Case(Struct, frozen=True):
    """One item being handled (办件): where it is, and what it has gathered."""

    item: Item
    began: float
    step: int = -1
    stage: Stage = Stage()
    values: tuple[Value, ...] = ()
    options: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    asked: tuple[str, ...] = ()  # fields shown so far
    prefilled: tuple[str, ...] = ()  # of these, the ones the platform filled
    reviewed: str = ""
    notice: Notice | None = None
    slip: Notice | None = None
    order: str = ""
    paid: bool = False
    filing: str = ""
    number: Secret = Secret("")
    output: str = ""
    printed: bool = False
    doubtful: bool = False  # some of a job may be on paper: every repeat is marked as a copy
    grade: int = 0

    def value(self, field: str) -> Value | None:
        return next((value for value in self.values if value.field == field), None)

    def text(self, field: str) -> str:
        found = self.value(field)
        return found.value.reveal() if found else ""

    def fields(self) -> tuple[Field, ...]:
        return tuple(field for step in self.item.steps if isinstance(step, Form) for field in step.fields)

    @property
    def paper(self) -> Notice | None:
        """What a print step puts on paper: the result, or else the acceptance slip."""
        return self.notice or self.slip

    @property
    def result_number(self) -> Secret:
        """The case's number, or else the result's: what a rating is bound to and the last page shows."""
        return self.number if self.number.reveal() or not self.notice else self.notice.number

    @property
    def delivered(self) -> bool:
        """Has the citizen got what they came for? Decides whether a paid order is closed or refunded."""
        return self.printed if self.notice else self.number.value != ""


# --- what lies over the page: one at a time -----------------------------------------------------------------


class Leaving(Struct, frozen=True, tag=True):
    """办不成事: why do you leave? One tap."""


class Helping(Struct, frozen=True, tag=True):
    """This page explained."""


class Trouble(Struct, frozen=True, tag=True):
    """It cannot go on this way. code: an enumerated failure; retry: the step may be tried again."""

    family: str  # refusal, unreachable, print, print_doubt, order, filing: which texts explain it
    code: str
    retry: bool


class Warning(Struct, frozen=True, tag=True):
    """Are you still there? Ends the visit at `until`; `left` whole seconds are shown; a touch brings back `under`."""

    until: float
    left: int
    under: Leaving | Helping | Trouble | None = None


Overlay = Warning | Leaving | Helping | Trouble


# --- where the visit is -------------------------------------------------------------------------------------


class Browsing(Struct, frozen=True, tag=True):
    """Home, or search when `query` is not None."""

    query: str | None = None


class Offered(Struct, frozen=True, tag=True):
    """Before you start: what it costs, how long it takes, what to bring."""

    item: Item


class Doing(Struct, frozen=True, tag=True):
    """A case is being handled."""


class Finished(Struct, frozen=True, tag=True):
    """The case is done; another item, or take your things and go. Leaves by itself at `until`."""

    until: float
    left: int


class TakeCard(Struct, frozen=True, tag=True):
    """The visit is over but a card still lies on the reader; leaves by itself at `until`."""

    until: float


class Over(Struct, frozen=True, tag=True):
    """Nothing is left but to forget."""


Phase = Browsing | Offered | Doing | Finished | TakeCard | Over


class Visit(Struct, frozen=True):
    """One person at the screen: one identity, several items in turn. `n` counts the refs given out.

    `awaits`: refs whose outcome is still wanted; every other outcome is dropped before it gets here.
    """

    id: int
    lang: Lang
    touched: float
    phase: Phase = Browsing()
    case: Case | None = None
    person: Person | None = None
    card_lies: bool = False
    overlay: Overlay | None = None
    n: int = 0
    awaits: frozenset[int] = frozenset()
    readers: tuple[tuple[Role, int], ...] = ()  # armed, by which ref


Move = tuple[Visit, tuple[Effect, ...]]


# --- moves --------------------------------------------------------------------------------------------------


def at_stage(visit: Visit, stage: Stage, **changes: object) -> Visit:
    """The same visit with its case at another stage, and other changes to the case."""
    assert visit.case is not None
    return replace(visit, case=replace(visit.case, stage=stage, **changes))


def ask(visit: Visit, question: Question) -> Move:
    visit, ref = _ref(visit)
    return visit, (Ask(ref, question),)


def keep(visit: Visit, record: Record) -> Move:
    visit, ref = _ref(visit)
    return visit, (Keep(ref, record),)


def arm(visit: Visit, role: Role, command: Command) -> Move:
    """Arm a reader; its reports are wanted until it is disarmed."""
    visit, ref = _ref(visit)
    return replace(visit, readers=(*visit.readers, (role, ref.n))), (Use(ref, role, command),)


def disarm(visit: Visit, role: Role, command: Command) -> Move:
    """Stop listening to a reader, if it was armed."""
    armed = [n for known, n in visit.readers if known is role]
    if not armed:
        return visit, ()
    visit, ref = _ref(visit, awaited=False)
    left = tuple(pair for pair in visit.readers if pair[0] is not role)
    visit = replace(visit, readers=left, awaits=visit.awaits.difference(armed))
    return visit, (Use(ref, role, command),)


def row_id(around: Surroundings, visit: Visit) -> str:
    """A new name for a ledger row: unique for ever, for `boot` is random and visits are counted."""
    return f"{around.boot}-{visit.id}-{visit.n + 1}"


def answered(visit: Visit, ref: Ref) -> Visit:
    """The outcome of this ref has come: no second one is wanted."""
    return replace(visit, awaits=visit.awaits - {ref.n})


def forget_answers(visit: Visit) -> Visit:
    """Whatever was asked of the platform is no longer wanted; armed readers stay."""
    return replace(visit, awaits=frozenset(n for _, n in visit.readers))


def next_ref(visit: Visit) -> tuple[Visit, Ref]:
    return _ref(visit)


def _ref(visit: Visit, awaited: bool = True) -> tuple[Visit, Ref]:
    n = visit.n + 1
    awaits = visit.awaits | {n} if awaited else visit.awaits
    return replace(visit, n=n, awaits=awaits), Ref(visit.id, n)


__all__ = [
    "Browsing",
    "Case",
    "Doing",
    "Finished",
    "Gone",
    "Helping",
    "Leaving",
    "Move",
    "Offered",
    "Over",
    "Overlay",
    "Passed",
    "Phase",
    "Return",
    "Stage",
    "Surroundings",
    "TakeCard",
    "Trouble",
    "Visit",
    "Warning",
    "answered",
    "arm",
    "ask",
    "at_stage",
    "disarm",
    "forget_answers",
    "keep",
    "next_ref",
    "row_id",
]
