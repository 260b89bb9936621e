"""SDT frames: bytes to values and back. No I/O, no clock, and no exception for anything that the line may bring.

    host to module: AA AA AA 96 69 | length, 2 bytes | command, 2 bytes | data | check
    module to host: AA AA AA 96 69 | length, 2 bytes | SW1 SW2 SW3      | data | check

The length (big endian) counts what follows it, the check byte too. The check byte is the XOR of all bytes between
preamble and itself. Source: public SAM_V interface documents; the check rule agrees with every frame printed in them.
"""

from __future__ import annotations

import enum

from msgspec import Struct

PREAMBLE = bytes.fromhex("AAAAAA9669")
_HEAD = len(PREAMBLE) + 2
MAX_LENGTH = 2400  # the longest answer known, text with photo and two fingerprints, says 2,314
TEXT_BYTES = 256
PHOTO_BYTES = 1024
ADDRESS_BYTES = 70


class Command(enum.IntEnum):
    """CMD and PARA as one number."""

    RESET = 0x10FF
    STATUS = 0x11FF
    SAM_ID = 0x12FF
    FIND = 0x2001
    SELECT = 0x2002
    READ = 0x3001  # text and photo
    READ_ADDRESS = 0x3003  # newest address, written after the card was issued
    READ_FINGER = 0x3010  # text, photo and fingerprints: this driver never sends it


class Sw3(enum.IntEnum):
    """The module's own result byte. Source: two public lists that agree on all of these."""

    CHECK_WRONG = 0x10
    LENGTH_WRONG = 0x11
    COMMAND_WRONG = 0x21
    UNKNOWN_ERROR = 0x24
    CARD_REFUSED_SAM = 0x31
    SAM_REFUSED_CARD = 0x32
    VERIFICATION_FAILED = 0x33
    UNKNOWN_CARD_TYPE = 0x40
    READ_FAILED = 0x41
    RANDOM_FAILED = 0x47
    SELF_TEST_FAILED = 0x60
    NOT_AUTHORISED = 0x66
    NO_CARD = 0x80
    SELECT_FAILED = 0x81
    DONE = 0x90
    ABSENT = 0x91  # the card has no such item
    FOUND = 0x9F


class CodecError(ValueError):
    """An answer with a right check byte whose inside is not what the command promises."""


class Frame(Struct, frozen=True, tag=True):
    """One answer of the module. `card_status`: SW1 SW2, from the card itself."""

    sw3: int
    data: bytes = b""
    card_status: int = 0

    def __repr__(self) -> str:
        return f"Frame(sw3={self.sw3:02X}, {len(self.data)} bytes)"  # the data may be a citizen's card


class Garbage(Struct, frozen=True, tag=True):
    """Bytes that are no frame. why: noise, check (wrong check byte), length (impossible length)."""

    count: int
    why: str


class Body(Struct, frozen=True):
    """What stands between length and check byte of a correct frame."""

    content: bytes

    def __repr__(self) -> str:
        return f"Body({len(self.content)} bytes)"


class Deframer:
    """Finds correct frames in a stream, for both ends of the cable.

    After a frame that proves wrong it goes on one byte later, so that a correct frame inside is not lost.
    """

    LIMIT = _HEAD + MAX_LENGTH

    def __init__(self, shortest: int) -> None:
        self._shortest = shortest  # the smallest legal length field
        self._held = bytearray()

    def held(self) -> int:
        return len(self._held)

    def feed(self, data: bytes) -> list[Body | Garbage]:
        found: list[Body | Garbage] = []
        for start in range(0, len(data), self.LIMIT):
            self._held += data[start : start + self.LIMIT]
            found += self._complete()
        return found

    def gap(self) -> list[Body | Garbage]:
        """Nothing more is coming: what looked like a long frame was none, but a shorter one may be behind it."""
        found: list[Body | Garbage] = []
        while self._held:
            found.append(self._drop(1, "noise"))
            found += self._complete()
        return found

    def _complete(self) -> list[Body | Garbage]:
        found: list[Body | Garbage] = []
        while (item := self._next()) is not None:
            found.append(item)
        return found

    def _next(self) -> Body | Garbage | None:
        """The next item at the front of what is held, or None while that is still incomplete."""
        start = self._held.find(PREAMBLE)
        if start != 0:
            noise = start if start > 0 else len(self._held) - self._unfinished_preamble()
            return self._drop(noise, "noise") if noise else None
        if len(self._held) < _HEAD:
            return None
        length = int.from_bytes(self._held[len(PREAMBLE) : _HEAD], "big")
        if not self._shortest <= length <= MAX_LENGTH:
            return self._drop(1, "length")
        if len(self._held) < _HEAD + length:
            return None
        if checksum(self._held[len(PREAMBLE) : _HEAD + length]) != 0:  # XOR with the check byte itself leaves 0
            return self._drop(1, "check")
        body = Body(bytes(self._held[_HEAD : _HEAD + length - 1]))
        del self._held[: _HEAD + length]
        return body

    def _unfinished_preamble(self) -> int:
        return next(n for n in range(len(PREAMBLE) - 1, -1, -1) if self._held.endswith(PREAMBLE[:n]))

    def _drop(self, count: int, why: str) -> Garbage:
        del self._held[:count]
        return Garbage(count, why)


