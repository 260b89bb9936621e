"""Show a card or a code now: a large picture of the gesture, then what to do in words."""

from __future__ import annotations

from kiosk.page import Identify
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import frame, hints, pictures


def compose(s: Sketch, page: Identify, view: View) -> None:
    body = frame.open_page(s, page)
    gap = s.m.u(theme.GAP)
    draw = pictures.card_on_reader if page.picture == "card" else pictures.code_at_window
    words = hints.hints_height(s, body.w, page.hints) + gap + s.m.u(12)
    high = min(body.h - words - gap, s.m.u(150) if s.m.portrait else s.m.u(110))
    spare = max(0, body.h - words - gap - high)
    picture = Rect(body.x, body.y + spare // 3, body.w, high)
    draw(s, picture)
    y = picture.bottom + gap + spare // 3
    y += hints.hints(s, Rect(body.x, y, body.w, 0), page.hints) + gap
    hints.countdown(s, Rect(body.x, y, body.w, 0), page.remaining, centre=s.m.portrait)
