"""A receipt as one would hold it: drawn from what the interpreter read, dot for dot at 203 dots an inch.

A printer's own characters are drawn with Noto Sans Mono CJK SC in their place; real firmware has a plainer face.
"""

from __future__ import annotations

import segno
from PIL import Image, ImageDraw

from drivers.escpos_printer import fonts
from drivers.escpos_printer.paper import Feed, Glyph, Mark, Picture, Receipt, Side, Symbol, TextLine

MARGIN = 32  # dots: 576 printable dots stand in the middle of 640 = 80 mm of paper
ABOVE, BELOW = 40, 72  # dots from the edge to the first line, and from the last line to the cut
_BASELINE = 21
_PAPER, _INK = 255, 24


def draw_receipt(receipt: Receipt) -> Image.Image:
    """Grey picture, one pixel a dot, `receipt.dots + 64` wide."""
    height = ABOVE + BELOW + sum(_height(mark) for mark in receipt.marks)
    sheet = Image.new("L", (receipt.dots + 2 * MARGIN, height), _PAPER)
    top = ABOVE
    for mark in receipt.marks:
        match mark:
            case TextLine():
                _draw_line(sheet, mark, receipt.dots, top)
            case Picture():
                _stamp(sheet, _bits(mark), receipt.dots, top, mark.side)
            case Symbol():
                _stamp(sheet, _symbol(mark), receipt.dots, top, mark.side)
            case Feed():
                pass
        top += _height(mark)
    return sheet


def _height(mark: Mark) -> int:
    match mark:
        case TextLine(pitch=pitch):
            return pitch
        case Picture(height=height):
            return height
        case Symbol():
            return _symbol(mark).height
        case Feed(dots=dots):
            return dots


def _left(side: Side, across: int, dots: int) -> int:
    return MARGIN + {"left": 0, "centre": (dots - across) // 2, "right": dots - across}[side]


def _draw_line(sheet: Image.Image, line: TextLine, dots: int, top: int) -> None:
    at = _left(line.side, line.dots, dots)
    down = max(glyph.down for glyph in line.glyphs)
    for glyph in line.glyphs:
        shape = _shape(glyph)
        # characters of different height stand on one line, as in a printer
        sheet.paste(_INK, (at, top + _BASELINE * (down - glyph.down)), shape)
        at += glyph.dots


def _shape(glyph: Glyph) -> Image.Image:
    """A character as a mask. Twice as high or wide is drawn so, not blown up: newer firmware smooths as well."""
    pixels = 24 * glyph.down
    font = fonts.find(glyph.char, pixels, fonts.BOLD if glyph.bold else fonts.REGULAR)
    mask = Image.new("L", (glyph.cells * 12 * glyph.down, 28 * glyph.down), 0)
    if font is None:
        ImageDraw.Draw(mask).rectangle((2, 2, mask.width - 3, 24 * glyph.down - 3), outline=255)
    else:
        ImageDraw.Draw(mask).text((0, _BASELINE * glyph.down), glyph.char, font=font, fill=255, anchor="ls")
    return mask if glyph.across == glyph.down else mask.resize((glyph.dots, mask.height))


def _bits(picture: Picture) -> Image.Image:
    size = (picture.bytes_across * 8, picture.height)
    data = picture.data.ljust(picture.bytes_across * picture.height, b"\0")
    return Image.frombytes("1", size, data).convert("L")


def _symbol(symbol: Symbol) -> Image.Image:
    """Without a quiet zone of its own: the paper around it is white."""
    matrix = segno.make_qr(symbol.data.encode("utf-8"), error=symbol.level.lower(), boost_error=False).matrix
    side = len(matrix)
    small = Image.frombytes("L", (side, side), bytes(255 if cell else 0 for row in matrix for cell in row))
    return small.resize((side * symbol.module, side * symbol.module), Image.Resampling.NEAREST)


def _stamp(sheet: Image.Image, mask: Image.Image, dots: int, top: int, side: Side) -> None:
    sheet.paste(_INK, (_left(side, mask.width, dots), top), mask)
