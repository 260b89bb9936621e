"""The code scanner: its codec, and its driver against an engine that is a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drivers
import drivers.serial_code_scanner.driver as driver_module
from drivers.link import UrlError
from drivers.serial_code_scanner.codec import MAX_CODE_BYTES, Decoder, Reply, encode_reply
from drivers.serial_code_scanner.driver import CodeScanner
from kiosk.devices import Arm, CodeProblem, CodeSeen, Condition, DeviceError, Disarm, Print, Report
from kiosk.document import Document
from kiosk.secret import Secret

DONE = encode_reply(0)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=100)


def seen(*texts: str) -> list[CodeSeen]:
    return [CodeSeen(Secret(text)) for text in texts]


# --- codec --------------------------------------------------------------------------------------------------


def test_the_replies_are_the_printed_ones() -> None:
    assert encode_reply(0) == bytes.fromhex("02 00 00 01 00 33 31")
    assert encode_reply(1) == bytes.fromhex("02 00 01 01 00 04 01")
    assert encode_reply(3) == bytes.fromhex("02 00 03 01 00 6A 61")


@given(TEXT)
def test_any_utf8_text_comes_back(text: str) -> None:
    assert Decoder().feed(text.encode() + b"\r") == seen(text)


@pytest.mark.parametrize("text", ["样例码", "沙示例䶮", "深圳市样例区", "㙍头路7号"])
def test_chinese_in_gb18030_comes_back(text: str) -> None:
    assert Decoder().feed(text.encode("gb18030") + b"\n") == seen(text)


def test_text_that_is_neither_or_holds_control_characters_is_refused() -> None:
    for code in (b"\xff\xff", b"\xe6", b"AB\x1dCD", b"\x02AB", b"\t", "\x85".encode(), b"\x7f"):
        decoder = Decoder()
        assert [*decoder.feed(code + b"\r"), *decoder.gap()] == [CodeProblem("NOT_TEXT")], code


def test_a_code_ends_with_a_terminator_or_with_a_gap() -> None:
    decoder = Decoder()
    assert decoder.feed(b"ONE\r") == seen("ONE")
    assert decoder.feed(b"\nTWO") == []
    assert decoder.gap() == seen("TWO")
    assert decoder.gap() == []


def test_codes_of_one_burst_are_never_joined() -> None:
    assert Decoder().feed(b"ONE\r\nTWO\n\nTHREE\r") == seen("ONE", "TWO", "THREE")


@pytest.mark.parametrize("cut", range(len(DONE) + 1))
def test_a_reply_is_taken_out_even_when_it_is_split(cut: int) -> None:
    decoder = Decoder()
    stream = DONE + b"CODE"
    assert [*decoder.feed(stream[:cut]), *decoder.feed(stream[cut:]), *decoder.gap()] == [Reply(True), *seen("CODE")]


def test_a_reply_inside_a_burst_parts_two_codes() -> None:
    decoder = Decoder()
    found = [*decoder.feed(b"OLD" + DONE + encode_reply(3) + b"NEW"), *decoder.gap()]
    assert found == [*seen("OLD"), Reply(True), Reply(False), *seen("NEW")]


@pytest.mark.parametrize("piece", [1, 100, 1 << 20])
def test_endless_text_is_one_problem_and_takes_no_memory(piece: int) -> None:
    decoder = Decoder()
    data = b"8" * min(1 << 20, piece * 50_000) + b"\rNEXT\r"
    found = []
    for at in range(0, len(data), piece):
        found += decoder.feed(data[at : at + piece])
        assert decoder.held() <= Decoder.LIMIT
    assert found == [CodeProblem("TOO_LONG")]
    assert decoder.gap() == []
    assert decoder.feed(b"AFTER\r") == seen("AFTER")


def test_the_longest_code_is_one_code() -> None:
    assert Decoder().feed(b"8" * MAX_CODE_BYTES + b"\r") == seen("8" * MAX_CODE_BYTES)
    assert Decoder().feed(b"8" * (MAX_CODE_BYTES + 1) + b"\r") == [CodeProblem("TOO_LONG")]


@given(st.lists(st.sampled_from([b"A", "样".encode(), b"\r", b"\n", DONE, DONE[:3], b"8" * 700]), max_size=20))
def test_the_pieces_of_a_stream_make_no_difference(parts: list[bytes]) -> None:
    data = b"".join(parts)
    whole, bytewise = Decoder(), Decoder()
    expected = [*whole.feed(data), *whole.gap()]
    found = [item for at in range(len(data)) for item in bytewise.feed(data[at : at + 1])]
    assert [*found, *bytewise.gap()] == expected


# --- driver -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine(far_maker: Callable[..., Any]) -> Iterator[Any]:
    end = far_maker("serial_code_scanner", "pty")
    yield end
    end.end()


@pytest.fixture
def far_end(engine: Any) -> Any:
    engine.send("fail", mode="none")
    engine.send("take")
    return engine


@pytest.fixture
def scanner(far_end: Any) -> Iterator[CodeScanner]:
    made = drivers.load("serial_code_scanner", far_end.url)
    assert isinstance(made, CodeScanner)
    assert made.open().condition is Condition.ONLINE
    yield made
    made.close()


def next_reports(scanner: CodeScanner, polls: int = 50) -> list[Report]:
    """The next reports of an armed scanner; empty when so many polls bring none."""
    for _ in range(polls):
        if reports := list(scanner.poll()):
            return reports
    return []


@pytest.mark.parametrize("suffix", ["none", "cr", "lf", "crlf"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_code_is_read_with_any_suffix_and_encoding(
    far_end: Any, scanner: CodeScanner, suffix: str, encoding: str
) -> None:
    scanner.do(Arm())
    far_end.send("put", text="样例码:沙示例", suffix=suffix, encoding=encoding)
    reports = next_reports(scanner)
    assert reports == seen("样例码:沙示例")
    assert "沙示例" not in repr(reports)
    scanner.do(Disarm())


def test_the_engine_looks_only_while_armed(far_end: Any, scanner: CodeScanner) -> None:
    assert far_end.send("put", text="SAMPLE")["looking"] is False
    assert next_reports(scanner, 3) == []
    reports = [*scanner.do(Arm()), *next_reports(scanner)]
    assert reports == seen("SAMPLE")
    far_end.send("put", text="AGAIN")
    scanner.do(Disarm())
    assert far_end.send("state")["looking"] is False
    assert far_end.send("state")["reads"] > 0


def test_an_armed_engine_is_started_again_when_it_gave_up(
    far_end: Any, scanner: CodeScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner.do(Arm())
    starts = far_end.send("state")["starts"]
    monkeypatch.setattr(driver_module, "START_SECONDS", -1.0)
    assert next_reports(scanner, 1) == []
    assert far_end.send("state")["starts"] == starts + 1
    scanner.do(Disarm())


def test_a_code_that_comes_while_nobody_asks_is_dropped_and_so_is_its_end(far_end: Any) -> None:
    scanner = drivers.load("serial_code_scanner", far_end.url + "?trigger=none")
    assert scanner.open().condition is Condition.ONLINE
    far_end.send("put", text="STRAY", at_once=True)
    assert list(scanner.poll()) == []
    far_end.send("put", text="STRAY AGAIN", at_once=True)
    assert list(scanner.do(Arm())) == []
    far_end.send("put", text="ASKED FOR", suffix="cr", at_once=True)
    assert next_reports(scanner) == seen("ASKED FOR")  # type: ignore[arg-type]
    assert far_end.send("state")["looking"] is False, "an engine without trigger gets no commands"
    scanner.close()


def test_two_codes_of_one_burst_and_a_megabyte(
    far_end: Any, scanner: CodeScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_module, "GAP_SECONDS", 1.0)  # this machine may let a fake wait for longer than 50 ms
    scanner.do(Arm())
    far_end.send("put", hex=b"ONE\rTWO".hex(), at_once=True)
    assert [*next_reports(scanner), *next_reports(scanner)] == seen("ONE", "TWO")
    far_end.send("put", text="8", repeat=1 << 20, suffix="cr", at_once=True)
    assert next_reports(scanner) == [CodeProblem("TOO_LONG")]
    assert next_reports(scanner, 2) == []
    monkeypatch.setattr(driver_module, "GAP_SECONDS", 0.05)
    far_end.send("put", text="AFTER", at_once=True)
    assert next_reports(scanner) == seen("AFTER")


def test_a_line_that_splits_codes_into_bytes(
    far_end: Any, scanner: CodeScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_module, "GAP_SECONDS", 1.0)
    far_end.send("fail", mode="split")
    scanner.do(Arm())
    far_end.send("put", text="样例码", suffix="crlf")
    assert next_reports(scanner) == seen("样例码")


@pytest.mark.parametrize(("fault", "code"), [({"mode": "silent"}, "NO_ANSWER"), ({"mode": "garble"}, "PROTOCOL")])
def test_an_engine_that_does_not_answer_a_start_is_an_error(
    far_end: Any, scanner: CodeScanner, fault: dict[str, Any], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_module, "REPLY_SECONDS", (0.1, 0.1))
    far_end.send("fail", **fault)
    with pytest.raises(DeviceError) as error:
        scanner.do(Arm())
    assert error.value.code == code


def test_an_idle_engine_is_asked_now_and_then(
    far_end: Any, scanner: CodeScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    far_end.send("fail", mode="silent")
    assert list(scanner.poll()) == []
    monkeypatch.setattr(driver_module, "CHECK_SECONDS", -1.0)
    monkeypatch.setattr(driver_module, "REPLY_SECONDS", (0.1,))
    with pytest.raises(DeviceError):
        scanner.poll()


def test_a_wrong_trigger_is_told_and_a_scanner_does_not_print(scanner: CodeScanner) -> None:
    with pytest.raises(UrlError, match="neither register nor none"):
        drivers.load("serial_code_scanner", "serial:/dev/ttyS2?trigger=maybe")
    with pytest.raises(TypeError):
        scanner.do(Print(Document("", ())))
