"""The ledger's file: what it keeps, what it does when the disk or the file is not what it should be."""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kiosk.ledger import store as store_module
from kiosk.ledger.ballast import BALLAST_BYTES
from kiosk.ledger.clerk import Clerk
from kiosk.ledger.filing import Filing
from kiosk.ledger.order import Order
from kiosk.ledger.output import Output
from kiosk.ledger.seal import open_sealed
from kiosk.ledger.store import LedgerError, Store
from kiosk.records import (
    FilingAnswer,
    FilingState,
    MoveOutput,
    OpenFiling,
    OpenOrder,
    OpenOutput,
    OrderMoved,
    OrderState,
    OutputState,
    SettleOrder,
)
from kiosk.secret import Secret
from tests.ledger import audit
from tests.ledger.faulty_disk import FaultyDisk
from tests.ledger.keys import PRIVATE, PUBLIC
from tests.ledger.simulator import Line, Platform

ORDER = Order("b-1-1", "item", "7", 2500, b"sealed")
CASE = Filing("b-1-2", "item", "7", "b-1-1", b"sealed")
SHEET = Output("b-1-3", "item", "7", "digest", "b-1-1", "b-1-2")


def opened(folder: Path, **options: object) -> Store:
    return Store(folder / "ledger.db", reserve=0, **options)  # type: ignore[arg-type]


def test_rows_are_there_after_a_restart(tmp_path: Path) -> None:
    store = opened(tmp_path)
    for row in (ORDER, CASE, SHEET):
        store.write(row)
    store.write(replace(ORDER, state=OrderState.SENT, sealed=b""))
    store.close()
    store = opened(tmp_path)
    assert store.open_rows() == [SHEET, CASE, replace(ORDER, state=OrderState.SENT, sealed=b"")]
    assert store.evidence("b-1-1") == ([OutputState.INTENDED], [FilingState.INTENDED])
    assert store.evidence("") == ([], [])
    store.close()


def test_the_file_is_set_up_to_survive_and_to_forget(tmp_path: Path) -> None:
    store = opened(tmp_path)
    pragma = {name: store._db.pragma(name) for name in ("journal_mode", "synchronous", "secure_delete", "user_version")}
    assert pragma == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "user_version": 1}
    assert (tmp_path / "ledger.db").stat().st_mode & 0o777 == 0o600
    assert all(row[0] for row in store._db.execute("SELECT strict FROM pragma_table_list WHERE name LIKE '%s_'"))
    store.close()


def test_staff_see_when_a_row_was_opened_and_moved(tmp_path: Path) -> None:
    now = [1000.0]
    store = opened(tmp_path, wall=lambda: now[0])
    store.write(ORDER)
    now[0] = 2000.0
    store.write(replace(ORDER, state=OrderState.UNKNOWN))
    assert store._db.execute("SELECT opened_at, moved_at FROM orders").get == (1000, 2000)
    store.close()


def test_a_second_process_cannot_drive_the_same_ledger(tmp_path: Path) -> None:
    store = opened(tmp_path)
    code = "import sys, pathlib; from kiosk.ledger.store import Store; Store(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(tmp_path / "ledger.db")]
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert "LedgerError: BUSY" in run.stderr
    store.close()
    opened(tmp_path).close()


