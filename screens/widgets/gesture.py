"""A large picture and what to do about it in words: over one another, or side by side where there is width."""

from __future__ import annotations

from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch
from screens.widgets import hints


def picture_and_hints(s: Sketch, body: Rect, lines: tuple[str, ...], remaining: str, tallest: float) -> Rect:
    """Draw the hints; the place of the picture, at most `tallest` mm high, is returned."""
    gap = s.m.u(theme.GAP + 3)
    half = (body.w - gap) // 2
    stacked = s.m.portrait or half < s.m.u(125)
    wide = body.w if stacked else half
    words = hints.hints_height(s, wide, lines, remaining)
    if stacked:
        space = body.above(words + gap) if words else body
        hints.hints(s, Rect(body.x, body.bottom - words, body.w, words), lines, remaining)
    else:
        space = Rect(body.x, body.y, half, body.h)
        top = body.y + max(0, body.h - words) // 2
        hints.hints(s, Rect(body.right - half, top, half, words), lines, remaining)
    high = min(space.h, s.m.u(tallest))
    return Rect(space.x, space.y + (space.h - high) // 2, space.w, high)
