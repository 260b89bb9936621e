"""The amount, the code that a telephone scans, and how long it stands."""

from __future__ import annotations

from kiosk.page import Pay
from screens import theme
from screens.scene import Align, Rect, View
from screens.sketch import Sketch
from screens.widgets import frame, hints


def compose(s: Sketch, page: Pay, view: View) -> None:
    body = frame.open_page(s, page, once=True)
    if s.m.portrait:
        _tall(s, body, page)
    else:
        _wide(s, body, page)


def _tall(s: Sketch, body: Rect, page: Pay) -> None:
    gap = s.m.u(theme.GAP + 3)
    words = hints.hints_height(s, body.w, page.hints, page.remaining)
    head = s.m.pitch("display") + s.height(page.payee, body.w, "body") + gap
    top = body.above(words + gap)
    size = min(top.h - head, s.m.u(130), body.w)
    y = body.y + (top.h - head - size) // 2
    y += _amount(s, Rect(body.x, y, body.w, 0), page, "centre") + gap
    _code(s, Rect(body.x + (body.w - size) // 2, y, size, size), page.qr)
    hints.hints(s, Rect(body.x, body.bottom - words, body.w, words), page.hints, page.remaining)


def _wide(s: Sketch, body: Rect, page: Pay) -> None:
    gap = s.m.u(theme.GAP + 3)
    half = (body.w - gap) // 2
    head = s.m.pitch("display") + s.height(page.payee, half, "body") + s.m.u(theme.GAP)
    size = min(body.h - head, half)
    y = body.y + (body.h - head - size) // 2
    y += _amount(s, Rect(body.x, y, half, 0), page, "left") + s.m.u(theme.GAP)
    _code(s, Rect(body.x, y, size, size), page.qr)
    words = hints.hints_height(s, half, page.hints, page.remaining)
    top = body.y + (body.h - words) // 2
    hints.hints(s, Rect(body.right - half, top, half, words), page.hints, page.remaining)


def _amount(s: Sketch, at: Rect, page: Pay, align: Align) -> int:
    used = s.text(page.amount, at, "display", theme.INK, True, align)
    return used + s.text(page.payee, at.below(used), "body", theme.INK_SOFT, False, align)


def _code(s: Sketch, at: Rect, data: str) -> None:
    s.box(at, theme.CARD, theme.TEAL, 0.9, theme.RADIUS)
    s.code(at.inset(s.m.u(4)), data)
