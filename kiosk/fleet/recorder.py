"""Events on their way to the outbox and out of it, whatever happens to the outbox's disk.

An outbox that fails (full disk, damaged file) never stops the agent: what it could not take is counted, the file is
opened anew after a while, and the fleet is told how much it will never see.
"""

from __future__ import annotations

import time
from pathlib import Path

from kiosk import log
from kiosk.fleet.delivery import Delivery
from kiosk.fleet.messages import Ack, Dropped, Entry, Event, encode
from kiosk.fleet.timing import Timing
from kiosk.ledger.outbox import Outbox, OutboxError


class Recorder:
    """Opens the outbox when made: raises OutboxError only then. boot: random id of this start of the agent."""

    def __init__(self, path: Path | str, boot: str, timing: Timing) -> None:
        self._path = path
        self._boot = boot
        self._timing = timing
        self._unsaved = 0  # events that not even the outbox took
        self._mend_at: float | None = None
        self._open()

    def __len__(self) -> int:
        """Events not yet acknowledged by the fleet."""
        return len(self.outbox)

    def keep(self, event: Event) -> None:
        """Put an event on disk. Raises MessageError when it may not be sent."""
        body = self._entry(event)
        try:
            self.outbox.append(body)
        except OutboxError as error:
            self._failed(error)
            self._unsaved += 1

    def due(self, now: float) -> bytes | None:
        """The batch to send now, or None."""
        try:
            return self.delivery.due(now)
        except OutboxError as error:
            self._failed(error)
            return None

    def acknowledged(self, ack: Ack) -> bool:
        """The fleet has committed; true when it now has everything."""
        try:
            return self.delivery.acknowledged(ack) > 0 and not len(self)
        except OutboxError as error:  # the batch is sent again, and acknowledged again
            self._failed(error)
            return False

    def report_losses(self) -> None:
        """An event about the events that the fleet will never see, once there is room for it."""
        outbox = self.outbox
        count = outbox.dropped + self._unsaved
        try:
            if outbox.damaged:
                outbox.append(self._entry(Dropped("damaged", 0)), settles_damage=True)
            if count and not outbox.full:
                outbox.append(self._entry(Dropped("full", count)), settles=outbox.dropped)
                self._unsaved = 0
        except OutboxError as error:
            self._failed(error)

    def mend(self, now: float) -> None:
        """Open an outbox that failed anew, when it is time: that tells a damaged file from a full disk."""
        if self._mend_at is None or now < self._mend_at:
            return
        self._mend_at = None
        self.outbox.close()
        try:
            self._open()
        except OutboxError as error:
            self._failed(error)

    def close(self) -> None:
        self.outbox.close()

    def _open(self) -> None:
        self.outbox = Outbox(self._path)
        self.delivery = Delivery(self.outbox, self._timing)

    def _failed(self, error: OutboxError) -> None:
        """Logged once until it is mended."""
        if self._mend_at is None:
            log.write("fleet.outbox_failed", reason=type(error.__cause__).__name__)
            self._mend_at = time.monotonic() + self._timing.mend

    def _entry(self, event: Event) -> bytes:
        return encode(Entry(max(0, int(time.time() * 1000)), self._boot, event))
