"""What a scanner engine sends, as codes. No I/O, no clock: silence on the line is told by `gap()`.

A code ends with CR, LF or both, or with a gap. Several codes in one burst are several values. The engine's replies to
commands stand in the same stream, unmarked (7 bytes that begin with 02): no text holds that byte, so they are taken
out wherever they stand. Source: public manuals of Newland EM3095 and EM2000 and Grow GM65.

Text: the raw bytes as strict UTF-8, else as strict GB18030, else it is no text. Engines send what the symbol holds, and
Chinese symbols hold either; guessing any further shows a citizen wrong words.
"""

from __future__ import annotations

import binascii
import re

from msgspec import Struct

from kiosk.devices import CodeProblem, CodeSeen
from kiosk.secret import Secret

MAX_CODE_BYTES = 2048
START = bytes.fromhex("7E000801000201ABCD")  # AB CD in place of the check: the engine does not check it
CANCEL = bytes.fromhex("7E000801000202ABCD")

_REPLY_BYTES = 7
_SPECIAL = re.compile(rb"[\r\n\x02]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class Reply(Struct, frozen=True, tag=True):
    """The engine's answer to a command. done: False when it found the check wrong or did not know the command."""

    done: bool


def encode_reply(kind: int, data: bytes = b"\0") -> bytes:
    """A reply. kind: 0 done, 1 check wrong, 3 unknown command. Check: CRC-16 XMODEM over kind, length and data."""
    body = bytes([kind, len(data)]) + data
    return b"\x02\x00" + body + binascii.crc_hqx(body, 0).to_bytes(2, "big")


_REPLIES = {encode_reply(0): True, encode_reply(1): False, encode_reply(3): False}

Item = CodeSeen | CodeProblem | Reply


class Decoder:
    """The engine's stream. A code beyond MAX_CODE_BYTES is TOO_LONG, and the rest of its burst is dropped."""

    LIMIT = MAX_CODE_BYTES + _REPLY_BYTES

    def __init__(self) -> None:
        self._held = bytearray()
        self._seen = 0  # bytes of `_held` that hold neither an end nor the start of a reply
        self._dropping = False

    def held(self) -> int:
        return len(self._held)

    def feed(self, data: bytes) -> list[Item]:
        found: list[Item] = []
        for start in range(0, len(data), MAX_CODE_BYTES):
            if self._dropping:
                break
            self._held += data[start : start + MAX_CODE_BYTES]
            found += self._complete()
        return found

    def gap(self) -> list[Item]:
        """The line was silent: whatever is held is a whole code, and a burst that was dropped is over."""
        self._dropping = False
        return self._take(len(self._held), 0)

    def _complete(self) -> list[Item]:
        found: list[Item] = []
        while (special := _SPECIAL.search(self._held, self._seen)) is not None:
            at = self._seen = special.start()
            if at > MAX_CODE_BYTES:
                break
            if special.group() != b"\x02":
                found += self._take(at, 1)
                continue
            start = bytes(self._held[at : at + _REPLY_BYTES])
            if start in _REPLIES:
                found += [*self._take(at, _REPLY_BYTES), Reply(_REPLIES[start])]
            elif any(reply.startswith(start) for reply in _REPLIES):
                break  # the rest of a reply may be on its way
            else:
                self._seen = at + 1  # a control character like any other
        else:
            self._seen = len(self._held)
        if self._seen > MAX_CODE_BYTES:
            self._held.clear()
            self._seen = 0
            self._dropping = True
            found.append(CodeProblem("TOO_LONG"))
        return found

    def _take(self, size: int, end: int) -> list[Item]:
        """Remove `size` bytes of a code and `end` bytes behind it; an empty code is none (LF after CR)."""
        code = bytes(self._held[:size])
        del self._held[: size + end]
        self._seen = 0
        return [_judge(code)] if code else []


def _judge(code: bytes) -> CodeSeen | CodeProblem:
    for encoding in ("utf-8", "gb18030"):
        try:
            text = code.decode(encoding)
        except UnicodeDecodeError:
            continue
        return CodeProblem("NOT_TEXT") if _CONTROL.search(text) else CodeSeen(Secret(text))
    return CodeProblem("NOT_TEXT")
