"""The Shell around the pure core: one Worker for each thing that blocks, and the screen.

devices    one Worker each (kiosk.device_worker)
platform   questions of the visit, one after another
pulse      is the platform there? asked every few seconds
ledger     orders, filings, outputs: disk first, then the platform
fleet      the agent

A Worker that crashes leaves a terminal that cannot be trusted: it takes no further visit, and the process ends as soon
as nobody is there, to be started anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from kiosk import log, memory
from kiosk.device_worker import DeviceLife, Use
from kiosk.devices import Driver, Role, StatusChanged
from kiosk.effects import Usage
from kiosk.events import Answered, Broken, PlatformSeen, Ref
from kiosk.fleet import messages
from kiosk.fleet.agent import Agent, Devices
from kiosk.flow.terminal import Phase
from kiosk.gateway.client import Client
from kiosk.ledger.clerk import Clerk
from kiosk.ledger.outbox import OutboxError
from kiosk.ledger.store import LedgerError
from kiosk.page import PAGES
from kiosk.platform import Question, Unreachable
from kiosk.records import (
    FilingMoved,
    FilingState,
    Moved,
    OpenFiling,
    OpenOrder,
    OpenOutput,
    OrderMoved,
    OrderState,
    OutputMoved,
    OutputState,
    Record,
)
from kiosk.runtime import Runtime
from kiosk.worker import Inbox, Worker

PULSE_SECONDS = 5.0  # between two questions whether the platform is there
AGAIN_SECONDS = 10.0  # before an outbox that could not be opened is tried again
LAST_VISIT_SECONDS = 180.0  # a visit may wait for the part that is gone: then the process ends all the same


class Face(Protocol):
    """What shows pages: the screen process, or the headless reader."""

    async def start(self) -> None: ...

    def show(self, page: PAGES) -> None: ...

    async def replace(self) -> None: ...

    async def close(self) -> None: ...


class Forget(Struct, frozen=True):
    """The visit is over: the platform's client drops its buffers."""


class Asked(Struct, frozen=True):
    ref: Ref
    question: Question


FleetNews = Devices | messages.Usage | messages.Terminal


