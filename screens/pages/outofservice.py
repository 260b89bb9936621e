"""Nothing works here now, and where else it does."""

from __future__ import annotations

from kiosk.page import OutOfService
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import frame, hints, pictures


def compose(s: Sketch, page: OutOfService, view: View) -> None:
    body = frame.open_page(s, page)
    size = min(s.m.u(80), body.h // 3)
    words = hints.hints_height(s, body.w, page.hints)
    y = body.y + max(0, body.h - size - words - s.m.u(14)) // 3
    pictures.medallion(s, Rect(body.x, y, body.w, size), "wrench", theme.AMBER_INK, theme.AMBER_TINT)
    hints.hints(s, Rect(body.x, y + size + s.m.u(14), body.w, 0), page.hints)
