"""The bottom bar: back, exit, help, language, at the same place on every page."""

from __future__ import annotations

from kiosk.page import Button
from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch

SLOTS = ("back", "exit", "help", "language")
ICONS = {"back": "arrow-left", "exit": "log-out", "help": "headset", "language": "languages"}


def height(s: Sketch) -> int:
    return s.m.u(theme.BAR_KEY) + 2 * s.m.u(theme.BAR_PAD)


def bar(s: Sketch, keys: tuple[Button, ...]) -> None:
    """Four fixed slots at the panel's lower edge. A key that is missing leaves its slot empty."""
    area = Rect(0, s.m.height - height(s), s.m.width, height(s))
    s.box(area, theme.CARD)
    s.box(Rect(0, area.y, area.w, s.m.stroke(theme.HAIR)), theme.LINE)
    margin, gap = s.m.u(theme.MARGIN), s.m.u(theme.GAP)
    wide = min((area.w - 2 * margin - 3 * gap) // 4, s.m.u(92))
    left = (margin, margin + wide + gap, area.w - margin - 2 * wide - gap, area.w - margin - wide)
    for slot, key in placed(keys).items():
        rect = Rect(left[slot], area.y + s.m.u(theme.BAR_PAD), wide, s.m.u(theme.BAR_KEY))
        _key(s, rect, key, SLOTS[slot])


def placed(keys: tuple[Button, ...]) -> dict[int, Button]:
    """Slot number -> key: by its name where it is one of the four, else in the first slot left free."""
    found = {SLOTS.index(key.key): key for key in keys if key.key in SLOTS}
    free = [slot for slot in range(len(SLOTS)) if slot not in found]
    for key in keys:
        if key.key not in SLOTS and free:
            found[free.pop(0)] = key
    return found


def _key(s: Sketch, rect: Rect, key: Button, slot: str) -> None:
    ink = theme.INK if key.enabled else theme.INK_OFF
    s.box(
        rect, theme.PAPER if key.enabled else theme.SUNKEN, theme.EDGE if key.enabled else theme.LINE, 0.4, theme.RADIUS
    )
    s.target(key.key, rect, key.enabled)
    pad, size, gap = s.m.u(2.5), s.m.u(9), s.m.u(2.5)
    room = rect.w - 2 * pad - size - gap
    role = s.fitting(key.label, room, 1, ("body", "small", "fine"))
    if role == "fine":
        role = s.fitting(key.label, room, 2, ("small", "fine"))
    wide = min(max(s.width(line, role) for line in s.lines(key.label, room, role)), room)
    left = rect.x + (rect.w - size - gap - wide) // 2
    s.icon(key.icon or ICONS[slot], left, rect.y + (rect.h - size) // 2, size, theme.TEAL if key.enabled else ink)
    s.text_in(key.label, Rect(left + size + gap, rect.y, wide + 1, rect.h), role, ink, align="left", balance=False)
