"""Everything the console keeps, in one SQLite file, and every SQL statement of it.

A heartbeat never becomes a row: it replaces its terminal's last one. Events are unique by terminal, epoch and number,
so taking one twice changes nothing. WAL with `synchronous=FULL`: what was committed survives a power cut.
Times are Unix milliseconds of this machine unless said otherwise.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import msgspec
from msgspec import Struct

from kiosk.fleet.messages import Birth, Entry, Heartbeat, Presence

KEPT_POISON = 1_000  # quarantined messages kept; older ones are only counted
KEPT_BYTES = 4_096  # of each

_SCHEMA = """
CREATE TABLE IF NOT EXISTS terminal (
    name TEXT PRIMARY KEY, seen_at INTEGER NOT NULL, presence TEXT NOT NULL DEFAULT 'unknown',
    presence_at INTEGER NOT NULL DEFAULT 0, boot TEXT NOT NULL DEFAULT '', session INTEGER NOT NULL DEFAULT 0,
    birth TEXT, heartbeat TEXT);
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY, terminal TEXT NOT NULL, epoch TEXT NOT NULL, n INTEGER NOT NULL,
    received_at INTEGER NOT NULL, device_at INTEGER NOT NULL, kind TEXT NOT NULL, entry TEXT NOT NULL,
    UNIQUE (terminal, epoch, n));
