"""The Runtime: one queue of events, one pure machine, and the hands that carry its effects out.

Runs on the asyncio loop. Everything that blocks is a Worker; outcomes come back as events. An outcome that nobody
awaits any more is counted and dropped before the machine sees it; what money and paper did goes to the ledger
whatever happened to the visit.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol, TypeVar

from msgspec.structs import replace

from kiosk import device_worker, log
from kiosk.devices import PaperTaken, Print, Printed, PrintFailed, Role, StatusChanged
from kiosk.effects import Ask, Deliver, Effect, Keep, Show, Usage, Use, Wipe
from kiosk.events import Chose, Edited, Event, Hour, Recorded, Ref, Reported, Started, Tick
from kiosk.flow import terminal as machine
from kiosk.flow.state import Surroundings
from kiosk.page import PAGES
from kiosk.platform import Question
from kiosk.records import (
    CancelOrder,
    FilingMoved,
    Moved,
    MoveOutput,
    OpenFiling,
    OpenOrder,
    OpenOutput,
    OrderMoved,
    OutputMoved,
    OutputState,
    Record,
    SettleOrder,
)

Given = TypeVar("Given")


class Hands(Protocol):
    """What the Runtime can do. Nothing here blocks; each hands its work to a Worker or a process."""

    def show(self, page: PAGES) -> None: ...

    def use(self, role: Role, use: device_worker.Use) -> bool:
        """False: there is no such device, or its inbox is full."""
        ...

    def ask(self, ref: Ref, question: Question) -> None: ...

    def keep(self, record: Record) -> None: ...

    def usage(self, usage: Usage) -> None: ...

    def status(self, role: Role, report: StatusChanged) -> None: ...

    def state(self, phase: machine.Phase) -> None: ...

    def wipe(self) -> None: ...


class Runtime:
    """Give it the hands, then `start` once; `post` events from the loop, `post_soon` from any Worker."""

    def __init__(self, around: Surroundings, loop: asyncio.AbstractEventLoop) -> None:
        self._terminal = machine.Terminal(around)
        self._loop = loop
        self._hands: Hands | None = None
        self._tick: asyncio.TimerHandle | None = None
        self._rows: dict[str, Ref] = {}  # ledger row -> who wants to hear of it
        self._deliveries: dict[str, Deliver] = {}  # intent on its way to the disk
        self._printing: dict[Ref, str] = {}  # paper on its way: the printer's ref -> output
        self._last_output = ""
        self.dropped: Counter[str] = Counter()

    # --- events in --------------------------------------------------------------------------------------

    def start(self, hands: Hands) -> None:
        self._hands = hands
        self.post(Started(boot=secrets.token_hex(5), hour=time.localtime().tm_hour))
        self._watch_hour()

    def post_soon(self, event: Event) -> None:
        """From any thread."""
        self._soon(self.post, event)

    def recorded_soon(self, moved: tuple[Moved, ...]) -> None:
        """The ledger's Worker reports that rows moved (they are on disk)."""
        self._soon(self._recorded, moved)

    def _soon(self, call: Callable[[Given], None], given: Given) -> None:
        try:
            self._loop.call_soon_threadsafe(call, given)
        except RuntimeError:  # the loop is closed: the process is ending
            log.write("event.after_end")

    def post(self, event: Event) -> None:
        """Stamp it, drop it if nobody awaits it, let the machine decide, carry out what it decided."""
        event = replace(event, at=self._loop.time())
        if isinstance(event, Reported) and self._paper(event):
            return
        if isinstance(event, Chose | Edited) and event.page != self._terminal.pages:
            self.dropped["tap"] += 1
            return
        if not machine.awaits(self._terminal, event):
            self.dropped[type(event).__name__] += 1
            log.write("outcome.dropped", kind=type(event).__name__)
            return
        before = self._terminal.phase
        self._terminal, effects = machine.handle(self._terminal, event)
        if self._terminal.phase != before and self._hands:
            self._hands.state(self._terminal.phase)
        for effect in effects:
            self._carry_out(effect)
        self._arm_tick()

    @property
    def page(self) -> PAGES:
        """What the screen must show now (a new screen process asks). Only after `start`."""
        assert self._terminal.shown is not None
        return self._terminal.shown

    # --- effects out ------------------------------------------------------------------------------------

    def _carry_out(self, effect: Effect) -> None:
        assert self._hands is not None
        match effect:
            case Show(page=page):
                self._hands.show(page)
            case Use(ref=ref, role=role, command=command):
                if not self._hands.use(role, device_worker.Use(ref, command)):
                    log.write("device.missing", role=role.value)
            case Ask(ref=ref, question=question):
                self._hands.ask(ref, question)
            case Keep(ref=ref, record=record):
                self._rows[_row(record)] = ref
                self._hands.keep(record)
            case Deliver():
                self._deliver(effect)
            case Usage():
                self._hands.usage(effect)
            case Wipe(visit=visit):
                self._wipe(visit)

    def _deliver(self, effect: Deliver) -> None:
        assert self._hands is not None
        self._rows[effect.output] = effect.ref
        self._deliveries[effect.output] = effect
        self._hands.keep(
            OpenOutput(effect.output, effect.item, effect.version, effect.digest, effect.order, effect.filing)
        )

    def _recorded(self, moved: tuple[Moved, ...]) -> None:
        for one in moved:
            if isinstance(one, OutputMoved):
                self._outcome_of_intent(one)
            ref = self._rows.get(_row(one))
            if ref is None or one.code:
                log.write("ledger.moved", row=_row(one), state=one.state.value, reason=one.code or None)
            if ref is not None:
                self.post(Recorded(ref=ref, moved=one))

    def _outcome_of_intent(self, moved: OutputMoved) -> None:
        """The intent is on disk: now the paper. Refused, or its citizen has left: none, and the document goes."""
        assert self._hands is not None
        deliver = self._deliveries.pop(moved.output, None)
        if moved.state is not OutputState.INTENDED:
            return
        if deliver is None:
            self._hands.keep(MoveOutput(moved.output, OutputState.RETRACTED, "LEFT"))
        else:
            self._print(moved.output, deliver)

    def _print(self, output: str, deliver: Deliver) -> None:
        assert self._hands is not None
        self._printing[deliver.ref] = self._last_output = output
        command = device_worker.Use(deliver.ref, Print(deliver.document))
        if not self._hands.use(Role.RECEIPT_PRINTER, command):
            del self._printing[deliver.ref]
            self._hands.keep(MoveOutput(output, OutputState.RETRACTED, "NO_DEVICE"))

    def _paper(self, event: Reported) -> bool:
        """What the printer did goes to the ledger, and from there to the visit, if it still lasts."""
        assert self._hands is not None
        match event.report:
            case Printed() if event.ref in self._printing:
                self._hands.keep(MoveOutput(self._printing.pop(event.ref), OutputState.PRINTED))
            case PrintFailed(code=code, certain=certain) if event.ref in self._printing:
                state = OutputState.RETRACTED if certain else OutputState.UNKNOWN
                self._hands.keep(MoveOutput(self._printing.pop(event.ref), state, code))
            case PaperTaken() if self._last_output:
                self._hands.keep(MoveOutput(self._last_output, OutputState.TAKEN))
            case StatusChanged() as report:
                self._hands.status(event.role, report)
                return False
            case _:
                return False
        return True

    def _wipe(self, visit: int) -> None:
        """Every holder forgets; paper that was not begun does not come out for whoever stands there next."""
        assert self._hands is not None
        self._deliveries = {row: one for row, one in self._deliveries.items() if one.ref.visit != visit}
        self._rows = {row: ref for row, ref in self._rows.items() if ref.visit != visit}
        self._hands.wipe()

    # --- time -------------------------------------------------------------------------------------------

    def _arm_tick(self) -> None:
        if self._tick:
            self._tick.cancel()
            self._tick = None
        due = machine.deadline(self._terminal)
        if due is not None:
            self._tick = self._loop.call_at(due, lambda: self.post(Tick()))

    def _watch_hour(self) -> None:
        now = time.localtime()
        self.post(Hour(hour=now.tm_hour))
        self._loop.call_later(3600 - now.tm_min * 60 - now.tm_sec + 1, self._watch_hour)


def _row(one: Record | Moved) -> str:
    """The id of the ledger row that a record or a report is about."""
    match one:
        case OpenOrder() | CancelOrder() | SettleOrder() | OrderMoved():
            return one.order
        case OpenFiling() | FilingMoved():
            return one.filing
        case OpenOutput() | MoveOutput() | OutputMoved():
            return one.output
