"""Money: whatever breaks, nobody pays twice, and what was paid for and not delivered goes back."""

from __future__ import annotations

from typing import Any

from tests.journeys.place import until
from tests.journeys.story import EXTRACT, PEOPLE, RECORD, Story


def _to_the_code(story: Story) -> Any:
    story.identifies(EXTRACT, "wang-yan")
    story.chooses_property("wang-yan")
    return story.sees("pay")


def _order_at_platform(story: Story, state: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = until(
        f"the platform's order is {state}",
        lambda: [one for one in story.at_platform("orders") if one["state"] == state],
    )
    (order,) = found
    return order


def test_who_leaves_before_paying_leaves_an_order_that_nobody_can_pay(story: Story) -> None:
    _to_the_code(story)
    story.gives_up("slow")
    (row,) = story.comes_to("orders", "reversed")
    assert _order_at_platform(story, "reversed")["id"] == row["order"]
    story.used(EXTRACT, "gave_up", reason="slow", step="pay")


def test_a_payment_whose_news_is_lost_is_asked_for(story: Story) -> None:
    page = _to_the_code(story)
    story.platform_fails("/v1/orders", "drop_answer", method="GET", times=2)
    story.pays(page)
    story.prints_and_takes()
    story.rates_and_goes()
    story.comes_to("orders", "closed")
    assert [payment["state"] for payment in story.at_platform("payments")] == ["taken"]
    assert len(story.at_platform("orders")) == 1


def test_an_order_whose_opening_is_lost_is_opened_once(story: Story) -> None:
    story.platform_fails("/v1/orders", "drop_answer", method="PUT", times=2)
    page = _to_the_code(story)
    story.pays(page)
    story.prints_and_takes()
    story.rates_and_goes()
    story.comes_to("orders", "closed")
    assert len(story.at_platform("orders")) == 1


def test_paid_and_refused_is_refunded(story: Story) -> None:
    """The identification has run out when the result is asked for: the platform says no, and the money goes back."""
    page = _to_the_code(story)
    story.place.tell_platform("POST", "/clock", seconds=290)  # the order lives 300 s ...
    story.pays(page)
    story.place.tell_platform("POST", "/clock", seconds=1600)  # ... the identification 1800 s
    story.sees("problem", "SUBJECT", "您付的钱会原路退回")
    story.ends_trouble()
    story.comes_to("orders", "refunded")
    _order_at_platform(story, "refunded")
    assert [payment["state"] for payment in story.at_platform("payments")] == ["returned"]
    story.used(EXTRACT, "failed", reason="refusal.SUBJECT", step="fetch")
    assert story.rows("outputs") == []


def test_paid_and_given_up_before_printing_is_refunded_and_the_result_revoked(story: Story) -> None:
    story.pays(_to_the_code(story))
    story.sees("preview")
    story.taps("exit")
    story.sees("choose", "您付的钱会原路退回")
    story.taps("option:other")
    story.lifts_card()
    story.is_over()
    story.comes_to("orders", "refunded")
    assert [notice["revoked"] for notice in story.at_platform("notices")] == [True]


def test_paid_and_half_printed_keeps_the_money_until_staff_have_looked(story: Story) -> None:
    """Some of it may be in the citizen's hand: neither a second print nor a refund without a person."""
    story.pays(_to_the_code(story))
    story.sees("preview")
    story.device("receipt_printer", "fail", mode="paper_out_after", lines=6)
    story.taps("print")
    story.sees("problem", "PAPER_OUT")
    story.ends_trouble()
    story.comes_to("outputs", "unknown")
    (order,) = until("in doubt", lambda: [row for row in story.rows("orders") if row["code"] == "IN_DOUBT"])
    assert order["state"] == "paid"
    assert [payment["state"] for payment in story.at_platform("payments")] == ["taken"]


def test_who_leaves_while_it_prints_has_paid_for_the_paper_that_comes_out(story: Story) -> None:
    """The paper is the evidence: no refund for what was delivered."""
    story.pays(_to_the_code(story))
    story.sees("preview")
    story.device("receipt_printer", "fail", mode="slow_print", ms=50)
    story.taps("print")
    story.sees("wait", "正在打印")
    story.taps("exit")
    story.sees("choose")
    story.taps("option:slow")
    story.lifts_card()
    story.is_over()
    story.comes_to("outputs", "printed")
    story.comes_to("orders", "closed")
    assert [payment["state"] for payment in story.at_platform("payments")] == ["taken"]
    assert len(story.receipts()) == 1


def test_a_code_that_ran_out_can_be_asked_for_again_and_is_paid_once(story: Story) -> None:
    _to_the_code(story)
    story.place.tell_platform("POST", "/clock", seconds=301)
    story.sees("problem", "[retry]")
    story.taps("retry")
    story.pays(story.sees("pay"))
    story.prints_and_takes()
    story.rates_and_goes()
    story.comes_to("orders", "reversed", "closed")
    assert len(story.at_platform("payments")) == 1


# --- kill -9 --------------------------------------------------------------------------------------------------


def test_killed_while_the_code_is_shown_the_order_is_asked_for_and_then_reversed(story: Story) -> None:
    _to_the_code(story)
    story.kiosk_is_killed()
    story.platform_fails("/v1/orders", "status", method="GET", times=0)
    story.platform_fails("/v1/orders", "slow", method="PUT", times=0, seconds=0)
    story.kiosk_starts_again()
    until("two questions without an answer", lambda: story.fault_hits("status", "GET") >= 2)
    assert story.fault_hits("slow", "PUT") == 0, "reversed before anybody knew"
    story.platform_is_well()
    story.comes_to("orders", "reversed")
    _order_at_platform(story, "reversed")
    assert story.at_platform("payments") == []


def test_killed_while_the_code_is_shown_and_paid_meanwhile_the_money_goes_back(story: Story) -> None:
    page = _to_the_code(story)
    story.kiosk_is_killed()
    story.pays(page)
    story.kiosk_starts_again()
    story.comes_to("orders", "refunded")
    assert [payment["state"] for payment in story.at_platform("payments")] == ["returned"]


def test_killed_after_paying_and_before_printing_the_money_goes_back(story: Story) -> None:
    story.pays(_to_the_code(story))
    story.sees("preview")
    story.kiosk_is_killed()
    story.kiosk_starts_again()
    story.comes_to("orders", "refunded")
    assert [payment["state"] for payment in story.at_platform("payments")] == ["returned"]
    assert story.rows("outputs") == []


def test_killed_while_printing_nothing_is_printed_or_refunded_without_a_person(story: Story) -> None:
    """And the next citizen's receipt is theirs alone: what hung in the printer is cut off before."""
    story.pays(_to_the_code(story))
    story.sees("preview")
    story.device("receipt_printer", "fail", mode="slow_print", ms=400)
    story.taps("print")
    until("the first lines", lambda: len(story.device("receipt_printer", "state")["hanging"]) > 5)
    assert story.states("outputs") == ["intended"]
    story.kiosk_is_killed()
    story.device("receipt_printer", "fail", mode="none")
    story.kiosk_starts_again()
    story.comes_to("outputs", "unknown")
    (order,) = until("in doubt", lambda: [row for row in story.rows("orders") if row["code"] == "IN_DOUBT"])
    assert order["state"] == "paid"
    assert [payment["state"] for payment in story.at_platform("payments")] == ["taken"]
    story.lifts_card()
    story.identifies(RECORD, "zhou-guilan")
    story.prints_and_takes()
    story.rates_and_goes()
    paper = "".join(story.receipts()[-1]["text"])
    assert PEOPLE["zhou-guilan"]["card"]["name"] in paper
    assert PEOPLE["wang-yan"]["card"]["number"][-4:] not in paper, "half a receipt of somebody else on the same paper"
