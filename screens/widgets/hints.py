"""Short numbered instructions, and the line that counts down."""

from __future__ import annotations

from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch


def hints_height(s: Sketch, width: int, lines: tuple[str, ...]) -> int:
    room = width - s.m.u(18)
    each = [max(s.height(line, room), s.m.u(13)) for line in lines]
    return sum(each) + s.m.u(4) * max(0, len(each) - 1)


def hints(s: Sketch, area: Rect, lines: tuple[str, ...]) -> int:
    """Each hint with its number in a disc. Returns the height used."""
    disc = s.m.u(12)
    room = area.w - s.m.u(18)
    y = area.y
    for number, line in enumerate(lines, 1):
        high = max(s.height(line, room), s.m.u(13))
        rect = Rect(area.x, y + (min(high, s.m.pitch("body")) - disc) // 2, disc, disc)
        if high <= s.m.u(13):
            rect = Rect(area.x, y + (high - disc) // 2, disc, disc)
        s.disc(rect, theme.TEAL_TINT)
        s.text_in(str(number), rect, "small", theme.TEAL_DEEP, True)
        s.text_in(line, Rect(area.x + s.m.u(18), y, room, high), "body", theme.INK, align="left", balance=False)
        y += high + s.m.u(4)
    return y - area.y - s.m.u(4) if lines else 0


def countdown(s: Sketch, area: Rect, words: str, centre: bool = False) -> int:
    """How long this stays: a clock and the words. Returns the height used."""
    if not words:
        return 0
    size, gap = s.m.u(8), s.m.u(3)
    wide = min(s.width(words, "small"), area.w - size - gap)
    high = max(s.height(words, wide + 1, "small"), size)
    left = area.x + (area.w - wide - size - gap) // 2 if centre else area.x
    s.icon("clock", left, area.y + (high - size) // 2, size, theme.INK_SOFT)
    s.text_in(
        words, Rect(left + size + gap, area.y, wide + 1, high), "small", theme.INK_SOFT, align="left", balance=False
    )
    return high
