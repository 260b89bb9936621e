"""What the three machines share: the calls they may ask for, their common events and effects, the retry pace.

A machine is `handle(row, event) -> (row, effects)`, pure. The clerk puts the row on disk before it carries out the
effects. A row that wants something later says so by `delay(row)`: seconds until its next `Due`, counted on the
monotonic clock and never stored, so that after a restart everything open is due at once.
"""

from __future__ import annotations

import enum
import zlib
from typing import Generic, TypeVar

from msgspec import Struct

from kiosk.records import FilingAnswer, Moved, OrderAnswer

# How many calls in a row may fail to settle a row before staff are told (code STUCK). The calls go on after it.
STUCK_AFTER = 6

AnswerT = TypeVar("AnswerT", OrderAnswer, FilingAnswer)


class Step(enum.Enum):
    """One call to the platform."""

    OPEN = "open"
    QUERY = "query"
    REVERSE = "reverse"
    REFUND = "refund"


# --- events -------------------------------------------------------------------------------------------------


class Due(Struct, frozen=True):
    """The row's delay is over."""


class Answered(Struct, Generic[AnswerT], frozen=True):
    """The platform answered the call."""

    step: Step
    answer: AnswerT


class NoAnswer(Struct, frozen=True):
    """Nobody knows what the call did. code: as in `kiosk.platform.Unreachable`."""

    step: Step
    code: str


class Restarted(Struct, frozen=True):
    """The process that drove this row is gone, and its visit with it."""


# --- effects ------------------------------------------------------------------------------------------------


class Call(Struct, frozen=True):
    """Ask the platform; the outcome comes back as Answered or NoAnswer."""

    step: Step


class Tell(Struct, frozen=True):
    """Report to the visit and to staff, after the row is on disk."""

    moved: Moved


Effect = Call | Tell


def backoff(row_id: str, attempts: int, first: float, cap: float) -> float:
    """Seconds before the next try: `first` doubled each time, up to `cap`, plus up to a quarter by the row's id.

    The share by id spreads thousands of terminals that lost the platform in the same second.
    """
    seconds = min(cap, first * 2.0 ** min(attempts, 30))
    return seconds * (1 + zlib.crc32(row_id.encode()) % 256 / 1024)
