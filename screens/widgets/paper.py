"""A document on a sheet of paper, as the printer will lay it out: cut at block borders into sheets, never scrolled."""

from __future__ import annotations

from kiosk.document import Block, Document, Line, Pair, Qr, Rule
from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch
from screens.widgets import keys


def paper(s: Sketch, area: Rect, document: Document, sheet: int | None) -> None:
    """The document in the middle of `area`; its title stands on the first sheet."""
    wide = min(area.w, s.m.u(215))
    inner = wide - 2 * s.m.u(10)
    title = s.height(document.title, inner, "heading", True, True) + s.m.u(6)
    heights = [title, *(_height(s, inner, block) for block in document.blocks)]
    pad = s.m.u(10)
    sheets = keys.split(heights, area.h - 2 * pad, 0, keys.pager_height(s))
    sheet = keys.pick(sheets, sheet)
    shown = sheets[sheet]
    room = area.h - (keys.pager_height(s) if len(sheets) > 1 else 0)
    high = min(room, max(sum(heights[at] for at in shown) + 2 * pad, room * 2 // 3))
    page = Rect(area.x + (area.w - wide) // 2, area.y, wide, high)
    s.box(page, theme.CARD, theme.LINE, 0.4, 1)
    s.box(Rect(page.x, page.y, page.w, s.m.u(2)), theme.TEAL)
    y = page.y + pad
    for at in shown:
        place = Rect(page.x + pad, y, inner, heights[at])
        if at == 0:
            s.text(document.title, place, "heading", theme.INK, True, "centre", balance=True)
        else:
            _block(s, place, document.blocks[at - 1])
        y += heights[at]
    if len(sheets) > 1:
        keys.pager(s, area, sheet, len(sheets))


def _pair_columns(s: Sketch, wide: int) -> tuple[int, int]:
    label = wide * 36 // 100
    return label, wide - label - s.m.u(4)


def _height(s: Sketch, wide: int, block: Block) -> int:
    match block:
        case Line(text=text, size=size, bold=bold):
            return s.height(text, wide, "heading" if size == 2 else "small", bold) + s.m.u(1)
        case Pair(label=label, value=value):
            left, right = _pair_columns(s, wide)
            return max(s.height(label, left, "small"), s.height(value, right, "small", True)) + s.m.u(1.5)
        case Rule():
            return s.m.u(6)
        case Qr(caption=caption):
            return s.m.u(48) + s.height(caption, wide, "fine", False, True) + s.m.u(3)


def _block(s: Sketch, at: Rect, block: Block) -> None:
    match block:
        case Line(text=text, align=align, size=large, bold=bold):
            s.text(text, at, "heading" if large == 2 else "small", theme.INK, bold, align)
        case Pair(label=label, value=value):
            left, right = _pair_columns(s, at.w)
            s.text(label, Rect(at.x, at.y, left, 0), "small", theme.INK_SOFT)
            s.text(value, Rect(at.right - right, at.y, right, 0), "small", theme.INK, True)
        case Rule():
            s.box(Rect(at.x, at.y + at.h // 2, at.w, s.m.stroke(theme.HAIR)), theme.EDGE)
        case Qr(data=data, caption=caption):
            size = s.m.u(44)
            s.code(Rect(at.x + (at.w - size) // 2, at.y + s.m.u(2), size, size), data)
            below = Rect(at.x, at.y + s.m.u(48), at.w, 0)
            s.text(caption, below, "fine", theme.INK_SOFT, False, "centre", balance=True)
