"""Fingers on the Stage: what is sent, when, and what is forgotten."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import count

import msgspec
import pytest

from kiosk import page as kinds
from kiosk.events import Chose, Edited, ScreenEvent, Touched
from kiosk.page import Page
from kiosk.secret import Secret, reveal
from screens.scene import Text
from screens.widgets.pad import DELETE
from tests.screens.panels import px_per_mm
from tests.screens.samples import NAMES, sample

WIDTH, HEIGHT = 1080, 1920


class Finger:
    """A touch as Kivy hands it to a widget: pixels from the bottom left corner."""

    _ids = count(1)

    def __init__(self, x: float, y: float) -> None:
        self.uid = next(self._ids)
        self.x, self.y = x, HEIGHT - y


class Desk:
    """A Stage, what it sent, and a clock that moves when told."""

    def __init__(self) -> None:
        from screens.stage import Stage

        self.sent: list[ScreenEvent] = []
        self.now = 100.0
        self.stage = Stage(self.sent.append, px_per_mm("portrait"), (WIDTH, HEIGHT), clock=lambda: self.now)

    def finger(self, key: str) -> Finger:
        x, y, w, h = self.stage.targets()[key]
        return Finger(x + w / 2, y + h / 2)

    def tap(self, key: str, after: float = 1.0) -> list[ScreenEvent]:
        """Tap `key`, `after` seconds later than whatever was before; what was sent, without Touched."""
        self.now += after
        before = len(self.sent)
        finger = self.finger(key)
        self.stage.on_touch_down(finger)
        self.stage.on_touch_up(finger)
        return [event for event in self.sent[before:] if not isinstance(event, Touched)]

    def show(self, page: Page) -> None:
        self.stage.show(page)

    def texts(self) -> str:
        return "\n".join(
            reveal(line) for mark in self.stage._scene.marks if isinstance(mark, Text) for line in mark.lines
        )


@pytest.fixture(scope="module")
def window() -> None:
    """One offscreen window a test process: canvas instructions need a GL context."""
    from kivy.base import EventLoop

    EventLoop.ensure_window()


@pytest.fixture
def desk(window: None) -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.stage.wipe()


def test_a_tap_sends_the_key_with_the_pages_number(desk: Desk) -> None:
    desk.show(sample("form", "zh"))
    assert desk.tap("continue") == [Chose(page=7, key="continue")]
    assert Touched() in desk.sent


def test_sliding_off_takes_the_tap_back(desk: Desk) -> None:
    desk.show(sample("form", "zh"))
    finger = desk.finger("continue")
    desk.stage.on_touch_down(finger)
    finger.y += 600
    desk.stage.on_touch_move(finger)
    finger.y -= 600
    desk.stage.on_touch_move(finger)
    desk.stage.on_touch_up(finger)
    assert desk.sent == [Touched()]


def test_the_first_finger_wins(desk: Desk) -> None:
    desk.show(sample("form", "zh"))
    first, second = desk.finger("continue"), desk.finger("exit")
    desk.stage.on_touch_down(first)
    desk.stage.on_touch_down(second)
    desk.stage.on_touch_up(second)
    desk.stage.on_touch_up(first)
    assert [event for event in desk.sent if isinstance(event, Chose)] == [Chose(page=7, key="continue")]


def test_a_tremor_is_one_tap(desk: Desk) -> None:
    desk.show(sample("form", "zh"))
    assert desk.tap("continue")
    assert not desk.tap("continue", after=0.1)
    assert not desk.tap("continue", after=0.25)
    assert desk.tap("continue", after=0.31)


def test_a_key_that_sends_money_off_locks_until_the_next_page(desk: Desk) -> None:
    page = sample("check", "zh")
    desk.show(page)
    assert desk.tap("confirm")
    assert not desk.tap("confirm", after=5)
    desk.show(msgspec.structs.replace(page, n=8))
    assert desk.tap("confirm", after=5) == [Chose(page=8, key="confirm")]


def test_a_press_is_dropped_when_the_page_changes_under_the_finger(desk: Desk) -> None:
    desk.show(sample("form", "zh"))
    finger = desk.finger("continue")
    desk.stage.on_touch_down(finger)
    desk.show(msgspec.structs.replace(sample("check", "zh"), n=8))
    desk.stage.on_touch_up(finger)
    assert desk.sent == [Touched()]


def test_an_unavailable_tile_says_nothing(desk: Desk) -> None:
    desk.show(sample("home", "zh"))
    assert "item:property" not in desk.stage.targets()
    assert "缺纸" in desk.texts()


def test_the_attract_page_is_one_target(desk: Desk) -> None:
    desk.show(sample("attract", "zh"))
    assert desk.tap("start") == [Chose(page=7, key="start")]


def test_typing_shows_at_once_and_sends_each_edit(desk: Desk) -> None:
    desk.show(sample("entry-digits", "zh"))
    assert desk.tap("pad:5") == [Edited(page=7, field="phone", value=Secret("13800005"))]
    assert "13800005" in desk.texts()
    assert desk.tap(DELETE) == [Edited(page=7, field="phone", value=Secret("1380000"))]


def test_two_equal_digits_in_a_row_are_meant(desk: Desk) -> None:
    desk.show(sample("entry-digits", "zh"))
    desk.tap("pad:0")
    assert desk.tap("pad:0", after=0.15)
    assert not desk.tap("pad:0", after=0.05)


def test_a_full_field_takes_no_more(desk: Desk) -> None:
    desk.show(sample("entry-digits", "zh"))
    for digit in "1234":
        desk.tap(f"pad:{digit}")
    assert not desk.tap("pad:5")
    assert "13800001234" in desk.texts()


def test_a_late_echo_takes_no_typed_character_away(desk: Desk) -> None:
    page = sample("entry-digits", "zh")
    assert isinstance(page, kinds.Entry)
    desk.show(page)
    desk.tap("pad:1")
    desk.tap("pad:2")
    desk.show(msgspec.structs.replace(page, value=Secret("13800001")))
    assert "138000012" in desk.texts()
    desk.show(msgspec.structs.replace(page, value=Secret("138000012")))
    assert "138000012" in desk.texts()
    desk.show(msgspec.structs.replace(page, value=Secret("")))
    assert "138" not in desk.texts()


def test_a_language_switch_keeps_what_was_typed(desk: Desk) -> None:
    desk.show(sample("entry-digits", "zh"))
    desk.tap("pad:9")
    desk.show(sample("entry-digits", "en"))
    assert "13800009" in desk.texts()
    assert "11 digits" in desk.texts()


def test_a_long_list_is_turned_and_stays_turned_when_the_page_refreshes(desk: Desk) -> None:
    page = sample("home", "zh")
    assert isinstance(page, kinds.Home)
    page = msgspec.structs.replace(page, tiles=page.tiles * 3)
    desk.show(page)
    first = desk.texts()
    assert desk.tap("sheet:next") == []
    second = desk.texts()
    assert second != first
    desk.show(msgspec.structs.replace(page, place="Another"))
    assert desk.texts() != first
    assert "sheet:previous" in desk.stage.targets()
    desk.show(msgspec.structs.replace(page, n=8))
    assert desk.texts() == first
    assert "sheet:previous" not in desk.stage.targets()


def test_a_refresh_redraws_only_what_changed(desk: Desk) -> None:
    page = sample("timeout", "zh")
    assert isinstance(page, kinds.Timeout)
    desk.show(page)
    desk.stage.take_damage()
    desk.show(page)
    assert desk.stage.take_damage() is None
    desk.show(msgspec.structs.replace(page, seconds=19))
    damage = desk.stage.take_damage()
    assert damage is not None
    assert damage[2] * damage[3] < WIDTH * HEIGHT / 8


def test_a_press_damages_its_key_alone(desk: Desk) -> None:
    desk.show(sample("form", "zh"))
    desk.stage.take_damage()
    desk.stage.on_touch_down(desk.finger("continue"))
    assert desk.stage.take_damage() == desk.stage.targets()["continue"]


@pytest.mark.parametrize("name", NAMES)
def test_after_a_wipe_nothing_of_the_citizen_is_held(desk: Desk, name: str) -> None:
    """The canary is in every personal value; no object that Python can see may hold it afterwards."""
    canary = "CANARY" + "VALUE"
    page = plant(sample(name, "zh"), canary)
    desk.show(page)
    if name == "entry-letters":
        desk.tap("pad:Q")
    personal = any(isinstance(mark, Text) and mark.personal for mark in desk.stage._scene.marks)
    del page
    desk.stage.wipe()
    desk.sent.clear()
    assert not desk.stage.targets()
    assert not desk.texts()
    gc.collect()
    if personal:
        from kivy.core.text import LabelBase

        alive = gc.get_objects()
        assert not [one for one in alive if isinstance(one, Secret) and canary in one.value]
        assert not [one for one in alive if isinstance(one, LabelBase) and canary in str(one.text)]
        assert not any(canary in text for text, _, _ in desk.stage._painter._texts)


def plant(page: Page, canary: str) -> Page:
    """`page` with every Secret replaced by the canary."""

    def walk(value: object) -> object:
        if isinstance(value, Secret):
            return Secret(canary)
        if isinstance(value, tuple):
            return tuple(walk(one) for one in value)
        if isinstance(value, msgspec.Struct):
            return type(value)(**{name: walk(getattr(value, name)) for name in value.__struct_fields__})
        return value

    planted = walk(page)
    assert isinstance(planted, Page)
    return planted
