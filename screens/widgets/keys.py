"""Keys one presses: buttons, the row of actions, the pager of long lists."""

from __future__ import annotations

from kiosk.page import Button, Style
from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch
from screens.theme import Role

NEXT = "sheet:next"
PREVIOUS = "sheet:previous"
PAGER = 92.0  # mm wide where it stands beside other keys

_LOOKS: dict[Style, tuple[str, str, str]] = {  # fill, edge, ink
    "primary": (theme.TEAL, "", theme.ON_TEAL),
    "plain": (theme.CARD, theme.TEAL, theme.TEAL),
    "quiet": (theme.CARD, theme.EDGE, theme.INK),
    "danger": (theme.CARD, theme.RED, theme.RED),
}
_LABEL_ROLES: tuple[Role, ...] = ("body", "small", "fine")
_OFF = (theme.SUNKEN, theme.LINE, theme.INK_OFF)


def button(s: Sketch, rect: Rect, key: Button, once: bool = False, role: Role = "body") -> None:
    """One key: icon (if any) and label side by side, in the middle; `role` is the label's size at most."""
    fill, edge, ink = _LOOKS[key.style] if key.enabled else _OFF
    s.box(rect, fill, edge, theme.STROKE, theme.RADIUS)
    s.target(key.key, rect, key.enabled, once=once)
    size, gap = (s.m.u(10), s.m.u(3)) if key.icon else (0, 0)
    bold = key.style == "primary"
    fits, room = _label(s, key, rect.w, rect.h)
    role = _smaller(role, fits)
    wide = max(s.width(line, role, bold) for line in s.lines(key.label, room, role, bold, balance=True))
    left = rect.x + (rect.w - size - gap - wide) // 2
    if key.icon:
        s.icon(key.icon, left, rect.y + (rect.h - size) // 2, size, ink)
    label = Rect(left + size + gap, rect.y, wide + 1, rect.h)
    s.text_in(key.label, label, role, ink, bold, "left" if key.icon else "centre")


def actions(s: Sketch, area: Rect, keys: tuple[Button, ...], once: bool = False) -> int:
    """The page's own keys at the bottom of `area`, the primary one last (right or lowest). Returns the height used.

    In landscape they stand at the right, and what is left of their row is the footer, where a pager may stand.
    """
    if not keys:
        return 0
    high, gap = s.m.u(theme.ACTION), s.m.u(theme.GAP)
    full = (area.w - gap * (len(keys) - 1)) // len(keys)
    if len(keys) > 1 and any(not _fits(s, key, full, high) for key in keys):
        return _stacked(s, area, keys, once)
    wide = full
    if not s.m.portrait:
        wide = min(full, max(s.m.u(72), *(_natural(s, key) for key in keys)))
    left = area.right - wide * len(keys) - gap * (len(keys) - 1)
    role: Role = "body"  # the same for all keys of the row
    for key in keys:
        role = _smaller(role, _label(s, key, wide, high)[0])
    for at, key in enumerate(keys):
        rect = Rect(left + at * (wide + gap), area.bottom - high, wide, high)
        button(s, rect, key, once and key.style == "primary", role)
    free = left - gap - area.x
    if free >= s.m.u(PAGER):
        s.footer = Rect(area.x, area.bottom - high, free, high)
    return high


def _smaller(one: Role, other: Role) -> Role:
    return min(one, other, key=lambda role: theme.EM[role])


def _natural(s: Sketch, key: Button) -> int:
    """The width at which the label stands in one line."""
    return s.width(key.label, "body", True) + s.m.u(8 + 13 + 6)


def _fits(s: Sketch, key: Button, wide: int, high: int) -> bool:
    role, room = _label(s, key, wide, high)
    return role != "fine" or len(s.lines(key.label, room, role, True)) <= 2


def _label(s: Sketch, key: Button, wide: int, high: int) -> tuple[Role, int]:
    """In which size the label stands on a key, and in how much room: one line, else two smaller ones."""
    room = wide - 2 * s.m.u(4) - (s.m.u(10 + 3) if key.icon else 0)
    bold = key.style == "primary"
    for role in _LABEL_ROLES:
        lines = s.lines(key.label, room, role, bold)
        if s.m.pitch(role) * len(lines) <= high and all(s.width(line, role, bold) <= room for line in lines):
            return role, room
    return "fine", room


def _stacked(s: Sketch, area: Rect, keys: tuple[Button, ...], once: bool) -> int:
    high, gap = s.m.u(theme.ACTION), s.m.u(theme.GAP)
    used = high * len(keys) + gap * (len(keys) - 1)
    for at, key in enumerate(keys):
        top = area.bottom - used + at * (high + gap)
        button(s, Rect(area.x, top, area.w, high), key, once and key.style == "primary")
    return used


def pager_height(s: Sketch) -> int:
    """What a pager takes from the list's own height: nothing where it stands in the footer."""
    return 0 if s.footer else s.m.u(theme.TARGET_MM) + s.m.u(theme.GAP)


def pager(s: Sketch, area: Rect, sheet: int, sheets: int) -> None:
    """Chevrons and one dot a sheet: a list is turned, never scrolled. In the footer, or at the bottom of `area`."""
    s.sheets, s.sheet = sheets, sheet
    high, wide = s.m.u(theme.TARGET_MM), s.m.u(28)
    at = s.footer or Rect(area.x, area.bottom - high, area.w, high)
    at = Rect(at.x, at.y + (at.h - high) // 2, min(at.w, s.m.u(PAGER)) if s.footer else at.w, high)
    for key, icon, x, enabled in (
        (PREVIOUS, "chevron-left", at.x, sheet > 0),
        (NEXT, "chevron-right", at.right - wide, sheet < sheets - 1),
    ):
        rect = Rect(x, at.y, wide, high)
        fill, edge, ink = _LOOKS["plain"] if enabled else _OFF
        s.box(rect, fill, edge, theme.STROKE, theme.RADIUS)
        s.icon_in(icon, rect, s.m.u(11), ink)
        s.target(key, rect, enabled)
    room = at.w - 2 * wide - s.m.u(6)
    dot, gap = s.m.u(3.4), min(s.m.u(3.4), max(2, room // sheets - s.m.u(3.4)))
    left = at.x + (at.w - sheets * dot - (sheets - 1) * gap) // 2
    for number in range(sheets):
        rect = Rect(left + number * (dot + gap), at.y + (high - dot) // 2, dot, dot)
        s.disc(rect, theme.TEAL if number == sheet else theme.LINE)


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


def pick(sheets: list[range], asked: int | None, wanted: int = 0) -> int:
    """Which sheet to show: the one asked for, else the one on which entry `wanted` stands."""
    if asked is not None:
        return min(asked, len(sheets) - 1)
    return next((at for at, shown in enumerate(sheets) if wanted in shown), 0)
