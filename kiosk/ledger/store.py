"""The ledger's one SQLite file: orders, filings, outputs. A row is read or written in one transaction.

WAL with synchronous=FULL: what was written is on the disk when `write` returns. The file holds ids, item, version,
amounts, states, digests, codes, sealed payloads and wall-clock times for staff; nothing in it can be read as personal,
and secure_delete overwrites what is removed. No case numbers, not even hashed: they are short and could be guessed.

A file that is damaged is moved aside, whole, to `*.corrupt-N` and a new one is begun: `notes` then says
LEDGER_CORRUPT, which means that money rows are unknown here and staff must reconcile with the platform.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import apsw
import msgspec

from kiosk.ledger.ballast import RESERVE_BYTES, Ballast
from kiosk.ledger.filing import ENDS as FILING_ENDS
from kiosk.ledger.filing import Filing
from kiosk.ledger.order import ENDS as ORDER_ENDS
from kiosk.ledger.order import Order
from kiosk.ledger.output import Output
from kiosk.records import FilingState, OrderState, OutputState

Row = Order | Filing | Output
RowT = TypeVar("RowT", Order, Filing, Output)

SCHEMA = 1
KEPT_ENDED_ROWS = 10_000  # of each table, for staff and the daily reconciliation; older ones are forgotten at the start

_TABLES: dict[type[Row], tuple[str, str]] = {
    Order: ("orders", "order"),
    Filing: ("filings", "filing"),
    Output: ("outputs", "output"),
}


def _list(states: Iterable[str]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


# The CHECKs are verified again by integrity_check at each start: a flipped bit in a state is damage, not a new state.
_CREATE = f"""
CREATE TABLE orders (
    "order" TEXT PRIMARY KEY, item TEXT NOT NULL, version TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0), sealed BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ({_list(OrderState)})), wanted INTEGER NOT NULL CHECK (wanted IN (0, 1)),
    attempts INTEGER NOT NULL, code TEXT NOT NULL, opened_at INTEGER NOT NULL, moved_at INTEGER NOT NULL) STRICT;
CREATE TABLE filings (
    filing TEXT PRIMARY KEY, item TEXT NOT NULL, version TEXT NOT NULL, "order" TEXT NOT NULL, sealed BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ({_list(FilingState)})),
    attempts INTEGER NOT NULL, code TEXT NOT NULL, opened_at INTEGER NOT NULL, moved_at INTEGER NOT NULL) STRICT;
CREATE TABLE outputs (
    output TEXT PRIMARY KEY, item TEXT NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL, "order" TEXT NOT NULL,
    filing TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ({_list(OutputState)})),
    code TEXT NOT NULL, opened_at INTEGER NOT NULL, moved_at INTEGER NOT NULL) STRICT;
