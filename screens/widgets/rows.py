"""A form as rows: label, value, where the value came from, a key to change it, and what is wrong with it."""

from __future__ import annotations

from kiosk.page import Row
from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch
from screens.theme import Role
from screens.widgets import keys

_LABEL_PART = 36  # per cent of a row's width, at most


def rows(s: Sketch, area: Rect, entries: tuple[Row, ...], sheet: int | None) -> int:
    """As many rows as fit, on one card; the rest by pager. Returns the height used."""
    label = _label_width(s, area.w, entries)
    heights = [_height(s, area.w, label, row) for row in entries]
    sheets = keys.split(heights, area.h, 0, keys.pager_height(s))
    if not entries:
        return 0
    sheet = keys.pick(sheets, sheet, next((at for at, row in enumerate(entries) if row.problem), 0))
    shown = sheets[sheet]
    used = sum(heights[at] for at in shown)
    s.box(Rect(area.x, area.y, area.w, used), theme.CARD, theme.LINE, 0.4, theme.RADIUS)
    y = area.y
    for at in shown:
        if at > shown.start:
            s.box(Rect(area.x + s.m.u(5), y, area.w - s.m.u(10), s.m.stroke(theme.HAIR)), theme.LINE)
        _row(s, Rect(area.x, y, area.w, heights[at]), label, entries[at])
        y += heights[at]
    if len(sheets) > 1:
        keys.pager(s, area, sheet, len(sheets))
        return area.h
    return used


def total(s: Sketch, width: int, entries: tuple[Row, ...]) -> int:
    """The height of all rows on one sheet."""
    label = _label_width(s, width, entries)
    return sum(_height(s, width, label, row) for row in entries)


def _label_width(s: Sketch, width: int, entries: tuple[Row, ...]) -> int:
    """One column for all labels: as wide as the widest, within reason."""
    return min(max((s.width(row.label) for row in entries), default=0) + 1, width * _LABEL_PART // 100)


def _height(s: Sketch, width: int, label: int, row: Row) -> int:
    value = _value_width(s, width, label, row)
    left = s.height(row.label, label)
    right = s.height(row.value, value, _value_role(s, row, value), bold=True)
    right += _chip_height(s, row.source, value) if not _inline(s, row, value) else 0
    right += s.height(row.problem, value - s.m.u(9), "small") + s.m.u(1.5) if row.problem else 0
    least = s.m.u(theme.TARGET_MM + 3) if row.change else s.m.u(19)
    return max(left + s.m.u(8), right + s.m.u(8), least)


def _value_width(s: Sketch, width: int, label: int, row: Row) -> int:
    pad, gap = s.m.u(5), s.m.u(6)
    return width - 2 * pad - label - gap - (_change_width(s, row) + s.m.u(2) if row.change else 0)


def _change_width(s: Sketch, row: Row) -> int:
    return max(s.m.u(theme.TARGET_MM), s.width(row.change_label, "small") + s.m.u(9 + 8))


def _inline(s: Sketch, row: Row, room: int) -> bool:
    """In landscape height is scarce: the chip stands beside a short value."""
    wide = s.width(row.value, "body", bold=True) + s.m.u(4) + _chip_width(s, row.source)
    return not s.m.portrait and bool(row.source) and wide <= room


def _chip_width(s: Sketch, source: str) -> int:
    return s.width(source, "fine") + s.m.u(5) + s.m.u(5.5)


def _chip_height(s: Sketch, source: str, room: int) -> int:
    return s.height(source, room - s.m.u(10.5), "fine") + s.m.u(1.5) if source else 0


def _value_role(s: Sketch, row: Row, room: int) -> Role:
    return s.fitting(row.value, room, 4, ("body", "small"), bold=True)


def _row(s: Sketch, at: Rect, label: int, row: Row) -> None:
    pad, gap = s.m.u(5), s.m.u(6)
    value = _value_width(s, at.w, label, row)
    s.text_in(row.label, Rect(at.x + pad, at.y, label, at.h), "body", theme.INK_SOFT, align="left", balance=False)
    left = at.x + pad + label + gap
    role = _value_role(s, row, value)
    high = s.height(row.value, value, role, bold=True)
    inline = _inline(s, row, value)
    high += _chip_height(s, row.source, value) if not inline else 0
    problem = s.height(row.problem, value - s.m.u(9), "small") + s.m.u(1.5) if row.problem else 0
    y = at.y + (at.h - high - problem) // 2
    y += s.text(row.value, Rect(left, y, value, 0), role, theme.INK, bold=True)
    if inline:
        beside = left + s.width(row.value, "body", bold=True) + s.m.u(4)
        middle = y - (s.m.pitch("body") + s.m.pitch("fine")) // 2 - s.m.u(1.5)
        _chip(s, Rect(beside, middle, _chip_width(s, row.source), 0), row.source)
    else:
        y += _chip(s, Rect(left, y, value, 0), row.source)
    if row.problem:
        size = s.m.u(7)
        y += s.m.u(1.5)
        s.icon("circle-alert", left, y + (s.m.pitch("small") - size) // 2, size, theme.RED)
        s.text(row.problem, Rect(left + s.m.u(9), y, value - s.m.u(9), 0), "small", theme.RED)
    if row.change:
        _change(s, at, row)


def _chip(s: Sketch, at: Rect, source: str) -> int:
    """The chip that names a value's origin. Returns its height."""
    if not source:
        return 0
    size, room = s.m.u(5), at.w - s.m.u(10.5)
    high = s.height(source, room, "fine")
    at = at.below(s.m.u(1.5))
    s.box(Rect(at.x, at.y, min(_chip_width(s, source), at.w), high), theme.TEAL_TINT, radius=1.6)
    s.icon("badge-check", at.x + s.m.u(1.6), at.y + (s.m.pitch("fine") - size) // 2, size, theme.TEAL)
    s.text(source, Rect(at.x + s.m.u(8), at.y, room + 1, high), "fine", theme.TEAL_DEEP)
    return high + s.m.u(1.5)


def _change(s: Sketch, at: Rect, row: Row) -> None:
    wide, high = _change_width(s, row), s.m.u(theme.TARGET_MM)
    rect = Rect(at.right - wide - s.m.u(4), at.y + (at.h - high) // 2, wide, high)
    s.box(rect, theme.PAPER, theme.TEAL, 0.4, theme.RADIUS)
    size, gap = s.m.u(7), s.m.u(2)
    text = s.width(row.change_label, "small")
    x = rect.x + (wide - size - gap - text) // 2
    s.icon("pencil", x, rect.y + (high - size) // 2, size, theme.TEAL)
    label = Rect(x + size + gap, rect.y, text + 1, high)
    s.text_in(row.change_label, label, "small", theme.TEAL, align="left", balance=False)
    s.target(row.change, rect)
