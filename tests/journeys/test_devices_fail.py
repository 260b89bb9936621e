"""Readers, scanner and printer on a bad day, in front of a citizen."""

from __future__ import annotations

import pytest

from drivers.serial_card_reader.text_block import encode_text
from tests.journeys.place import until
from tests.journeys.story import CARD, CODE, EXTRACT, PEOPLE, RECORD, Story

# --- the card ---------------------------------------------------------------------------------------------------


def test_a_card_pulled_away_while_it_is_read_is_laid_down_again(story: Story) -> None:
    story.begins(RECORD)
    story.device("card_reader", "fail", mode="moved")
    story.lays_card("lin-xiaoman")
    story.sees("identify", "MOVED")
    story.device("card_reader", "fail", mode="none")
    story.lays_card("lin-xiaoman")
    story.sees("consent", "[agree]")
    story.taps("agree")
    story.prints_and_takes()
    story.rates_and_goes()
    story.used(RECORD, "done")


@pytest.mark.parametrize(("fault", "code"), [("unreadable", "UNREADABLE"), ("rejected", "REJECTED")])
def test_a_card_that_cannot_be_used_is_explained_and_the_citizen_may_leave(story: Story, fault: str, code: str) -> None:
    story.begins(RECORD)
    story.device("card_reader", "fail", mode=fault)
    story.lays_card("lin-xiaoman")
    story.sees("identify", "! error: ", code)
    story.gives_up("other")
    story.used(RECORD, "gave_up", reason="other", step="identify")


def test_a_card_of_an_unknown_kind_is_explained_and_another_one_helps(story: Story) -> None:
    text = bytearray(encode_text("foreign_2023", dict(PEOPLE["ken-sample"]["card"]) | {"kind": None}))
    text[-8:-6] = "Z".encode("utf-16-le")
    story.begins(RECORD)
    story.device("card_reader", "put", text=text.hex())
    story.sees("identify", "UNKNOWN_KIND")
    story.lifts_card()
    story.reader_looks()
    story.lays_card("zhou-guilan")
    story.sees("consent", "[agree]")
    story.gives_up()


def test_a_garbled_cable_to_the_reader_puts_nobody_elses_name_on_the_screen(story: Story) -> None:
    """Wrong bytes on the line are noticed, the reader is out of order, and comes back by itself."""
    story.begins(RECORD)
    story.device("card_reader", "fail", mode="garble", bytes=40)
    story.lays_card("lin-xiaoman")
    story.sees("identify", "card_reader")
    story.device("card_reader", "fail", mode="none")
    story.sees("consent", "[agree]")
    story.gives_up()


def test_a_reader_that_is_unplugged_and_plugged_again_goes_on_by_itself(story: Story) -> None:
    story.begins(RECORD)
    story.device("card_reader", "unplug")
    story.sees("identify", "! error: ", "card_reader")
    story.lays_card("lin-xiaoman")
    story.device("card_reader", "plug")
    story.sees("consent", "[agree]")
    story.gives_up()
    assert story.alerts("card_reader") == [("NO_DEVICE", True), ("NO_DEVICE", False)]


# --- the code ---------------------------------------------------------------------------------------------------


def test_codes_that_are_no_sign_in_codes_are_explained_one_by_one(story: Story) -> None:
    """A megabyte of text, no text at all, text of somebody else's making, another person's code; then the right one."""
    story.begins(EXTRACT)
    story.lays_card("wang-yan")
    story.sees("identify", CODE)
    story.device("code_scanner", "put", text="二维码", repeat=1 << 17)
    story.sees("identify", CODE, "TOO_LONG")
    story.device("code_scanner", "put", hex="80ff3fc328")
    story.sees("identify", CODE, "NOT_TEXT")
    story.device("code_scanner", "put", text="https://example.invalid/menu?table=7")
    story.sees("identify", CODE, "CODE_UNKNOWN")
    story.shows_code("zhou-guilan")
    story.sees("identify", CODE, "CODE_OTHER_PERSON")
    story.shows_code("wang-yan")
    story.sees("consent", "[agree]")
    story.gives_up()


