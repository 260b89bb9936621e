"""The platform on a bad day: what the citizen sees, and that nothing is done twice or mixed up."""

from __future__ import annotations

import pytest

from tests.journeys.place import PLATFORM_SECONDS, until
from tests.journeys.story import CODE, EXTRACT, PEOPLE, PERMIT, RECORD, Story


@pytest.mark.parametrize(
    ("mode", "more", "code"),
    [
        ("slow", {"seconds": PLATFORM_SECONDS + 2}, "TIMEOUT"),
        ("status", {"status": 502}, "SERVER"),
        ("drop_answer", {"times": 2}, "CONNECTION"),
        ("break_contract", {}, "CONTRACT"),
    ],
)
def test_a_result_that_does_not_come_is_asked_for_again(story: Story, mode: str, more: dict, code: str) -> None:
    """One tap on `try again`; the platform has issued one result, not two."""
    story.platform_fails("/v1/notices", mode, **more)
    story.identifies(RECORD, "lin-xiaoman")
    story.sees("problem", code, "[retry]", "[finish]")
    story.platform_is_well()
    story.taps("retry")
    story.prints_and_takes()
    story.rates_and_goes()
    story.used(RECORD, "done")
    assert len(story.at_platform("notices")) == 1
    assert len(story.receipts()) == 1


def test_every_break_of_the_contract_is_no_answer(story: Story) -> None:
    story.platform_fails("/v1/notices", "break_contract", times=5)
    story.identifies(RECORD, "zhou-guilan")
    for _ in range(5):
        story.sees("problem", "CONTRACT")
        story.taps("retry")
    story.sees("preview")
    story.gives_up()


def test_a_platform_that_fails_while_somebody_identifies_keeps_the_card_in_play(story: Story) -> None:
    """The card still lies there: `try again` needs nothing else."""
    story.platform_fails("/v1/identifications", "status")
    story.begins(RECORD)
    story.lays_card("lin-xiaoman")
    story.sees("problem", "SERVER")
    story.taps("retry")
    story.sees("consent", "[agree]")
    story.gives_up()


def test_an_answer_after_the_visit_ended_reaches_nobody(story: Story) -> None:
    """The next citizen stands there when the first one's record arrives."""
    before = story.late_answers()
    story.platform_fails("/v1/notices", "slow", seconds=PLATFORM_SECONDS - 1)
    story.identifies(RECORD, "lin-xiaoman")
    story.sees("wait", "正在取结果")
    story.gives_up("slow")
    story.begins(RECORD)
    until("the late answer", lambda: story.late_answers() > before)
    story.lays_card("zhou-guilan")
    story.sees("consent", "[agree]")
    story.taps("agree")
    story.prints_and_takes()
    story.rates_and_goes()
    text = "".join(story.receipts()[-1]["text"])
    assert PEOPLE["zhou-guilan"]["card"]["name"] in text
    assert PEOPLE["lin-xiaoman"]["card"]["name"] not in text
    first, second = story.usage(2)
    assert (first.outcome, first.reason, first.step) == ("gave_up", "slow", "fetch")
    assert second.outcome == "done"


@pytest.mark.parametrize(
    ("person", "item", "code"),
    [("zhao-mingyuan", RECORD, "CARD_EXPIRED")],
)
def test_a_person_the_platform_refuses_is_told_why(story: Story, person: str, item: str, code: str) -> None:
    story.begins(item)
    story.lays_card(person)
    story.sees("identify", code)
    story.gives_up()


def test_somebody_without_a_permit_is_sent_to_where_help_is(story: Story) -> None:
    story.identifies(PERMIT, "zhou-guilan")
    story.sees("problem", "NOTHING_FOUND", "社区事务受理服务中心")
    story.ends_trouble()
    story.used(PERMIT, "failed", reason="refusal.NOTHING_FOUND", step="form")


# --- pre-review and filing ------------------------------------------------------------------------------------


def test_a_finding_is_mended_and_the_case_accepted(story: Story) -> None:
    story.identifies(PERMIT, "lin-xiaoman")
    story.sees("form")
    story.answers("housing_kind", "relatives")
    story.sees("form")
    story.taps("continue")
    story.sees("check")
    story.taps("confirm")
    story.sees("form", "HOUSING_UNUSUAL", "[change:housing_kind]")
    story.answers("housing_kind", "rented")
    story.takes_paper()
    story.rates_and_goes()
    story.comes_to("filings", "accepted")
    story.used(PERMIT, "done", reviewed="found", accepted_first=False)
    (filing,) = story.at_platform("filings")
    assert filing["values"]["housing_kind"] == "rented"


def test_a_finding_that_cannot_be_mended_here_ends_before_anything_is_filed(story: Story) -> None:
    story.identifies(PERMIT, "ma-lixin")
    story.sees("form")
    story.taps("continue")
    story.sees("check")
    story.taps("confirm")
    story.sees("form", "INSURANCE_SHORT")
    story.ends_trouble("leave")
    story.used(PERMIT, "failed", reason="INSURANCE_SHORT", step="prereview", reviewed="found")
    assert story.rows("filings") == story.at_platform("filings") == []


def test_a_filing_whose_answer_is_lost_is_asked_for_and_not_filed_twice(story: Story) -> None:
    story.platform_fails("/v1/filings", "drop_answer", times=2)
    story.identifies(PERMIT, "lin-xiaoman")
    story.sees("form")
    story.taps("continue")
    story.sees("check")
    story.taps("confirm")
    story.sees("wait", "不会重复提交")
    story.takes_paper()
    story.rates_and_goes()
    story.comes_to("filings", "accepted")
    assert len(story.at_platform("filings")) == 1


def test_a_code_whose_answer_is_lost_is_not_sent_twice(story: Story) -> None:
    """It is good for one use: the citizen shows a fresh one."""
    story.platform_fails("/v1/assurances", "drop_answer")
    story.begins(EXTRACT)
    story.lays_card("wang-yan")
    story.sees("identify", CODE)
    story.shows_code("wang-yan")
    story.sees("problem", "CONNECTION", "[retry]")
    story.taps("retry")
    story.sees("identify", CODE)
    story.shows_code("wang-yan")
    story.sees("consent", "[agree]")
    story.gives_up()
