"""The on-screen pads: digits as on a telephone, letters as on a keyboard. They edit the field, key by key."""

from __future__ import annotations

from kiosk.secret import Words
from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch

DELETE = "pad:delete"
CITIZEN_NUMBER_LENGTH = 18  # 公民身份号码: its last place may be an X
_LETTERS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")


def digits_height(s: Sketch, room: int) -> int:
    """Four rows, as tall as `room` px allow between a comfortable least and most."""
    key = (room - 3 * s.m.u(4)) // 4
    return 4 * min(max(key, s.m.u(theme.TARGET_MM)), s.m.u(32)) + 3 * s.m.u(4)


def digits(s: Sketch, area: Rect, max_length: int) -> None:
    """Twelve keys that fill the height of `area`, in its middle."""
    extra = "X" if max_length == CITIZEN_NUMBER_LENGTH else ""
    rows = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), (extra, "0", DELETE))
    gap = s.m.u(4)
    high = (area.h - 3 * gap) // 4
    wide = min((area.w - 2 * gap) // 3, s.m.u(78))
    left = area.x + (area.w - 3 * wide - 2 * gap) // 2
    for line, row in enumerate(rows):
        for column, char in enumerate(row):
            if char:
                _key(s, Rect(left + column * (wide + gap), area.y + line * (high + gap), wide, high), char)


def letters_height(s: Sketch, room: int) -> int:
    """Four rows, as tall as `room` px allow between a comfortable least and most."""
    key = (room - 3 * s.m.u(theme.GAP_MM)) // 4
    return 4 * min(max(key, s.m.u(theme.PAD_KEY_MM)), s.m.u(26)) + 3 * s.m.u(theme.GAP_MM)


def letters(s: Sketch, area: Rect) -> None:
    """Digits, then the letters in the order of every Chinese telephone's full keyboard."""
    gap = s.m.u(theme.GAP_MM)
    high = (area.h - 3 * gap) // 4
    wide = min((area.w - 9 * gap) // 10, s.m.u(28))
    left = area.x + (area.w - 10 * wide - 9 * gap) // 2
    for line, row in enumerate(_LETTERS):
        indent = (10 - len(row)) * (wide + gap) // 2 if line < 3 else (wide + gap) // 2
        y = area.y + line * (high + gap)
        for column, char in enumerate(row):
            _key(s, Rect(left + indent + column * (wide + gap), y, wide, high), char)
    x = left + (wide + gap) // 2 + 7 * (wide + gap)
    _key(s, Rect(x, area.y + 3 * (high + gap), left + 10 * wide + 9 * gap - x, high), DELETE)


def _key(s: Sketch, rect: Rect, char: str) -> None:
    s.box(rect, theme.CARD, theme.EDGE, 0.4, 2.5)
    if char == DELETE:
        s.icon_in("delete", rect, s.m.u(10), theme.INK)
        s.target(DELETE, rect, pad=True, radius=2.5)
        return
    s.text_in(char, rect, "heading", theme.INK, balance=False)
    s.target(f"pad:{char}", rect, pad=True, radius=2.5)


def field_height(s: Sketch) -> int:
    return s.m.u(24)


def field(s: Sketch, area: Rect, typed: Words, hint: str, icon: str = "") -> None:
    """What has been typed, with a caret; the hint stands in it while it is empty."""
    rect = Rect(area.x, area.y, area.w, field_height(s))
    s.box(rect, theme.CARD, theme.TEAL, 0.9, theme.RADIUS)
    pad, caret = s.m.u(6), s.m.u(0.9)
    left = rect.x + pad
    if icon:
        s.icon(icon, left, rect.y + (rect.h - s.m.u(10)) // 2, s.m.u(10), theme.TEAL)
        left += s.m.u(14)
    room = Rect(left, rect.y, rect.right - pad - left - 2 * caret, rect.h)
    wide = 0
    if typed:
        role = s.fitting(typed, room.w, 1, ("heading", "body", "small", "fine"), bold=True)
        wide = min(s.width(typed, role, bold=True), room.w) + caret
        s.text_in(typed, room, role, theme.INK, True, "left", balance=False)
    elif hint:
        role = s.fitting(hint, room.w - 2 * caret, 1, ("body", "small", "fine"))
        shifted = Rect(room.x + 3 * caret, room.y, room.w - 3 * caret, room.h)
        s.text_in(hint, shifted, role, theme.INK_OFF, align="left", balance=False)
    high = s.m.u(13)
    s.box(Rect(left + wide, rect.y + (rect.h - high) // 2, caret, high), theme.TEAL)
