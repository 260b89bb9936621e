"""Who checks the checks: each mutant of a good demonstration must be reported."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.escpos_printer.codec import Paper, encode_document
from drivers.escpos_printer.paper import Paper as Sheet
from drivers.escpos_printer.words import same_words
from kiosk import memory
from kiosk.bench.demo import canary, evidence
from kiosk.bench.world import World
from kiosk.document import Document, Line, Pair
from kiosk.ledger.order import Order
from kiosk.ledger.output import Output
from kiosk.ledger.store import Store
from kiosk.records import OrderState, OutputState
from kiosk.secret import Secret
from tests.journeys.story import PEOPLE

PERSON = PEOPLE["lin-xiaoman"]
ISSUED = Document("参保证明", (Pair("姓名", Secret("林小满")), Line("累计缴费 41 个月"), Line("样例数据")))
NOTHING: dict[str, Any] = {"notices": [], "filings": []}


def compare(document: Document, printed: bytes) -> list[str]:
    (receipt,) = Sheet().feed(printed)
    return same_words(document, receipt)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The directory of a world that is over."""
    world = World(tmp_path / "world", (1080, 1920))
    for folder in (world.receipts, world.dir / "data", world.dir / "logs"):
        folder.mkdir(parents=True)
    return world


def prints(world: World, document: Document) -> None:
    raw = b"".join(encode_document(document, Paper(576)))
    (receipt,) = Sheet().feed(raw)
    name = world.receipts / f"receipt-{len(list(world.receipts.iterdir())):04}"
    name.with_suffix(".bin").write_bytes(raw)
    name.with_suffix(".json").write_text(json.dumps({"text": receipt.text}), encoding="utf-8")


def issued(document: Document) -> dict[str, Any]:
    return {"notices": [{"number": "SAMPLE-N-1", "document": msgspec.to_builtins(document)}], "filings": []}


# --- the receipt ------------------------------------------------------------------------------------------------


def test_a_receipt_with_one_word_changed_is_reported(world: World) -> None:
    prints(world, ISSUED)
    assert evidence.receipt_differs(world, issued(ISSUED), compare) == []
    other = Document(ISSUED.title, (ISSUED.blocks[0], Line("累计缴费 40 个月"), ISSUED.blocks[2]))
    assert evidence.receipt_differs(world, issued(other), compare) != []
    fewer = Document(ISSUED.title, ISSUED.blocks[:2])
    assert evidence.receipt_differs(world, issued(fewer), compare) != []


def test_no_receipt_and_a_second_one_are_reported(world: World) -> None:
    assert evidence.receipt_differs(world, issued(ISSUED), compare) == ["0 receipts instead of 1"]
    prints(world, ISSUED)
    assert evidence.receipt_differs(world, NOTHING, compare) == ["the platform issued nothing"]
    prints(world, ISSUED)
    assert evidence.receipt_differs(world, issued(ISSUED), compare) == ["2 receipts instead of 1"]


def test_a_slip_with_another_case_number_is_reported(world: World) -> None:
    prints(world, Document("受理回执", (Pair("办件编号", Secret("SAMPLE-2026-000001")),)))
    filed = {"notices": [], "filings": [{"number": "SAMPLE-2026-000001"}]}
    assert evidence.receipt_differs(world, filed, compare) == []
    filed["filings"][0]["number"] = "SAMPLE-2026-000002"
    assert evidence.receipt_differs(world, filed, compare) != []


# --- the ledger -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in OrderState if state is not OrderState.CLOSED])
def test_an_order_that_did_not_close_is_reported(world: World, state: OrderState) -> None:
    rows = _ledger(world, Order("b-1-1", "i", "v", 1000, b"", state))
    assert evidence.ledger_open(rows) == [f"orders: {state.value}"]


def test_a_paper_in_doubt_is_reported_and_a_printed_one_is_not(world: World) -> None:
    assert evidence.ledger_open(_ledger(world, Output("b-1-2", "i", "v", "d", "", "", OutputState.PRINTED))) == []
    rows = _ledger(world, Output("b-1-3", "i", "v", "d", "", "", OutputState.UNKNOWN))
    assert evidence.ledger_open(rows) == ["outputs: unknown"]


def _ledger(world: World, row: Order | Output) -> dict[str, list[dict[str, Any]]]:
    store = Store(world.dir / "data" / "ledger.sqlite", reserve=4096)
    store.write(row)
    store.close()
    return evidence.ledger_rows(world)


# --- what is left -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["capture", "data/outbox.sqlite", "logs/kiosk.log", "console.sqlite"])
@pytest.mark.parametrize("name", ["name", "number", "address", "phone", "permit.number"])
def test_a_planted_word_is_found_wherever_it_lies(world: World, place: str, name: str) -> None:
    words = evidence.planted(PERSON, NOTHING)
    capture = world.dir / "mqtt.jsonl"
    file = capture if place == "capture" else world.dir / place
    capture.write_text('{"t": 1, "topic": "k1/kiosk-000001/up/ev", "payload": "{}"}\n', encoding="utf-8")
    assert evidence.leaks_on_disk(world, words, capture) == []
    for text in (words[name], json.dumps(words[name])):
        file.write_text(f'{{"payload": "{text}"}}\n', encoding="utf-8")
        assert evidence.leaks_on_disk(world, words, capture), text


# Reads a word, keeps it in many encodings and copies; forgets it when told; ends when its input does.
_HOLDER = """
import gc, os, sys
from kiosk import memory
kept = [os.read(0, 4096).decode()]
for encoding in sys.argv[1:]:
    kept += [kept[0].encode(encoding) for _ in range(200)] + [kept[0] + str(n) for n in range(200)]
os.write(1, b"kept\\n")
os.read(0, 1)
del kept
memory.sweep()
os.write(1, b"gone\\n")
os.read(0, 1)
"""


@contextmanager
def holder(word: str, env: dict[str, str] | None) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", _HOLDER, "utf-8", "utf-16-le", "gb18030"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=env)
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(word.encode())
        assert process.stdout.readline() == b"kept\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def forgets(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(b".")
    assert process.stdout.readline() == b"gone\n"


WORD = PERSON["card"]["address"]


def test_a_word_is_found_in_a_living_process_and_not_after_it_was_freed() -> None:
    sought = canary.needles({"address": WORD})
    with holder(WORD, memory.environment()) as process:
        found = canary.in_memory(process.pid, sought)
        assert {"address/utf-8", "address/utf-16-le", "address/gb18030"} <= set(found)
        forgets(process)
        assert canary.in_memory(process.pid, sought) == []


def test_without_the_allocators_settings_freed_words_are_still_found() -> None:
    """That is why they are set: and it shows that the search would see them."""
    sought = canary.needles({"address": WORD})
    with holder(WORD, None) as process:
        forgets(process)
        assert canary.in_memory(process.pid, sought) != []


def test_a_process_that_has_ended_holds_nothing() -> None:
    with holder(WORD, None) as process:
        pid = process.pid
    assert canary.in_memory(pid, canary.needles({"address": WORD})) == []