def test_five_wrong_codes_end_the_identification(story: Story) -> None:
    """The platform then refuses the right one too: the citizen is told, and may leave."""
    story.begins(EXTRACT)
    story.lays_card("zhou-guilan")
    story.sees("identify", CODE)
    for number in range(5):
        story.device("code_scanner", "put", text=f"WRONG-{number}")
        story.sees("identify", CODE, "CODE_UNKNOWN")
    story.shows_code("zhou-guilan")
    story.sees("identify", CODE, "SUBJECT")
    story.gives_up()


# --- the paper --------------------------------------------------------------------------------------------------


def test_paper_that_runs_out_in_the_middle_is_told_and_the_repeat_is_marked_as_a_copy(story: Story) -> None:
    story.identifies(RECORD, "lin-xiaoman")
    story.sees("preview")
    story.device("receipt_printer", "fail", mode="paper_out_after", lines=6)
    story.taps("print")
    story.sees("problem", "PAPER_OUT", "[retry]")
    story.comes_to("outputs", "unknown")
    story.device("receipt_printer", "fail", mode="none")
    story.device("receipt_printer", "put", paper="full")
    story.printer_is_well()
    story.taps("retry")
    story.takes_paper()
    story.rates_and_goes()
    story.comes_to("outputs", "unknown", "printed")
    story.used(RECORD, "done")
    assert "补打 REPRINT" in "".join(story.receipts()[-1]["text"])


def test_an_open_cover_is_noticed_before_a_line_is_printed(story: Story) -> None:
    story.identifies(RECORD, "lin-xiaoman")
    story.sees("preview")
    story.device("receipt_printer", "fail", mode="cover")
    story.taps("print")
    story.sees("problem", "[retry]")
    assert "unknown" not in story.states("outputs")
    story.device("receipt_printer", "fail", mode="none")
    story.printer_is_well()
    story.taps("retry")
    story.takes_paper()
    story.rates_and_goes()
    assert story.states("outputs")[-1] == "printed"
    assert len(story.receipts()) == 1
    assert "补打 REPRINT" not in "".join(story.receipts()[0]["text"])


def test_a_printer_unplugged_in_the_middle_leaves_a_paper_in_doubt_and_the_citizen_may_go(story: Story) -> None:
    story.identifies(RECORD, "lin-xiaoman")
    story.sees("preview")
    story.device("receipt_printer", "fail", mode="slow_print", ms=200)
    story.taps("print")
    until("the first lines", lambda: story.device("receipt_printer", "state")["hanging"])
    story.device("receipt_printer", "unplug")
    story.sees("problem", "! error: ", "[retry]")
    story.comes_to("outputs", "unknown")
    story.ends_trouble()
    usage = story.used(RECORD, "failed", step="print")
    assert usage.reason.startswith("print")
    assert story.receipts() == []


def test_without_a_printer_the_tile_says_so_before_anyone_starts(story: Story) -> None:
    story.device("receipt_printer", "unplug")
    until("the printer is missed", lambda: story.alerts("receipt_printer"))
    story.taps("start")
    story.sees("home", f"({RECORD})", "打印机暂时不可用")
    story.device("receipt_printer", "plug")
    story.sees("home", f"[{RECORD}]")
    story.taps("exit")
    story.is_over()


def test_a_card_that_is_forgotten_is_asked_for(story: Story) -> None:
    story.identifies(RECORD, "lin-xiaoman")
    story.sees("preview")
    story.taps("exit")
    story.sees("choose")
    story.taps("option:mistake")
    story.sees("take", "请拿走您的证件")
    story.lifts_card()
    story.is_over()
    assert CARD not in story.place.pages.all()[-1].words
