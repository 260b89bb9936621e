"""One field: choose an option, or type on the pad."""

from __future__ import annotations

from kiosk.page import Entry
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import cards, frame, pad


def compose(s: Sketch, page: Entry, view: View) -> None:
    body = frame.open_page(s, page)
    gap = s.m.u(theme.GAP)
    if page.pad == "none":
        y = body.y
        if page.hint:
            y += s.text(page.hint, body, "body", theme.INK_SOFT) + gap
        half = body.w // 2 - s.m.u(theme.GAP + 24)
        short = all(not option.note and s.width(option.label, "body", True) <= half for option in page.options)
        area = Rect(body.x, y, body.w, body.bottom - y)
        cards.options(s, area, page.options, 2 if short and len(page.options) > 4 else 1, view.sheet)
        return
    s.field, s.max_length = page.field, page.max_length
    typed = view.typed if view.typed is not None else page.value
    words = s.height(page.hint, body.w, "body")
    used = pad.field_height(s) + (words + s.m.u(3) if words else 0)
    high_of = pad.digits_height if page.pad == "digits" else pad.letters_height
    high = high_of(s, body.h - used - s.m.u(8))
    spare = max(0, body.h - used - high - s.m.u(8))
    y = body.y + spare * 2 // 3
    pad.field(s, Rect(body.x, y, body.w, 0), typed, "")
    s.text(page.hint, Rect(body.x, y + pad.field_height(s) + s.m.u(3), body.w, 0), "body", theme.INK_SOFT)
    keys_at = Rect(body.x, body.bottom - high, body.w, high)
    if page.pad == "digits":
        pad.digits(s, keys_at, page.max_length)
    else:
        pad.letters(s, keys_at)