CREATE INDEX filings_order ON filings ("order") WHERE "order" <> '';
CREATE INDEX outputs_order ON outputs ("order") WHERE "order" <> '';
"""


# What tells at the start that a file is damaged; SQLError: its schema cannot be understood.
_DAMAGE = (apsw.CorruptError, apsw.NotADBError, apsw.SQLError, UnicodeDecodeError, msgspec.ValidationError)


class LedgerError(Exception):
    """The ledger cannot be written or read: no money may be taken.

    code: FULL, IO, CORRUPT, BUSY (another process has it), NEWER (written by a later release), SQLITE.
    """

    def __init__(self, code: str, hint: str = "") -> None:
        super().__init__(f"{code}: {hint}" if hint else code)
        self.code = code
        self.hint = hint


class Store:
    """One open ledger file. One thread at a time. `wall` gives seconds since 1970, shown to staff, never decided on."""

    def __init__(
        self,
        path: Path,
        *,
        wall: Callable[[], float] = time.time,
        reserve: int = RESERVE_BYTES,
        vfs: str | None = None,
    ) -> None:
        """Open, check and, if need be, begin the file. Raises LedgerError (BUSY, IO, FULL, NEWER)."""
        self.path = path
        self.notes: tuple[str, ...] = ()
        self._wall = wall
        self._vfs = vfs
        self._broken = False
        self._ballast = Ballast(path.with_name(path.name + ".ballast"), reserve)
        with _typed():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(path.with_name(path.name + ".lock"))
            try:
                self._db = self._open()
                self._prune()
            except BaseException:
                os.close(self._lock)  # the connection closes itself when it is forgotten
                raise
        self._ballast.ready()

    def close(self) -> None:
        with _typed():
            self._db.close()
        os.close(self._lock)

    def ready(self) -> bool:
        """Money may be taken: there is space to finish what is begun, and writing works (tried again if it did not)."""
        if not self._ballast.ready():
            return False
        if self._broken:
            try:
                with _typed():
                    self._run(f"PRAGMA user_version={SCHEMA}", ())
            except LedgerError:
                return False
            self._broken = False
        return True

    def read(self, kind: type[RowT], row_id: str) -> RowT | None:
        with _typed():
            found = self._where(kind, f'"{_TABLES[kind][1]}" = ?', (row_id,))
        return found[0] if found else None

    def write(self, row: Row) -> None:
        """Put one row on the disk, new or changed. Raises LedgerError; the disk then has the old row or the new one."""
        now = int(self._wall())
        values = (*(_plain(value) for value in msgspec.structs.astuple(row)), now, now)
        self._broken = True
        with _typed():
            try:
                self._run(_upsert(type(row)), values)
            except apsw.FullError:
                if not self._ballast.give_up():
                    raise
                self._run(_upsert(type(row)), values)
        self._broken = False

    def open_rows(self) -> list[Row]:
        """Every row that has not come to its end, outputs first: the evidence comes before what is judged by it."""
        found: list[Row] = []
        with _typed():
            # a paper that is out or whose fate is unknown wants nothing of the clerk: `intended` alone does
            found += self._where(Output, "state = ?", (OutputState.INTENDED.value,))
            found += self._where(Filing, f"state NOT IN ({_list(FILING_ENDS)})", ())
            found += self._where(Order, f"state NOT IN ({_list(ORDER_ENDS)})", ())
        return found

    def evidence(self, order: str) -> tuple[list[OutputState], list[FilingState]]:
        """The states of the outputs and the filings that name this order."""
        with _typed():
            outputs = self._where(Output, '"order" = ?', (order,)) if order else []
            filings = self._where(Filing, '"order" = ?', (order,)) if order else []
        return [row.state for row in outputs], [row.state for row in filings]

    def _open(self) -> apsw.Connection:
        fresh = not self.path.exists()
        if fresh:
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        db = apsw.Connection(str(self.path), vfs=self._vfs)
        try:
            db.set_busy_timeout(2000)
            _prepare(db)
            _check(db)
        except _DAMAGE:
            db.close()
            _set_aside(self.path)
            self.notes += ("LEDGER_CORRUPT",)
            return self._open()
        except BaseException:
            db.close()
            raise
        if fresh:
            _sync_folder(self.path.parent)
        return db

    def _prune(self) -> None:
        """Forget ended rows beyond the last KEPT_ENDED_ROWS, but no evidence of an order that is still open."""
        unsettled = f'"order" IN (SELECT "order" FROM orders WHERE state NOT IN ({_list(ORDER_ENDS)}))'
        for table, ended in (
            ("orders", f"state IN ({_list(ORDER_ENDS)})"),
            ("filings", f"state IN ({_list(FILING_ENDS)}) AND NOT {unsettled}"),
            ("outputs", f"state <> '{OutputState.INTENDED.value}' AND NOT {unsettled}"),
        ):
            old = f"SELECT rowid FROM {table} WHERE {ended} ORDER BY rowid DESC LIMIT -1 OFFSET {KEPT_ENDED_ROWS}"
            if self._db.execute(f"SELECT EXISTS ({old})").get:
                with contextlib.suppress(apsw.FullError), self._db:
                    self._db.execute(f"DELETE FROM {table} WHERE rowid IN ({old})")

    def _run(self, sql: str, values: tuple[Any, ...]) -> None:
        with self._db:
            self._db.execute(sql, values)

    def _where(self, kind: type[RowT], condition: str, values: tuple[str, ...]) -> list[RowT]:
        return list(_rows(self._db, kind, condition, values))


def _rows(db: apsw.Connection, kind: type[RowT], condition: str, values: tuple[str, ...]) -> Iterator[RowT]:
    table, fields = _TABLES[kind][0], kind.__struct_fields__
    names = ", ".join(f'"{field}"' for field in fields)
    for found in db.execute(f"SELECT {names} FROM {table} WHERE {condition} ORDER BY rowid", values):
        yield msgspec.convert(dict(zip(fields, found, strict=True)), kind, strict=False)


def _prepare(db: apsw.Connection) -> None:
    """Pragmas, check, schema. Raises one of _DAMAGE for a damaged file."""
    db.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)  # a name that is not a column is an error, not a string
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA secure_delete=ON")
    if db.execute("PRAGMA integrity_check").get != "ok":
        raise apsw.CorruptError("integrity_check")
    version = db.execute("PRAGMA user_version").get
    if version > SCHEMA:
        raise LedgerError("NEWER", f"ledger schema {version}, this release knows {SCHEMA}")
    if version == 0:
        with db:
            db.execute(_CREATE)
            db.execute(f"PRAGMA user_version={SCHEMA}")


def _check(db: apsw.Connection) -> None:
    """The tables are ours to the letter and each row is one that can be read, or one of _DAMAGE is raised."""
    if _schema(db) != _OURS:
        raise apsw.CorruptError("schema")
    for rows in (_rows(db, Order, "1", ()), _rows(db, Filing, "1", ()), _rows(db, Output, "1", ())):
        for _ in rows:
            pass


def _schema(db: apsw.Connection) -> list[tuple[Any, ...]]:
    return list(db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"))


def _ours() -> list[tuple[Any, ...]]:
    with contextlib.closing(apsw.Connection(":memory:")) as db:
        db.execute(_CREATE)
        return _schema(db)


_OURS = _ours()


def _set_aside(path: Path) -> None:
    """Rename the damaged file with its log, so that an engineer can still look at it."""
    number = 1
    while path.with_name(f"{path.name}.corrupt-{number}").exists():
        number += 1
    for part in ("", "-wal", "-shm"):
        source = path.with_name(path.name + part)
        if source.exists():
            source.rename(path.with_name(f"{path.name}.corrupt-{number}{part}"))
    _sync_folder(path.parent)


def _lock(path: Path) -> int:
    """One process alone drives a ledger; the kernel lets go of the lock when that process dies."""
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise LedgerError("BUSY", f"{path}: another process drives this ledger") from None
    return file


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


@contextlib.contextmanager
def _typed() -> Iterator[None]:
    """SQLite's and the system's errors as LedgerError, without the values that were bound."""
    try:
        yield
    except apsw.FullError:
        raise LedgerError("FULL", "the disk is full") from None
    except (apsw.CorruptError, apsw.NotADBError, UnicodeDecodeError, msgspec.ValidationError):
        raise LedgerError("CORRUPT", "the file is damaged; a restart sets it aside") from None
    except apsw.BusyError:
        raise LedgerError("BUSY", "another program holds the file") from None
    except (apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError) as error:
        raise LedgerError("IO", type(error).__name__) from None
    except apsw.Error as error:
        raise LedgerError("SQLITE", type(error).__name__) from None
    except OSError as error:
        raise LedgerError("IO", os.strerror(error.errno or 0)) from None


def _upsert(kind: type[Row]) -> str:
    table, key = _TABLES[kind]
    fields = [*kind.__struct_fields__, "opened_at", "moved_at"]
    changes = ", ".join(f'"{field}" = excluded."{field}"' for field in fields if field not in (key, "opened_at"))
    marks = ", ".join("?" for _ in fields)
    names = ", ".join(f'"{field}"' for field in fields)
    return f'INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ("{key}") DO UPDATE SET {changes}'


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value
