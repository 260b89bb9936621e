"""Are you still there? Any touch extends."""

from __future__ import annotations

from kiosk.page import Timeout
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import frame


def compose(s: Sketch, page: Timeout, view: View) -> None:
    body = frame.open_page(s, page)
    size = min(s.m.u(120), body.h - s.m.u(10), body.w)
    top = body.y + (body.h - size) * 2 // 5
    ring = Rect(body.x + (body.w - size) // 2, top, size, size)
    s.disc(ring, theme.AMBER_TINT, theme.AMBER, 2.4)
    s.text_in(str(page.seconds), ring, "giant", theme.INK, True)
