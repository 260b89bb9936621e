"""Events for the fleet that must not be lost: numbered, on disk until the fleet says that it has them.

A file of its own (`outbox.db`): the fleet's counters never wait for, block or damage the rows that are about money.
SQLite in WAL mode with `synchronous=FULL`, so an `append` that returned survives kill -9 and a power cut. The epoch is
random and is made with the file: it tells the fleet that numbers started again.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import apsw

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (n INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS life (
    one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL, dropped INTEGER NOT NULL, damaged INTEGER NOT NULL);
"""
_STATE = """
SELECT epoch, dropped, damaged, (SELECT count(*) FROM entry),
    (SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'entry') FROM life
"""
_DROP_SHARE = 100  # a full outbox drops a hundredth at once: room for what is to come, and for saying so


class OutboxError(Exception):
    """The outbox cannot be read or written (disk full, no permission). Says which file and why."""


class Outbox:
    """For one thread. `limit`: most entries kept; beyond it the oldest are dropped and counted in `dropped`.

    A file that is no sound database is put aside as `<name>.damaged` and a new one begun: `damaged` is true until
    `append(..., settles_damage=True)` has put the notice of it on disk.
    """

    def __init__(self, path: Path | str, limit: int = 20_000) -> None:
        self.path = Path(path)
        self._limit = limit
        try:
            self._db, aside = _open_or_replace(self.path)
            with self._db:
                self._db.execute(_SCHEMA)
                self._db.execute(
                    "INSERT INTO life VALUES (1, ?, 0, ?) ON CONFLICT DO NOTHING",
                    (secrets.token_hex(16), int(aside)),
                )
            row = self._db.execute(_STATE).get
        except (apsw.Error, OSError) as error:
            raise OutboxError(f"{self.path}: {error}") from error
        self.epoch: str = row[0]
        self.dropped: int = row[1]  # entries dropped and not yet reported by an entry that `settles`
        self.damaged: bool = row[2] > 0
        self._length: int = row[3]
        self.last: int = row[4]  # the highest number given out in this epoch, 0 before the first

    def __len__(self) -> int:
        return self._length

    @property
    def full(self) -> bool:
        """The next `append` drops the oldest entries."""
        return self._length >= self._limit

    def append(self, body: bytes, settles: int = 0, settles_damage: bool = False) -> int:
        """Put an entry on disk and return its number, which is never used again. Raises OutboxError.

        settles: how many dropped entries this one reports; settles_damage: it reports the damaged file.
        """
        dropped = 0
        with self._writing():
            if self.full:
                dropped = self._drop_oldest()
            self._db.execute("INSERT INTO entry (body) VALUES (?)", (body,))
            number = self._db.last_insert_rowid()
            if dropped or settles or settles_damage:
                self._db.execute(
                    "UPDATE life SET dropped = dropped + ?, damaged = CASE WHEN ? THEN 0 ELSE damaged END",
                    (dropped - settles, settles_damage),
                )
        self.dropped += dropped - settles
        self.damaged = self.damaged and not settles_damage
        self._length += 1 - dropped
        self.last = number
        return number

    def pending(self, after: int = 0, limit: int = 100) -> list[tuple[int, bytes]]:
        """The oldest entries with a number above `after`, ascending. Raises OutboxError."""
        try:
            return list(self._db.execute("SELECT n, body FROM entry WHERE n > ? ORDER BY n LIMIT ?", (after, limit)))
        except apsw.Error as error:
            raise OutboxError(f"{self.path}: {error}") from error

    def acknowledge(self, epoch: str, upto: int) -> int:
        """Forget what the fleet has committed; returns how many entries that were. Raises OutboxError.

        Another life's epoch, or a number that was never given out, is nobody's acknowledgement: nothing happens.
        """
        if epoch != self.epoch or upto > self.last:
            return 0
        with self._writing():
            self._db.execute("DELETE FROM entry WHERE n <= ?", (upto,))
            gone = self._db.changes()
        self._length -= gone
        return gone

    def close(self) -> None:
        self._db.close()

    def _drop_oldest(self) -> int:
        many = max(1, self._limit // _DROP_SHARE)
        self._db.execute("DELETE FROM entry WHERE n IN (SELECT n FROM entry ORDER BY n LIMIT ?)", (many,))
        return self._db.changes()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk has undone it already
                    self._db.execute("ROLLBACK")
                raise
        except apsw.Error as error:
            raise OutboxError(f"{self.path}: {type(error).__name__}: {error}") from error


def _open_or_replace(path: Path) -> tuple[apsw.Connection, bool]:
    """The database at `path`, and whether a damaged one was put aside for it."""
    try:
        return _open(path), False
    except (apsw.NotADBError, apsw.CorruptError):
        for tail in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                Path(f"{path}{tail}").replace(f"{path}{tail}.damaged")
        return _open(path), True


def _open(path: Path) -> apsw.Connection:
    db = apsw.Connection(str(path))
    try:
        db.set_busy_timeout(5_000)
        db.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON")
        if db.execute("PRAGMA quick_check(1)").get != "ok":
            raise apsw.CorruptError("quick_check failed")
    except BaseException:
        db.close()
        raise
    return db
