"""Are the words on a receipt the words of the document? Read from the paper alone, without the encoder's help.

Text is compared character by character: a line may end anywhere, nothing may be missing, doubled or changed. A line
that the driver drew as a picture cannot be read, so each of its characters is drawn again here and compared dot by
dot where it must stand (how wide the blanks in it are is not measured).
"""

from __future__ import annotations

import unicodedata

from msgspec import Struct
from PIL import Image, ImageChops, ImageDraw, ImageStat

from drivers.escpos_printer import fonts
from drivers.escpos_printer.paper import Picture, Receipt, Symbol, TextLine
from kiosk.document import Document, text_of

REPEAT = "补打 REPRINT"
TOLERANCE = 0.15  # share of a character's ink that may differ
_END = "\n"

Atom = str | Picture


class Comparison(Struct, frozen=True):
    """differences: empty when the paper says what the document says. pictures: words compared by their dots."""

    differences: tuple[str, ...]
    pictures: tuple[str, ...]


def same_words(document: Document, receipt: Receipt) -> list[str]:
    """What is wrong with the receipt, in words; empty when nothing is."""
    return list(compare(document, receipt).differences)


def compare(document: Document, receipt: Receipt) -> Comparison:
    expected = _END.join(_fold(word) for word in ((REPEAT,) if document.copy else ()) + text_of(document)) + _END
    atoms = _atoms(receipt)
    pictures: list[str] = []
    at = seen = 0
    while at < len(expected) and seen < len(atoms):
        atom = atoms[seen]
        if isinstance(atom, Picture):
            length = _read(atom, expected[at:])
            if not length:
                return Comparison((f"picture is not {expected[at : at + 12]!r}",), tuple(pictures))
            pictures.append(expected[at : at + length].strip())
            at, seen = at + length, seen + 1
        elif expected[at].isspace() or atom.isspace():
            wanted, found = _blanks(expected, at), _blanks(atoms, seen)
            gap, white = expected[at : at + wanted], "".join(map(str, atoms[seen : seen + found]))
            if _END not in gap + white and gap != white:
                return Comparison((f"blanks before {expected[at + wanted : at + wanted + 12]!r}",), tuple(pictures))
            at, seen = at + wanted, seen + found
        elif atom == expected[at]:
            at, seen = at + 1, seen + 1
        else:
            found_text = "".join(map(str, atoms[seen : seen + 12]))
            return Comparison((f"expected {expected[at : at + 12]!r}, paper has {found_text!r}",), tuple(pictures))
    rest = tuple(f"missing: {words!r}" for words in (expected[at:].strip(),) if words)
    more = tuple("more on the paper than in the document" for atom in atoms[seen:] if not str(atom).isspace())
    return Comparison(rest + more[:1], tuple(pictures))


def _fold(text: str) -> str:
    """The document as it can be seen: no control characters; ¥ and ￥ are one sign."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("¥", "￥"))
    lines = ["".join(map(_seen, line)).strip(" ") for line in text.replace("\u2028", "\n").split("\n")]
    return "\n".join(lines)


def _seen(char: str) -> str:
    if char in "\t\v\f":
        return " "
    kind = unicodedata.category(char)
    if kind == "Zp":
        return "\n"
    if kind == "Zs" and char != "\u3000":
        return " "
    return "" if kind in ("Cc", "Cf", "Cs") else char


def _atoms(receipt: Receipt) -> list[Atom]:
    atoms: list[Atom] = []
    for mark in receipt.marks:
        match mark:
            case TextLine():
                atoms += [*mark.text.strip(" "), _END]
            case Symbol(data=data):
                atoms += [*_fold(data), _END]
            case Picture() if not mark.rule:
                atoms += [mark, _END]
    return atoms


def _blanks(atoms: list[Atom] | str, start: int) -> int:
    """How many blanks and line ends stand from `start` on."""
    end = start
    while end < len(atoms) and isinstance(atom := atoms[end], str) and atom.isspace():
        end += 1
    return end - start


def _read(picture: Picture, expected: str) -> int:
    """How many characters of `expected` the picture shows, from its first ink to its last; 0 when it shows others."""
    sheet = Image.frombytes("1", (picture.bytes_across * 8, picture.height), picture.data).convert("L")
    size = max(1, round(picture.height / 28))
    return max(_read_as(sheet, expected, size, faces) for faces in (fonts.REGULAR, fonts.BOLD))


def _read_as(sheet: Image.Image, expected: str, size: int, faces: tuple[fonts.Face, ...]) -> int:
    at, read = 0, 0
    while (ink := _ink(sheet, at)) is not None:
        while read < len(expected) and expected[read].isspace():
            read += 1
            at = max(at, ink - 6 * size)  # after a blank the next character may stand anywhere
        if read == len(expected):
            return 0
        cluster = _cluster(expected, read)
        glyph = _glyph(cluster, size, faces)
        box = glyph.getbbox() if glyph is not None else None
        if glyph is None or box is None:
            return 0
        left = ink - box[0]
        if not _alike(sheet.crop((left, 0, left + glyph.width, sheet.height)), glyph):
            return 0
        at, read = left + glyph.width, read + len(cluster)
    return read


def _cluster(text: str, start: int) -> str:
    end = start + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return text[start:end]


def _ink(sheet: Image.Image, start: int) -> int | None:
    """The first column with ink at or after `start`."""
    box = sheet.crop((start, 0, max(start, sheet.width), sheet.height)).getbbox() if start < sheet.width else None
    return start + box[0] if box else None


def _glyph(cluster: str, size: int, faces: tuple[fonts.Face, ...]) -> Image.Image | None:
    """The character in a cell of its own: half a square for Latin, a square for Chinese."""
    font = fonts.find(cluster[0], 24 * size, faces)
    if font is None:
        return None
    across = 12 if cluster[0].isascii() else 24
    cell = Image.new("L", (across * size, 28 * size), 0)
    ImageDraw.Draw(cell).text((0, 21 * size), cluster, font=font, fill=255, anchor="ls")
    return cell.point(lambda grey: 255 if grey >= 128 else 0)


def _alike(seen: Image.Image, drawn: Image.Image) -> bool:
    ink = max(1.0, ImageStat.Stat(drawn).sum[0])
    return bool(ImageStat.Stat(ImageChops.difference(seen, drawn)).sum[0] / ink <= TOLERANCE)
