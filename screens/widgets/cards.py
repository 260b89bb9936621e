"""Cards one chooses: tiles of items and options of a question."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.page import Option, Tile
from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch
from screens.theme import Role
from screens.widgets import keys


def grid(s: Sketch, area: Rect, tiles: Sequence[Tile], columns: int, sheet: int | None) -> int:
    """Tiles in columns, turned by pager when there are more. Returns the height used."""
    gap = s.m.u(theme.GAP)
    wide = (area.w - gap * (columns - 1)) // columns
    lines = [tiles[at : at + columns] for at in range(0, len(tiles), columns)]
    role = _title_role(s, wide, tiles)
    heights = [max(_tile_height(s, wide, tile, role) for tile in line) for line in lines]
    sheets = keys.split(heights, area.h, gap, keys.pager_height(s))
    if not lines:
        return 0
    sheet = keys.pick(sheets, sheet)
    y = area.y
    for at in sheets[sheet]:
        for column, tile in enumerate(lines[at]):
            _tile(s, Rect(area.x + column * (wide + gap), y, wide, heights[at]), tile, role)
        y += heights[at] + gap
    if len(sheets) > 1:
        keys.pager(s, area, sheet, len(sheets))
        return area.h
    return y - gap - area.y


def tallest(s: Sketch, width: int, tiles: Sequence[Tile], columns: int) -> int:
    """The height of the tallest of `tiles` in a grid of `columns`."""
    wide = (width - s.m.u(theme.GAP) * (columns - 1)) // columns
    role = _title_role(s, wide, tiles)
    return max((_tile_height(s, wide, tile, role) for tile in tiles), default=0)


def _tile_height(s: Sketch, width: int, tile: Tile, role: Role) -> int:
    room = width - 2 * s.m.u(5)
    words = s.height(tile.note if not tile.available and tile.note else tile.summary, room, "small")
    title = s.height(tile.title, room - s.m.u(22), role, True)
    return max(s.m.u(18), title) + s.m.u(3) + words + 2 * s.m.u(5)


def _title_role(s: Sketch, width: int, tiles: Sequence[Tile]) -> Role:
    """One size for all titles of a grid: three lines in full size, else smaller; never a word cut in two."""
    room = width - 2 * s.m.u(5) - s.m.u(22)
    roles: list[Role] = ["body"]
    for tile in tiles:
        if s.whole(tile.title, room, ("body", "small"), bold=True) == "body":
            roles.append(s.fitting(tile.title, room, 3, ("body", "small"), bold=True))
        else:
            roles.append(s.whole(tile.title, room, ("small", "fine"), bold=True))
    return min(roles, key=lambda role: theme.EM[role])


def _tile(s: Sketch, at: Rect, tile: Tile, role: Role) -> None:
    pad, seat = s.m.u(5), s.m.u(18)
    on = tile.available
    s.box(at, theme.CARD if on else theme.SUNKEN, theme.EDGE if on else theme.LINE, 0.4, theme.RADIUS)
    s.target(tile.key, at, on)
    head = Rect(at.x + pad, at.y + pad, seat, seat)
    s.box(head, theme.TEAL_TINT if on else theme.PAPER, radius=theme.RADIUS)
    s.icon_in(tile.icon, head, s.m.u(11), theme.TEAL if on else theme.INK_OFF)
    left = head.right + s.m.u(4)
    room = Rect(left, head.y, at.right - pad - left, seat)
    high = max(seat, s.height(tile.title, room.w, role, True))
    room = Rect(room.x, room.y, room.w, high)
    s.text_in(tile.title, room, role, theme.INK if on else theme.INK_SOFT, True, "left", balance=True)
    below = Rect(at.x + pad, head.y + high + s.m.u(3), at.w - 2 * pad, 0)
    if on or not tile.note:
        s.text(tile.summary, below, "small", theme.INK_SOFT)
    else:
        s.text(tile.note, below, "small", theme.AMBER_INK)


def option_height(s: Sketch, width: int, option: Option) -> int:
    room = width - 2 * s.m.u(6) - _lead(s, option) - s.m.u(12)
    words = s.height(option.label, room, "body", True) + s.height(option.note, room, "small")
    return max(words + 2 * s.m.u(4), s.m.u(theme.ACTION))


def options(s: Sketch, area: Rect, entries: Sequence[Option], columns: int, sheet: int | None) -> int:
    """Answers as large cards. Returns the height used."""
    gap = s.m.u(theme.GAP)
    wide = (area.w - gap * (columns - 1)) // columns
    lines = [entries[at : at + columns] for at in range(0, len(entries), columns)]
    heights = [max(option_height(s, wide, option) for option in line) for line in lines]
    sheets = keys.split(heights, area.h, gap, keys.pager_height(s))
    if not lines:
        return 0
    chosen = next((at for at, option in enumerate(entries) if option.chosen), 0)
    sheet = keys.pick(sheets, sheet, chosen // columns)
    if len(sheets) == 1:  # room to spare makes the cards taller, up to half as tall again
        spare = area.h - sum(heights) - gap * (len(heights) - 1)
        heights = [high + min(spare // len(heights), s.m.u(theme.ACTION) // 2) for high in heights]
    y = area.y
    for at in sheets[sheet]:
        for column, option in enumerate(lines[at]):
            _option(s, Rect(area.x + column * (wide + gap), y, wide, heights[at]), option)
        y += heights[at] + gap
    if len(sheets) > 1:
        keys.pager(s, area, sheet, len(sheets))
        return area.h
    return y - gap - area.y


def _lead(s: Sketch, option: Option) -> int:
    return s.m.u(15) if option.icon else 0


def _option(s: Sketch, at: Rect, option: Option) -> None:
    on, chosen = option.enabled, option.chosen
    ink = theme.INK if on else theme.INK_OFF
    fill = theme.TEAL_TINT if chosen else theme.CARD if on else theme.SUNKEN
    edge = theme.TEAL if chosen else theme.EDGE if on else theme.LINE
    s.box(at, fill, edge, 1.0 if chosen else 0.4, theme.RADIUS)
    s.target(option.key, at, on)
    pad, mark = s.m.u(6), s.m.u(9)
    if option.icon:
        s.icon(option.icon, at.x + pad, at.y + (at.h - s.m.u(11)) // 2, s.m.u(11), theme.TEAL if on else ink)
    left = at.x + pad + _lead(s, option)
    room = at.w - 2 * pad - _lead(s, option) - s.m.u(12)
    high = s.height(option.label, room, "body", True) + s.height(option.note, room, "small")
    y = at.y + (at.h - high) // 2
    y += s.text(option.label, Rect(left, y, room, 0), "body", ink, True)
    s.text(option.note, Rect(left, y, room, 0), "small", theme.INK_SOFT if on else ink)
    sign = "circle-check" if chosen else "chevron-right" if on else "ban"
    s.icon(sign, at.right - pad - mark, at.y + (at.h - mark) // 2, mark, theme.TEAL if on else ink)
