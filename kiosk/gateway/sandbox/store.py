"""What the sandbox remembers, in one SQLite file, so that it may be stopped and started in the middle of a payment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, Literal, TypeVar

import msgspec
from msgspec import Struct

from kiosk.gateway.wire import Document, FormValue


class Subject(Struct, frozen=True):
    """One identification: the opaque token of a visit."""

    token: str
    person: str
    assurance: int
    at: float
    wrong_codes: int = 0


class SignedInCode(Struct, frozen=True):
    """A code (随申码) that a signed-in phone shows."""

    code: str
    person: str
    until: float
    used: bool = False


class Order(Struct, frozen=True):
    """`pay_token` is what the phone opens. An order reversed before it was opened has no content."""

    id: str
    terminal: str
    state: Literal["waiting", "paid", "reversed", "refunding", "refunded"]
    content: str = ""  # SHA-256 of what opened it: a second opening must say the same
    item: str = ""
    version: str = ""
    amount_fen: int = 0
    person: str = ""
    values: tuple[FormValue, ...] = ()
    pay_token: str = ""
    expires: float = 0.0
    refund: str = ""
    refunded_at: float = 0.0


class Payment(Struct, frozen=True):
    """What a phone paid. `returned`: it came too late, or twice, or was refunded."""

    id: str
    order: str
    amount_fen: int
    state: Literal["taken", "returned"]
    notifications: int = 1


class Filing(Struct, frozen=True):
    id: str
    terminal: str
    item: str
    version: str
    content: str
    person: str
    values: tuple[FormValue, ...]
    order: str
    decided_at: float
    number: str = ""  # once accepted
    code: str = ""  # why rejected


class IssuedNotice(Struct, frozen=True):
    number: str
    key: str  # what makes it the same notice when it is asked for again
    item: str
    person: str
    order: str
    filing: str
    lang: str
    digest: str
    document: Document
    verify_token: str
    at: float
    revoked: bool = False


class Rating(Struct, frozen=True):
    number: str
    item: str
    person: str
    grade: int
    at: float


T = TypeVar("T", bound=Struct)


class Shelf(Generic[T]):
    """The rows of one kind by id, in the order of their making, and by further keys."""

    def __init__(self, database: sqlite3.Connection, kind: type[T]) -> None:
        self._database = database
        self._kind = kind.__name__
        self._decoder = msgspec.json.Decoder(kind)

    def get(self, id: str) -> T | None:
        return next(self._rows("id = ?", id), None)

    def put(self, id: str, row: T, *keys: str) -> None:
        """`keys`: what else it is found by; keys once given stay."""
        self._database.execute(
            "INSERT INTO rows (kind, id, body) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            (self._kind, id, msgspec.json.encode(row)),
        )
        for key in filter(None, keys):
            self._database.execute("INSERT OR IGNORE INTO keys (kind, key, id) VALUES (?, ?, ?)", (self._kind, key, id))

    def by(self, key: str) -> list[T]:
        return list(self._rows("id IN (SELECT id FROM keys WHERE keys.kind = rows.kind AND key = ?)", key))

    def all(self) -> list[T]:
        return list(self._rows("1"))

    def count(self) -> int:
        found: int = self._database.execute("SELECT count(*) FROM rows WHERE kind = ?", (self._kind,)).fetchone()[0]
        return found

    def _rows(self, where: str, *values: str) -> Iterator[T]:
        """where: one of the conditions above, never a caller's text."""
        query = f"SELECT body FROM rows WHERE kind = ? AND {where} ORDER BY rowid"
        for (body,) in self._database.execute(query, (self._kind, *values)):
            yield self._decoder.decode(body)


class Store:
    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("CREATE TABLE IF NOT EXISTS rows (kind TEXT, id TEXT, body BLOB, UNIQUE (kind, id))")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS keys (kind TEXT, key TEXT, id TEXT, PRIMARY KEY (kind, key, id)) WITHOUT ROWID"
        )
        self.subjects = Shelf(self._database, Subject)
        self.codes = Shelf(self._database, SignedInCode)
        self.orders = Shelf(self._database, Order)
        self.payments = Shelf(self._database, Payment)
        self.filings = Shelf(self._database, Filing)
        self.notices = Shelf(self._database, IssuedNotice)
        self.ratings = Shelf(self._database, Rating)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """All of the block's rows, or none."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()
