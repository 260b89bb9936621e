"""Nobody is here: say what this is, and ask to begin. The whole page is one target."""

from __future__ import annotations

from kiosk.page import Attract
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.theme import Role
from screens.widgets import bar, masthead

KEY = "start"


def compose(s: Sketch, page: Attract, view: View) -> None:
    s.box(s.panel, theme.TEAL)
    top = masthead.banner(s, page.banner)
    floor = s.m.height
    if page.bar:
        bar.bar(s, page.bar)
        floor -= bar.height(s)
    _window(s, Rect(0, top, s.m.width, floor - top))
    margin = s.m.u(theme.MARGIN)
    body = Rect(margin, top, s.m.width - 2 * margin, floor - top)
    s.target(KEY, Rect(0, top, s.m.width, floor - top), radius=0)
    masthead.place(s, Rect(body.x, top, body.w, s.m.u(26)), page.place)
    if s.m.portrait:
        _tall(s, body, page)
    else:
        _wide(s, body, page)


def _window(s: Sketch, area: Rect) -> None:
    """Our mark, very large and only just visible: an open counter window."""
    size = min(area.w, area.h) * 86 // 100
    stroke = size * 9 // 100
    left, y = area.right - size * 88 // 100, area.y + size * 12 // 100
    s.box(Rect(left, y, area.right - left, stroke), theme.TEAL_SHADE)
    s.box(Rect(left, y, stroke, size), theme.TEAL_SHADE)
    s.box(Rect(left, y + size - stroke, area.right - left, stroke), theme.TEAL_SHADE)
    s.box(Rect(left + 2 * stroke, y + size - 3 * stroke, area.right - left - 2 * stroke, stroke), theme.TEAL_SHADE)


def _size(s: Sketch, page: Attract, wide: int) -> Role:
    return s.whole(page.title, wide, ("display", "title"), bold=True)


def _tall(s: Sketch, body: Rect, page: Attract) -> None:
    y = body.y + body.h * 14 // 100
    y += s.text(page.title, Rect(body.x, y, body.w, 0), _size(s, page, body.w), theme.ON_TEAL, True, balance=True)
    y += s.m.u(4)
    y += s.text(page.lead, Rect(body.x, y, body.w, 0), "heading", theme.ON_TEAL_SOFT)
    high = s.m.u(34)
    invite = Rect(body.x, body.bottom - high - s.m.u(22), body.w, high)
    used = _points_height(s, page, body.w)
    _points(s, Rect(body.x, (y + invite.y - used) // 2, body.w, used), page)
    _invite(s, invite, page.invite)


def _wide(s: Sketch, body: Rect, page: Attract) -> None:
    half = (body.w - s.m.u(20)) // 2
    words = (
        s.height(page.title, half, _size(s, page, half), True, True) + s.m.u(4) + s.height(page.lead, half, "heading")
    )
    high = s.m.u(34)
    y = body.y + (body.h - words - high - s.m.u(16)) // 2
    y += s.text(page.title, Rect(body.x, y, half, 0), _size(s, page, half), theme.ON_TEAL, True, balance=True)
    y += s.m.u(4)
    y += s.text(page.lead, Rect(body.x, y, half, 0), "heading", theme.ON_TEAL_SOFT)
    _invite(s, Rect(body.x, y + s.m.u(16), half, high), page.invite)
    used = _points_height(s, page, half)
    _points(s, Rect(body.right - half, body.y + (body.h - used) // 2, half, used), page)


def _point_height(s: Sketch, words: str, wide: int) -> int:
    return max(s.height(words, wide - s.m.u(28), "heading") + s.m.u(10), s.m.u(24))


def _points_height(s: Sketch, page: Attract, wide: int) -> int:
    gap = s.m.u(theme.GAP)
    return sum(_point_height(s, words, wide) for words in page.points) + gap * max(0, len(page.points) - 1)


def _points(s: Sketch, area: Rect, page: Attract) -> None:
    y = area.y
    for words in page.points:
        high = _point_height(s, words, area.w)
        s.box(Rect(area.x, y, area.w, high), theme.TEAL_DEEP, radius=theme.RADIUS)
        size = s.m.u(11)
        s.icon("circle-check", area.x + s.m.u(7), y + (high - size) // 2, size, theme.AMBER)
        room = Rect(area.x + s.m.u(23), y, area.w - s.m.u(28), high)
        s.text_in(words, room, "heading", theme.ON_TEAL, align="left", balance=False)
        y += high + s.m.u(theme.GAP)


def _invite(s: Sketch, at: Rect, words: str) -> None:
    s.box(at, theme.AMBER, radius=theme.RADIUS)
    size, gap = s.m.u(14), s.m.u(5)
    room = at.w - size - gap - s.m.u(12)
    role = s.fitting(words, room, 1, ("title", "heading", "body"), bold=True)
    wide = min(s.width(words, role, bold=True), room)
    left = at.x + (at.w - wide - size - gap) // 2
    s.icon("pointer", left, at.y + (at.h - size) // 2, size, theme.INK)
    s.text_in(words, Rect(left + size + gap, at.y, wide + 1, at.h), role, theme.INK, True, "left", balance=False)
