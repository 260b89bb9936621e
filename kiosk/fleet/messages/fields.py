"""What a field of a message may hold. Together the types below leave no room for a person's name or number.

Every text upward is a word from a fixed list or an identifier of a narrow shape: ASCII, no spaces, and never so many
digits in a row as an identity card (18 or 15), a phone (11), a bank card (16 to 19) or a date of birth (8) has.
The 32 and 12 character hexadecimal ids are of exactly that length, which no such number has; no count has room for an
identity number either.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import Meta

VERSION = 1
V = Literal[1]

# A certificate's common name, and so the terminal's name in every topic: kiosk-000123.
TERMINAL_PATTERN = r"\A[a-z]{2,12}(-[a-z0-9]{1,8}){1,3}\Z"
SOFTWARE_PATTERN = r"\A(?!.*[0-9]{5}|.*[0-9]{4}-[0-9])[A-Za-z0-9][A-Za-z0-9.+/~_-]{0,31}\Z"

Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Sequence = Annotated[int, Meta(ge=1, le=10**12)]
Acknowledged = Annotated[int, Meta(ge=0, le=10**12)]
UnixMilliseconds = Annotated[int, Meta(ge=0, le=4_102_444_800_000)]  # until the year 2100
Grade = Annotated[int, Meta(ge=0, le=5)]

RandomId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]
ItemVersion = Annotated[str, Meta(pattern=r"\A[0-9a-f]{12}\Z")]
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
ItemId = Annotated[str, Meta(pattern=r"\A(?!.*[0-9]{5})[a-z][a-z0-9_.-]{0,47}\Z")]
Code = Annotated[str, Meta(pattern=r"\A(?!.*[0-9]{4})([A-Za-z][A-Za-z0-9_.-]{0,31})?\Z")]  # or empty
DriverName = Annotated[str, Meta(pattern=r"\A(?!.*[0-9]{5})[a-z][a-z0-9_]{0,31}\Z")]
Software = Annotated[str, Meta(pattern=SOFTWARE_PATTERN)]

_SOFTWARE = re.compile(SOFTWARE_PATTERN)


def software(text: str) -> str:
    """A version or model as a message may carry it; one that it may not is `unknown`."""
    return text if _SOFTWARE.match(text) else "unknown"


RoleName = Literal["card_reader", "code_scanner", "receipt_printer"]
ConditionName = Literal["online", "offline", "no_device", "user_action", "hardware_error"]
LevelName = Literal["full", "low", "out", "unknown"]
AttentionName = Literal["nobody", "attendant", "engineer"]
SeverityName = Literal["info", "warning", "critical"]
TerminalState = Literal[
    "starting",
    "enrolling",
    "open",
    "visit",
    "attendant",
    "technician",
    "yielded",
    "updating",
    "out_of_service",
]
FaultCode = Literal[
    "NO_DEVICE",
    "NO_ANSWER",
    "PROTOCOL",
    "SAM_FAILED",
    "PAPER_LOW",
    "PAPER_OUT",
    "COVER_OPEN",
    "CUTTER",
    "HEAD_HOT",
    "UNRECOVERABLE",
    "OFFLINE",
]
