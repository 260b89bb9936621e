"""How patient the agent is, in seconds. The defaults are the protocol's; tests shorten them."""

from __future__ import annotations

import random

from msgspec import Struct


class Timing(Struct, frozen=True):
    """will_delay and session_expiry are kept by the broker, in whole seconds.

    Reconnecting waits a random time: within `reconnect_min`..`reconnect_first` at first, so that a broker that comes
    back is not run over by every terminal at once and a short break ends before the will goes out; then
    up to `reconnect_max`. `steady`: a connection that lasted so long counts as a success.
    An unacknowledged batch is sent again after `resend_min`, then twice as long, up to `resend_max`.
    """

    will_delay: int = 45
    session_expiry: int = 86_400
    keepalive: int = 60
    reconnect_min: float = 1.0
    reconnect_first: float = 30.0
    reconnect_max: float = 60.0
    steady: float = 30.0
    resend_min: float = 15.0
    resend_max: float = 300.0
    mend: float = 30.0  # after which an outbox that failed is opened anew
    farewell: float = 2.0  # how long `close` waits for the broker to take the last message

    def until_reconnect(self, attempt: int) -> float:
        """Seconds to wait before a connection; attempt 0 is the first after a connection that lasted."""
        window = self.reconnect_max if attempt else min(self.reconnect_first, self.reconnect_max)
        return random.uniform(self.reconnect_min, max(self.reconnect_min, window))

    def until_resend(self, attempt: int) -> float:
        return jittered(min(self.resend_max, self.resend_min * 2 ** min(attempt, 16)))

    def until_hastened(self) -> float:
        """Spread over a fifth of `resend_min`: every terminal hears at the same moment that the fleet is back."""
        return random.uniform(0.0, self.resend_min / 5)


def jittered(seconds: float) -> float:
    """About so long, ±20 %: a fleet that started together does not stay in step."""
    return seconds * random.uniform(0.8, 1.2)
