"""What arrives and what the store makes of it: each event once, gaps noticed, poison put aside, no row a heartbeat."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.intake import Arrived, Intake
from console.store import KEPT_BYTES, KEPT_POISON, Store, StoreError
from kiosk.fleet.messages import (
    Ack,
    Birth,
    Device,
    Entry,
    Heartbeat,
    Presence,
    Terminal,
    batch,
    encode,
)
from kiosk.fleet.messages.topics import up

KIOSK = "kiosk-000001"
BOOT, EPOCH, OTHER_EPOCH = "a" * 32, "e" * 32, "f" * 32


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "console.db")
    yield store
    store.close()


def entry(n: int) -> bytes:
    return encode(Entry(n, BOOT, Terminal("open")))


def events(*numbers: int, epoch: str = EPOCH, terminal: str = KIOSK) -> Arrived:
    payload = encode(batch(epoch, [(n, entry(n)) for n in numbers]))
    return Arrived(up(terminal, "ev"), payload, False, 1, 1_000)


def state(kind: str, message: Birth | Presence | Heartbeat, at: int = 1_000, retained: bool = False) -> Arrived:
    return Arrived(f"k1/{KIOSK}/up/{kind}", encode(message), retained, 1, at)


def take(store: Store, *arrived: Arrived) -> dict[str, Ack]:
    with store.transaction():
        return Intake(store).take(list(arrived))


def stored(store: Store) -> list[int]:
    return [row.n for row in store.events()]


def rows(store: Store, table: str) -> int:
    return int(apsw.Connection(store.path).execute(f"SELECT count(*) FROM {table}").get)


def test_an_event_is_kept_once_however_often_it_comes(store: Store) -> None:
    assert take(store, events(1, 2)) == {KIOSK: Ack(EPOCH, 2)}
    assert take(store, events(1, 2), events(2, 3)) == {KIOSK: Ack(EPOCH, 3)}
    assert take(store, events(1)) == {KIOSK: Ack(EPOCH, 3)}  # an old copy: all of it is here
    assert stored(store) == [1, 2, 3]
    assert store.gaps() == []


def test_the_same_numbers_of_another_epoch_or_terminal_are_other_events(store: Store) -> None:
    take(store, events(1), events(1, epoch=OTHER_EPOCH), events(1, terminal="kiosk-000002"))
    assert stored(store) == [1, 1, 1]


def test_numbers_that_were_passed_over_are_noted_and_do_not_stop_the_rest(store: Store) -> None:
    assert take(store, events(1, 2), events(5, 8)) == {KIOSK: Ack(EPOCH, 8)}
    assert store.gaps() == [(KIOSK, EPOCH, 3, 4), (KIOSK, EPOCH, 6, 7)]
    assert store.terminals()[0].missing == 4


def test_heartbeats_make_no_rows(store: Store) -> None:
    for beat in range(200):
        devices = {"receipt_printer": Device("online", (), "full")}
        take(store, state("hb", Heartbeat(BOOT, beat, beat, "open", devices), at=beat))  # type: ignore[arg-type]
    assert rows(store, "terminal") == 1
    assert rows(store, "event") == 0
    row = store.terminals()[0]
    assert row.heartbeat is not None
    assert (row.heartbeat.beat, row.seen_at) == (199, 199)


def test_a_will_of_an_older_connection_says_nothing_about_the_present_one(store: Store) -> None:
    take(store, state("online", Presence("on", BOOT, 2)), state("online", Presence("lost", BOOT, 1)))
    assert store.terminals()[0].presence == "on"
    take(store, state("online", Presence("lost", BOOT, 2)))
    assert store.terminals()[0].presence == "lost"


def test_what_the_broker_remembered_is_the_present_even_if_we_missed_what_came_before(store: Store) -> None:
    take(store, state("online", Presence("on", BOOT, 2)), state("online", Presence("lost", BOOT, 7), retained=True))
    assert store.terminals()[0].presence == "lost"


# --- poison ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (up(KIOSK, "birth"), b"\xff\xfe"),
        (up(KIOSK, "hb"), b"{}"),
        (up(KIOSK, "online"), b""),
        (up(KIOSK, "ev"), b'{"epoch":"x","entries":[]}'),
        (up(KIOSK, "ev"), b"[" * 100_000),
        (f"k1/{KIOSK}/up/else", b"{}"),
        ("k1/not a terminal/up/ev", b"{}"),
        ("", b""),
    ],
)
def test_poison_is_put_aside_and_what_comes_with_it_is_taken(store: Store, topic: str, payload: bytes) -> None:
    acks = take(store, events(1), Arrived(topic, payload, False, 2, 1_000), events(2))
    assert acks == {KIOSK: Ack(EPOCH, 2)}
    assert stored(store) == [1, 2]
    assert store.poisoned() == 1
    (kept,) = store.poison_kept()
    assert kept[0] == topic
    assert kept[2] == len(payload)


def test_one_unreadable_entry_does_not_hold_up_its_batch(store: Store) -> None:
    rotten = b'{"at":1,"boot":"' + BOOT.encode() + b'","event":{"type":"usage","item":"a","name":"x"},"v":1}'
    payload = encode(batch(EPOCH, [(1, entry(1)), (2, rotten), (3, entry(3))]))
    message = Arrived(up(KIOSK, "ev"), payload, False, 1, 1_000)
    assert take(store, message) == {KIOSK: Ack(EPOCH, 3)}
    assert take(store, message) == {KIOSK: Ack(EPOCH, 3)}
    assert stored(store) == [1, 3]
    assert store.gaps() == []
    assert [reason for _, reason, _ in store.poison_kept()] == ["n=2: Entry: unknown field at event"]


def test_quarantine_is_bounded_in_rows_and_bytes(store: Store) -> None:
    many = [Arrived(up(KIOSK, "hb"), b"x" * 10_000, False, 0, n) for n in range(KEPT_POISON + 50)]
    take(store, *many)
    assert store.poisoned() == KEPT_POISON + 50
    assert len(store.poison_kept()) == KEPT_POISON
    largest = apsw.Connection(store.path).execute("SELECT max(length(payload)) FROM poison").get
    assert largest == KEPT_BYTES


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["birth", "online", "hb", "ev", "x"]), st.binary(max_size=60)), max_size=8))
def test_no_bytes_of_a_terminal_stop_the_intake(messages: list[tuple[str, bytes]]) -> None:
    store = Store(":memory:")
    take(store, *(Arrived(f"k1/{KIOSK}/up/{kind}", payload, False, 1, 1) for kind, payload in messages), events(1))
    assert stored(store) == [1]
    assert store.poisoned() == len(messages)


# --- all or nothing -------------------------------------------------------------------------------------------


def test_nothing_of_a_batch_is_kept_when_the_store_fails(store: Store) -> None:
    take(store, events(1))
    limit = apsw.Connection(store.path).execute("PRAGMA page_count").get
    store._db.execute(f"PRAGMA max_page_count = {limit}")  # the disk is full
    with pytest.raises(StoreError, match="Full"):
        take(store, *(events(*range(first, first + 100)) for first in range(2, 2_000, 100)))
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert stored(store) == [1]
    assert take(store, events(2)) == {KIOSK: Ack(EPOCH, 2)}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 6)), min_size=1, max_size=20), st.randoms())
def test_batches_in_any_order_and_number_keep_each_event_once(
    spans: list[tuple[int, int]], order: random.Random
) -> None:
    """Resends, overlaps and old copies: the store holds the union, and never acknowledges what it does not hold."""
    store = Store(":memory:")
    sent: set[int] = set()
    order.shuffle(spans)
    for first, length in spans:
        numbers = range(first, first + length)
        ack = take(store, events(*numbers))[KIOSK]
        sent.update(numbers)
        assert ack.upto == max(sent)
    assert sorted(stored(store)) == sorted(sent)
    missing = {n for _, _, first, last in store.gaps() for n in range(first, last + 1)}
    assert missing >= set(range(1, max(sent))) - sent
