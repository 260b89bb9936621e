"""The items as tiles, a search key above them, and what an interrupted visit left behind."""

from __future__ import annotations

from kiosk.page import Button, Home
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import cards, frame

FEW = 5  # tiles


def compose(s: Sketch, page: Home, view: View) -> None:
    body = frame.open_page(s, page, big=True)
    y = body.y
    if page.pending:
        y += _pending(s, Rect(body.x, y, body.w, 0), page.pending) + s.m.u(theme.GAP)
    y += _search(s, Rect(body.x, y, body.w, 0), page.search) + s.m.u(theme.GAP + 2)
    columns = 2 if s.m.portrait or body.w < s.m.u(280) else 3
    if len(page.tiles) <= FEW and s.m.portrait:
        columns = 1  # a short list reads from top to bottom, with titles on one line
    cards.grid(s, Rect(body.x, y, body.w, body.bottom - y), page.tiles, columns, view.sheet)


def _search(s: Sketch, at: Rect, key: Button) -> int:
    """A key that looks like the field it leads to."""
    rect = Rect(at.x, at.y, at.w, s.m.u(theme.ACTION))
    s.box(rect, theme.CARD, theme.TEAL, 0.7, theme.RADIUS)
    s.target(key.key, rect, key.enabled)
    size = s.m.u(10)
    s.icon(key.icon or "search", rect.x + s.m.u(6), rect.y + (rect.h - size) // 2, size, theme.TEAL)
    room = Rect(rect.x + s.m.u(20), rect.y, rect.w - s.m.u(26), rect.h)
    role = s.fitting(key.label, room.w, 1, ("body", "small"))
    s.text_in(key.label, room, role, theme.TEAL_DEEP, align="left", balance=False)
    return rect.h


def _pending(s: Sketch, at: Rect, key: Button) -> int:
    """An interrupted payment or print: amber, with a clock, above everything else."""
    room = at.w - s.m.u(38)
    high = max(s.height(key.label, room, "body", True) + s.m.u(8), s.m.u(theme.ACTION))
    rect = Rect(at.x, at.y, at.w, high)
    s.box(rect, theme.AMBER_TINT, theme.AMBER_INK, 0.5, theme.RADIUS)
    s.target(key.key, rect, key.enabled)
    size = s.m.u(10)
    s.icon(key.icon or "history", rect.x + s.m.u(6), rect.y + (high - size) // 2, size, theme.AMBER_INK)
    words = Rect(rect.x + s.m.u(20), rect.y, room, high)
    s.text_in(key.label, words, "body", theme.AMBER_INK, True, "left", balance=False)
    s.icon("chevron-right", rect.right - s.m.u(6) - size, rect.y + (high - size) // 2, size, theme.AMBER_INK)
    return high
