"""What the kiosk and its screen process say to each other over one socket pair: messages and frames.

A frame is a 4-byte big-endian length and one msgpack value. Both ends decode into closed unions: whatever does
not fit is a `LinkError`, and an end that meets one gives the connection up, since nothing after it can be trusted.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from kiosk.events import ScreenEvent
from kiosk.page import PAGES

# A page of a long form is some 10 KiB; a document to preview stays far below this.
LIMIT = 1 << 20  # bytes in one frame
_HEAD = 4


class LinkError(Exception):
    """The other end sent something that is no message. Says where, never what: a page is personal."""


# --- kiosk -> screen ----------------------------------------------------------------------------------------


class ShowPage(Struct, frozen=True, tag=True):
    """Show this page now. `seq` comes back in `Shown`."""

    seq: int
    page: PAGES


class Ping(Struct, frozen=True, tag=True):
    """Do you still run?"""


class Quit(Struct, frozen=True, tag=True):
    pass


ToScreen = ShowPage | Ping | Quit


# --- screen -> kiosk ----------------------------------------------------------------------------------------


class Ready(Struct, frozen=True, tag=True):
    """The first page stands on the panel, in a window on top of every other."""

    renderer: str  # OpenGL's name for who draws: software ("llvmpipe ...") or a graphics chip


class Shown(Struct, frozen=True, tag=True):
    """The frame with page `seq` is on the panel."""

    seq: int


class Pong(Struct, frozen=True, tag=True):
    pass


class Happened(Struct, frozen=True, tag=True):
    event: ScreenEvent


FromScreen = Ready | Shown | Pong | Happened

_encoder = msgspec.msgpack.Encoder()
to_screen: msgspec.msgpack.Decoder[ToScreen] = msgspec.msgpack.Decoder(ToScreen)
from_screen: msgspec.msgpack.Decoder[FromScreen] = msgspec.msgpack.Decoder(FromScreen)


def frame(message: ToScreen | FromScreen) -> bytes:
    """One message as it goes over the wire. Raises LinkError when it is larger than LIMIT."""
    body = _encoder.encode(message)
    if len(body) > LIMIT:
        raise LinkError(f"a {type(message).__name__} of {len(body)} bytes is larger than {LIMIT}")
    return len(body).to_bytes(_HEAD, "big") + body


class Frames:
    """Bytes in, whole frames out. Holds at most one unfinished frame."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that `data` completes. Raises LinkError on a length above LIMIT."""
        self._rest += data
        whole: list[bytes] = []
        while len(self._rest) >= _HEAD:
            size = int.from_bytes(self._rest[:_HEAD], "big")
            if size > LIMIT:
                raise LinkError(f"a frame of {size} bytes is announced, the limit is {LIMIT}")
            if len(self._rest) < _HEAD + size:
                break
            whole.append(bytes(self._rest[_HEAD : _HEAD + size]))
            del self._rest[: _HEAD + size]
        return whole


def read_to_screen(body: bytes) -> ToScreen:
    """Decode at the screen's end. Raises LinkError; the message names the key, not its value."""
    try:
        return to_screen.decode(body)
    except msgspec.MsgspecError as error:
        raise LinkError(f"not a message for the screen: {_where(error)}") from None


def read_from_screen(body: bytes) -> FromScreen:
    """Decode at the kiosk's end. Raises LinkError; the message names the key, not its value."""
    try:
        return from_screen.decode(body)
    except msgspec.MsgspecError as error:
        raise LinkError(f"not a message of the screen: {_where(error)}") from None


def _where(error: Exception) -> str:
    """The path inside the message alone: a decoder's sentence may quote what it could not read."""
    _, _, path = str(error).rpartition(" - at ")
    return path if path.startswith("`") else "malformed"
