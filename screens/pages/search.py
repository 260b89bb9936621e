"""Letters in, items out: results above (or left), the pad where the hand rests."""

from __future__ import annotations

from kiosk.page import Search
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import cards, frame, keys, notice, pad

FIELD = "query"


def compose(s: Sketch, page: Search, view: View) -> None:
    body = frame.open_page(s, page)
    s.field, s.max_length = FIELD, 24
    typed = view.typed if view.typed is not None else page.query
    gap = s.m.u(theme.GAP)
    columns = 2 if s.m.portrait or body.w < s.m.u(280) else 3
    tile = cards.tallest(s, body.w, page.tiles[:columns], columns)
    used = pad.field_height(s) + 3 * gap + max(tile, body.h * 40 // 100)
    high = pad.letters_height(s, body.h - used)
    results = body.below(pad.field_height(s) + gap).above(high + 2 * gap)
    side = s.m.u(keys.PAGER)
    if not s.m.portrait:  # height is scarce: the pager, if any, stands beside the field
        s.footer = Rect(body.right - side, body.y, side, pad.field_height(s))
    if page.tiles:
        cards.grid(s, results, page.tiles, columns, view.sheet)
    else:
        notice.note(s, results, page.empty)
    wide = body.w - side - gap if s.footer and s.sheets > 1 else body.w
    pad.field(s, Rect(body.x, body.y, wide, body.h), typed, page.hint, "search")
    pad.letters(s, Rect(body.x, body.bottom - high, body.w, high))
