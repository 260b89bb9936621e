"""Questions to a card module over a slow, split or doubling line, on a clock that only waiting moves.

The module is the real fake, in this process: what matters here is when bytes arrive, to the millisecond.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

import drivers.serial_card_reader.module as module_under_test
from drivers.serial_card_reader.codec import Command, Sw3
from drivers.serial_card_reader.driver import CardReader
from drivers.serial_card_reader.fake import FakeCardReader
from drivers.serial_card_reader.module import SamModule
from kiosk.devices import Arm, CardLeft, CardSeen, DeviceError
from kiosk.secret import reveal


class Cable:
    """The driver's Link, the fake's Loop and the fake's wire in one."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._arrived = bytearray()
        self.fake: Any = FakeCardReader(self, "pty:/none")  # type: ignore[arg-type]
        self.fake.wire = self

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (self.now + seconds, next(self._count), call))

    def send(self, data: bytes) -> None:
        self._arrived += data

    def write(self, data: bytes, timeout_seconds: float = 1.0) -> None:
        self.fake.received(data)

    def read(self, max_bytes: int, timeout_seconds: float) -> bytes:
        until = self.now + max(timeout_seconds, 1e-6)
        while not self._arrived and self._timers and self._timers[0][0] <= until:
            self.now, _, call = heapq.heappop(self._timers)
            call()
        if not self._arrived:
            self.now = until
        data = bytes(self._arrived[:max_bytes])
        del self._arrived[:max_bytes]
        return data

    def drain(self) -> None:
        while self.read(4096, 0):
            pass


@pytest.fixture
def cable(monkeypatch: pytest.MonkeyPatch) -> Cable:
    made = Cable()
    monkeypatch.setattr(module_under_test, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


@pytest.fixture
def reader(cable: Cable) -> CardReader:
    """A reader that was opened on this cable and armed."""
    made: Any = CardReader("serial:/none")
    made._link, made._sam = cable, SamModule(cable)  # type: ignore[arg-type]
    made.do(Arm())
    return made  # type: ignore[no-any-return]


def lay(cable: Cable, reader: CardReader, sample: str) -> list[str]:
    """Lay a card, let the reader look twice, take the card."""
    cable.fake.put({"sample": sample})
    reports = [*reader.poll(), *reader.poll()]
    cable.fake.take({})
    assert [*reader.poll(), *reader.poll(), *reader.poll()] == [CardLeft()]
    return [reveal(report.card.name) for report in reports if isinstance(report, CardSeen)]


LINES = [
    {"mode": "none"},
    {"mode": "split"},
    {"mode": "duplicate"},
    *({"mode": "slow", "seconds": seconds} for seconds in (0.05, 0.29, 0.31, 0.45, 0.6, 0.79, 0.81, 1.1, 1.4)),
]


@pytest.mark.parametrize("line", LINES, ids=str)
def test_two_cards_one_after_the_other_are_read_whole_and_never_mixed(
    cable: Cable, reader: CardReader, line: dict[str, Any]
) -> None:
    cable.fake.answer({"verb": "fail", **line})
    assert lay(cable, reader, "lin-xiaoman") == ["林小满"]
    assert lay(cable, reader, "zhou-guilan") == ["周桂兰"]


def test_that_catches_a_driver_that_does_not_wait_for_late_answers(
    cable: Cable, reader: CardReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SamModule, "_settle", lambda *_: None)
    caught = 0
    for line in LINES[3:]:
        cable.fake.answer({"verb": "fail", **line})
        try:
            assert lay(cable, reader, "lin-xiaoman") == ["林小满"]
        except (AssertionError, DeviceError):
            caught += 1
            break
    assert caught


@pytest.fixture
def late_copies(cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers take 10 ms, and each comes again 1 ms later: after the next question, before its answer."""
    cable.fake.answer({"verb": "fail", "mode": "slow", "seconds": 0.01})

    def send(data: bytes) -> None:
        cable._arrived += data
        cable.later(0.001, lambda: cable._arrived.extend(data))

    monkeypatch.setattr(cable, "send", send)


@pytest.mark.usefixtures("late_copies")
def test_copies_that_come_after_the_next_question_are_passed_over(cable: Cable, reader: CardReader) -> None:
    assert lay(cable, reader, "lin-xiaoman") == ["林小满"]


@pytest.mark.usefixtures("late_copies")
def test_that_catches_a_driver_that_takes_any_answer(
    cable: Cable, reader: CardReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module_under_test, "_may_answer", lambda *_: True)
    with pytest.raises(AssertionError):
        lay(cable, reader, "lin-xiaoman")


def test_a_silent_module_is_asked_three_times_within_two_seconds(cable: Cable) -> None:
    sam = SamModule(cable)  # type: ignore[arg-type]
    cable.fake.answer({"verb": "fail", "mode": "silent"})
    with pytest.raises(DeviceError) as error:
        sam.ask(Command.FIND)
    assert error.value.code == "NO_ANSWER"
    assert cable.fake.describe()["asked"] == 3
    assert cable.now < 2


def test_garbled_answers_are_asked_for_again_without_the_whole_wait(cable: Cable) -> None:
    sam = SamModule(cable)  # type: ignore[arg-type]
    cable.fake.answer({"verb": "fail", "mode": "garble", "bytes": 1})
    with pytest.raises(DeviceError) as error:
        sam.ask(Command.READ)
    assert error.value.code == "PROTOCOL"
    assert cable.now < 1


def test_a_question_that_arrived_garbled_is_asked_again(cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    sam = SamModule(cable)  # type: ignore[arg-type]
    whole = cable.write
    spoilt = iter([True])

    def write(data: bytes, timeout_seconds: float = 1.0) -> None:
        whole(data[:-1] + b"\0" if next(spoilt, False) else data)

    monkeypatch.setattr(cable, "write", write)
    assert sam.ask(Command.STATUS).sw3 == Sw3.DONE
