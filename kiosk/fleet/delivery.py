"""Which events go out now: one batch at a time, again and again until the fleet has committed it.

A broker's PUBACK means that the broker has a batch, not that anyone keeps it: only the fleet's own acknowledgement
empties the outbox. One batch in flight keeps the order; a terminal that was offline for days catches up batch by batch.
"""

from __future__ import annotations

from kiosk.fleet.messages import MAX_BATCH, MAX_ENTRIES, MAX_ENTRY, Ack, Entry, MessageError, batch, decode, encode
from kiosk.fleet.timing import Timing
from kiosk.ledger.outbox import Outbox

_SOON = 2.0  # seconds in which a working fleet acknowledges


class Delivery:
    """Reads the outbox; knows no network. `now` is monotonic seconds."""

    def __init__(self, outbox: Outbox, timing: Timing) -> None:
        self._outbox = outbox
        self._timing = timing
        self._upto = 0  # last number of the batch in flight, 0 when there is none
        self._sent_at = 0.0
        self._again_at = 0.0
        self._attempt = 0

    @property
    def in_flight(self) -> bool:
        return self._upto > 0

    def due(self, now: float) -> bytes | None:
        """The payload to send now, or None. What it holds counts as in flight from here on."""
        if not len(self._outbox) or (self.in_flight and now < self._again_at):
            return None
        rows = self._oldest()
        if not rows:
            return None
        self._upto = rows[-1][0]
        self._sent_at = now
        self._again_at = now + self._timing.until_resend(self._attempt)
        self._attempt += 1
        return encode(batch(self._outbox.epoch, rows))

    def just_sent(self, now: float) -> bool:
        """An acknowledgement may come any moment; later than that, something is wrong at the other end."""
        return self.in_flight and now < self._sent_at + _SOON

    def waits(self) -> bool:
        """There is something to send, and nothing in flight."""
        return not self.in_flight and len(self._outbox) > 0

    def acknowledged(self, ack: Ack) -> int:
        """The fleet has committed; returns how many entries left the outbox. Raises OutboxError."""
        gone = self._outbox.acknowledge(ack.epoch, ack.upto)
        if ack.epoch == self._outbox.epoch and self._upto <= ack.upto <= self._outbox.last:
            self.restart()
        return gone

    def hasten(self, now: float) -> None:
        """The fleet's end has just come back: what is in flight may have met nobody, so do not wait the time out."""
        self._attempt = 0
        self._again_at = min(self._again_at, now + self._timing.until_hastened())

    def restart(self) -> None:
        """Nothing is in flight (acknowledged, or the connection is a new one): send what is there at once."""
        self._upto = 0
        self._attempt = 0

    def _oldest(self) -> list[tuple[int, bytes]]:
        """The next batch: at most MAX_ENTRIES and MAX_BATCH bytes. Entries that are no JSON (a damaged disk) stay out.

        They leave the outbox with the entries after them, at the latest here when there are no others; the fleet sees
        that their numbers never came.
        """
        rows: list[tuple[int, bytes]] = []
        size = 0
        after = 0
        while not rows:
            page = self._outbox.pending(after, MAX_ENTRIES)
            if after:
                self._outbox.acknowledge(self._outbox.epoch, after)
            if not page:
                break
            after = page[-1][0]
            for n, body in page:
                size += len(body)
                if size > MAX_BATCH and rows:
                    break
                if _readable(body):
                    rows.append((n, body))
        return rows


def _readable(body: bytes) -> bool:
    try:
        decode(body, Entry)
    except MessageError:
        return False
    return len(body) <= MAX_ENTRY
