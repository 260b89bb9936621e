"""Where Debian keeps fonts with Chinese, and which of them holds a character."""

from __future__ import annotations

import functools
from pathlib import Path

from msgspec import Struct
from PIL import ImageFont

Font = ImageFont.FreeTypeFont

_NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK"
_HANA = "/usr/share/fonts/truetype/hanazono/HanaMin"


class Face(Struct, frozen=True):
    """A font file and the face in it (a .ttc holds several)."""

    path: str
    index: int = 0


# fonts-noto-cjk, its face "Noto Sans Mono CJK SC": Latin is exactly half a Chinese character wide, as in a printer's
# own font; then fonts-hanazono, which holds nearly every ideograph there is.
REGULAR = (Face(f"{_NOTO}-Regular.ttc", 7), Face(f"{_HANA}A.ttf"), Face(f"{_HANA}B.ttf"))
BOLD = (Face(f"{_NOTO}-Bold.ttc", 7), *REGULAR)
_NOT_A_CHARACTER = "\uffff"  # what a font draws for it is its "missing" box


@functools.lru_cache(maxsize=16)
def load(face: Face, pixels: int) -> Font:
    """A face at a size. Raises OSError when the file is not there."""
    return ImageFont.truetype(face.path, pixels, index=face.index, layout_engine=ImageFont.Layout.BASIC)


def present(faces: tuple[Face, ...]) -> tuple[Face, ...]:
    """Those whose file is on this machine."""
    return tuple(face for face in faces if Path(face.path).is_file())


def find(char: str, pixels: int, faces: tuple[Face, ...]) -> Font | None:
    """The first face that has a shape for `char`; None when none has."""
    for face in present(faces):
        font = load(face, pixels)
        if char.isspace() or bytes(font.getmask(char)) not in _missing(face, pixels):
            return font
    return None


@functools.lru_cache(maxsize=16)
def _missing(face: Face, pixels: int) -> tuple[bytes, bytes]:
    """What this face draws for a character it has not: its box, or nothing at all."""
    return bytes(load(face, pixels).getmask(_NOT_A_CHARACTER)), b""
