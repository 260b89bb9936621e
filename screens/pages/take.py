"""Paper is out, or a card was left: take your things."""

from __future__ import annotations

from kiosk.page import Take
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import frame, hints, pictures

PICTURES = {"paper": "receipt-text", "card": "id-card"}


def compose(s: Sketch, page: Take, view: View) -> None:
    body = frame.open_page(s, page)
    words = hints.hints_height(s, body.w, page.hints)
    size = min(s.m.u(110), body.h - words - s.m.u(40))
    total = size + words + s.m.u(14 + 20)
    y = body.y + max(0, body.h - total) // 3
    pictures.medallion(s, Rect(body.x, y, body.w, size), PICTURES[page.picture], theme.AMBER_INK, theme.AMBER_TINT)
    y += size + s.m.u(14)
    y += hints.hints(s, Rect(body.x, y, body.w, 0), page.hints) + s.m.u(8)
    hints.countdown(s, Rect(body.x, y, body.w, 0), page.remaining, centre=s.m.portrait)
