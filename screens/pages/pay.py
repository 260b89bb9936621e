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
    gap = s.m.u(theme.GAP)
    words = hints.hints_height(s, body.w, page.hints)
    head = s.m.pitch("display") + s.height(page.payee, body.w, "body")
    room = body.h - head - words - s.m.u(12) - 4 * gap
    size = min(room, s.m.u(130), body.w)
    spare = max(0, room - size)
    y = _amount(s, Rect(body.x, body.y + spare // 4, body.w, 0), page, "centre") + gap
    _code(s, Rect(body.x + (body.w - size) // 2, y, size, size), page.qr)
    y += size + gap
    y += hints.countdown(s, Rect(body.x, y, body.w, 0), page.remaining, centre=True) + gap + spare // 4
    hints.hints(s, Rect(body.x, y, body.w, 0), page.hints)


def _wide(s: Sketch, body: Rect, page: Pay) -> None:
    size = min(body.h, body.w * 48 // 100, s.m.u(130))
    gap = s.m.u(10)
    right = Rect(body.x + size + gap, body.y, body.w - size - gap, body.h)
    words = hints.hints_height(s, right.w, page.hints) + s.m.pitch("display") + s.height(page.payee, right.w, "body")
    top = body.y + max(0, body.h - size) // 3
    _code(s, Rect(body.x, top, size, size), page.qr)
    y = _amount(s, Rect(right.x, top, right.w, 0), page, "left") + s.m.u(6)
    y += hints.hints(s, Rect(right.x, y, right.w, 0), page.hints) + s.m.u(6)
    hints.countdown(s, Rect(right.x, y, right.w, words), page.remaining)


def _amount(s: Sketch, at: Rect, page: Pay, align: Align) -> int:
    y = at.y + s.text(page.amount, at, "display", theme.INK, True, align)
    return y + s.text(page.payee, Rect(at.x, y, at.w, 0), "body", theme.INK_SOFT, False, align)


def _code(s: Sketch, at: Rect, data: str) -> None:
    s.box(at, theme.CARD, theme.TEAL, 0.9, theme.RADIUS)
    s.code(at.inset(s.m.u(4)), data)
