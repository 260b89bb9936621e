"""Cuts a stream of ESC/POS bytes into commands, as the inside of a printer does. Shares nothing with the encoder.

Lengths as in Epson's public command reference; an unknown command is passed on as its two first bytes.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

ESC, FS, GS, DLE = 0x1B, 0x1C, 0x1D, 0x10
_LEAD = {ESC: "ESC", FS: "FS", GS: "GS", DLE: "DLE"}
_ALONE = {0x0A: "LF", 0x0D: "CR", 0x09: "HT", 0x0C: "FF", 0x18: "CAN"}

# Commands of a fixed length: lead and letter -> bytes that follow.
_FIXED = {
    **{f"ESC {c}": 0 for c in "@2<LSim"},
    **{f"ESC {c}": 1 for c in " !-3=EGJKMRTVadertu{"},
    **{f"ESC {c}": 2 for c in "$\\c"},
    "ESC p": 3,
    "ESC W": 8,
    "ESC %": 1,
    **{f"FS {c}": 0 for c in "&."},
    **{f"FS {c}": 1 for c in "!-CW"},
    **{f"FS {c}": 2 for c in "Sp"},
    "FS 2": 74,
    "GS :": 0,
    **{f"GS {c}": 1 for c in "!/BEHITabfhrw"},
    **{f"GS {c}": 2 for c in "$LPW\\"},
    "GS ^": 3,
    "DLE \x04": 1,
    "DLE \x05": 1,
}


class Command(Struct, frozen=True):
    """`name` as references write it ("GS v"), "text" for a run of characters, "LF" and so on, "?" for the unknown."""

    name: str
    args: bytes = b""


class Splitter:
    """Bytes in, whole commands out; keeps what is not complete yet."""

    def __init__(self, chinese: bool = False) -> None:
        """chinese: whether two-byte characters are on at power-up; firmware differs."""
        self._power_up = chinese
        self._chinese = chinese
        self._rest = bytearray()

    def push(self, data: bytes) -> None:
        self._rest += data

    def clear(self) -> None:
        self._rest.clear()

    def __len__(self) -> int:
        """Bytes that wait."""
        return len(self._rest)

    def next(self) -> Command | None:
        """The next whole command; None when more bytes are needed."""
        if not self._rest:
            return None
        first = self._rest[0]
        if first >= 0x20:
            return self._text()
        if first in _LEAD:
            return self._command(_LEAD[first])
        del self._rest[:1]
        return Command(_ALONE.get(first, "?"), b"" if first in _ALONE else bytes((first,)))

    def _text(self) -> Command | None:
        end = 0
        while end < len(self._rest) and self._rest[end] >= 0x20:
            step = 2 if self._chinese and self._rest[end] >= 0x81 else 1
            if end + step > len(self._rest):
                break
            # half a character followed by no second half: its lead alone, as rubbish
            end += step if step == 1 or self._rest[end + 1] >= 0x40 else 1
        return Command("text", self._pop(end)) if end else None

    def _command(self, lead: str) -> Command | None:
        if len(self._rest) < 2:
            return None
        name = f"{lead} {chr(self._rest[1])}"
        length = self._length(name)
        if length is None or len(self._rest) < 2 + length:
            return None
        raw = self._pop(2 + length)
        if length == 0 and name not in _FIXED:
            return Command("?", raw)
        if name in ("FS &", "FS ."):
            self._chinese = name == "FS &"
        elif name == "ESC @":
            self._chinese = self._power_up
        return Command(name, raw[2:])

    def _length(self, name: str) -> int | None:
        """Bytes after the first two; None while they cannot be told yet."""
        if name in _FIXED:
            return _FIXED[name]
        measure = _VARIABLE.get(name)
        return measure(bytes(self._rest[2:10]), self._rest) if measure else 0

    def _pop(self, count: int) -> bytes:
        raw = bytes(self._rest[:count])
        del self._rest[:count]
        return raw


def _parenthesis(head: bytes, _: bytearray) -> int | None:
    return 3 + int.from_bytes(head[1:3], "little") if len(head) >= 3 else None


def _raster(head: bytes, _: bytearray) -> int | None:
    if len(head) < 6:
        return None
    return 6 + int.from_bytes(head[2:4], "little") * int.from_bytes(head[4:6], "little")


def _column_image(head: bytes, _: bytearray) -> int | None:
    if len(head) < 3:
        return None
    return 3 + int.from_bytes(head[1:3], "little") * (3 if head[0] in (32, 33) else 1)


def _cut(head: bytes, _: bytearray) -> int | None:
    return (1 if head[0] in (0, 1, 0x30, 0x31) else 2) if head else None


def _to_nul(_: bytes, rest: bytearray) -> int | None:
    end = rest.find(b"\0", 2)
    return end - 1 if end >= 0 else None


def _barcode(head: bytes, rest: bytearray) -> int | None:
    if not head:
        return None
    if head[0] <= 6:
        end = rest.find(b"\0", 3)
        return end - 1 if end >= 0 else None
    return 2 + head[1] if len(head) >= 2 else None


def _real_time(head: bytes, _: bytearray) -> int | None:
    """DLE DC4: fn 8 (clear buffers) has seven bytes behind it, the others two."""
    return (8 if head[0] == 8 else 3) if head else None


_VARIABLE: dict[str, Callable[[bytes, bytearray], int | None]] = {
    "GS (": _parenthesis,
    "FS (": _parenthesis,
    "GS v": _raster,
    "ESC *": _column_image,
    "GS V": _cut,
    "ESC D": _to_nul,
    "GS k": _barcode,
    "DLE \x14": _real_time,
}
