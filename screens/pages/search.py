"""Letters in, items out: results above (or left), the pad where the hand rests."""

from __future__ import annotations

from kiosk.page import Search
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import cards, frame, notice, pad

FIELD = "query"


def compose(s: Sketch, page: Search, view: View) -> None:
    body = frame.open_page(s, page)
    s.field, s.max_length = FIELD, 24
    typed = view.typed if view.typed is not None else page.query
    pad.field(s, body, typed, page.hint, "search")
    gap = s.m.u(theme.GAP)
    high = pad.letters_height(s)
    results = Rect(body.x, body.y + pad.field_height(s) + gap, body.w, 0)
    results = Rect(results.x, results.y, body.w, body.bottom - high - 2 * gap - results.y)
    columns = 2 if s.m.portrait or body.w > s.m.u(220) else 1
    if page.tiles:
        cards.grid(s, results, page.tiles, columns, view.sheet)
    else:
        notice.note(s, results, page.empty)
    pad.letters(s, Rect(body.x, body.bottom - high, body.w, high))
