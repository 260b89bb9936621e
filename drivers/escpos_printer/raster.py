"""A line drawn by us instead of by the printer: for characters that its own font has not.

The drawing keeps to the printer's grid (12 dots a column, 24 dots a character), so a drawn line stands among
printed ones without a jump, and one with a rare name in it can still be read by anyone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct
from PIL import Image, ImageDraw

from drivers.escpos_printer import fonts
from drivers.escpos_printer.characters import CELL, GLYPH, columns, width

TALL = 28  # dots of a drawn line at size 1: the character's 24, and room for the tails of g and y
BASELINE = 21  # dots from the top to the line that letters stand on, at size 1
_INK = 128  # grey from which a dot is burnt


class Bitmap(Struct, frozen=True):
    """Rows of dots, most significant bit leftmost, 1 is black: the form that `GS v 0` takes."""

    bytes_across: int
    height: int
    data: bytes


class NoGlyph(Exception):
    """No font on this machine has the character: better no paper than a wrong name."""

    def __init__(self, char: str) -> None:
        # Which character it is could tell whose name it is: only its block goes into the text.
        super().__init__(f"no font for a character of U+{ord(char) >> 8:X}xx: install fonts-noto-cjk, fonts-hanazono")


Drawer = Callable[[str, int, bool, int], Bitmap]


def draw(text: str, size: int, bold: bool, left: int) -> Bitmap:
    """One line at `size` (1 or 2), beginning `left` dots from the paper's edge. Raises NoGlyph."""
    across = max(1, left + columns(text) * CELL * size)  # marks alone have no width
    picture = Image.new("L", (-(-across // 8) * 8, TALL * size), 0)
    pen = ImageDraw.Draw(picture)
    at = left
    for cluster in _clusters(text):
        font = fonts.find(cluster[0], GLYPH * size, fonts.BOLD if bold else fonts.REGULAR)
        if font is None or font.getlength(cluster[0]) > columns(cluster) * CELL * size:
            raise NoGlyph(cluster[0])
        pen.text((at, BASELINE * size), cluster, font=font, fill=255, anchor="ls")
        at += columns(cluster) * CELL * size
    dots = picture.point(lambda grey: 255 if grey >= _INK else 0).convert("1", dither=Image.Dither.NONE)
    return Bitmap(picture.width // 8, picture.height, dots.tobytes())


def _clusters(text: str) -> Iterator[str]:
    """Characters with the combining marks that belong to them."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or width(text[index]) > 0:
            yield text[start:index]
            start = index
