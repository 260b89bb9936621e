"""`Printed` is said only when the printer confirmed it: the driver against a printer that fails in every way it can."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

import drivers
from drivers.escpos_printer.codec import CUT, Paper
from drivers.escpos_printer.driver import Patience, ReceiptPrinter
from drivers.escpos_printer.paper import Paper as Sheet
from drivers.escpos_printer.words import same_words
from drivers.link import UrlError
from kiosk.devices import (
    Condition,
    DeviceError,
    Level,
    PaperTaken,
    Print,
    Printed,
    PrintFailed,
    Report,
    Status,
    StatusChanged,
)
from kiosk.document import Document, Line, Pair, Qr, Rule
from kiosk.secret import Secret

SHORT = Patience(answer=0.3, silence=0.6, finish=1.2, check=0.1)
LINK = "https://verify.example.invalid/v?n=SB20260901000123456"
RECEIPT = Document(
    "参保证明",
    (
        Line("样例数据", align="centre"),
        Rule(),
        *(Pair(f"{year}年累计缴费", Secret("￥12,345.60，共 12 个月")) for year in range(2000, 2024)),
        Pair("姓名", Secret("𬭎䶮")),
        Qr(LINK, "扫码核验"),
    ),
)
MARKS = 30  # lines, rules, pictures and symbols on it
Make = Callable[..., tuple[Any, ReceiptPrinter]]


@pytest.fixture(scope="module", params=["pty", "tcp:0"])
def one(request: pytest.FixtureRequest, far_maker: Any) -> Iterator[Any]:
    """One printer for all stories, on both kinds of cable: starting its process takes longer than most of them."""
    end = far_maker("escpos_printer", request.param)
    yield end
    end.end()


@pytest.fixture
def printer(one: Any) -> Iterator[Make]:
    """`printer(driver class)`: the printer, well and empty, and an open driver for it."""
    opened: list[ReceiptPrinter] = []

    def make(kind: type[ReceiptPrinter] = ReceiptPrinter) -> tuple[Any, ReceiptPrinter]:
        one.send("fail", mode="none")
        one.send("unplug")
        one.send("plug")
        one.send("put", paper="full")
        for _ in untaken(one):
            one.send("take")
        driver = kind(one.url, Paper(), presenter=True, patience=SHORT)
        assert driver.open() == Status(Condition.ONLINE, (), Level.FULL)
        opened.append(driver)
        if one.send("state")["hanging"]:
            driver._link.write(CUT)
            until(driver, lambda _: not one.send("state")["hanging"])
            for _ in untaken(one):
                one.send("take")
            until(driver, lambda _: not driver._holding)
            list(driver.poll())
        return one, driver

    yield make
    for driver in opened:
        driver.close()


def untaken(end: Any) -> list[dict[str, Any]]:
    return [receipt for receipt in end.send("state")["receipts"] if not receipt["taken"]]


def outcome(reports: Any) -> Report:
    """The one answer that a Print gets."""
    (found,) = (report for report in reports if isinstance(report, Printed | PrintFailed))
    return found  # type: ignore[no-any-return]


def status(reports: Any) -> Status | None:
    return next((report.status for report in reports if isinstance(report, StatusChanged)), None)


def until(driver: ReceiptPrinter, wanted: Callable[[list[Report]], object]) -> list[Report]:
    """Poll until the reports hold what is wanted."""
    reports: list[Report] = []
    deadline = time.monotonic() + 10
    while not wanted(reports):
        assert time.monotonic() < deadline, reports
        reports += driver.poll()
    return reports


# --- it works -----------------------------------------------------------------------------------------------


def test_a_receipt_is_printed_confirmed_and_taken(printer: Make) -> None:
    end, driver = printer()
    assert list(driver.do(Print(RECEIPT))) == [Printed()]
    assert len(untaken(end)) == 1
    assert end.send("state")["hanging"] == []
    end.send("take")
    assert PaperTaken() in until(driver, lambda reports: PaperTaken() in reports)
    assert list(driver.poll()) == []


def test_what_the_printer_kept_is_the_receipt(far: Any) -> None:
    end = far("escpos_printer")
    driver = ReceiptPrinter(end.url, Paper(), presenter=False, patience=SHORT)
    driver.open()
    assert outcome(driver.do(Print(RECEIPT))) == Printed()
    picture = Path(_picture(end))
    raw = picture.with_suffix(".bin").read_bytes()
    (receipt,) = Sheet().feed(raw)
    assert same_words(RECEIPT, receipt) == []
    (symbol,) = zxingcpp.read_barcodes(Image.open(picture))
    assert symbol.text == LINK
    driver.close()


def test_half_a_receipt_of_a_terminal_that_crashed_is_not_on_the_next_ones_paper(far: Any) -> None:
    end = far("escpos_printer")
    crashed = ReceiptPrinter(end.url, Paper(), presenter=False, patience=SHORT)
    crashed.open()
    crashed._link.write(b"half a receipt\nof somebody else\n")
    until(crashed, lambda _: len(end.send("state")["hanging"]) == 2)
    crashed.close()
    driver = ReceiptPrinter(end.url, Paper(), presenter=False, patience=SHORT)
    driver.open()
    until(driver, lambda _: not end.send("state")["hanging"])
    assert outcome(driver.do(Print(RECEIPT))) == Printed()
    half, whole = end.send("state")["receipts"]
    assert half["text"] == ["half a receipt", "of somebody else"]
    assert "half a receipt" not in whole["text"]
    driver.close()


def _picture(end: Any) -> str:
    deadline = time.monotonic() + 20
    while not (found := end.send("state")["receipts"][0]["picture"]):
        assert time.monotonic() < deadline
    return str(found)


def test_the_end_of_the_roll_is_told_before_it_comes(printer: Make) -> None:
    end, driver = printer()
    end.send("put", paper="low")
    expected = Status(Condition.ONLINE, ("PAPER_LOW",), Level.LOW)
    assert status(until(driver, status)) == expected
    assert outcome(driver.do(Print(Document("t", ())))) == Printed()
    end.send("put", paper="full")
    assert status(until(driver, status)) == Status(Condition.ONLINE, (), Level.FULL)


# --- it cannot begin: nothing is sent, the job may be repeated ---------------------------------------------


@pytest.mark.parametrize(
    ("mode", "code", "condition"),
    [
        ("cover", "COVER_OPEN", Condition.USER_ACTION),
        ("head_hot", "HEAD_HOT", Condition.OFFLINE),
        ("offline", "OFFLINE", Condition.OFFLINE),
        ("silent", "NO_ANSWER", Condition.OFFLINE),
    ],
)
def test_nothing_is_sent_to_a_printer_that_cannot(mode: str, code: str, condition: Condition, printer: Make) -> None:
    end, driver = printer()
    before = end.send("state")["hanging"]
    end.send("fail", mode=mode)
    reports = list(driver.do(Print(RECEIPT)))
    assert outcome(reports) == PrintFailed(code, certain=True)
    found = status(reports)
    assert found is not None
    assert (found.condition, found.faults) == (condition, (code,))
    end.send("fail", mode="none")
    assert end.send("state")["hanging"] == before
    assert outcome(driver.do(Print(RECEIPT))) == Printed()
    assert len(untaken(end)) == 1


def test_without_paper_nothing_is_sent_and_silence_is_not_adequate(printer: Make) -> None:
    end, driver = printer()
    end.send("put", paper="out")
    assert outcome(driver.do(Print(RECEIPT))) == PrintFailed("PAPER_OUT", certain=True)
    end.send("fail", mode="silent")
    found = status(until(driver, status))
    assert found == Status(Condition.OFFLINE, ("NO_ANSWER",), Level.UNKNOWN)


# --- it fails in the middle: nobody knows what is on the paper ----------------------------------------------

MIDDLE = [
    ({"mode": "paper_out_after", "lines": 9}, "PAPER_OUT"),
    ({"mode": "cover_after", "lines": 9}, "COVER_OPEN"),
    ({"mode": "cutter"}, "CUTTER"),
    ({"mode": "silent_after", "lines": 9}, "NO_ANSWER"),
    ({"mode": "silent_after", "lines": MARKS}, "NO_ANSWER"),
    ({"mode": "restart_after", "lines": 9}, "NO_ANSWER"),
    ({"mode": "no_ack"}, "NO_ANSWER"),
]


def check_middle(end: Any, driver: ReceiptPrinter, fault: dict[str, Any], code: str) -> None:
    end.send("fail", **fault)
    assert outcome(driver.do(Print(RECEIPT))) == PrintFailed(code, certain=False)


@pytest.mark.parametrize(("fault", "code"), MIDDLE)
def test_a_job_that_fails_midway_is_never_called_printed(fault: dict[str, Any], code: str, printer: Make) -> None:
    end, driver = printer()
    check_middle(end, driver, fault, code)


def test_the_rest_of_a_failed_receipt_does_not_come_out_later(printer: Make) -> None:
    end, driver = printer()
    check_middle(end, driver, {"mode": "cover_after", "lines": 9}, "COVER_OPEN")
    end.send("fail", mode="none")
    assert end.send("state")["buffered"] < 64  # nothing but questions
    assert outcome(driver.do(Print(RECEIPT))) == Printed()
    half, whole = untaken(end)
    assert len(half["text"]) < 20  # what had come out is cut off first: it is not on the next citizen's paper
    assert len(whole["text"]) > 27


def test_a_cable_pulled_in_the_middle_leaves_the_job_unknown(printer: Make) -> None:
    end, driver = printer()

    class Pulled(ReceiptPrinter):
        def _trouble(self) -> str:
            end.send("unplug")
            return super()._trouble()

    pulled = Pulled(end.url, Paper(), presenter=False, patience=SHORT)
    driver.close()
    pulled.open()
    assert outcome(pulled.do(Print(RECEIPT))) == PrintFailed("NO_DEVICE", certain=False)
    with pytest.raises(DeviceError):
        list(pulled.poll())
    pulled.close()


# --- mutants: drivers that say Printed too early -----------------------------------------------------------


class Trusting(ReceiptPrinter):
    """Says Printed as soon as the bytes have left."""

    def _confirm(self) -> Printed | PrintFailed:
        return Printed()


class AsksStatusAlone(ReceiptPrinter):
    """Takes a healthy printer for a printed job: what libraries do that know no GS r."""

    def _asked_again(self) -> bool:
        return True

    def _listen(self, seconds: float) -> Any:
        self._acknowledged += 1
        return super()._listen(seconds)


@pytest.mark.parametrize(
    ("mutant", "fault"),
    [
        (Trusting, {"mode": "silent_after", "lines": 9}),
        (Trusting, {"mode": "paper_out_after", "lines": MARKS - 2}),
        (Trusting, {"mode": "cutter"}),
        (AsksStatusAlone, {"mode": "restart_after", "lines": 9}),
        (AsksStatusAlone, {"mode": "no_ack"}),
    ],
)
def test_a_driver_that_does_not_wait_for_the_printer_is_caught(
    mutant: type[ReceiptPrinter], fault: dict[str, Any], far: Any
) -> None:
    end = far("escpos_printer")
    driver = mutant(end.url, Paper(), presenter=False, patience=SHORT)
    driver.open()
    end.send("fail", **fault)
    assert outcome(driver.do(Print(RECEIPT))) == Printed()  # the lie that check_middle does not let pass
    driver.close()


# --- small print --------------------------------------------------------------------------------------------


def test_a_printer_switched_off_and_on_is_prepared_again(printer: Make) -> None:
    end, driver = printer()
    end.send("fail", mode="silent")
    until(driver, status)
    end.send("fail", mode="none")
    assert status(until(driver, status)) == Status(Condition.ONLINE, (), Level.FULL)
    assert outcome(driver.do(Print(RECEIPT))) == Printed()


@pytest.mark.parametrize("wrong", ["dots=500", "dots=x", "taken=yes", "colour=red"])
def test_a_wrong_url_is_one_line_for_the_technician(wrong: str) -> None:
    with pytest.raises(UrlError, match=wrong.split("=", maxsplit=1)[0]):
        drivers.load("escpos_printer", f"serial:/dev/ttyS0?{wrong}")


def test_a_character_without_a_font_is_refused_before_anything_is_sent(printer: Make) -> None:
    end, driver = printer()
    before = end.send("state")["hanging"]
    failed = outcome(driver.do(Print(Document("t", (Line(Secret("\U000f1234")),)))))
    assert failed == PrintFailed("UNRECOVERABLE", certain=True)
    assert end.send("state")["hanging"] == before
