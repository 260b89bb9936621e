"""Illustrations drawn from boxes and icons: what to lay where, what is happening."""

from __future__ import annotations

from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch


def card_on_reader(s: Sketch, area: Rect) -> None:
    """An identity card above the lit reading field, and the way it goes."""
    unit = min(area.w / 150, area.h / 110)

    def at(x: float, y: float, w: float, h: float) -> Rect:
        left = area.x + (area.w - round(150 * unit)) // 2
        top = area.y + (area.h - round(110 * unit)) // 2
        return Rect(left + round(x * unit), top + round(y * unit), round(w * unit), round(h * unit))

    s.box(at(8, 84, 134, 22), theme.INK, radius=4)
    s.box(at(28, 80, 94, 10), theme.TEAL, radius=2)
    s.box(at(34, 83, 82, 3), theme.AMBER, radius=1)
    size = round(11 * unit)
    s.icon_in("nfc", at(66, 92, 18, 12), size, theme.ON_TEAL)
    s.box(at(33, 4, 84, 53), theme.CARD, theme.TEAL, 1.0, 4)
    s.box(at(33 + 55, 13, 21, 27), theme.TEAL_TINT, radius=2)
    s.icon_in("user-round", at(33 + 55, 13, 21, 27), round(17 * unit), theme.TEAL)
    for line, wide in enumerate((22, 34, 28)):
        s.box(at(42, 14 + line * 9, wide, 3.6), theme.LINE, radius=1)
    s.box(at(42, 45, 66, 4), theme.TEAL_TINT, radius=1)
    s.icon_in("chevron-down", at(66, 57, 18, 14), round(15 * unit), theme.AMBER_INK)
    s.icon_in("chevron-down", at(66, 64, 18, 14), round(15 * unit), theme.AMBER_INK)


def code_at_window(s: Sketch, area: Rect) -> None:
    """A telephone that shows its code to the scan window."""
    unit = min(area.w / 150, area.h / 110)

    def at(x: float, y: float, w: float, h: float) -> Rect:
        left = area.x + (area.w - round(150 * unit)) // 2
        top = area.y + (area.h - round(110 * unit)) // 2
        return Rect(left + round(x * unit), top + round(y * unit), round(w * unit), round(h * unit))

    s.box(at(49, 2, 52, 76), theme.INK, radius=5)
    s.box(at(53, 7, 44, 64), theme.CARD, radius=2)
    s.icon_in("qr-code", at(53, 10, 44, 44), round(38 * unit), theme.TEAL)
    s.box(at(62, 58, 26, 3.6), theme.LINE, radius=1)
    s.box(at(68, 64, 14, 3.6), theme.LINE, radius=1)
    s.icon_in("chevron-down", at(66, 76, 18, 14), round(15 * unit), theme.AMBER_INK)
    s.box(at(25, 92, 100, 16), theme.INK, radius=4)
    s.box(at(45, 96, 60, 8), theme.TEAL, radius=2)
    s.box(at(50, 98.5, 50, 3), theme.AMBER, radius=1)


def medallion(s: Sketch, area: Rect, icon: str, ink: str = theme.TEAL, ground: str = theme.TEAL_TINT) -> None:
    """A large icon in a disc, in the middle of `area`."""
    size = min(area.w, area.h)
    rect = Rect(area.x + (area.w - size) // 2, area.y + (area.h - size) // 2, size, size)
    s.disc(rect, ground)
    s.icon_in(icon, rect, size * 55 // 100, ink)