@pytest.mark.parametrize("harm", ["garbage", "zeroed page", "flipped tree"])
def test_a_damaged_file_is_set_aside_and_said_so(tmp_path: Path, harm: str) -> None:
    store = opened(tmp_path)
    for number in range(200):
        store.write(replace(ORDER, order=f"b-{number}-1"))
    store.close()
    path = tmp_path / "ledger.db"
    content = bytearray(path.read_bytes())
    match harm:
        case "garbage":
            content[:100] = b"x" * 100
        case "zeroed page":
            content[8192:12288] = bytes(4096)
        case "flipped tree":
            for page in range(4096, len(content), 4096):
                content[page] ^= 0x5A
    path.write_bytes(content)
    for number in (1, 2):
        store = opened(tmp_path)
        assert store.notes == ("LEDGER_CORRUPT",)
        assert store.open_rows() == []
        assert (tmp_path / f"ledger.db.corrupt-{number}").read_bytes() == content
        store.close()
        path.write_bytes(content)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_flipped_bytes_are_read_as_rows_or_set_aside_never_a_crash(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        store = opened(Path(name))
        for row in (ORDER, CASE, SHEET):
            store.write(row)
        store.close()
        path = Path(name) / "ledger.db"
        content = bytearray(path.read_bytes())
        used = [index for index, byte in enumerate(content) if byte]
        for index in data.draw(st.lists(st.sampled_from(used), min_size=1, max_size=4)):
            content[index] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        try:
            store = opened(Path(name))
        except LedgerError as error:
            if error.code == "NEWER":  # the flipped byte was the schema's number
                return
            raise
        assert store.notes == ("LEDGER_CORRUPT",) or len(audit.rows(store, Order)) <= 1
        store.open_rows()
        store.write(replace(ORDER, state=OrderState.SENT, sealed=b""))
        store.close()


def test_a_sound_file_leaves_no_note(tmp_path: Path) -> None:
    opened(tmp_path).close()
    store = opened(tmp_path)
    assert store.notes == ()
    store.close()


def test_a_file_of_a_later_release_is_left_alone(tmp_path: Path) -> None:
    opened(tmp_path).close()
    db = apsw.Connection(str(tmp_path / "ledger.db"))
    db.pragma("user_version", 99)
    db.close()
    with pytest.raises(LedgerError) as caught:
        opened(tmp_path)
    assert caught.value.code == "NEWER"
    assert not list(tmp_path.glob("*.corrupt-*"))


def test_no_money_is_taken_without_space_in_reserve(tmp_path: Path) -> None:
    store = Store(tmp_path / "ledger.db", reserve=1 << 60)
    assert not store.ready()
    clerk = Clerk(store, Line(Platform(":memory:"), lambda: "ok"), PUBLIC, lambda: 0.0)
    told = clerk.do(OpenOrder("b-1-1", "item", "1", 2500, Secret("sample")))
    assert told == [OrderMoved("b-1-1", OrderState.REVERSED, code="LEDGER_FULL")]
    assert store.read(Order, "b-1-1") is None
    store.close()


def test_on_a_full_disk_money_that_moves_is_finished_out_of_the_ballast_and_no_new_is_taken(tmp_path: Path) -> None:
    disk = FaultyDisk(tmp_path)
    store = opened(tmp_path, vfs=disk.name)
    platform = Platform(":memory:")
    now = [0.0]
    clerk = Clerk(store, Line(platform, lambda: "ok"), PUBLIC, lambda: now[0])
    clerk.do(OpenOrder("b-1-1", "item", "1", 2500, Secret("sample")))
    platform.pay("b-1-1")

    disk.capacity = disk.used()
    now[0] += clerk.pause()
    assert clerk.poll() == [OrderMoved("b-1-1", OrderState.PAID)]
    assert not (tmp_path / "ledger.db.ballast").exists()
    told = clerk.do(SettleOrder("b-1-1", delivered=True))
    assert told == [OrderMoved("b-1-1", OrderState.CLOSED)]

    disk.capacity = disk.used()  # the ballast's space is gone too
    store._ballast.reserve = 1 << 60
    assert not clerk.ready()
    assert clerk.do(OpenOrder("b-2-1", "item", "1", 2500, Secret("sample")))[-1].code == "LEDGER_FULL"  # type: ignore[union-attr]

    disk.capacity = None
    store._ballast.reserve = 0
    assert clerk.ready()
    assert (tmp_path / "ledger.db.ballast").stat().st_size == BALLAST_BYTES
    store.close()


def test_an_outcome_that_cannot_be_written_is_an_error_and_is_asked_for_again(tmp_path: Path) -> None:
    disk = FaultyDisk(tmp_path)
    store = opened(tmp_path, vfs=disk.name)
    platform = Platform(":memory:")
    now = [0.0]
    clerk = Clerk(store, Line(platform, lambda: "ok"), PUBLIC, lambda: now[0])
    clerk.do(OpenOrder("b-1-1", "item", "1", 2500, Secret("sample")))
    platform.pay("b-1-1")
    now[0] += clerk.pause()

    disk.broken = True
    with pytest.raises(LedgerError) as caught:
        clerk.poll()
    assert caught.value.code == "IO"
    assert not clerk.ready()
    assert clerk.pause() > 0  # no busy loop on a broken disk

    disk.broken = False
    assert clerk.ready()
    now[0] += clerk.pause()
    assert clerk.poll() == [OrderMoved("b-1-1", OrderState.PAID)]
    store.close()


def test_a_new_order_on_a_broken_disk_is_never_sent(tmp_path: Path) -> None:
    disk = FaultyDisk(tmp_path)
    store = opened(tmp_path, vfs=disk.name)
    platform = Platform(":memory:")
    clerk = Clerk(store, Line(platform, lambda: "ok"), PUBLIC, lambda: 0.0)
    disk.broken = True
    told = clerk.do(OpenOrder("b-1-1", "item", "1", 2500, Secret("sample")))
    assert told == [OrderMoved("b-1-1", OrderState.REVERSED, code="LEDGER_FAILED")]
    assert platform.query_order("b-1-1").state == "absent"
    disk.broken = False
    store.close()


def test_old_ended_rows_are_forgotten_but_no_evidence_of_an_open_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "KEPT_ENDED_ROWS", 3)
    store = opened(tmp_path)
    store.write(replace(ORDER, state=OrderState.PAID, sealed=b""))
    store.write(replace(SHEET, state=OutputState.UNKNOWN))
    for number in range(10):
        store.write(replace(ORDER, order=f"e-{number}-1", state=OrderState.CLOSED, sealed=b""))
        store.write(replace(SHEET, output=f"e-{number}-3", order=f"e-{number}-1", state=OutputState.TAKEN))
    store.close()
    store = opened(tmp_path)
    kept = [row[0] for row in store._db.execute('SELECT "order" FROM orders ORDER BY rowid')]
    assert kept == ["b-1-1", "e-7-1", "e-8-1", "e-9-1"]
    assert store.evidence("b-1-1") == ([OutputState.UNKNOWN], [])
    store.close()


