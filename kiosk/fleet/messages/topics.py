"""Where each message goes. `{terminal}` is the common name of the terminal's certificate; no place, no person."""

from __future__ import annotations

import re
from typing import Literal

from kiosk.fleet.messages.fields import TERMINAL_PATTERN

UpKind = Literal["birth", "online", "hb", "ev"]
UP_KINDS: tuple[UpKind, ...] = ("birth", "online", "hb", "ev")

EVERY_UP = tuple(f"k1/+/up/{kind}" for kind in UP_KINDS)  # what the receiver subscribes to
FLEET_STATE = "f1/state"  # is the fleet's end there? retained

_TERMINAL = re.compile(TERMINAL_PATTERN)


def is_terminal(name: str) -> bool:
    """May a terminal be called so? Letters, then groups of at most 8 letters or digits: kiosk-000123."""
    return _TERMINAL.match(name) is not None


def up(terminal: str, kind: UpKind) -> str:
    return f"k1/{terminal}/up/{kind}"


def acknowledgements(terminal: str) -> str:
    return f"k1/{terminal}/down/ack"


def parse_up(topic: str) -> tuple[str, UpKind] | None:
    """Who sent it and which kind it is, or None for a topic that is none of ours."""
    parts = topic.split("/")
    if len(parts) != 4 or parts[0] != "k1" or parts[2] != "up" or not is_terminal(parts[1]):
        return None
    for kind in UP_KINDS:
        if parts[3] == kind:
            return parts[1], kind
    return None
