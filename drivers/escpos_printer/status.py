"""What the printer says of itself: bytes in, status values out.

Three kinds of answer share one stream and are told apart by fixed bits (source: Epson's and Bixolon's public
ESC/POS references, tables of DLE EOT, GS a and GS r):

- real-time status, one byte, answers DLE EOT n at once: `byte & 0x93 == 0x12`;
- automatic status back (ASB), four bytes, sent by itself after GS a: first `& 0x93 == 0x10`, others `& 0x90 == 0`;
- buffered status, one byte, answers GS r n when everything before it was processed: `& 0x90 == 0`;
- XON 0x11 and XOFF 0x13 fall outside all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from kiosk.devices import Condition, Level, Status

PRINTER, OFFLINE_CAUSE, ERROR_CAUSE, ROLL = 1, 2, 3, 4  # n of DLE EOT
QUESTIONS = (PRINTER, OFFLINE_CAUSE, ERROR_CAUSE, ROLL)
HARDWARE = frozenset({"CUTTER", "UNRECOVERABLE"})
MENDABLE = frozenset({"COVER_OPEN", "PAPER_OUT"})
TELLING = ("COVER_OPEN", "PAPER_OUT", "CUTTER", "UNRECOVERABLE", "OFFLINE", "NO_ANSWER", "HEAD_HOT")


class RealTime(Struct, frozen=True, tag=True):
    """Answer to the DLE EOT that was asked last: the byte does not say which one it was."""

    value: int


class Automatic(Struct, frozen=True, tag=True):
    """Four bytes of automatic status back."""

    value: bytes

    @property
    def holding(self) -> bool:
        """Vendors' presenter sensor, bit 0 of byte 4: a setting of the driver (`taken=asb4`), no standard."""
        return bool(self.value[3] & 0x01)


class Buffered(Struct, frozen=True, tag=True):
    """Answer to GS r: everything sent before the question was processed."""

    value: int


class FlowControl(Struct, frozen=True, tag=True):
    """XOFF (stop) or XON (go on). Told for the log: the port itself is not run by them."""

    stop: bool


class Noise(Struct, frozen=True, tag=True):
    """A byte of no class."""

    value: int


StatusEvent = RealTime | Automatic | Buffered | FlowControl | Noise


class Decoder:
    """Cuts the printer's bytes into events, however they are split on the line."""

    LIMIT = 4

    def __init__(self) -> None:
        self._automatic = bytearray()

    def feed(self, data: bytes) -> list[StatusEvent]:
        return [event for byte in data if (event := self._byte(byte)) is not None]

    def gap(self) -> list[StatusEvent]:
        """The line was quiet: an ASB that is not complete by now never will be."""
        self._automatic.clear()
        return []

    def held(self) -> int:
        return len(self._automatic)

    def _byte(self, byte: int) -> StatusEvent | None:
        if byte in (0x11, 0x13):
            return FlowControl(byte == 0x13)
        if byte & 0x93 == 0x12:
            return RealTime(byte)
        if byte & 0x93 == 0x10:
            self._automatic[:] = (byte,)
            return None
        if byte & 0x90:
            self._automatic.clear()
            return Noise(byte)
        if not self._automatic:
            return Buffered(byte)
        self._automatic.append(byte)
        if len(self._automatic) < 4:
            return None
        done = Automatic(bytes(self._automatic))
        self._automatic.clear()
        return done


def unanswered() -> Status:
    """Nothing came back: nothing is known, least of all that there is paper."""
    return Status(Condition.OFFLINE, ("NO_ANSWER",), Level.UNKNOWN)


def from_answers(answers: Mapping[int, int]) -> Status:
    """DLE EOT's n -> byte. A question without an answer leaves its part unknown; all four without: NO_ANSWER."""
    if not answers:
        return unanswered()
    printer, cause = answers.get(PRINTER, 0), answers.get(OFFLINE_CAUSE, 0)
    error, roll = answers.get(ERROR_CAUSE, 0), answers.get(ROLL)
    found: set[str] = set()
    if cause & 0x04:
        found.add("COVER_OPEN")
    if cause & 0x20:
        found.add("PAPER_OUT")
    found |= _errors(error)
    if cause & 0x40 and not error & 0x68:
        found.add("UNRECOVERABLE")  # an error without a cause: models that do not know DLE EOT 3
    return _status(found, bool(printer & 0x08), roll, complete=set(answers) >= set(QUESTIONS))


def from_automatic(asb: bytes) -> Status:
    """Four bytes of ASB, of which the first three are standard."""
    found = {"COVER_OPEN"} if asb[0] & 0x20 else set()
    found |= _errors(asb[1])
    return _status(found, bool(asb[0] & 0x08), (asb[2] & 0x03) * 4 | (asb[2] & 0x0C) * 8, complete=True)


def blocking(status: Status) -> str:
    """The fault that keeps paper from coming out, as one code; empty when nothing does."""
    if status.condition is Condition.ONLINE:
        return ""
    return next((code for code in TELLING if code in status.faults), "OFFLINE")


def _errors(byte: int) -> set[str]:
    """DLE EOT 3 and ASB byte 2 agree on these three bits."""
    table = {0x08: "CUTTER", 0x20: "UNRECOVERABLE", 0x40: "HEAD_HOT"}
    return {code for bit, code in table.items() if byte & bit}


def _status(found: set[str], offline: bool, roll: int | None, *, complete: bool) -> Status:
    """`roll` as DLE EOT 4 has it: bits 2-3 near the end, bits 5-6 at the end."""
    paper = Level.UNKNOWN
    if roll is not None:
        paper = Level.OUT if roll & 0x60 else Level.LOW if roll & 0x0C else Level.FULL
    if "PAPER_OUT" in found:
        paper = Level.OUT
    elif paper is Level.OUT:
        found.add("PAPER_OUT")
    if paper is Level.LOW:
        found.add("PAPER_LOW")
    if "COVER_OPEN" in found:
        found.discard("HEAD_HOT")  # the same bit says "cover was opened while printing"
    if not complete:
        found.add("NO_ANSWER")
    causes = found & (HARDWARE | MENDABLE | {"HEAD_HOT"})
    if offline and not causes:
        found.add("OFFLINE")
    return Status(_condition(found), tuple(sorted(found)), paper)


def _condition(found: set[str]) -> Condition:
    if found & HARDWARE:
        return Condition.HARDWARE_ERROR
    if found & MENDABLE:
        return Condition.USER_ACTION
    if found & {"OFFLINE", "HEAD_HOT", "NO_ANSWER"}:
        return Condition.OFFLINE
    return Condition.ONLINE
