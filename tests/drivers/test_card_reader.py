"""The card reader's driver against a module that is a process of its own, on a pty."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import drivers
import drivers.serial_card_reader.driver as driver_module
from drivers.serial_card_reader.driver import CardReader
from drivers.serial_card_reader.text_block import FLAG_AT, encode_text
from kiosk.bench.control import ControlError
from kiosk.devices import Arm, CardLeft, CardProblem, CardSeen, Condition, DeviceError, Disarm, Print, Report
from kiosk.document import Document
from kiosk.secret import reveal

SAMPLES = sorted((Path(drivers.__file__).parent / "serial_card_reader" / "samples").glob("*.json"))


@pytest.fixture(scope="module")
def module(far_maker: Callable[..., Any]) -> Iterator[Any]:
    end = far_maker("serial_card_reader", "pty")
    yield end
    end.end()


@pytest.fixture
def far_end(module: Any) -> Any:
    """The module with its plug in, no fault and no card."""
    module.send("fail", mode="none")
    module.send("plug")
    if module.send("state")["card"]:
        module.send("take")
    return module


@pytest.fixture
def reader(far_end: Any) -> Iterator[CardReader]:
    """An open reader, not armed."""
    made = drivers.load("serial_card_reader", far_end.url)
    assert isinstance(made, CardReader)
    assert made.open().condition is Condition.ONLINE
    yield made
    made.close()


def polls(reader: CardReader, times: int = 4) -> list[Report]:
    return [report for _ in range(times) for report in reader.poll()]


def names(reports: list[Report]) -> list[str]:
    return [reveal(report.card.name) if isinstance(report, CardSeen) else type(report).__name__ for report in reports]


def resident(**words: str) -> dict[str, str]:
    card: dict[str, str] = json.loads(SAMPLES[-1].read_text(encoding="utf-8"))["card"]
    return {**card, **words}


def test_an_open_reader_knows_its_sam_id(reader: CardReader) -> None:
    assert reader.sam_id == "05.03-20151015-0000012345-0987654321"


def test_every_sample_card_is_read_as_its_words(far_end: Any, reader: CardReader) -> None:
    reader.do(Arm())
    for file in SAMPLES:
        far_end.send("put", sample=file.stem)
        seen, *rest = polls(reader)
        assert isinstance(seen, CardSeen)
        found = {name: reveal(value) for name, value in msgspec.structs.asdict(seen.card).items()}
        assert found == json.loads(file.read_text(encoding="utf-8"))["expected"]
        assert not any(word in repr(seen) for word in found.values() if len(word) > 1 and word != found["kind"])
        assert rest == []
        far_end.send("take")
        assert polls(reader) == [CardLeft()]


def test_a_reader_on_tcp_is_the_same(far: Callable[..., Any]) -> None:
    end = far("serial_card_reader", "tcp:0")
    reader = drivers.load("serial_card_reader", end.url)
    reader.open()
    reader.do(Arm())
    end.send("put", sample="wang-yan")
    assert names(list(reader.poll())) == ["王䶮𬭎"]
    reader.close()


@pytest.mark.parametrize("lenient", [False, True])
def test_a_card_is_reported_once_until_it_left(far_end: Any, reader: CardReader, lenient: bool) -> None:
    reader.do(Arm())
    for _ in range(2):
        far_end.send("put", sample="lin-xiaoman", lenient=lenient)
        assert names(polls(reader, 10)) == ["林小满"]
        far_end.send("take")
        assert polls(reader, 10) == [CardLeft()]
    assert far_end.send("state")["reads"] >= 2


def test_a_card_that_was_swapped_between_two_looks_is_a_new_card(far_end: Any, reader: CardReader) -> None:
    reader.do(Arm())
    far_end.send("put", sample="lin-xiaoman")
    assert names(polls(reader)) == ["林小满"]
    far_end.send("take")
    far_end.send("put", sample="zhou-guilan")
    assert names(polls(reader)) == ["CardLeft", "周桂兰"]


def test_nobody_reads_a_card_that_was_not_asked_for(far_end: Any, reader: CardReader) -> None:
    before = far_end.send("state")["reads"]
    reader.do(Arm())
    reader.do(Disarm())
    far_end.send("put", sample="lin-xiaoman")
    assert polls(reader) == []
    assert far_end.send("state")["reads"] == before


def test_a_card_left_behind_is_not_read_for_the_next_visit_but_its_leaving_is_told(
    far_end: Any, reader: CardReader
) -> None:
    reader.do(Arm())
    far_end.send("put", sample="lin-xiaoman")
    assert names(polls(reader)) == ["林小满"]
    reader.do(Disarm())
    assert polls(reader) == []
    assert list(reader.do(Arm())) == []
    assert polls(reader) == []
    reader.do(Disarm())
    far_end.send("take")
    assert polls(reader) == [CardLeft()]


def test_a_card_pulled_away_in_the_middle_can_be_laid_again(far_end: Any, reader: CardReader) -> None:
    reader.do(Arm())
    far_end.send("fail", mode="moved")
    far_end.send("put", sample="lin-xiaoman")
    assert polls(reader) == [CardProblem("MOVED")]
    far_end.send("fail", mode="none")
    far_end.send("put", sample="lin-xiaoman")
    assert names(polls(reader)) == ["林小满"]


@pytest.mark.parametrize(("mode", "code"), [("unreadable", "UNREADABLE"), ("rejected", "REJECTED")])
def test_a_bad_card_is_reported_once_and_tried_again_when_asked_again(
    far_end: Any, reader: CardReader, mode: str, code: str
) -> None:
    reader.do(Arm())
    far_end.send("fail", mode=mode)
    far_end.send("put", sample="lin-xiaoman")
    assert polls(reader) == [CardProblem(code)]
    far_end.send("fail", mode="none")
    assert polls(reader) == []
    assert names(list(reader.do(Arm()))) == ["林小满"]


@pytest.mark.parametrize(
    ("put", "code"),
    [
        ({"card": resident(number="310199199001010019")}, "UNREADABLE"),
        ({"card": resident(birth="19901301")}, "UNREADABLE"),
        ({"text": encode_text("resident", resident())[:FLAG_AT].hex() + "5100" + "2000" * 3}, "UNKNOWN_KIND"),
    ],
)
def test_a_card_with_wrong_contents_is_a_problem_that_tells_nothing_of_it(
    far_end: Any, reader: CardReader, put: dict[str, Any], code: str
) -> None:
    reader.do(Arm())
    far_end.send("put", **put)
    assert polls(reader) == [CardProblem(code)]
    far_end.send("take")
    assert polls(reader) == [CardLeft()]


def test_the_portrait_goes_no_further_than_the_frame(far_end: Any, reader: CardReader) -> None:
    reader.do(Arm())
    far_end.send("put", sample="lin-xiaoman")
    assert b"WLf" not in msgspec.msgpack.encode(polls(reader))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"mode": "silent"}, "NO_ANSWER"),
        ({"mode": "garble", "bytes": 1}, "PROTOCOL"),
        ({"mode": "sam_failed"}, "SAM_FAILED"),
        ({"mode": "not_authorised"}, "SAM_FAILED"),
    ],
)
def test_a_module_that_fails_while_armed_is_an_error_of_the_device(
    far_end: Any, reader: CardReader, fault: dict[str, Any], code: str
) -> None:
    reader.do(Arm())
    far_end.send("fail", **fault)
    with pytest.raises(DeviceError) as error:
        reader.poll()
    assert error.value.code == code


def test_a_module_with_a_failed_sam_does_not_open(far_end: Any) -> None:
    far_end.send("fail", mode="sam_failed")
    reader = drivers.load("serial_card_reader", far_end.url)
    with pytest.raises(DeviceError) as error:
        reader.open()
    assert error.value.code == "SAM_FAILED"
    reader.close()


def test_an_idle_reader_is_asked_now_and_then(
    far_end: Any, reader: CardReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = far_end.send("state")["asked"]
    polls(reader)
    assert far_end.send("state")["asked"] == asked
    monkeypatch.setattr(driver_module, "CHECK_SECONDS", -1.0)
    polls(reader, 1)
    assert far_end.send("state")["asked"] == asked + 1
    far_end.send("fail", mode="sam_failed")
    with pytest.raises(DeviceError):
        reader.poll()


def test_a_card_is_read_over_a_line_that_doubles_answers(far_end: Any, reader: CardReader) -> None:
    reader.do(Arm())
    far_end.send("fail", mode="duplicate")
    far_end.send("put", sample="lin-xiaoman")
    assert names(polls(reader, 2)) == ["林小满"]


def test_a_card_reader_does_not_print(reader: CardReader) -> None:
    with pytest.raises(TypeError):
        reader.do(Print(Document("", ())))


def test_the_fake_refuses_a_second_card_and_people_it_does_not_know(far_end: Any) -> None:
    with pytest.raises(ControlError, match="lin-xiaoman"):
        far_end.send("put", sample="nobody")
    with pytest.raises(ControlError, match="'kind' is missing"):
        far_end.send("put", card={"name": "样例甲"})
    far_end.send("put", sample="lin-xiaoman")
    with pytest.raises(ControlError, match="take it first"):
        far_end.send("put", sample="lin-xiaoman")
    far_end.send("take")
    with pytest.raises(ControlError, match="no card"):
        far_end.send("take")
