"""What a printer makes of bytes: an interpreter of ESC/POS that shares no code with the encoder.

Tests and the demonstration compare its paper with the document; the fake printer prints on it. It is strict where a
cheap printer is: Chinese mode off until asked for, no four-byte characters, Latin enlarged by GS ! alone.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from drivers.escpos_printer.splitter import Command, Splitter

Side = Literal["left", "centre", "right"]
_SIDES: tuple[Side, ...] = ("left", "centre", "right")
RUBBISH = "\ufffd"  # what a printer shows for bytes that are no character of its font


class Glyph(Struct, frozen=True):
    """One character: `cells` is 1 (12 dots) or 2 (24 dots) before it is enlarged `across` and `down` times."""

    char: str
    cells: int
    across: int = 1
    down: int = 1
    bold: bool = False

    @property
    def dots(self) -> int:
        return self.cells * 12 * self.across


class TextLine(Struct, frozen=True):
    glyphs: tuple[Glyph, ...]
    side: Side
    pitch: int  # dots from the top of this line to the top of the next

    @property
    def text(self) -> str:
        return "".join(glyph.char for glyph in self.glyphs)

    @property
    def dots(self) -> int:
        return sum(glyph.dots for glyph in self.glyphs)


class Picture(Struct, frozen=True):
    """Dots, most significant bit leftmost, 1 is black."""

    bytes_across: int
    height: int
    data: bytes
    side: Side = "left"

    @property
    def rule(self) -> bool:
        """A few rows of solid ink: a dividing line."""
        return self.height <= 8 and not self.data.strip(b"\xff")


class Symbol(Struct, frozen=True):
    """A QR symbol made by the printer. module: dots; level: L, M, Q or H."""

    data: str
    module: int
    level: str
    side: Side


class Feed(Struct, frozen=True):
    dots: int


Mark = TextLine | Picture | Symbol | Feed


class Receipt(Struct, frozen=True):
    """One piece of paper, top to bottom. `cut` is False for what still hangs in the printer."""

    marks: tuple[Mark, ...]
    dots: int = 576
    cut: bool = True

    @property
    def text(self) -> tuple[str, ...]:
        """Line by line as read; a drawn line is `[picture]`, a symbol `[QR data]`; rules and white are left out."""
        lines: list[str] = []
        for mark in self.marks:
            match mark:
                case TextLine():
                    lines.append(mark.text.strip(" "))
                case Picture() if not mark.rule:
                    lines.append("[picture]")
                case Symbol():
                    lines.append(f"[QR {mark.data}]")
        return tuple(line for line in lines if line)


class _Style(Struct, frozen=True):
    side: Side = "left"
    across: int = 1
    down: int = 1
    chinese_double: bool = False
    bold: bool = False
    pitch: int = 34


class _Qr(Struct, frozen=True):
    module: int = 3
    level: str = "L"
    data: bytes = b""


class Paper:
    """Bytes in, receipts out. `notes` tells what it did not understand or had to mend."""

    def __init__(self, dots: int = 576, chinese: bool = False) -> None:
        self.dots = dots
        self.splitter = Splitter(chinese)
        self.notes: list[str] = []
        self.marks: list[Mark] = []  # of the receipt that is not cut yet
        self._power_up = chinese
        self._chinese = chinese
        self._style = _Style()
        self._qr = _Qr()
        self._line: list[Glyph] = []

    def feed(self, data: bytes) -> list[Receipt]:
        """Interpret bytes, split anywhere; the receipts that were cut."""
        self.splitter.push(data)
        done: list[Receipt] = []
        while (command := self.splitter.next()) is not None:
            if (receipt := self.apply(command)) is not None:
                done.append(receipt)
        return done

    def hanging(self) -> Receipt:
        """What was printed since the last cut."""
        return Receipt(tuple(self.marks), self.dots, cut=False)

    def apply(self, command: Command) -> Receipt | None:
        """One command; a receipt when it cut the paper."""
        name, args = command.name, command.args
        match name:
            case "text":
                self._text(args)
            case "LF":
                self._end_line()
            case "ESC J" | "ESC d":
                self._end_line(blank=False)
                self.marks.append(Feed(args[0] if name == "ESC J" else args[0] * self._style.pitch))
            case "GS v":
                self._picture(args)
            case "GS (":
                self._function(args)
            case "GS V" | "ESC i" | "ESC m":
                return self._cut()
            case "ESC @":
                self._style, self._qr, self._chinese = _Style(), _Qr(), self._power_up
                self._line.clear()
            case "FS &" | "FS .":
                self._chinese = name == "FS &"
            case _:
                self._restyle(name, args)
        return None

    def _restyle(self, name: str, args: bytes) -> None:
        style = self._style
        match name:
            case "ESC a":
                style = replace(style, side=_SIDES[args[0] % 48 % 3])
            case "GS !":
                style = replace(style, across=(args[0] >> 4 & 7) + 1, down=(args[0] & 7) + 1)
            case "FS W":
                style = replace(style, chinese_double=bool(args[0] & 1))
            case "ESC E" | "ESC G":
                style = replace(style, bold=bool(args[0] & 1))
            case "ESC 3":
                style = replace(style, pitch=args[0])
            case "ESC 2":
                style = replace(style, pitch=34)
            case "ESC R" | "FS S" | "GS a" | "GS r" | "DLE \x04" | "DLE \x05" | "DLE \x14" | "CR":
                pass  # nothing of it is on paper
            case _:
                self.notes.append(f"skipped {name} {args[:8].hex()}")
        self._style = style

    def _text(self, raw: bytes) -> None:
        at = 0
        while at < len(raw):
            lead = raw[at]
            if lead < 0x80:
                self._put(chr(lead), 1)
                at += 1
            elif not self._chinese:
                self._put(raw[at : at + 1].decode("cp437"), 1)
                at += 1
            elif at + 1 < len(raw) and raw[at + 1] >= 0x40:
                # gb2312's and gbk's zones as a GB18030 reader knows them
                self._put(raw[at : at + 2].decode("gb18030", "replace")[:1], 2)
                at += 2
            else:
                self._put(RUBBISH, 1)
                self.notes.append(f"half a character: {lead:02x}")
                at += 1

    def _put(self, char: str, cells: int) -> None:
        style = self._style
        across, down = style.across, style.down
        if cells == 2 and style.chinese_double:
            across = down = 2
        glyph = Glyph(char, cells, across, down, style.bold)
        if sum(old.dots for old in self._line) + glyph.dots > self.dots:
            self.notes.append("a line was longer than the paper")
            self._end_line()
        self._line.append(glyph)

    def _end_line(self, blank: bool = True) -> None:
        if self._line:
            tall = max(24 * glyph.down for glyph in self._line)
            self.marks.append(TextLine(tuple(self._line), self._style.side, max(self._style.pitch, tall)))
            self._line.clear()
        elif blank:
            self.marks.append(Feed(self._style.pitch))

    def _picture(self, args: bytes) -> None:
        self._end_line(blank=False)
        across, height = int.from_bytes(args[2:4], "little"), int.from_bytes(args[4:6], "little")
        if across * 8 > self.dots:
            self.notes.append("a picture was wider than the paper")
        self.marks.append(Picture(across, height, args[6:], self._style.side))

    def _function(self, args: bytes) -> None:
        """GS ( k, code 49 ('1'): QR."""
        body = args[3:]
        if args[:1] != b"k" or body[:1] != b"1":
            self.notes.append(f"skipped GS ( {args[:1]!r}")
            return
        match body[1:2]:
            case b"C":
                self._qr = replace(self._qr, module=body[2])
            case b"E":
                self._qr = replace(self._qr, level="LMQH"[body[2] - 0x30])
            case b"P":
                self._qr = replace(self._qr, data=body[3:])
            case b"Q":
                self._end_line(blank=False)
                data = self._qr.data.decode("utf-8", "replace")
                self.marks.append(Symbol(data, self._qr.module, self._qr.level, self._style.side))

    def _cut(self) -> Receipt:
        self._end_line(blank=False)
        receipt = Receipt(tuple(self.marks), self.dots)
        self.marks.clear()
        return receipt
