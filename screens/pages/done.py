"""Finished: the number, and what happens next."""

from __future__ import annotations

from kiosk.page import Done
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import frame, hints, pictures, rows


def compose(s: Sketch, page: Done, view: View) -> None:
    body = frame.open_page(s, page)
    gap = s.m.u(theme.GAP + 3)
    below = hints.hints_height(s, body.w, page.hints, page.remaining)
    space = body.above(below + gap)
    free = space.h - rows.total(s, body.w, page.rows)
    if s.m.portrait and free > s.m.u(50):
        size = min(free - 2 * gap, s.m.u(100))
        seat = Rect(body.x, body.y + (free - gap - size) // 2, body.w, size)
        pictures.medallion(s, seat, "check", theme.GREEN, theme.GREEN_TINT)
        space = space.below(free)
    used = rows.rows(s, space, page.rows, view.sheet)
    hints.hints(s, Rect(body.x, space.y + used + gap, body.w, below), page.hints, page.remaining)
