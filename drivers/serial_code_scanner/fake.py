"""A scanner engine with the register protocol, and whatever is held in front of it: the far end of its cable.

put `{"text": ..., "encoding": "utf-8", "suffix": "cr", "repeat": n}` or `{"hex": ...}` (raw bytes) holds a code in
front until it was read or `take`; `"stay": true` leaves it there, to be read at each start; `"at_once": true` sends it
without a start, as an engine does that looks by itself. Suffix: none (factory setting), cr, lf, crlf.
"""

from __future__ import annotations

import binascii
from pathlib import Path

from drivers.far_end import FakeDevice, Json, Refused
from drivers.loop import Loop
from drivers.serial_code_scanner.codec import encode_reply

READ_SECONDS = 5.0  # how long a start lasts: the factory setting
MOST_BYTES = 4 << 20
_SUFFIXES = {"none": b"", "cr": b"\r", "lf": b"\n", "crlf": b"\r\n"}
_HEAD = b"\x7e\x00"
_READ, _WRITE, _SAVE = 7, 8, 9
_TRIGGER = 0x0002  # register: 1 starts reading, 2 cancels
_NO_CHECK = b"\xab\xcd"


class FakeCodeScanner(FakeDevice):
    def __init__(self, loop: Loop, wire: str, out: Path | None = None) -> None:
        super().__init__(loop, wire, out)
        self._code: bytes | None = None
        self._stay = False
        self._start = 0  # counts starts, so that an old one's time-out does not end a newer one
        self._looking = False
        self._bytes = bytearray()
        self._registers = bytearray(256)
        self._reads = 0

    def received(self, data: bytes) -> None:
        self._bytes += data
        while (at := self._bytes.find(_HEAD)) >= 0:
            del self._bytes[:at]
            if len(self._bytes) < 6:
                return
            kind, size = self._bytes[2], self._bytes[3]
            if len(self._bytes) < 8 + size:
                return
            frame = bytes(self._bytes[: 8 + size])
            del self._bytes[: 8 + size]
            self._command(kind, int.from_bytes(frame[4:6], "big"), frame[6:-2], frame[2:-2], frame[-2:])
        del self._bytes[:-1]

    def put(self, request: Json) -> Json:
        code = _code_of(request)
        if request.get("at_once") is True:
            self._reads += 1
            self.send(code)
            return self.describe()
        self._code, self._stay = code, request.get("stay") is True
        self._see()
        return self.describe()

    def take(self, _request: Json) -> Json:
        self._code = None
        return self.describe()

    def describe(self) -> Json:
        return {"code": self._code is not None, "looking": self._looking, "starts": self._start, "reads": self._reads}

    def powered(self, _on: bool) -> None:
        self._looking = False
        self._bytes.clear()

    def _command(self, kind: int, register: int, data: bytes, checked: bytes, check: bytes) -> None:
        if check not in (_NO_CHECK, binascii.crc_hqx(checked, 0).to_bytes(2, "big")):
            self.send(encode_reply(1))
        elif kind == _READ and data and register < len(self._registers):
            self.send(encode_reply(0, bytes(self._registers[register : register + data[0]])))
        elif kind == _WRITE and register + len(data) <= len(self._registers):
            self._registers[register : register + len(data)] = data
            self.send(encode_reply(0))
            if register == _TRIGGER and data:
                self._trigger(data[0])
        elif kind == _SAVE:
            self.send(encode_reply(0))
        else:
            self.send(encode_reply(3))

    def _trigger(self, value: int) -> None:
        self._looking = value == 1
        if self._looking:
            self._start += 1
            start = self._start
            self.loop.later(READ_SECONDS, lambda: self._give_up(start))
            self._see()

    def _give_up(self, start: int) -> None:
        if start == self._start:
            self._looking = False

    def _see(self) -> None:
        if self._code is None or not self._looking or not self.wire.plugged:
            return
        self._looking = False  # one start, one code
        self._reads += 1
        self.send(self._code)
        if not self._stay:
            self._code = None


def _code_of(request: Json) -> bytes:
    if "hex" in request:
        return bytes.fromhex(request["hex"])
    try:
        text = str(request["text"]).encode(request.get("encoding", "utf-8"))
        code = text * int(request.get("repeat", 1)) + _SUFFIXES[request.get("suffix", "none")]
    except (KeyError, LookupError, ValueError) as error:
        raise Refused(f"code: {type(error).__name__}: {error}") from None
    if len(code) > MOST_BYTES:
        raise Refused(f"code: {len(code)} bytes, at most {MOST_BYTES}")
    return code
