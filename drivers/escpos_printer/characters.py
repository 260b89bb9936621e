"""Which characters the printer's own font holds, how wide they are, and their bytes.

Chinese firmware holds the two-byte zones of GBK. A four-byte GB18030 sequence is printed as rubbish with digits
in it (source: vendors' manuals, "GB18030 only supports double byte zones"), so nothing outside two bytes is ever
sent as text: such a line becomes a picture (raster.py).

Widths count in columns: a single-byte (ANK) character takes one, 12 dots; everything else takes two, 24 dots.
"""

from __future__ import annotations

import unicodedata

CELL = 12  # dots across one column at size 1
GLYPH = 24  # dots of a character's height at size 1

# Same sign, same meaning; the right-hand one is in every printer's font.
_SAME = str.maketrans({"¥": "￥", "\t": " ", "\v": " ", "\f": " ", "\u2028": "\n", "\u2029": "\n"})


def paragraphs(text: str) -> list[str]:
    """The text without anything a printer could take for a command, split where it says so itself.

    Control and invisible format characters go: a name with an ESC in it must not steer the printer.
    """
    folded = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_SAME)
    return ["".join(map(_visible, line)).strip(" ") for line in folded.split("\n")]


def _visible(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in ("Cc", "Cf", "Cs"):
        return ""
    return " " if kind == "Zs" and char != "\u3000" else char  # an indent of full-width blanks is meant


def in_font(char: str) -> bool:
    """Whether the printer draws this character itself, and rightly."""
    return len(_bytes(char)) > 0


def columns(text: str) -> int:
    return sum(width(char) for char in text)


def width(char: str) -> int:
    """Columns of one character. Those that are drawn as a picture keep to the same grid."""
    if " " <= char <= "~":
        return 1
    return 0 if unicodedata.combining(char) else 2


def encode(text: str) -> bytes:
    """Bytes for a line of which every character is `in_font`. Raises ValueError for any other."""
    out = bytearray()
    for char in text:
        code = _bytes(char)
        if not code:
            raise ValueError(f"U+{ord(char):04X} is not in the printer's font")
        out += code
    return bytes(out)


def _bytes(char: str) -> bytes:
    if " " <= char <= "~":
        return char.encode("ascii")
    if char < "\x80":
        return b""
    try:
        code = char.encode("gbk")
    except UnicodeEncodeError:
        return b""
    return code if len(code) == 2 else b""
