"""The screen's loop against a real X server: keys close nothing, partial frames equal whole ones, no gap is seen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.config import Screen as Panel
from kiosk.events import Chose, Touched
from kiosk.screen import Screen
from kiosk.screen_link import Happened
from tests.bench.panel import Panel as Display
from tests.bench.panel import virtual_display
from tests.screens.raw_screen import RawScreen
from tests.screens.samples import NAMES, sample

SIZE = (540, 960)


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with virtual_display(SIZE) as name:
        yield name


@pytest.fixture
def panel(display: str) -> Iterator[Display]:
    it = Display(display, SIZE)
    yield it
    it.close()


def test_keys_close_nothing_and_open_nothing(display: str, panel: Display, tmp_path: Path) -> None:
    with RawScreen(tmp_path, SIZE, display) as screen:
        screen.show(sample("home", "zh"))
        before = panel.settled()
        for key in ("Escape", "F1", "F11", "F12", "Return", "Tab", "q"):
            panel.key(key)
        panel.key("F4", "Alt_L")
        panel.key("w", "Control_L")
        assert panel.settled() == before
        screen.show(sample("done", "zh"))  # and it still lives


def test_a_tap_says_touched_and_chose_with_the_number_of_its_page(display: str, panel: Display, tmp_path: Path) -> None:
    with RawScreen(tmp_path, SIZE, display) as screen:
        page = sample("timeout", "zh")
        screen.show(page)
        key, (x, y, width, height) = next(iter(screen.mirrored()["targets"].items()))
        panel.move((x + width // 2, y + height // 2))
        panel.press()
        panel.release()
        assert screen.hear() == Happened(Touched())
        assert screen.hear() == Happened(Chose(page=page.n, key=key))


def whole(panel: Display) -> bytes:
    """The picture after the window was told that all of it must be drawn again."""
    panel.settled(calm=0.15)
    panel.expose()
    return panel.settled(calm=0.15)


def differing(panel: Display, screen: RawScreen, names: tuple[str, ...]) -> list[str]:
    """Pages of `names` on which a frame drawn in part differs from one drawn whole."""
    wrong = []
    for name in names:
        screen.show(sample(name, "zh"))
        targets = screen.mirrored()["targets"]
        if panel.settled(calm=0.15) != whole(panel):
            wrong.append(name)
        for x, y, width, height in list(targets.values())[:1]:
            panel.move((x + width // 2, y + height // 2))
            panel.press()
            if panel.settled(calm=0.15) != whole(panel):
                wrong.append(f"{name}, pressed")
            panel.move((0, SIZE[1] - 1))  # slides off: no tap
            panel.release()
            if panel.settled(calm=0.15) != whole(panel):
                wrong.append(f"{name}, released")
    return wrong


STILL = tuple(name for name in NAMES if not name.startswith("wait"))  # a waiting page's dots move


def test_a_frame_drawn_in_part_equals_one_drawn_whole(display: str, panel: Display, tmp_path: Path) -> None:
    with RawScreen(tmp_path, SIZE, display) as screen:
        assert not differing(panel, screen, STILL[::4])


SHORT_SIGHTED = """
import runpy
from screens import kivy_setup
prepare = kivy_setup.prepare
def prepared(*panel):
    prepare(*panel)
    from screens.stage import Stage
    take = Stage.take_damage
    def half(stage):
        damage = take(stage)
        return damage and (damage[0], damage[1], damage[2] // 2, damage[3])
    Stage.take_damage = half
kivy_setup.prepare = prepared
runpy.run_module("screens", run_name="__main__", alter_sys=True)
"""


def test_a_stage_that_sees_half_of_its_damage_is_caught(display: str, panel: Display, tmp_path: Path) -> None:
    with RawScreen(tmp_path, SIZE, display, ("-c", SHORT_SIGHTED)) as screen:
        assert differing(panel, screen, ("home",))


def test_the_citizen_sees_no_gap_when_the_process_is_replaced(
    display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    camera = Display(display, SIZE)
    seen: set[bytes] = set()
    stop = threading.Event()

    def film() -> None:
        while not stop.is_set():
            seen.add(camera.strip(SIZE[1] // 2))

    async def told() -> None:
        screen = Screen(
            Panel(*SIZE, 16.0),
            current_page=lambda: sample("home", "zh"),  # type: ignore[arg-type,return-value]
            on_event=lambda event: None,
            on_lost=lambda code: None,
        )
        await screen.start()
        still = await asyncio.to_thread(camera.settled)
        filming = threading.Thread(target=film)
        filming.start()
        try:
            for _ in range(2):
                await screen.replace()
        finally:
            stop.set()
            filming.join()
            await screen.close()
        row = 4 * SIZE[0]
        assert seen == {still[row * (SIZE[1] // 2) : row * (SIZE[1] // 2 + 1)]}

    asyncio.run(told())


def test_the_process_ends_with_its_reason(tmp_path: Path) -> None:
    """0 when told to, 3 after rubbish, 4 when the kiosk is gone."""
    codes = []
    for number, end in enumerate(
        (lambda s: s.quit(), lambda s: s.link.sendall(b"\0\0\0\1\xc1"), lambda s: s.link.close())
    ):
        directory = tmp_path / str(number)
        directory.mkdir()
        with RawScreen(directory, SIZE) as screen:
            screen.show(sample("home", "zh"))
            end(screen)
            codes.append(screen.process.wait(30))
    assert codes == [0, 3, 4]


def test_a_timer_that_is_due_draws_without_any_message_or_touch(display: str, panel: Display, tmp_path: Path) -> None:
    with RawScreen(tmp_path, SIZE, display) as screen:
        screen.show(sample("wait", "zh"))
        pictures = {panel.picture()}
        while len(pictures) < 3:  # the dots of a waiting page move on
            pictures.add(panel.picture())
