"""Something is happening: what, and three dots that move on twice a second."""

from __future__ import annotations

from kiosk.page import Wait
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import frame, pictures

PICTURES = {"platform": "landmark", "card": "id-card", "print": "printer", "pay": "wallet"}


def compose(s: Sketch, page: Wait, view: View) -> None:
    body = frame.open_page(s, page)
    size = min(s.m.u(96), body.h // 2)
    words = s.height(page.doing, body.w, "heading", False, True)
    total = size + s.m.u(10) + s.m.u(6) + s.m.u(9) + words + s.m.u(16)
    y = body.y + max(0, body.h - total) * 2 // 5
    pictures.medallion(s, Rect(body.x, y, body.w, size), PICTURES[page.picture])
    y += size + s.m.u(10)
    wide = s.m.u(42)
    beat = Rect(body.x + (body.w - wide) // 2, y, wide, s.m.u(6))
    s.beat(beat, 3, theme.LINE, theme.TEAL, theme.PAPER)
    y += s.m.u(6 + 9)
    s.text(page.doing, Rect(body.x, y, body.w, 0), "heading", theme.INK, False, "centre", balance=True)
