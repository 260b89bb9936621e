"""Messages to JSON bytes and back. Whatever is wrong with either is one MessageError.

Encoding checks too: msgspec does not check a struct's fields when it is made, and what leaves here must be readable
there. The text of a MessageError names the field and the rule, never the value.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar

import msgspec

from kiosk.fleet.messages.downward import Ack
from kiosk.fleet.messages.upward import Batch, Birth, Entry, Heartbeat, Numbered, Presence, Usage

MAX_MESSAGE = 128 * 1024  # bytes of any payload; the broker's own limit is twice that
MAX_ENTRY = 2 * 1024  # bytes of one event
MAX_BATCH = 48 * 1024  # bytes of a batch's entries
MAX_ENTRIES = 100

Message = Birth | Presence | Heartbeat | Batch | Entry | Ack
M = TypeVar("M", bound=Message)


class MessageError(Exception):
    """A message that cannot be sent or was not understood: too large, not JSON, or outside its schema.

    where: the field, such as `event.item`, or empty. Neither it nor the text holds any of the message's values.
    """

    def __init__(self, text: str, where: str = "") -> None:
        super().__init__(f"{text} at {where}" if where else text)
        self.where = where


def encode(message: Message) -> bytes:
    """The payload of a message. Raises MessageError when a field holds what it must not."""
    try:
        payload = msgspec.json.encode(message)
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise MessageError(f"{type(message).__name__}: cannot be written: {type(error).__name__}") from None
    decode(payload, type(message))
    return payload


def decode(payload: bytes | msgspec.Raw, kind: type[M]) -> M:
    """A message of this kind, or MessageError."""
    size, limit = len(memoryview(payload)), MAX_ENTRY if kind is Entry else MAX_MESSAGE
    if size > limit:
        raise MessageError(f"{kind.__name__}: {size} bytes are more than {limit}")
    try:
        message = msgspec.json.decode(payload, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _refusal(kind.__name__, error) from None
    if isinstance(message, Batch):
        _check_order(message)
    return message


def batch(epoch: str, rows: list[tuple[int, bytes]]) -> Batch:
    """Entries as the outbox gave them, as one message."""
    return Batch(epoch, tuple(Numbered(n, msgspec.Raw(body)) for n, body in rows))


def usage(effect: object) -> Usage:
    """The wire's usage from any object with the same attributes (`kiosk.effects.Usage`), checked."""
    try:
        return msgspec.convert(effect, Usage, from_attributes=True)
    except msgspec.MsgspecError as error:
        raise _refusal("Usage", error) from None


def _refusal(name: str, error: Exception) -> MessageError:
    """Which rule was broken and where. msgspec quotes a wrong word or an unknown field's name: those are left out."""
    what, _, where = str(error).partition(" - at ")
    if what.startswith("Invalid "):
        what = "not one of the allowed words"
    elif what.startswith("Object contains unknown field"):
        what = "unknown field"
    elif not isinstance(error, msgspec.ValidationError):
        what, where = "not JSON", ""
    return MessageError(f"{name}: {what}", where.strip("`").removeprefix("$").removeprefix("."))


def _check_order(message: Batch) -> None:
    if not 0 < len(message.entries) <= MAX_ENTRIES:
        raise MessageError(f"Batch: {len(message.entries)} entries, not 1 to {MAX_ENTRIES}")
    if any(later.n <= earlier.n for earlier, later in pairwise(message.entries)):
        raise MessageError("Batch: entries are not in ascending order")