class Decoder:
    """The module's answers."""

    LIMIT = Deframer.LIMIT

    def __init__(self) -> None:
        self._frames = Deframer(shortest=4)

    def held(self) -> int:
        return self._frames.held()

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        return _merged(self._frames.feed(data))

    def gap(self) -> list[Frame | Garbage]:
        return _merged(self._frames.gap())


def _merged(items: list[Body | Garbage]) -> list[Frame | Garbage]:
    """Bodies as frames, and a run of garbage as one value."""
    found: list[Frame | Garbage] = []
    for item in items:
        last = found[-1] if found else None
        if isinstance(item, Body):
            content = item.content
            found.append(Frame(content[2], content[3:], int.from_bytes(content[:2], "big")))
        elif isinstance(last, Garbage):
            found[-1] = Garbage(last.count + item.count, last.why if item.why == "noise" else item.why)
        else:
            found.append(item)
    return found


def checksum(data: bytes | bytearray) -> int:
    """XOR of all bytes, by folding one long number: a hostile stream makes many of these."""
    size, folded = len(data), int.from_bytes(data, "big")
    while size > 1:
        size = (size + 1) // 2
        folded = (folded >> 8 * size) ^ (folded & ((1 << 8 * size) - 1))
    return folded


def _framed(body: bytes) -> bytes:
    counted = (len(body) + 1).to_bytes(2, "big") + body
    return PREAMBLE + counted + bytes([checksum(counted)])


def encode_command(command: int, data: bytes = b"") -> bytes:
    """A frame from the host."""
    return _framed(command.to_bytes(2, "big") + data)


def encode_answer(frame: Frame) -> bytes:
    """A frame from the module."""
    return _framed(frame.card_status.to_bytes(2, "big") + bytes([frame.sw3]) + frame.data)


def text_block(data: bytes) -> bytes:
    """The text part of an answer to READ: text length, photo length (2 bytes each), text, photo. Raises CodecError."""
    if len(data) < 4 + TEXT_BYTES or int.from_bytes(data[:2], "big") != TEXT_BYTES:
        raise CodecError("the answer to READ has no text block of 256 bytes")
    return data[4 : 4 + TEXT_BYTES]


def encode_read(text: bytes, photo: bytes) -> bytes:
    """The data of an answer to READ."""
    return len(text).to_bytes(2, "big") + len(photo).to_bytes(2, "big") + text + photo


def decode_sam_id(data: bytes) -> str:
    """`05.03-20151015-0000012345-0987654321`: what is printed on the module. Raises CodecError."""
    if len(data) != 16:
        raise CodecError(f"a SAM id has 16 bytes, not {len(data)}")
    area, kind = (int.from_bytes(data[at : at + 2], "little") for at in (0, 2))
    day, first, second = (int.from_bytes(data[at : at + 4], "little") for at in (4, 8, 12))
    return f"{area:02d}.{kind:02d}-{day:08d}-{first:010d}-{second:010d}"


def encode_sam_id(text: str) -> bytes:
    """The opposite of `decode_sam_id`."""
    head, day, first, second = text.split("-")
    area, kind = head.split(".")
    pairs = b"".join(int(part).to_bytes(2, "little") for part in (area, kind))
    return pairs + b"".join(int(part).to_bytes(4, "little") for part in (day, first, second))
