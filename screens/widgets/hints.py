"""Short numbered instructions on a card, with the line that counts down."""

from __future__ import annotations

from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch

_DISC = 12.0
_GAP = 4.0
_PAD = 7.0


def hints_height(s: Sketch, width: int, lines: tuple[str, ...], remaining: str = "") -> int:
    if not lines and not remaining:
        return 0
    room = _room(s, width)
    each = [_line_height(s, room, line) for line in lines]
    used = sum(each) + s.m.u(_GAP) * max(0, len(each) - 1) + 2 * s.m.u(_PAD)
    if remaining:
        used += max(s.height(remaining, room, "small"), s.m.u(8)) + (s.m.u(_GAP + 4) if lines else 0)
    return used


def hints(s: Sketch, area: Rect, lines: tuple[str, ...], remaining: str = "") -> int:
    """A card: each hint with its number in a disc, then the countdown under a line. Returns the height used."""
    high = hints_height(s, area.w, lines, remaining)
    if not high:
        return 0
    s.box(Rect(area.x, area.y, area.w, high), theme.CARD, theme.LINE, 0.4, theme.RADIUS)
    room = _room(s, area.w)
    disc, pad = s.m.u(_DISC), s.m.u(_PAD)
    left = area.x + pad + disc + s.m.u(5)
    y = area.y + pad
    for number, line in enumerate(lines, 1):
        tall = _line_height(s, room, line)
        rect = Rect(area.x + pad, y + (tall - disc) // 2, disc, disc)
        s.disc(rect, theme.TEAL_TINT)
        if len(lines) == 1:
            s.icon_in("info", rect, s.m.u(8), theme.TEAL_DEEP)
        else:
            s.text_in(str(number), rect, "small", theme.TEAL_DEEP, True)
        s.text_in(line, Rect(left, y, room, tall), "body", theme.INK, align="left", balance=False)
        y += tall + s.m.u(_GAP)
    if remaining:
        if lines:
            s.box(Rect(area.x + pad, y, area.w - 2 * pad, s.m.stroke(theme.HAIR)), theme.LINE)
            y += s.m.u(4)
        size = s.m.u(8)
        tall = max(s.height(remaining, room, "small"), size)
        s.icon("clock", area.x + pad + (disc - size) // 2, y + (tall - size) // 2, size, theme.INK_SOFT)
        s.text_in(remaining, Rect(left, y, room, tall), "small", theme.INK_SOFT, align="left", balance=False)
    return high


def _room(s: Sketch, width: int) -> int:
    return width - 2 * s.m.u(_PAD) - s.m.u(_DISC) - s.m.u(5)


def _line_height(s: Sketch, room: int, line: str) -> int:
    return max(s.height(line, room), s.m.u(_DISC + 1))
