"""The kiosk's side of the screen: one page at a time, on a process that is replaced when it fails and after a visit.

A fresh process draws the same page behind a hidden window and maps it on top; then the old one is killed. The
citizen sees no gap, and whatever the last visit left in the old one's memory is gone with it, freed copies and
textures included.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from kiosk.config import Screen as Panel
from kiosk.events import ScreenEvent
from kiosk.page import PAGES
from kiosk.screen_link import FromScreen, Happened, Ping, Pong, Ready, Shown, ShowPage
from kiosk.screen_process import ScreenProcess

START = 15.0  # s from the start of a process to its first frame, on the slowest terminal after a cold boot
PULSE = 2.0  # s between two questions whether it still answers
HANG = 4.0  # s without an answer: it hangs
STEADY = 60.0  # s of life after which earlier failures are forgotten
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0, 15.0, 30.0)  # s before the 1st, 2nd, ... restart in a row; the last one repeats

Lost = Literal["SCREEN_CRASHED", "SCREEN_HUNG", "SCREEN_LINK", "SCREEN_START"]


class ScreenError(Exception):
    """No screen process came up: the technician finds its own words on standard error."""


class _State:
    """One process and what was asked of it."""

    def __init__(self) -> None:
        self.asked = 0  # the last `seq` sent
        self.answered = 0  # the last `seq` that is on the panel
        self.next: PAGES | None = None  # the newest page that waits for the panel
        self.ready = asyncio.Event()
        self.pong = asyncio.Event()


class Screen:
    """`current_page` is asked whenever a fresh process needs its first page; it must hold nothing of an ended visit.

    `on_event` gets the citizen's events, `on_lost` the reason whenever a process was lost. All three are called
    on the loop that `start` ran on.
    """

    def __init__(
        self,
        panel: Panel,
        *,
        current_page: Callable[[], PAGES],
        on_event: Callable[[ScreenEvent], None],
        on_lost: Callable[[Lost], None],
        mirror: Path | None = None,
    ) -> None:
        self._panel = panel
        self._current_page = current_page
        self._on_event = on_event
        self._on_lost = on_lost
        self._mirror = mirror
        self._known: dict[ScreenProcess, _State] = {}
        self._front: ScreenProcess | None = None  # the one that the citizen sees
        self._swap = asyncio.Lock()
        self._keeper: asyncio.Task[None] | None = None
        self._renewal = asyncio.Event()  # the front one is lost: the keeper starts another

    @property
    def pid(self) -> int | None:
        """The process that the citizen sees, or None while there is none."""
        return self._front.pid if self._front is not None else None

    async def start(self) -> None:
        """Show the current page. Raises ScreenError when no process comes up."""
        async with self._swap:
            fresh = await self._launch()
            if fresh is None:
                raise ScreenError(f"the screen process ended or showed nothing within {START:.0f} s; it says why above")
            self._front = fresh
        self._keeper = asyncio.create_task(self._keep())

    def show(self, page: PAGES) -> None:
        """Bring a page to the panel. Pages that come faster than frames are skipped: the newest one is shown."""
        for process in self._known:
            self._ask(process, page)

    async def replace(self) -> None:
        """Show the current page in a fresh process and end the old one. When this returns, the old one's memory
        is gone, whether or not a fresh one came up: if none did, the panel stays dark until a restart succeeds.
        """
        async with self._swap:
            old = self._front
            fresh = await self._launch()
            self._renewal.clear()
            self._front = fresh
            if old is not None:
                old.kill()
                await old.gone.wait()
        if fresh is None:
            self._lose("SCREEN_START")

    async def close(self) -> None:
        """End every process. The object cannot be started again."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        self._front = None
        for process in list(self._known):
            process.kill()
            await process.gone.wait()

    # --- one process ------------------------------------------------------------------------------------------

    async def _launch(self) -> ScreenProcess | None:
        """A process with the current page on the panel, or None when it did not come up."""
        try:
            process = ScreenProcess(self._panel, self._mirror, self._heard, self._ended)
        except OSError:
            return None
        state = self._known[process] = _State()
        self._ask(process, self._current_page())
        ready, gone = (asyncio.ensure_future(event.wait()) for event in (state.ready, process.gone))
        try:
            await asyncio.wait((ready, gone), timeout=START, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
            gone.cancel()
            if not state.ready.is_set():
                process.kill()
        if process.gone.is_set() or not state.ready.is_set():
            await process.gone.wait()
            return None
        return process

    def _ask(self, process: ScreenProcess, page: PAGES) -> None:
        """Send a page, or keep it until the one before is on the panel: one at a time."""
        state = self._known[process]
        if state.asked > state.answered:
            state.next = page
            return
        process.send(ShowPage(state.asked + 1, page))
        state.asked += 1

    def _heard(self, process: ScreenProcess, message: FromScreen) -> None:
        state = self._known[process]
        match message:
            case Happened(event=event):
                if process is self._front:
                    self._on_event(event)
            case Shown(seq=seq):
                state.answered = seq
                waiting, state.next = state.next, None
                if waiting is not None:
                    self._ask(process, waiting)
            case Pong():
                state.pong.set()
            case Ready():
                state.ready.set()

    def _ended(self, process: ScreenProcess) -> None:
        del self._known[process]
        if process is self._front:
            self._lose("SCREEN_LINK" if process.broken else "SCREEN_CRASHED")

    # --- keeping one there ------------------------------------------------------------------------------------

    def _lose(self, reason: Lost) -> None:
        self._front = None
        self._renewal.set()
        self._on_lost(reason)

    async def _keep(self) -> None:
        """Restart what is lost, with growing pauses while it keeps failing, and find out when one hangs."""
        failures = 0
        clock = asyncio.get_running_loop().time
        since = clock()
        while True:
            if self._front is not None:
                await self._pulse(self._front)
            if self._front is not None:
                continue
            failures = 0 if clock() - since > STEADY else failures
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1
            since = clock()
            await self._renew()

    async def _renew(self) -> None:
        async with self._swap:
            if self._front is not None:
                return
            self._renewal.clear()
            self._front = await self._launch()
        if self._front is None:
            self._on_lost("SCREEN_START")

    async def _pulse(self, process: ScreenProcess) -> None:
        """One question after PULSE seconds; returns early when the process is lost."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PULSE):
                await self._renewal.wait()
                return
        state = self._known.get(process)
        if state is None or process is not self._front:
            return  # replaced meanwhile
        state.pong.clear()
        process.send(Ping())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HANG):
                await state.pong.wait()
        await asyncio.sleep(0)  # if this loop itself was held up, the answer is waiting to be read
        if process is self._front and not state.pong.is_set():
            self._lose("SCREEN_HUNG")
            process.kill()
            await process.gone.wait()
