"""The one Kivy widget: shows a Page, tells what was touched, and forgets.

A page is composed into a Scene (a value), the Scene is compared with the one on show, and only marks that differ are
painted again. State kept here: which screenful of a list, the text being typed, the finger that is down.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.uix.floatlayout import FloatLayout

from kiosk.events import Chose, Edited, ScreenEvent, Touched
from kiosk.page import Page
from kiosk.secret import Secret
from screens import theme
from screens.describe import describe
from screens.fonts import faces
from screens.metrics import Metrics
from screens.pages import compose
from screens.painter import Painter
from screens.ruler import Ruler
from screens.scene import Beat, Mark, Rect, Scene, Target, View
from screens.sketch import Sketch
from screens.typing import Typing, field_text
from screens.widgets import keys, pad

_EMPTY = Scene((), ())
_BEAT_S = 0.5


class Stage(FloatLayout):  # type: ignore[misc]
    """`emit` gets every ScreenEvent. `clock` gives monotonic seconds. Raises FontsMissing when fonts are not built."""

    def __init__(
        self,
        emit: Callable[[ScreenEvent], None],
        px_per_mm: float,
        panel_size: tuple[int, int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(size=panel_size, size_hint=(None, None))
        self._emit = emit
        self._clock = clock
        self._metrics = Metrics(px_per_mm, panel_size)
        self._faces = faces()
        self._ruler = Ruler(self._faces)
        self._painter = Painter(panel_size[1], self._ruler, self._faces)
        self._page: Page | None = None
        self._scene = _EMPTY
        self._painted: dict[Mark, Any] = {}
        self._sheet: int | None = None
        self._typing = Typing()
        self._down: tuple[object, Target] | None = None  # which touch, where
        self._last: tuple[str, float] = ("", 0.0)
        self._locked: frozenset[str] = frozenset()
        self._damage: Rect | None = None
        self._beat: Any = None
        self._step = 0

    # --- what the loop asks for -----------------------------------------------------------------------------

    def show(self, page: Page) -> None:
        """Put `page` on the panel. The same number and kind: updated in place, the list stays where it was turned."""
        old = self._page
        if old is None or (old.n, type(old)) != (page.n, type(page)):
            self._sheet = None
            self._typing.clear()
            self._release()
        self._typing.heard(page)
        self._page = page
        self._locked = frozenset()
        self._redraw()

    def wipe(self) -> None:
        """Forget the page, every text and its texture, what was typed, and clear the panel."""
        self._page = None
        self._release()
        self._typing.clear()
        self._sheet = None
        self._apply(_EMPTY)
        self._painter.forget()
        self._last, self._locked = ("", 0.0), frozenset()

    def targets(self) -> dict[str, tuple[int, int, int, int]]:
        """Key -> rectangle in px from the top left corner, of every enabled target on show."""
        return {target.key: tuple(target.rect) for target in self._scene.targets if target.enabled}  # type: ignore[misc]

    def take_damage(self) -> tuple[int, int, int, int] | None:
        """What changed since the last call: one rectangle in px from the top left corner, None when nothing did."""
        damage, self._damage = self._damage, None
        return damage

    def describe(self) -> dict[str, Any]:
        """The page on show as text, for the golden dumps."""
        return describe(self._page, self._scene, self._metrics)

    # --- drawing --------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        if self._page is None:
            return
        view = View(self._sheet, self._typing.text)
        scene = compose(Sketch(self._metrics, self._ruler, self._faces), self._page, view)
        self._apply(scene)

    def _apply(self, scene: Scene) -> None:
        old, painted = self._painted, {}
        for mark in scene.marks:
            painted[mark] = old.get(mark) or self._painter.paint(mark)
        changed = [mark for mark in old if mark not in painted] + [mark for mark in painted if mark not in old]
        self._scene = scene
        for mark in changed:
            self._hurt(mark.rect)
        if changed or list(old) != list(painted):
            self.canvas.clear()
            for group in painted.values():
                self.canvas.add(group)
        self._painted = painted
        self._set_beat()

    def _hurt(self, rect: Rect) -> None:
        self._damage = self._damage.union(rect) if self._damage else rect

    def _set_beat(self) -> None:
        moving = any(isinstance(mark, Beat) for mark in self._scene.marks)
        if moving and self._beat is None:
            self._beat = Clock.schedule_interval(self._tick, _BEAT_S)
        elif not moving and self._beat is not None:
            self._beat.cancel()
            self._beat = None
            self._step = 0

    def _tick(self, _dt: float) -> None:
        self._step += 1
        for mark in self._scene.marks:
            if isinstance(mark, Beat):
                self._painter.light(mark, self._step)
                self._hurt(mark.rect)

    # --- touch ----------------------------------------------------------------------------------------------

    def on_touch_down(self, touch: Any) -> bool:
        """The first finger wins: while it is down, others are ignored."""
        if self._page is None or self._down is not None:
            return True
        self._emit(Touched())
        target = self._hit(touch)
        if target is not None:
            self._down = (touch.uid, target)
            self.canvas.after.clear()
            self.canvas.after.add(self._painter.finger(target.rect, target.radius))
            self._hurt(target.rect)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """A finger that slides off takes its press back."""
        if self._down is not None and self._down[0] == touch.uid and not self._inside(touch, self._down[1]):
            self._release()
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if self._down is None or self._down[0] != touch.uid:
            return True
        target = self._down[1]
        inside = self._inside(touch, target)
        self._release()
        if inside and target in self._scene.targets:
            self._tapped(target)
        return True

    def _hit(self, touch: Any) -> Target | None:
        for target in self._scene.targets:
            if target.enabled and target.key not in self._locked and self._inside(touch, target):
                return target
        return None

    def _inside(self, touch: Any, target: Target) -> bool:
        return target.rect.contains(touch.x, self._metrics.height - touch.y)

    def _release(self) -> None:
        if self._down is not None:
            self._hurt(self._down[1].rect)
            self._down = None
            self.canvas.after.clear()

    def _tapped(self, target: Target) -> None:
        assert self._page is not None
        now = self._clock()
        before, self._last = self._last, (target.key, now)
        wait = theme.PAD_REPEAT_S if target.pad else theme.REPEAT_S
        if before[0] == target.key and now - before[1] < wait:
            return
        if target.pad:
            self._edit(target.key)
        elif target.key in (keys.NEXT, keys.PREVIOUS):
            self._sheet = self._scene.sheet + (1 if target.key == keys.NEXT else -1)
            self._redraw()
        else:
            if target.once:
                self._locked = self._locked | {target.key}
            self._emit(Chose(page=self._page.n, key=target.key))

    def _edit(self, key: str) -> None:
        assert self._page is not None
        said = field_text(self._page)
        typed = self._typing.text if self._typing.text is not None else said
        if key == pad.DELETE:
            text = typed.reveal()[:-1]
        elif len(typed) < self._scene.max_length:
            text = typed.reveal() + key.removeprefix("pad:")
        else:
            return
        if text == typed.reveal():
            return
        self._typing.edited(text, said.reveal())
        self._redraw()
        self._emit(Edited(page=self._page.n, field=self._scene.field, value=Secret(text)))
