"""The Runtime on a real loop: what it drops, how a paper goes out, what it remembers and forgets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kiosk import device_worker
from kiosk.devices import Condition, PaperTaken, Print, Printed, PrintFailed, Role, Status, StatusChanged
from kiosk.document import Document
from kiosk.effects import Deliver, Keep, Usage, Wipe
from kiosk.events import Answered, Chose, PlatformSeen, Ref, Reported, Touched
from kiosk.flow.state import Surroundings
from kiosk.page import PAGES, Attract, Home
from kiosk.platform import Question, Text, Unreachable
from kiosk.records import (
    FilingMoved,
    FilingState,
    MoveOutput,
    OpenFiling,
    OpenOutput,
    OutputMoved,
    OutputState,
    Record,
)
from kiosk.runtime import Runtime
from kiosk.secret import Secret
from tests.flow.play import items

UP = Status(Condition.ONLINE)
PAPER = Document("样例", ())
DELIVER = Deliver(Ref(1, 7), "b-1-7", "sample-item", "0" * 12, PAPER, "d" * 64)


class Hands:
    """Does nothing and remembers it all."""

    def __init__(self) -> None:
        self.shown: list[PAGES] = []
        self.used: list[tuple[Role, device_worker.Use]] = []
        self.kept: list[Record] = []
        self.told: list[object] = []
        self.wipes = 0
        self.works = True

    def show(self, page: PAGES) -> None:
        self.shown.append(page)

    def use(self, role: Role, use: device_worker.Use) -> bool:
        self.used.append((role, use))
        return self.works

    def ask(self, ref: Ref, question: Question) -> None:
        self.told.append(question)

    def keep(self, record: Record) -> None:
        self.kept.append(record)

    def usage(self, usage: Usage) -> None:
        self.told.append(usage)

    def status(self, role: Role, report: StatusChanged) -> None:
        self.told.append((role, report.status))

    def state(self, phase: str) -> None:
        self.told.append(phase)

    def wipe(self) -> None:
        self.wipes += 1


def play(story: Callable[[Runtime, Hands], Awaitable[None]], idle_seconds: int = 60) -> None:
    """An open terminal with every device, on a loop of its own."""

    async def run() -> None:
        around = Surroundings(items(), Text("样例点", "Sample point"), sandbox=True, idle_seconds=idle_seconds)
        runtime, hands = Runtime(around, asyncio.get_running_loop()), Hands()
        runtime.start(hands)
        for role in Role:
            runtime.post(Reported(role=role, report=StatusChanged(UP)))
        runtime.post(PlatformSeen(up=True))
        assert isinstance(runtime.page, Attract)
        await story(runtime, hands)

    asyncio.run(run())


def printer(runtime: Runtime, report: Printed | PrintFailed | PaperTaken, ref: Ref | None = DELIVER.ref) -> None:
    runtime.post(Reported(role=Role.RECEIPT_PRINTER, report=report, ref=ref))


def test_status_and_phase_are_told() -> None:
    async def story(_: Runtime, hands: Hands) -> None:
        assert hands.told == [*((role, UP) for role in Role), "open"]

    play(story)


def test_a_tap_on_an_older_page_and_an_answer_that_nobody_awaits_are_counted_and_dropped() -> None:
    async def story(runtime: Runtime, hands: Hands) -> None:
        shown = len(hands.shown)
        runtime.post(Chose(page=runtime.page.n - 1, key="start"))
        runtime.post_soon(Answered(ref=Ref(1, 1), answer=Unreachable("TIMEOUT")))
        await asyncio.sleep(0)
        assert runtime.dropped == {"tap": 1, "Answered": 1}
        assert len(hands.shown) == shown

    play(story)


def test_intent_first_then_the_paper_then_its_outcome() -> None:
    async def story(runtime: Runtime, hands: Hands) -> None:
        runtime._carry_out(DELIVER)
        assert [type(record) for record in hands.kept] == [OpenOutput]
        assert hands.used == []
        runtime.recorded_soon((OutputMoved("b-1-7", OutputState.INTENDED),))
        await asyncio.sleep(0)
        assert hands.used == [(Role.RECEIPT_PRINTER, device_worker.Use(DELIVER.ref, Print(PAPER)))]
        runtime._carry_out(Wipe(1))  # the citizen left: what the paper did is kept all the same
        printer(runtime, Printed())
        printer(runtime, PaperTaken(), ref=None)
        outcomes = [MoveOutput("b-1-7", OutputState.PRINTED), MoveOutput("b-1-7", OutputState.TAKEN)]
        assert hands.kept[1:] == outcomes
        printer(runtime, Printed())  # said twice: nobody awaits the second
        assert hands.kept[1:] == outcomes

    play(story)


def test_a_printer_that_is_missing_or_fails_is_an_outcome_too() -> None:
    async def story(runtime: Runtime, hands: Hands) -> None:
        for works, report, outcome in [
            (False, None, MoveOutput("b-1-7", OutputState.RETRACTED, "NO_DEVICE")),
            (True, PrintFailed("PAPER_OUT", certain=True), MoveOutput("b-1-7", OutputState.RETRACTED, "PAPER_OUT")),
            (True, PrintFailed("CUTTER", certain=False), MoveOutput("b-1-7", OutputState.UNKNOWN, "CUTTER")),
        ]:
            hands.works = works
            runtime._carry_out(DELIVER)
            runtime._recorded((OutputMoved("b-1-7", OutputState.INTENDED),))
            if report:
                printer(runtime, report)
            assert hands.kept[-1] == outcome

    play(story)


def test_paper_that_was_not_begun_when_its_citizen_left_does_not_come_out() -> None:
    async def story(runtime: Runtime, hands: Hands) -> None:
        runtime._carry_out(DELIVER)
        runtime._carry_out(Wipe(1))
        runtime._recorded((OutputMoved("b-1-7", OutputState.INTENDED),))
        assert hands.used == []
        assert hands.kept[-1] == MoveOutput("b-1-7", OutputState.RETRACTED, "LEFT")
        assert hands.wipes == 1

    play(story)


def test_a_row_is_remembered_until_its_visit_is_over() -> None:
    async def story(runtime: Runtime, hands: Hands) -> None:
        runtime._carry_out(Keep(Ref(1, 3), OpenFiling("b-1-3", "sample-item", "0" * 12, Secret("sample"))))
        runtime._carry_out(Keep(Ref(2, 3), OpenFiling("b-2-3", "sample-item", "0" * 12, Secret("sample"))))
        runtime._carry_out(Wipe(1))
        for row in ("b-1-3", "b-2-3"):
            runtime._recorded((FilingMoved(row, FilingState.UNKNOWN),))
        assert runtime.dropped == {"Recorded": 1}  # the second alone reached the queue, and no visit awaits it
        assert "b-1-3" not in runtime._rows

    play(story)


def test_the_inactivity_tick_comes_once_by_itself_and_without_a_busy_loop() -> None:
    async def story(runtime: Runtime, hands: Hands) -> None:
        runtime.post(Chose(page=runtime.page.n, key="start"))
        assert isinstance(runtime.page, Home)
        before, posted = len(hands.shown), 0
        post = runtime.post

        def count(event: object) -> None:
            nonlocal posted
            posted += 1
            post(event)  # type: ignore[arg-type]

        runtime.post = count  # type: ignore[method-assign]
        while len(hands.shown) == before:
            await asyncio.sleep(0.01)
        assert posted == 1
        runtime.post(Touched())

    play(story, idle_seconds=1)
