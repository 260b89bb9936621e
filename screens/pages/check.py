"""Check answers before they leave, and what confirming does."""

from __future__ import annotations

from kiosk.page import Check
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import frame, notice, rows


def compose(s: Sketch, page: Check, view: View) -> None:
    body = frame.open_page(s, page, once=True)
    high = notice.note_height(s, body.w, page.effect)
    gap = s.m.u(theme.GAP)
    used = rows.rows(s, body.above(high + gap), page.rows, view.sheet)
    notice.note(s, Rect(body.x, body.y + used + gap, body.w, high), page.effect, "warning")
