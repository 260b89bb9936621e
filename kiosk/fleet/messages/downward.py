"""What the fleet tells a terminal. Unknown fields are ignored: an older terminal lives with a newer fleet."""

from __future__ import annotations

from msgspec import Struct

from kiosk.fleet.messages.fields import Acknowledged, RandomId, V


class Ack(Struct, frozen=True):
    """down/ack: the fleet has committed every event of this epoch up to and including `upto`."""

    epoch: RandomId
    upto: Acknowledged
    v: V = 1