class Shell:
    """The Runtime's hands. `client`, `clerk` and `agent` make what a Worker owns, each in its own thread."""

    def __init__(
        self,
        runtime: Runtime,
        face: Face,
        drivers: dict[Role, Driver],
        client: Callable[[], Client],
        clerk: Callable[[], Clerk],
        agent: Callable[[], Agent],
    ) -> None:
        self._runtime = runtime
        self._face = face
        self._make_client, self._make_clerk, self._make_agent = client, clerk, agent
        self._devices = {role: self._device(role, driver) for role, driver in drivers.items()}
        self._platform: Worker[Asked | Forget] = Worker("platform", self._answer, self._unasked)
        self._pulse: Worker[None] = Worker("pulse", self._feel, lambda _: self._fell_soon("pulse"))
        self._ledger: Worker[Record] = Worker("ledger", self._book, self._unbooked)
        self._fleet: Worker[FleetNews] = Worker("fleet", self._tell, lambda _: self._fell_soon("fleet"))
        self._replacing: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._phase: Phase = "starting"
        self.broken = ""  # the part that died first
        self.over = asyncio.Event()  # set when the process should end: a part has died and nobody is there

    async def start(self) -> None:
        """The Runtime has its first page at once; Workers take their time while the screen comes up."""
        self._loop = asyncio.get_running_loop()
        self._runtime.start(self)
        for worker in self._workers():
            worker.start()
        await self._face.start()
        log.write("screen.up")

    async def stop(self) -> None:
        """Everything it started ends."""
        for worker in self._workers():
            await asyncio.to_thread(worker.stop)
        await self._face.close()

    # --- hands ------------------------------------------------------------------------------------------

    def show(self, page: PAGES) -> None:
        self._face.show(page)

    def use(self, role: Role, use: Use) -> bool:
        worker = self._devices.get(role)
        return worker is not None and worker.post(use)

    def ask(self, ref: Ref, question: Question) -> None:
        if not self._platform.post(Asked(ref, question)):
            self._busy(ref)

    def keep(self, record: Record) -> None:
        """What the ledger does not take is refused; what cannot be refused is found by recovery, after a restart."""
        if self._ledger.post(record):
            return
        refused = _refused(record)
        if refused:
            self._runtime.recorded_soon(tuple(refused))
        else:
            self._fell_soon("ledger")

    def usage(self, usage: Usage) -> None:
        try:
            self._fleet.post(messages.usage(usage))
        except messages.MessageError as error:  # a code that the fleet's closed schema does not know
            log.write("fleet.refused", at=error.where)

    def status(self, role: Role, report: StatusChanged) -> None:
        self._fleet.post(Devices({role: report.status}))

    def state(self, phase: Phase) -> None:
        self._fleet.post(messages.Terminal(phase))
        self._phase = phase
        if self.broken and phase != "visit":
            self.over.set()

    def wipe(self) -> None:
        """A fresh screen process takes over, the client forgets, and what this process freed is swept."""
        if not self._platform.post(Forget()):
            self._fell_soon("platform")
        self._replacing = asyncio.get_running_loop().create_task(self._renew())

    async def _renew(self) -> None:
        memory.sweep()
        await self._face.replace()

    # --- what the Workers run ---------------------------------------------------------------------------

    def _workers(
        self,
    ) -> list[Worker[Use] | Worker[Asked | Forget] | Worker[None] | Worker[Record] | Worker[FleetNews]]:
        return [*self._devices.values(), self._platform, self._pulse, self._ledger, self._fleet]

    def _device(self, role: Role, driver: Driver) -> Worker[Use]:
        life = DeviceLife(driver, self._runtime.post_soon)
        name = f"device-{role.value}"

        def crashed(left: list[Use]) -> None:
            life.refuse(left)
            self._fell_soon(name)

        return Worker(name, life.run, crashed)

    def _answer(self, inbox: Inbox[Asked | Forget]) -> None:
        client = self._make_client()
        while True:
            self._answer_one(client, inbox)

    def _answer_one(self, client: Client, inbox: Inbox[Asked | Forget]) -> None:
        """A frame of its own for each: a loop's local variables would keep the last question alive."""
        match inbox.take(None):
            case Asked(ref=ref, question=question):
                try:
                    answer = client.ask(question)
                except Exception:
                    self._busy(ref)
                    raise
                self._runtime.post_soon(Answered(ref=ref, answer=answer))
            case Forget():
                client.forget()
                memory.sweep()

    def _feel(self, inbox: Inbox[None]) -> None:
        client = self._make_client()
        known: bool | None = None
        while True:
            up = client.healthy()
            if up != known:
                known = up
                log.write("platform", up=up)
                self._runtime.post_soon(PlatformSeen(up=up))
            inbox.take(PULSE_SECONDS)

    def _book(self, inbox: Inbox[Record]) -> None:
        clerk = self._make_clerk()
        self._runtime.recorded_soon(tuple(clerk.recover()))
        while True:
            self._book_one(clerk, inbox)

    def _book_one(self, clerk: Clerk, inbox: Inbox[Record]) -> None:
        record = inbox.take(clerk.pause())
        try:
            moved = clerk.poll() if record is None else clerk.do(record)
        except LedgerError as error:
            log.write("ledger.failed", reason=error.code)
            moved = _refused(record)
        if moved:
            self._runtime.recorded_soon(tuple(moved))

    def _tell(self, inbox: Inbox[FleetNews]) -> None:
        agent = self._make_agent()
        self._open_agent(agent, inbox)
        try:
            while True:
                news = inbox.take(agent.pause())
                if news is not None:
                    agent.do(news)
                agent.poll()
        finally:
            agent.close()

    def _open_agent(self, agent: Agent, inbox: Inbox[FleetNews]) -> None:
        """The outbox may lie on a disk that is full or not there yet: the terminal serves meanwhile."""
        while True:
            try:
                return agent.open()
            except (OutboxError, messages.MessageError) as error:
                log.write("fleet.not_open", error=type(error).__name__)
                inbox.take(AGAIN_SECONDS)

    # --- when a Worker crashes ------------------------------------------------------------------------------

    def _busy(self, ref: Ref) -> None:
        self._runtime.post_soon(Answered(ref=ref, answer=Unreachable("BUSY")))

    def _unasked(self, left: list[Asked | Forget]) -> None:
        for message in left:
            if isinstance(message, Asked):
                self._busy(message.ref)
        self._fell_soon("platform")

    def _unbooked(self, left: list[Record]) -> None:
        """Nothing of these was begun. What the crash interrupted is in doubt: recovery settles it after a restart."""
        self._runtime.recorded_soon(tuple(moved for record in left for moved in _refused(record)))
        self._fell_soon("ledger")

    def _fell_soon(self, part: str) -> None:
        """From any thread."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(self._fell, part)
        except RuntimeError:  # the loop is closed: the process is ending already
            log.write("event.after_end")

    def _fell(self, part: str) -> None:
        if self.broken:
            return
        assert self._loop is not None
        self.broken = part
        log.write("broken", part=part)
        self._runtime.post(Broken(part=part))
        if self._phase == "visit":
            self._loop.call_later(LAST_VISIT_SECONDS, self.over.set)
        else:
            self.over.set()


def _refused(record: Record | None) -> list[Moved]:
    """The ledger cannot be written: no money is taken, nothing is filed, no paper comes out."""
    match record:
        case OpenOrder(order=order):
            return [OrderMoved(order, OrderState.REVERSED, code="LEDGER")]
        case OpenFiling(filing=filing):
            return [FilingMoved(filing, FilingState.REJECTED, code="LEDGER")]
        case OpenOutput(output=output):
            return [OutputMoved(output, OutputState.RETRACTED, code="LEDGER")]
    return []
