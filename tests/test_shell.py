"""A part of the runtime that dies, and an inbox that is full: nobody waits for ever, and no further visit begins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from kiosk import shell as shells
from kiosk.events import Broken, Chose, Ref
from kiosk.flow.state import Surroundings
from kiosk.page import PAGES, OutOfService
from kiosk.platform import Text, Unreachable
from kiosk.records import OpenOrder, OrderMoved, OrderState, SettleOrder
from kiosk.runtime import Runtime
from kiosk.secret import Secret
from kiosk.shell import Shell
from tests.flow.play import FLOWS

ORDER = OpenOrder("b-1-1", "sample-item", "0" * 12, 1000, Secret("sample"))


class Face:
    def __init__(self) -> None:
        self.shown: list[PAGES] = []

    async def start(self) -> None: ...

    def show(self, page: PAGES) -> None:
        self.shown.append(page)

    async def replace(self) -> None: ...

    async def close(self) -> None: ...


class Quiet:
    """Stands for each thing that a Worker owns: nothing is due, the platform is up."""

    def pause(self) -> float:
        return 60.0

    def recover(self) -> list[Any]:
        return []

    def healthy(self) -> bool:
        return True

    def open(self) -> None: ...

    def close(self) -> None: ...

    def poll(self) -> None: ...

    def do(self, news: object) -> list[Any]:
        return []

    def forget(self) -> None: ...

    def ask(self, question: object) -> Any:
        raise ValueError("a bug of ours")


def wrong() -> Any:
    raise ValueError("a wrong file")


class Kiosk:
    """A Runtime and its Shell on the running loop; what came back from the Workers is kept."""

    def __init__(self, client: Callable[[], Any] = Quiet, clerk: Callable[[], Any] = Quiet) -> None:
        from kiosk import catalogue

        around = Surroundings(catalogue.load(FLOWS), Text("样例点", "Sample point"), True, 60)
        self.runtime = Runtime(around, asyncio.get_running_loop())
        self.face = Face()
        self.events: list[Any] = []
        self.moved: list[Any] = []
        post = self.runtime.post
        agent: Callable[[], Any] = Quiet

        def hear(event: Any) -> None:
            self.events.append(event)
            post(event)

        self.runtime.post = hear  # type: ignore[method-assign]
        self.runtime.recorded_soon = self.moved.extend  # type: ignore[method-assign, assignment]
        self.shell = Shell(self.runtime, self.face, {}, client, clerk, agent)


async def ended(kiosk: Kiosk) -> None:
    await asyncio.wait_for(kiosk.shell.over.wait(), 20)
    await kiosk.shell.stop()


@pytest.mark.parametrize("part", ["client", "clerk"])
def test_a_part_that_cannot_start_puts_the_terminal_out_of_service_and_ends_the_process(part: str) -> None:
    async def story() -> None:
        kiosk = Kiosk(**{part: wrong})
        await kiosk.shell.start()
        await ended(kiosk)
        assert kiosk.shell.broken in ("platform", "pulse", "ledger")
        assert any(isinstance(event, Broken) for event in kiosk.events)
        assert isinstance(kiosk.face.shown[-1], OutOfService)

    asyncio.run(story())


def test_a_question_that_crashes_the_platforms_worker_is_answered_and_so_is_every_later_one() -> None:
    async def story() -> None:
        kiosk = Kiosk()
        await kiosk.shell.start()
        kiosk.shell.ask(Ref(1, 1), None)  # type: ignore[arg-type]
        await asyncio.wait_for(kiosk.shell.over.wait(), 20)
        kiosk.shell.ask(Ref(1, 2), None)  # type: ignore[arg-type]
        await ended(kiosk)
        await asyncio.sleep(0)
        answers = [(event.ref.n, event.answer) for event in kiosk.events if hasattr(event, "answer")]
        assert answers == [(1, Unreachable("BUSY")), (2, Unreachable("BUSY"))]

    asyncio.run(story())


def test_a_ledger_that_takes_no_order_refuses_it_and_what_it_cannot_refuse_is_left_to_recovery() -> None:
    async def story() -> None:
        kiosk = Kiosk()
        kiosk.shell._loop = asyncio.get_running_loop()
        kiosk.runtime.start(kiosk.shell)  # no Worker runs: the inboxes fill
        for _ in range(64):
            kiosk.shell.keep(ORDER)
        assert kiosk.moved == []
        kiosk.shell.keep(ORDER)
        assert kiosk.moved == [OrderMoved("b-1-1", OrderState.REVERSED, code="LEDGER")]
        assert kiosk.shell.broken == ""
        kiosk.shell.keep(SettleOrder("b-1-1", delivered=True))
        await asyncio.wait_for(kiosk.shell.over.wait(), 20)
        assert str(kiosk.shell.broken) == "ledger"

    asyncio.run(story())


def test_the_visit_that_is_there_may_end_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shells, "LAST_VISIT_SECONDS", 3600.0)

    async def story() -> None:
        kiosk = Kiosk()
        await kiosk.shell.start()
        while kiosk.shell._phase != "open" and not any(hasattr(event, "up") for event in kiosk.events):
            await asyncio.sleep(0.001)
        kiosk.shell.state("visit")
        kiosk.shell._fell("fleet")
        assert not kiosk.shell.over.is_set()
        kiosk.shell.state("out_of_service")
        await ended(kiosk)
        kiosk.runtime.post(Chose(page=kiosk.runtime.page.n, key="start"))
        assert isinstance(kiosk.runtime.page, OutOfService)

    asyncio.run(story())
