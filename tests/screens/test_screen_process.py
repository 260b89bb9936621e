"""The screen as the kiosk has it: crashes, hangs and visits end, and the right page stands there again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from kiosk import screen as kiosk_screen
from kiosk.config import Screen as Panel
from kiosk.page import Form, Row
from kiosk.screen import Screen, ScreenError
from kiosk.secret import Secret
from tests.bench import processes
from tests.screens.memory import found
from tests.screens.raw_screen import PATIENCE
from tests.screens.samples import sample

PANEL = Panel(480, 640, 12.0)
CANARIES = ("竺妍菡", "440306199912310042", "Zhuyanhan-Canary")


@pytest.fixture(autouse=True)
def offscreen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "offscreen")


class Kiosk:
    """A runtime reduced to what a screen needs of it."""

    def __init__(self, mirror: Path) -> None:
        self.page: Any = sample("home", "zh")
        self.lost: asyncio.Queue[str] = asyncio.Queue()
        self.shown: asyncio.Queue[str] = asyncio.Queue()
        self.screen = Screen(
            PANEL,
            current_page=lambda: self.page,
            on_event=lambda event: None,
            on_lost=self.lost.put_nowait,
            mirror=mirror,
        )

    def show(self, page: Any) -> None:
        self.page = page
        self.screen.show(page)

    async def front(self) -> int:
        """The process that the citizen sees, once there is one."""
        while self.screen.pid is None:
            await asyncio.sleep(0.01)
        return self.screen.pid

    async def settled(self, kind: str) -> None:
        while await self.shown.get() != kind:
            pass


@asynccontextmanager
async def kiosk(directory: Path) -> AsyncIterator[Kiosk]:
    path = directory / "mirror"
    it = Kiosk(path)

    async def mirrored(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            it.shown.put_nowait(json.loads(line)["kind"])
        writer.close()

    server = await asyncio.start_unix_server(mirrored, path)
    try:
        await it.screen.start()
        await it.settled("home")
        yield it
    finally:
        await it.screen.close()
        server.close()


def story(told: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def patient() -> None:
        async with asyncio.timeout(2 * PATIENCE):
            await told()

    asyncio.run(patient())


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGSEGV])
def test_a_crash_brings_the_current_page_back(tmp_path: Path, death: signal.Signals) -> None:
    async def told() -> None:
        async with kiosk(tmp_path) as it:
            it.show(sample("form", "zh"))
            await it.settled("form")
            first = it.screen.pid
            assert first is not None
            it.page = sample("home", "zh")  # the runtime ends the visit: nothing personal is asked for again
            os.kill(first, death)
            assert await it.lost.get() == "SCREEN_CRASHED"
            await it.settled("home")
            assert await it.front() != first

    story(told)


def test_a_hanging_screen_is_found_out_and_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kiosk_screen, "PULSE", 0.1)

    async def told() -> None:
        async with kiosk(tmp_path) as it:
            first = it.screen.pid
            assert first is not None
            os.kill(first, signal.SIGSTOP)
            monkeypatch.setattr(kiosk_screen, "HANG", 0.5)
            assert await it.lost.get() == "SCREEN_HUNG"
            monkeypatch.setattr(kiosk_screen, "HANG", PATIENCE)
            await it.settled("home")
            assert not Path(f"/proc/{first}").exists()

    story(told)


def test_restarts_that_keep_failing_come_slower_and_slower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        if seconds or not pauses:
            pauses.append(seconds)
        await sleep(0)

    async def told() -> None:
        async with kiosk(tmp_path) as it:
            monkeypatch.setenv("KIOSK_FONTS", str(tmp_path / "nothing here"))
            monkeypatch.setattr(kiosk_screen.asyncio, "sleep", noted)
            monkeypatch.setattr(kiosk_screen, "PAUSES", (0.0, 0.5, 1.0, 2.0))
            assert it.screen.pid is not None
            os.kill(it.screen.pid, signal.SIGKILL)
            assert [await it.lost.get() for _ in range(6)] == ["SCREEN_CRASHED", *["SCREEN_START"] * 5]
            assert it.screen.pid is None
            it.screen.show(it.page)  # nobody sees it, and nothing breaks

    story(told)
    assert pauses[:5] == [0.0, 0.5, 1.0, 2.0, 2.0]


def test_a_screen_that_never_comes_up_is_an_error_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_FONTS", str(tmp_path))

    async def told() -> None:
        with pytest.raises(ScreenError):
            async with kiosk(tmp_path):
                pass

    story(told)


def test_pages_faster_than_frames_end_with_the_newest(tmp_path: Path) -> None:
    async def told() -> None:
        async with kiosk(tmp_path) as it:
            for _ in range(20):
                it.show(sample("form", "zh"))
                it.show(sample("check", "zh"))
            it.show(sample("done", "zh"))
            await it.settled("done")

    story(told)


def personal(n: int) -> Form:
    words = (*CANARIES, f"{CANARIES[0]}第{n}行")
    return Form(n=n, question="form", title="请核对", rows=tuple(Row("姓名", Secret(word)) for word in words))


def test_after_a_visit_no_memory_holds_what_it_showed(tmp_path: Path) -> None:
    """The mutant first: the same search finds the words while the visit lasts."""

    async def told() -> None:
        async with kiosk(tmp_path) as it:
            for n in range(10, 14):
                it.show(personal(n))
                await it.settled("form")
                it.show(sample("check", "zh"))
                await it.settled("check")
            it.show(personal(14))  # on the screen now: what went before is overwritten when it is freed
            await it.settled("form")
            old = it.screen.pid
            assert old is not None
            assert all(found(old, CANARIES).values()), "the search would not find them anywhere"
            it.show(sample("home", "zh"))
            await it.screen.replace()
            assert it.screen.pid not in (None, old)
            assert not Path(f"/proc/{old}").exists()
            assert found(it.screen.pid or 0, CANARIES) == dict.fromkeys(CANARIES, 0)
            assert it.lost.empty()

    story(told)


def test_no_file_is_left_of_a_killed_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))

    async def told() -> None:
        screen = Screen(
            PANEL,
            current_page=lambda: sample("home", "zh"),  # type: ignore[arg-type,return-value]
            on_event=lambda event: None,
            on_lost=lambda code: None,
        )
        await screen.start()
        open_files = len(os.listdir("/proc/self/fd"))
        for _ in range(2):
            await screen.replace()
        assert len(os.listdir("/proc/self/fd")) == open_files
        assert len(list(scratch.iterdir())) == 1
        await screen.close()

    story(told)
    assert not list(scratch.iterdir())


def test_three_hundred_pages_do_not_grow_the_process(tmp_path: Path) -> None:
    """Every page has words of its own, as every citizen has."""

    async def told() -> None:
        async with kiosk(tmp_path) as it:
            assert it.screen.pid is not None
            sizes = []
            for n in range(300):
                it.show(Form(n=n, title=f"第{n}页", rows=(Row("姓名", Secret(f"张示例{n}")),)))
                await it.settled("form")
                if n in (99, 299):
                    sizes.append(processes.pss({it.screen.pid}))
            assert sizes[1] - sizes[0] < 10, f"MB after 100 and 300 pages: {sizes}"

    story(told)


def test_the_link_is_closed_to_everything_else(tmp_path: Path) -> None:
    """The child inherits its end of the link and no other descriptor of the kiosk."""
    secret, _other = socket.socketpair()
    os.set_inheritable(secret.fileno(), True)

    async def told() -> None:
        async with kiosk(tmp_path) as it:
            links = {os.readlink(f"/proc/{it.screen.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{it.screen.pid}/fd")}
            assert os.readlink(f"/proc/self/fd/{secret.fileno()}") not in links

    story(told)
