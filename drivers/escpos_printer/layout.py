"""A document laid out on a grid of columns: which words stand on which row. Pure text, no bytes.

Chinese line breaking as in GB/T 15834 (标点符号用法): no closing mark at the start of a line, no opening mark at
its end; a number or a Latin word stays whole as long as it fits on a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from drivers.escpos_printer.characters import columns, in_font, paragraphs, width
from kiosk.document import Align, Block, Document, Line, Pair, Qr, Rule
from kiosk.secret import reveal

CLOSING = frozenset("，。、；：？！）】》〉」』〕”’％‰℃…—·～々,.;:?!)]}%")
OPENING = frozenset("（【《〈「『〔“‘￥＄$([{#")
MEASURES = frozenset("年月日时分秒元角岁号楼室弄幢")  # a number keeps these with it
REPEAT = "补打 REPRINT"
GUTTER = 2  # columns between a label and its value, at least


class Row(Struct, frozen=True):
    """One printed line. `columns` of it are counted at `size`."""

    text: str
    size: Literal[1, 2] = 1
    bold: bool = False
    align: Align = "left"


class Gap(Struct, frozen=True):
    """White paper, in dots."""

    dots: int


class Divider(Struct, frozen=True):
    """A thin line across the paper."""


class Symbol(Struct, frozen=True):
    """A QR symbol, centred."""

    data: str


Piece = Row | Gap | Divider | Symbol


def lay_out(document: Document, across: int) -> list[Piece]:
    """Everything on the paper, top to bottom, for a paper `across` columns wide (48 at 80 mm, 32 at 58 mm)."""
    pieces: list[Piece] = []
    if document.copy:
        pieces += [Row(REPEAT, bold=True, align="centre"), Gap(16)]
    pieces += [Row(line, 2, align="centre") for line in balance(document.title, across // 2)]
    pieces.append(Gap(14))
    for block in document.blocks:
        pieces += _block(block, across)
    return pieces


def _block(block: Block, across: int) -> Iterator[Piece]:
    match block:
        case Line(text=text, align=align, size=size, bold=bold):
            fold = balance if align == "centre" else wrap
            for line in fold(reveal(text), across // size):
                yield Row(line, size, bold, align)
        case Pair(label=label, value=value):
            for line in pair(label, reveal(value), across):
                yield Row(line)
        case Rule():
            yield from (Gap(8), Divider(), Gap(14))
        case Qr(data=data, caption=caption):
            yield from (Gap(16), Symbol(reveal(data)), Gap(12))
            for line in balance(caption, across) if caption else ():
                yield Row(line, align="centre")
            yield Gap(10)


def pair(label: str, value: str, across: int) -> list[str]:
    """Label left, value right. A long value stands as a block of its own lines against the right edge."""
    labels, values = wrap(label, across), wrap(value, across)
    room = across - columns(labels[0]) - GUTTER
    if len(labels) == 1 and len(values) == 1 and columns(value) <= room:
        return [_apart(labels[0], values[0], across)]
    if len(labels) == 1 and room >= across // 2:
        values = wrap(value, room)
        block = max(map(columns, values))
        first, *rest = (line + " " * (block - columns(line)) for line in values)
        return [_apart(labels[0], first, across).rstrip(" "), *(_apart("", line, across).rstrip(" ") for line in rest)]
    return labels + [_apart("", line, across) for line in wrap(value, across - GUTTER)]


def _apart(left: str, right: str, across: int) -> str:
    return left + " " * (across - columns(left) - columns(right)) + right


def balance(text: str, across: int) -> list[str]:
    """Wrapped to the fewest lines, and those about equally long: a centred heading of two halves, not of a stump."""
    lines = wrap(text, across)
    if len(lines) == 1:
        return lines
    narrow = max(2, columns(text) // len(lines))
    return next((tried for room in range(narrow, across) if len(tried := wrap(text, room)) == len(lines)), lines)


def wrap(text: str, across: int) -> list[str]:
    """Broken into lines of at most `across` columns. An empty text is one empty line."""
    return [line for paragraph in paragraphs(text) for line in _fill(paragraph, across)]


def _fill(paragraph: str, across: int) -> list[str]:
    lines, line, used = [], "", 0
    for unit in _units(paragraph):
        wide = columns(unit)
        if used + wide - (len(unit) - len(unit.rstrip(" "))) <= across:
            line, used = line + unit, used + wide
            continue
        if line.strip(" "):
            lines.append(line.rstrip(" "))
        line = unit
        while columns(line.rstrip(" ")) > across:
            head = _head(line, across)
            lines.append(line[:head])
            line = line[head:]
        used = columns(line)
    return [*lines, line.rstrip(" ")]


def _head(text: str, across: int) -> int:
    """How many characters fit; never none. A combining mark stays with its letter."""
    taken = 0
    for index, char in enumerate(text):
        taken += width(char)
        if taken > across:
            return max(index, 1)
    return len(text)


def _units(text: str) -> Iterator[str]:
    """The pieces between which a line may be broken. Blanks stay at the end of the piece before them."""
    unit = ""
    for char in text:
        if unit and _may_break(unit[-1], char):
            yield unit
            unit = ""
        unit += char
    if unit:
        yield unit


def _may_break(before: str, after: str) -> bool:
    if after == " ":
        return False
    if before == " ":
        return True
    if after in CLOSING or before in OPENING or (after in MEASURES and before.isdecimal()):
        return False
    return not (_in_word(before) and _in_word(after)) and width(after) > 0


def _in_word(char: str) -> bool:
    """Letters, digits and the marks inside a number, a date or an address; not Chinese."""
    return width(char) < 2 or (char.isalpha() and not in_font(char) and char < "\u1100")  # ñ, but no ideograph
