"""A document as ESC/POS bytes, and the questions that a printer answers (its answers: status.py). No I/O.

Commands are those that Epson's and the Chinese makers' references share (SPRT, Gprinter, Bixolon, Toshiba, public
manuals). Chinese mode (FS &) is always sent: firmware differs in what it powers up with.
"""

from __future__ import annotations

from msgspec import Struct

from drivers.escpos_printer.characters import CELL, columns, encode, in_font
from drivers.escpos_printer.layout import Divider, Gap, Piece, Row, Symbol, lay_out
from drivers.escpos_printer.raster import TALL, Bitmap, Drawer, draw
from drivers.escpos_printer.status import Decoder
from kiosk.document import Document

PITCH = 34  # dots from line to line at size 1: 24 of the character, 10 of white
START = (
    b"\x1b@"  # initialise
    b"\x1bR\x00"  # international set USA: otherwise $ or \ may come out as another currency
    b"\x1c&"  # Chinese mode
    b"\x1cS\x00\x00"  # no extra space beside Chinese characters
)
CUT = b"\x1dVB\x00"  # feed to the cutter, partial cut
AUTOMATIC = b"\x1da\x0e"  # ASB on changes of on-line, error and paper
ACKNOWLEDGE = b"\x1dr\x01"  # buffered: answered when all before it was processed
# Forget what is in the buffer, so that nobody's half receipt comes out when the cover is closed: DLE ENQ 2 (recover
# and clear), then Epson's DLE DC4 8 (clear buffers). A printer without them ignores control bytes.
CLEAR = b"\x10\x05\x02" + b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
_QR_AIM = 300  # dots with the quiet zone: 37 mm, comfortable for a phone held over the paper
# Bytes that a symbol of version 1, 2, ... 40 holds at error correction M (ISO/IEC 18004, table 7).
_QR_BYTES = (
    *(14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666),
    *(
        711,
        779,
        857,
        911,
        997,
        1059,
        1125,
        1190,
        1264,
        1370,
        1452,
        1538,
        1628,
        1722,
        1809,
        1911,
        1989,
        2099,
        2213,
        2331,
    ),
)
_ALIGN = {"left": 0, "centre": 1, "right": 2}

__all__ = [
    "ACKNOWLEDGE",
    "AUTOMATIC",
    "CLEAR",
    "CUT",
    "START",
    "Decoder",
    "Paper",
    "TooLong",
    "ask",
    "encode_document",
]


class Paper(Struct, frozen=True):
    """What can be printed on. 80 mm: 576 dots, 48 columns; 58 mm: 384 dots, 32 columns (203 dots an inch)."""

    dots: int = 576

    @property
    def across(self) -> int:
        return self.dots // CELL


class TooLong(Exception):
    """A QR symbol's data that no symbol on this paper can hold."""


def ask(n: int) -> bytes:
    """DLE EOT n: real-time status, answered even while the buffer is stuck. n: see status.QUESTIONS."""
    return bytes((0x10, 0x04, n))


def encode_document(document: Document, paper: Paper, drawer: Drawer = draw) -> tuple[bytes, ...]:
    """The job in pieces of whole commands: between two pieces, and only there, a real-time question may be put.

    (Inside a picture its three bytes would be taken for dots.) Raises raster.NoGlyph, TooLong.
    """
    pieces = [START]
    pieces += [_piece(piece, paper, drawer) for piece in lay_out(document, paper.across)]
    return (*pieces, CUT)


def _piece(piece: Piece, paper: Paper, drawer: Drawer) -> bytes:
    match piece:
        case Gap(dots=dots):
            return _feed(dots)
        case Divider():
            across = paper.dots // 8
            return _picture(Bitmap(across, 2, b"\xff" * across * 2))
        case Symbol(data=data):
            return _symbol(data, paper)
        case Row() if all(map(in_font, piece.text)):
            return _line(piece)
        case Row(text=text, size=size, bold=bold, align=align):
            room = paper.dots - columns(text) * CELL * size
            left = {"left": 0, "centre": room // 2, "right": room}[align]
            return _picture(drawer(text, size, bold, left)) + _feed((PITCH - TALL) * size)


def _line(row: Row) -> bytes:
    if not row.text:
        return _feed(PITCH // 2)
    out = bytearray((0x1B, 0x61, _ALIGN[row.align]))  # ESC a
    out += bytes((0x1B, 0x33, PITCH * row.size))  # ESC 3: line spacing
    if row.size == 2:
        out += b"\x1d!\x11\x1cW\x01"  # GS ! for Latin, FS W for Chinese: some printers heed one alone
    if row.bold:
        out += b"\x1bE\x01"
    out += encode(row.text) + b"\n"
    if row.bold:
        out += b"\x1bE\x00"
    if row.size == 2:
        out += b"\x1d!\x00\x1cW\x00"
    return bytes(out)


def _feed(dots: int) -> bytes:
    return bytes((0x1B, 0x4A, dots))  # ESC J


def _picture(bitmap: Bitmap) -> bytes:
    """GS v 0, without the white at the right. No three bytes in it are a real-time command."""
    blank = _blank_bytes(bitmap)
    across = max(1, bitmap.bytes_across - blank)
    rows = (bitmap.data[at : at + across] for at in range(0, len(bitmap.data), bitmap.bytes_across))
    head = b"\x1ba\x00\x1dv0\x00" + across.to_bytes(2, "little") + bitmap.height.to_bytes(2, "little")
    return head + _harmless(b"".join(rows))


def _blank_bytes(bitmap: Bitmap) -> int:
    across = bitmap.bytes_across
    rows = (bitmap.data[at : at + across] for at in range(0, len(bitmap.data), across))
    return min((across - len(row.rstrip(b"\0")) for row in rows), default=0)


def _harmless(dots: bytes) -> bytes:
    """Printers look for DLE EOT, DLE ENQ and DLE DC4 in everything that arrives: one dot more breaks the pair."""
    for second in (0x04, 0x05, 0x14):
        dots = dots.replace(bytes((0x10, second)), bytes((0x10, second | 0x08)))
    return dots


def _symbol(data: str, paper: Paper) -> bytes:
    """The printer's own QR code (GS ( k): model 2, error correction M, as large as the aim and the paper allow."""
    payload = data.encode("utf-8")
    module = _module(payload, paper)
    store = b"1P0" + payload

    def function(body: bytes) -> bytes:
        return b"\x1d(k" + len(body).to_bytes(2, "little") + body

    return b"\x1ba\x01" + b"".join(
        function(body) for body in (b"1A2\x00", b"1C" + bytes((module,)), b"1E1", store, b"1Q0")
    )


def _module(payload: bytes, paper: Paper) -> int:
    """Dots of one module. Counted in byte mode with the quiet zone, the largest that a printer may choose."""
    version = next((n for n, bytes_ in enumerate(_QR_BYTES, 1) if len(payload) <= bytes_), 0)
    modules = 17 + 4 * version + 8
    fits = paper.dots // modules
    if not version or fits < 3 or any(byte < 0x20 for byte in payload):
        raise TooLong(f"{len(payload)} bytes: too many for a symbol that can be read, or control bytes in them")
    return min(fits, max(4, _QR_AIM // modules), 16)
