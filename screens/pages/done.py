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
    size = s.m.u(60)
    if s.m.portrait and not page.alert and space.h > size + gap + s.m.u(60):
        pictures.medallion(s, Rect(body.x, body.y, body.w, size), "check", theme.GREEN, theme.GREEN_TINT)
        space = space.below(size + gap)
    used = rows.rows(s, space, page.rows, view.sheet)
    top = body.bottom - below if s.m.portrait else space.y + used + gap
    hints.hints(s, Rect(body.x, top, body.w, below), page.hints, page.remaining)
