"""The screen's one loop: sleep until the kiosk, a finger or a due timer has something; draw what changed.

Kivy's own loop wakes up sixty times a second to look, and a tap waits for the next look. This one waits in one
`select` on the link and on the X server's socket, on the thread that owns the window; nothing else runs here.
"""

from __future__ import annotations

import os
import select
from typing import Any, Protocol

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.graphics.opengl import (
    GL_RENDERER,
    GL_SCISSOR_TEST,
    glDisable,
    glEnable,
    glFinish,
    glGetString,
    glScissor,
)
from kivy.input.providers.mouse import MouseMotionEventProvider
from kivy.lang import Builder

from kiosk.page import Page
from kiosk.screen_link import Ping, Pong, Quit, Ready, Shown, ShowPage
from screens.link import Link
from screens.mirror import Mirror, Targets
from screens.x11 import connection

FRAME = 1 / 60  # seconds between frames of an animation
ANSWER = 0.008  # seconds that the frame after a choice waits for the kiosk's next page
BLIND = 0.008  # seconds between looks where SDL has no socket to wait on (drawing on KMS without X)
_NEVER = 1e300  # Kivy's clock says DBL_MAX when no event is scheduled


class Stage(Protocol):
    """What draws pages: the window's only child."""

    def show(self, page: Page) -> None: ...

    def targets(self) -> Targets: ...

    def take_damage(self) -> tuple[int, int, int, int] | None:
        """What changed since the last call: x, y, width, height in px from the top left corner; None: nothing."""
        ...


class Loop:
    """Owns the window from its creation on. `run` returns when the kiosk says Quit."""

    def __init__(self, window: Any, link: Link, stage: Stage, mirror: Mirror | None = None) -> None:
        self._window = window
        self._link = link
        self._stage = stage
        self._mirror = mirror
        self._x11 = connection(window)
        self._offscreen = os.environ.get("SDL_VIDEODRIVER") == "offscreen"
        self._renderer = glGetString(GL_RENDERER).decode("ascii", "replace")
        # A software renderer copies its buffer to the window and keeps it; a chip may hand back an older one.
        self._keeps_buffer = "llvmpipe" in self._renderer or "softpipe" in self._renderer
        self._page: Page | None = None
        self._shown: list[int] = []  # `seq` of pages that the next frame brings to the panel
        self._visible = False
        self._told_ready = False
        self._paced = False  # the last turn was run for a timer: an animation may be going on
        self._quit = False
        window.bind(on_request_close=_refuse, on_keyboard=_refuse)

    def run(self) -> None:
        """Raises KioskGone when the kiosk went away and LinkError when it sent no message."""
        # One input path: SDL's pointer, which follows the first finger alone.
        EventLoop.add_input_provider(MouseMotionEventProvider("mouse", "disable_multitouch"))
        EventLoop.start()
        while not self._quit:
            self._wait()
            if not self._quit:
                self._turn()

    def _wait(self) -> None:
        """Sleep until something is to be done, and take what the kiosk sent."""
        sources: list[Any] = [self._link]
        timeout = self._until_due()
        if self._x11 is not None:
            if self._x11.pending():
                timeout = 0.0
            sources.append(self._x11.fileno)
        elif not self._offscreen:
            timeout = BLIND if timeout is None else min(timeout, BLIND)
        ready, _, _ = select.select(sources, (), (), timeout)
        self._paced = not ready
        if self._link in ready:
            for message in self._link.receive():
                self._take(message)

    def _until_due(self) -> float | None:
        """Seconds until Kivy's clock has something to do; None when it has nothing."""
        at: float = Clock.get_min_timeout()
        if at > _NEVER:
            return None
        now: float = Clock.time()
        if at > now:
            return at - now
        # What follows from a tap is done at once; what an animation does next keeps to the frame rate.
        return max(0.0, Clock.get_time() + FRAME - now) if self._paced else 0.0

    def _take(self, message: ShowPage | Ping | Quit) -> None:
        match message:
            case ShowPage(seq=seq, page=page):
                self._page = page
                self._stage.show(page)
                self._shown.append(seq)
            case Ping():
                self._link.send(Pong())
            case Quit():
                self._quit = True

    def _turn(self) -> None:
        """Input, then timers, then the frame, if there is one: the order that shows a tap in its own turn."""
        self._window.mainloop()
        EventLoop.dispatch_input()
        Clock.tick()
        Builder.sync()
        Clock.tick_draw()
        Builder.sync()
        self._await_answer()
        if self._window.canvas.needs_redraw:
            self._draw()
        if self._page is not None:
            self._tell(self._page)

    def _await_answer(self) -> None:
        """After a choice the next page comes within milliseconds: one frame for both, not the released key first."""
        if not self._link.chose:
            return
        self._link.chose = False
        if select.select([self._link], (), (), ANSWER)[0]:
            for message in self._link.receive():
                self._take(message)
            Clock.tick_draw()
            Builder.sync()

    def _draw(self) -> None:
        """Without a graphics chip a frame costs its pixels: clip it to what changed, when the stage knows."""
        assert self._window.children == [self._stage], "one page at a time"
        damage = self._stage.take_damage()
        if damage is None or not self._keeps_buffer or not self._visible:
            self._window.dispatch("on_draw")
        else:
            x, y, width, height = damage
            glEnable(GL_SCISSOR_TEST)
            glScissor(x, self._window.height - y - height, width, height)
            self._window.dispatch("on_draw")
            glDisable(GL_SCISSOR_TEST)
        if self._page is not None and not self._visible:
            self._appear()
        self._window.dispatch("on_flip")
        if self._offscreen:
            glFinish()  # without a real swap Mesa frees no texture before it is told to finish

    def _appear(self) -> None:
        """Map the window only now that its first page is drawn: the panel goes from one page to the next."""
        self._visible = True
        if self._x11 is not None:
            self._x11.keep_what_is_below()
            self._window.show()

    def _tell(self, page: Page) -> None:
        """The kiosk learns which pages stand on the panel, and the mirror where their targets are."""
        if self._shown and not self._told_ready:
            self._told_ready = True
            self._link.send(Ready(self._renderer))
        for seq in self._shown:
            self._link.send(Shown(seq))
        self._shown.clear()
        if self._mirror is not None and Clock.get_min_timeout() > 0:
            self._mirror.tell(page, self._stage.targets())


def _refuse(*_args: object, **_kwargs: object) -> bool:
    """No key and no window manager closes a public terminal."""
    return True