CREATE TABLE IF NOT EXISTS stream (
    terminal TEXT NOT NULL, epoch TEXT NOT NULL, upto INTEGER NOT NULL, PRIMARY KEY (terminal, epoch)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gap (
    id INTEGER PRIMARY KEY, terminal TEXT NOT NULL, epoch TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    noticed_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS poison (
    id INTEGER PRIMARY KEY AUTOINCREMENT, received_at INTEGER NOT NULL, topic TEXT NOT NULL, reason TEXT NOT NULL,
    size INTEGER NOT NULL, payload BLOB NOT NULL);
"""
_TERMINALS = """
SELECT name, seen_at, presence, presence_at, birth, heartbeat,
    (SELECT count(*) FROM event WHERE terminal = name),
    (SELECT ifnull(sum(last - first + 1), 0) FROM gap WHERE terminal = name)
FROM terminal ORDER BY name
"""
_EVENTS = """
SELECT terminal, epoch, n, received_at, entry FROM event
WHERE ? = '' OR terminal = ? ORDER BY id DESC LIMIT ?
"""


class StoreError(Exception):
    """The store's file cannot be used: full disk, no permission, not a database."""


class TerminalRow(Struct, frozen=True):
    """A terminal as last known. missing: numbers of events that were passed over and never came."""

    terminal: str
    seen_at: int
    presence: str
    presence_at: int
    birth: Birth | None
    heartbeat: Heartbeat | None
    events: int
    missing: int


class EventRow(Struct, frozen=True):
    terminal: str
    epoch: str
    n: int
    received_at: int
    entry: Entry


class Store:
    """For one thread. Every method may raise StoreError; writes belong inside `transaction`."""

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        with self._guard():
            self._db = apsw.Connection(self.path)
            self._db.set_busy_timeout(5_000)
            self._db.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
            self._db.execute(_SCHEMA)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and on disk when it ends without an exception. May be nested."""
        self._run("SAVEPOINT step")
        try:
            yield
            self._run("RELEASE step")
        except BaseException:
            if self._db.in_transaction:  # a full disk has undone it all: then there is nothing left to undo
                self._run("ROLLBACK TO step")
                self._run("RELEASE step")
            raise

    def close(self) -> None:
        self._db.close()

    # --- a terminal's last state ------------------------------------------------------------------------------

    def birth(self, terminal: str, birth: Birth, at: int) -> None:
        self._seen(terminal, at)
        self._run("UPDATE terminal SET birth = ? WHERE name = ?", _text(birth), terminal)

    def presence(self, terminal: str, presence: Presence, at: int) -> None:
        self._seen(terminal, at)
        self._run(
            "UPDATE terminal SET presence = ?, presence_at = ?, boot = ?, session = ? WHERE name = ?",
            presence.state,
            at,
            presence.boot,
            presence.session,
            terminal,
        )

    def connection_of(self, terminal: str) -> tuple[str, int] | None:
        """Boot and session that the terminal was last present with."""
        row = self._one("SELECT boot, session FROM terminal WHERE name = ?", terminal)
        return (row[0], row[1]) if row else None

    def heartbeat(self, terminal: str, heartbeat: Heartbeat, at: int) -> None:
        self._seen(terminal, at)
        self._run("UPDATE terminal SET heartbeat = ? WHERE name = ?", _text(heartbeat), terminal)

    def _seen(self, terminal: str, at: int) -> None:
        self._run(
            "INSERT INTO terminal (name, seen_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at",
            terminal,
            at,
        )

    # --- events -----------------------------------------------------------------------------------------------

    def upto(self, terminal: str, epoch: str) -> int:
        """The highest number of this epoch that was taken or passed over; 0 before the first."""
        row = self._one("SELECT upto FROM stream WHERE terminal = ? AND epoch = ?", terminal, epoch)
        return int(row[0]) if row else 0

    def advance(self, terminal: str, epoch: str, upto: int, at: int) -> None:
        self._seen(terminal, at)
        self._run(
            "INSERT INTO stream VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET upto = max(upto, excluded.upto)",
            terminal,
            epoch,
            upto,
        )

    def event(self, terminal: str, epoch: str, n: int, entry: Entry, at: int) -> None:
        """Keep an event; one that is there already stays as it is."""
        self._run(
            "INSERT INTO event (terminal, epoch, n, received_at, device_at, kind, entry) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            terminal,
            epoch,
            n,
            at,
            entry.at,
            str(entry.event.__struct_config__.tag),
            _text(entry),
        )

    def gap(self, terminal: str, epoch: str, first: int, last: int, at: int) -> None:
        """Numbers `first` to `last` were passed over: they were dropped at the terminal, or this store is younger."""
        self._run(
            "INSERT INTO gap (terminal, epoch, first, last, noticed_at) VALUES (?, ?, ?, ?, ?)",
            terminal,
            epoch,
            first,
            last,
            at,
        )

    # --- what could not be understood -------------------------------------------------------------------------

    def poison(self, topic: str, payload: bytes, reason: str, at: int) -> None:
        """Put a message aside, cut to KEPT_BYTES; beyond KEPT_POISON the oldest go."""
        self._run(
            "INSERT INTO poison (received_at, topic, reason, size, payload) VALUES (?, ?, ?, ?, ?)",
            at,
            topic[:200],
            reason[:200],
            len(payload),
            payload[:KEPT_BYTES],
        )
        self._run("DELETE FROM poison WHERE id <= (SELECT max(id) FROM poison) - ?", KEPT_POISON)

    def poisoned(self) -> int:
        """How many messages were ever put aside."""
        row = self._one("SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'poison'")
        return int(row[0]) if row else 0

    def poison_kept(self) -> list[tuple[str, str, int]]:
        """Topic, reason and size of those still kept, oldest first."""
        with self._guard():
            return list(self._db.execute("SELECT topic, reason, size FROM poison ORDER BY id"))

    # --- reading ----------------------------------------------------------------------------------------------

    def terminals(self) -> list[TerminalRow]:
        with self._guard():
            return [
                TerminalRow(
                    name,
                    seen_at,
                    presence,
                    presence_at,
                    msgspec.json.decode(birth, type=Birth) if birth else None,
                    msgspec.json.decode(heartbeat, type=Heartbeat) if heartbeat else None,
                    events,
                    missing,
                )
                for name, seen_at, presence, presence_at, birth, heartbeat, events, missing in self._db.execute(
                    _TERMINALS
                )
            ]

    def events(self, terminal: str = "", limit: int = 1_000_000) -> list[EventRow]:
        """The last `limit` events in the order in which they came; of one terminal, or of all."""
        with self._guard():
            rows = self._db.execute(_EVENTS, (terminal, terminal, limit))
            found = [
                EventRow(name, epoch, n, at, msgspec.json.decode(entry, type=Entry))
                for name, epoch, n, at, entry in rows
            ]
        return found[::-1]

    def gaps(self) -> list[tuple[str, str, int, int]]:
        """Terminal, epoch, first and last number of every gap."""
        with self._guard():
            return list(self._db.execute("SELECT terminal, epoch, first, last FROM gap ORDER BY id"))

    # ----------------------------------------------------------------------------------------------------------

    def _run(self, sql: str, *values: Any) -> None:
        with self._guard():
            self._db.execute(sql, values)

    def _one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        with self._guard():
            return next(iter(self._db.execute(sql, values)), None)

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise StoreError(f"{self.path}: {type(error).__name__}: {error}") from error


def _text(message: Birth | Heartbeat | Entry) -> str:
    return msgspec.json.encode(message).decode()
