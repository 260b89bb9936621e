"""Keys one presses: buttons, the row of actions, the pager of long lists."""

from __future__ import annotations

from kiosk.page import Button, Style
from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch

NEXT = "sheet:next"
PREVIOUS = "sheet:previous"

_LOOKS: dict[Style, tuple[str, str, str]] = {  # fill, edge, ink
    "primary": (theme.TEAL, "", theme.ON_TEAL),
    "plain": (theme.CARD, theme.TEAL, theme.TEAL),
    "quiet": (theme.CARD, theme.EDGE, theme.INK),
    "danger": (theme.CARD, theme.RED, theme.RED),
}
_OFF = (theme.SUNKEN, theme.LINE, theme.INK_OFF)


def button(s: Sketch, rect: Rect, key: Button, once: bool = False) -> None:
    """One key: icon (if any) and label side by side, in the middle."""
    fill, edge, ink = _LOOKS[key.style] if key.enabled else _OFF
    s.box(rect, fill, edge, theme.STROKE, theme.RADIUS)
    s.target(key.key, rect, key.enabled, once=once)
    pad = s.m.u(4)
    size = s.m.u(10) if key.icon else 0
    gap = s.m.u(3) if key.icon else 0
    room = rect.w - 2 * pad - size - gap
    bold = key.style == "primary"
    role = s.fitting(key.label, room, 2, ("body", "small", "fine"), bold)
    if len(s.lines(key.label, room, "body", bold)) == 1:
        role = "body"
    lines = s.lines(key.label, room, role, bold, balance=True)
    wide = max(s.width(line, role, bold) for line in lines)
    left = rect.x + (rect.w - size - gap - wide) // 2
    if key.icon:
        s.icon(key.icon, left, rect.y + (rect.h - size) // 2, size, ink)
    label = Rect(left + size + gap, rect.y, wide + 1, rect.h)
    s.text_in(key.label, label, role, ink, bold, "left" if key.icon else "centre")


def actions(s: Sketch, area: Rect, keys: tuple[Button, ...], once: bool = False) -> int:
    """The page's own keys at the bottom of `area`, the primary one last (right or lowest). Returns the height used."""
    if not keys:
        return 0
    high, gap = s.m.u(theme.ACTION), s.m.u(theme.GAP)
    widest = s.m.u(130)
    wide = (area.w - gap * (len(keys) - 1)) // len(keys)
    room = wide - s.m.u(8 + 13)
    if len(keys) > 1 and any(len(s.lines(key.label, room, "body", True)) > 2 for key in keys):
        return _stacked(s, area, keys, once)
    wide = wide if s.m.portrait else min(wide, widest)
    left = area.right - wide * len(keys) - gap * (len(keys) - 1)
    for at, key in enumerate(keys):
        rect = Rect(left + at * (wide + gap), area.bottom - high, wide, high)
        button(s, rect, key, once and key.style == "primary")
    return high


def _stacked(s: Sketch, area: Rect, keys: tuple[Button, ...], once: bool) -> int:
    high, gap = s.m.u(theme.ACTION), s.m.u(theme.GAP)
    used = high * len(keys) + gap * (len(keys) - 1)
    for at, key in enumerate(keys):
        top = area.bottom - used + at * (high + gap)
        button(s, Rect(area.x, top, area.w, high), key, once and key.style == "primary")
    return used


def pager_height(s: Sketch) -> int:
    return s.m.u(theme.TARGET_MM) + s.m.u(theme.GAP)


def pager(s: Sketch, area: Rect, sheet: int, sheets: int) -> None:
    """Chevrons and one dot a sheet at the bottom of `area`: a list is turned, never scrolled."""
    s.sheets = sheets
    size, wide = s.m.u(theme.TARGET_MM), s.m.u(34)
    top = area.bottom - size
    for key, icon, x, enabled in (
        (PREVIOUS, "chevron-left", area.x, sheet > 0),
        (NEXT, "chevron-right", area.right - wide, sheet < sheets - 1),
    ):
        rect = Rect(x, top, wide, size)
        fill, edge, ink = _LOOKS["plain"] if enabled else _OFF
        s.box(rect, fill, edge, theme.STROKE, theme.RADIUS)
        s.icon_in(icon, rect, s.m.u(11), ink)
        s.target(key, rect, enabled)
    dot, gap = s.m.u(3.6), s.m.u(4)
    left = area.x + (area.w - sheets * dot - (sheets - 1) * gap) // 2
    for at in range(sheets):
        rect = Rect(left + at * (dot + gap), top + (size - dot) // 2, dot, dot)
        s.disc(rect, theme.TEAL if at == sheet else theme.LINE)


def split(heights: list[int], room: int, gap: int, pager_room: int) -> list[range]:
    """Which entries stand on which sheet, when each is `heights` px high and a sheet offers `room`."""
    if sum(heights) + gap * max(0, len(heights) - 1) <= room:
        return [range(len(heights))]
    sheets: list[range] = []
    start, used = 0, 0
    for at, high in enumerate(heights):
        extra = high + (gap if at > start else 0)
        if at > start and used + extra > room - pager_room:
            sheets.append(range(start, at))
            start, used, extra = at, 0, high
        used += extra
    sheets.append(range(start, len(heights)))
    return sheets
