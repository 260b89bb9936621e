"""What an arrived message does to the store. Nothing that a terminal can send stops it: poison is put aside."""

from __future__ import annotations

import logging

from msgspec import Struct

from console.store import Store, StoreError
from kiosk.fleet.messages import Ack, Batch, Birth, Entry, Heartbeat, MessageError, Presence, decode
from kiosk.fleet.messages.topics import UpKind, parse_up

log = logging.getLogger(__name__)


class Arrived(Struct, frozen=True):
    """One MQTT message. mid: to acknowledge it to the broker by, 0 for QoS 0. at: Unix milliseconds."""

    topic: str
    payload: bytes
    retained: bool
    mid: int
    at: int


class Intake:
    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, arrived: list[Arrived]) -> dict[str, Ack]:
        """Put messages into the store; returns what may be said to each terminal once it is committed.

        Call it within a transaction. Raises StoreError, and then nothing may be acknowledged.
        """
        acks: dict[str, Ack] = {}
        for message in arrived:
            try:
                with self._store.transaction():
                    ack = self._one(message)
                    if ack is not None:
                        acks[ack[0]] = ack[1]
            except StoreError:
                raise
            except MessageError as error:
                self._put_aside(message, str(error))
            except Exception as error:  # a mistake of ours, met by one message, must not hold up all others
                log.exception("message of %s not taken", message.topic)
                self._put_aside(message, f"INTERNAL: {type(error).__name__}")
        return acks

    def _one(self, message: Arrived) -> tuple[str, Ack] | None:
        address = parse_up(message.topic)
        if address is None:
            raise MessageError("no topic of a terminal")
        terminal, kind = address
        if kind == "ev":
            return terminal, self._events(terminal, message)
        self._state(terminal, kind, message)
        return None

    def _state(self, terminal: str, kind: UpKind, message: Arrived) -> None:
        if kind == "birth":
            self._store.birth(terminal, decode(message.payload, Birth), message.at)
        elif kind == "hb":
            self._store.heartbeat(terminal, decode(message.payload, Heartbeat), message.at)
        else:
            self._presence(terminal, message)

    def _presence(self, terminal: str, message: Arrived) -> None:
        """The will of an older connection says nothing about the present one; a retained message is the present."""
        presence = decode(message.payload, Presence)
        known = self._store.connection_of(terminal)
        stale = presence.state == "lost" and known is not None and known != (presence.boot, presence.session)
        if message.retained or not stale:
            self._store.presence(terminal, presence, message.at)

    def _events(self, terminal: str, message: Arrived) -> Ack:
        batch = decode(message.payload, Batch)
        upto = self._store.upto(terminal, batch.epoch)
        for numbered in batch.entries:
            fresh = numbered.n > upto
            if fresh and numbered.n > upto + 1:
                self._store.gap(terminal, batch.epoch, upto + 1, numbered.n - 1, message.at)
            try:
                entry = decode(numbered.entry, Entry)
            except MessageError as error:
                if fresh:
                    self._put_aside(message, f"n={numbered.n}: {error}", bytes(numbered.entry))
            else:
                self._store.event(terminal, batch.epoch, numbered.n, entry, message.at)
            upto = max(upto, numbered.n)
        self._store.advance(terminal, batch.epoch, upto, message.at)
        return Ack(batch.epoch, upto)

    def _put_aside(self, message: Arrived, reason: str, payload: bytes | None = None) -> None:
        log.warning("%s: put aside: %s", message.topic, reason)
        self._store.poison(message.topic, message.payload if payload is None else payload, reason, message.at)
