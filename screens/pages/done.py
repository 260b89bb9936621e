"""Finished: the number, and what happens next."""

from __future__ import annotations

from kiosk.page import Done
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import frame, hints, pictures, rows


def compose(s: Sketch, page: Done, view: View) -> None:
    body = frame.open_page(s, page)
    gap = s.m.u(theme.GAP)
    y = body.y
    size = s.m.u(56) if s.m.portrait else 0
    if size:
        pictures.medallion(s, Rect(body.x, y, body.w, size), "check", theme.GREEN, theme.GREEN_TINT)
        y += size + s.m.u(10)
    below = hints.hints_height(s, body.w, page.hints) + 2 * gap + s.m.u(12)
    y += rows.rows(s, Rect(body.x, y, body.w, body.bottom - y - below), page.rows, view.sheet) + s.m.u(8)
    y += hints.hints(s, Rect(body.x, y, body.w, 0), page.hints) + gap
    hints.countdown(s, Rect(body.x, y, body.w, 0), page.remaining, centre=s.m.portrait)
