"""`python -m tests.bench.loops`: three places where Kivy could run, on the same pages, in one run.

(a) inside the asyncio loop (`App.async_run`), (b) our own loop on the main thread with asyncio in a thread beside
it, (c) our own loop in a process of its own, as the kiosk has it. `kiosk/DECISIONS.md` keeps the figures and the
choice.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from math import hypot
from typing import Any

from kiosk.events import Chose, ScreenEvent
from kiosk.screen_link import Frames, Happened, ShowPage, frame, read_from_screen
from tests.bench import processes
from tests.bench.__main__ import SIZE, UNITS, Course, Figures
from tests.bench.content import form, home
from tests.bench.panel import Panel, Point, virtual_display
from tests.bench.sides import DIAGONAL, ROOT, KioskSide, compiled

PX_PER_MM = hypot(*SIZE) / (DIAGONAL * 25.4)


class Pages:
    """Home, form, home, ... one further with every tap."""

    def __init__(self) -> None:
        self.page: Any = home(1)

    def answer(self, event: ScreenEvent) -> Any:
        """The next page, or None when the event asks for none."""
        if not isinstance(event, Chose) or event.page != self.page.n:
            return None
        n = self.page.n + 1
        self.page = form(n) if n % 2 == 0 else home(n)
        return self.page


def in_asyncio() -> None:
    """(a) Kivy's own loop as a coroutine among the kiosk's."""
    _prepare()
    from kivy.app import App
    from kivy.clock import Clock

    from screens.stage import Stage

    pages = Pages()

    class Kiosk(App):  # type: ignore[misc]
        def build(self) -> Any:
            stage = Stage(lambda event: self.heard(stage, event), PX_PER_MM, SIZE)
            stage.show(pages.page)
            return stage

        def heard(self, stage: Stage, event: ScreenEvent) -> None:
            page = pages.answer(event)
            if page is not None:  # as it comes from the kiosk's queue, in a later turn of the loop
                asyncio.get_running_loop().call_soon(stage.show, page)

    assert Clock is not None
    asyncio.run(Kiosk().async_run("asyncio"))


def beside_asyncio() -> None:
    """(b) our loop on the main thread, the kiosk's asyncio in a thread of the same process."""
    ours, theirs = socket.socketpair()
    threading.Thread(target=lambda: asyncio.run(_answer(theirs)), daemon=True).start()
    _prepare("0", "hidden")
    from kivy.base import EventLoop

    from screens.link import Link
    from screens.loop import Loop
    from screens.stage import Stage

    link = Link(ours.detach())
    EventLoop.ensure_window()
    stage = Stage(lambda event: link.send(Happened(event)), PX_PER_MM, SIZE)
    EventLoop.window.add_widget(stage)
    Loop(EventLoop.window, link, stage).run()


async def _answer(theirs: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=theirs)
    pages, frames, seq = Pages(), Frames(), 1
    writer.write(frame(ShowPage(seq, pages.page)))
    while data := await reader.read(1 << 16):
        for body in frames.feed(data):
            message = read_from_screen(body)
            page = pages.answer(message.event) if isinstance(message, Happened) else None
            if page is not None:
                seq += 1
                writer.write(frame(ShowPage(seq, page)))


def _prepare(maxfps: str = "60", window_state: str = "visible") -> None:
    from screens.kivy_setup import prepare

    prepare(*SIZE, True)
    os.environ["SDL_MOUSE_FOCUS_CLICKTHROUGH"] = "1"
    from kivy.config import Config

    Config.set("graphics", "fullscreen", "0")
    Config.set("graphics", "maxfps", maxfps)
    Config.set("graphics", "window_state", window_state)


class OneProcess:
    """(a) or (b), which have one process for everything; targets stand where they stand in (c)."""

    def __init__(self, name: str, display: str, where: tuple[Point, Point]) -> None:
        self.name = name
        self._environment, self._compiled = compiled(display)
        self._where = where
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        self._scratch = tempfile.TemporaryDirectory(prefix="kiosk-bench-")
        begun = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.loops", self.name],
            cwd=ROOT,
            env=self._environment | {"TMPDIR": self._scratch.name},
        )
        return begun

    def started(self) -> None:
        """It does not say."""

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._scratch.cleanup()

    def processes(self) -> set[int]:
        assert self._process is not None
        return processes.family(self._process.pid)

    def tile(self) -> Point:
        return self._where[0]

    def key(self) -> Point:
        return self._where[1]


def table(columns: dict[str, Figures]) -> str:
    """One row a figure, one column a side."""
    lines = [" " * 26 + "".join(f"{name:>16}" for name in columns)]
    for name, unit in UNITS.items():
        cells = "".join(f"{figures[name]:>13.2f} {unit:2}" for figures in columns.values())
        lines.append(f"{name:26}{cells}")
    return "\n".join(lines)


VARIANTS = {"async_run": in_asyncio, "own_loop": beside_asyncio}


def main() -> int:
    if len(sys.argv) > 1:
        VARIANTS[sys.argv[1]]()
        return 0
    columns: dict[str, Figures] = {}
    with virtual_display(SIZE) as display:
        panel = Panel(display, SIZE)
        own = KioskSide(display, panel)
        course = Course(own, panel)
        try:
            columns["own_process"] = course.run()
        finally:
            own.stop()
        for name in VARIANTS:
            side = OneProcess(name, display, course.places)
            try:
                columns[name] = Course(side, panel).run()
            finally:
                side.stop()
        panel.close()
    print(table(columns))
    return 0


if __name__ == "__main__":
    sys.exit(main())
