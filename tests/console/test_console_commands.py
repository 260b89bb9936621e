"""`python -m console`: what people and programs read of the store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console import show
from console.__main__ import main
from console.store import Store
from kiosk.fleet.messages import Birth, Device, Entry, Heartbeat, Presence, Usage

BOOT, EPOCH = "a" * 32, "e" * 32


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "console.db"
    store = Store(path)
    birth = Birth(app="1.8.2", os="debian-12", hardware="bench", catalogue="b" * 64, heartbeat_seconds=30)
    heartbeat = Heartbeat(BOOT, 1, 2, "open", {"receipt_printer": Device("user_action", ("PAPER_OUT",), "out")}, 3)
    with store.transaction():
        store.birth("kiosk-000001", birth, 1_000)
        store.presence("kiosk-000001", Presence("on", BOOT, 1), 1_000)
        store.heartbeat("kiosk-000001", heartbeat, 1_000)
        for n in (1, 2, 3):
            entry = Entry(n, BOOT, Usage("residence-proof", "c" * 12, "done", grade=n))
            store.event("kiosk-000001", EPOCH, n, entry, 1_000 + n)
        store.event("kiosk-000002", EPOCH, 1, Entry(1, BOOT, Usage("other", "c" * 12, "failed")), 1_004)
        store.poison("k1/x/up/ev", b"?", "not JSON", 1_000)
    store.close()
    return path


def test_events_are_lines_in_the_order_in_which_they_came(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["events", "--db", str(db)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "kiosk-000001  #1  usage  item=residence-proof" in lines[0]
    assert "kiosk-000002  #1  usage  item=other" in lines[3]


def test_events_of_one_terminal_as_json(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["events", "--db", str(db), "--terminal", "kiosk-000001", "--limit", "2", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["n"], row["entry"]["event"]["grade"]) for row in rows] == [(2, 2), (3, 3)]


def test_terminals_are_a_table_for_people(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["terminals", "--db", str(db)]) == 0
    heading, line, aside = capsys.readouterr().out.splitlines()
    assert heading.split()[:3] == ["terminal", "status", "state"]
    assert line.split()[:3] == ["kiosk-000001", "silent", "open"]  # said to be on, not heard of since 1970
    assert "receipt_printer:PAPER_OUT" in line
    assert aside == "1 messages were not understood and put aside"


def test_terminals_are_objects_for_programs(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["terminals", "--db", str(db), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["terminal"], row["presence"], row["events"], row["missing"]) == ("kiosk-000001", "on", 3, 0)
    assert row["heartbeat"]["waiting"] == 3


@pytest.mark.parametrize(("after", "status"), [(90_000, "on"), (90_001, "silent")])
def test_a_terminal_that_misses_three_heartbeats_is_silent(db: Path, after: int, status: str) -> None:
    store = Store(db)
    assert show.status(store.terminals()[0], 1_000 + after) == status
    store.close()


@pytest.mark.parametrize("broker", ["here", "here:", ":1", "here:0", "here:70000", "here:x"])
def test_a_wrong_address_is_told(broker: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--broker", broker, "--ca", "x", "--cert", "x", "--key", "x", "--db", "x"])
    assert "is not HOST:PORT" in capsys.readouterr().err


def test_a_missing_certificate_and_a_file_that_is_no_database_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--broker", "h:1", "--ca", "no.pem", "--cert", "x", "--key", "x", "--db", "x"]) == 2
    assert "no.pem: no such file" in capsys.readouterr().err
    other = tmp_path / "other.db"
    other.write_bytes(b"no database " * 1_000)
    assert main(["events", "--db", str(other)]) == 1
    assert "NotADB" in capsys.readouterr().err