# --- nothing personal on the disk ---------------------------------------------------------------------------

CANARIES = ("欧阳样例", "310101199001011234", "SAMPLE-CASE-7781-4432", "sample-subject-9f3c")


def traces(text: str) -> list[bytes]:
    """The forms in which a value could lie in a file: raw, other encodings, hexadecimal, base64 at each alignment."""
    raw = text.encode()
    found = [raw, text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("gbk"), raw.hex().encode()]
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        found.append(coded[4 if shift else 0 : len(coded) - 4])
    return found


class DecidingPlatform(Platform):
    """Accepts each filing at once and gives it a case number that must stay off the disk."""

    def open_filing(self, filing: str, item: str, version: str, sealed: bytes, order: str) -> FilingAnswer:
        self.received = sealed
        super().open_filing(filing, item, version, sealed, order)
        return FilingAnswer("accepted", Secret(CANARIES[2]))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_no_personal_value_reaches_the_file_its_log_or_its_shared_memory(tmp_path: Path) -> None:
    store = opened(tmp_path)
    platform = DecidingPlatform(":memory:")
    clerk = Clerk(store, Line(platform, lambda: "ok"), PUBLIC, lambda: 0.0)
    payload = Secret(f'{{"name": "{CANARIES[0]}", "number": "{CANARIES[1]}", "subject": "{CANARIES[3]}"}}')
    seen: list[dict[str, bytes]] = []
    clerk.do(OpenOrder("b-1-1", "item", "1", 2500, payload))
    seen.append(files(tmp_path))
    clerk.do(OpenFiling("b-1-2", "item", "1", payload))
    clerk.do(OpenOutput("b-1-3", "item", "1", "digest"))
    clerk.do(MoveOutput("b-1-3", OutputState.PRINTED))
    seen.append(files(tmp_path))
    assert {"ledger.db", "ledger.db-wal", "ledger.db-shm"} <= set(seen[-1])
    store.close()
    seen.append(files(tmp_path))
    for moment in seen:
        for name, content in moment.items():
            for canary in CANARIES:
                assert not [form for form in traces(canary) if form in content], f"{name} holds a personal value"
    assert open_sealed(PRIVATE, platform.received, b"b-1-2").decode() == payload.reveal()


def test_the_search_for_traces_would_find_one(tmp_path: Path) -> None:
    """The mutant: a clerk that forgets to seal."""

    class Unsealed(Clerk):
        def _seal(self, payload: Secret, row_id: str) -> bytes:
            return base64.b64encode(row_id.encode() + payload.reveal().encode())

    store = opened(tmp_path)
    clerk = Unsealed(store, Line(Platform(":memory:"), lambda: "no_answer"), PUBLIC, lambda: 0.0)
    clerk.do(OpenOrder("b-1-1", "item", "1", 2500, Secret(CANARIES[1])))
    content = b"".join(files(tmp_path).values())
    assert any(form in content for form in traces(CANARIES[1]))
    store.close()


def test_what_the_platform_acknowledged_is_wiped_from_the_file(tmp_path: Path) -> None:
    store = opened(tmp_path)
    payload = b"\xa5sealed bytes\x5a" * 40
    store.write(replace(ORDER, sealed=payload))
    store._db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    assert b"sealed bytes" in (tmp_path / "ledger.db").read_bytes()
    store.write(replace(ORDER, state=OrderState.SENT, sealed=b""))
    store._db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    assert all(b"sealed bytes" not in content for content in files(tmp_path).values())
    store.close()
