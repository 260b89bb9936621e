"""The three items, from the first touch to the last page, each as a citizen lives it."""

from __future__ import annotations

import pytest

from tests.journeys.story import EXTRACT, PEOPLE, PERMIT, RECORD, Story


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_record_of_ones_insurance_is_printed(story: Story, lang: str) -> None:
    story.identifies(RECORD, "lin-xiaoman", lang)
    story.prints_and_takes()
    story.rates_and_goes()
    story.comes_to("outputs", "printed")
    assert story.states("orders") == story.states("filings") == []
    story.used(RECORD, "done", grade=5, lang=lang, step="rate")
    (notice,) = story.at_platform("notices")
    (receipt,) = story.receipts()
    paper = "".join(receipt["text"]).replace(" ", "")
    assert PEOPLE["lin-xiaoman"]["card"]["name"] in paper
    assert notice["number"] in paper
    (rating,) = story.at_platform("ratings")
    assert (rating["number"], rating["grade"]) == (notice["number"], 5)


def test_a_permit_is_endorsed(story: Story) -> None:
    story.identifies(PERMIT, "lin-xiaoman")
    story.sees("form")
    story.taps("continue")
    story.sees("check")
    story.taps("confirm")
    story.takes_paper()
    story.rates_and_goes()
    story.comes_to("filings", "accepted")
    story.comes_to("outputs", "printed")
    usage = story.used(PERMIT, "done", reviewed="passed", accepted_first=True)
    assert usage.fields_prefilled == usage.fields_shown == 8
    (filing,) = story.at_platform("filings")
    (receipt,) = story.receipts()
    assert filing["state"] == "accepted"
    assert filing["number"] in "".join(receipt["text"])


def test_an_extract_is_paid_for_and_printed(story: Story) -> None:
    story.identifies(EXTRACT, "wang-yan")
    story.chooses_property("wang-yan")
    story.pays(story.sees("pay"))
    story.prints_and_takes()
    story.rates_and_goes()
    (order,) = story.comes_to("orders", "closed")
    (output,) = story.comes_to("outputs", "printed")
    assert output["order"] == order["order"]
    assert order["sealed"] == "<0 bytes>"
    story.used(EXTRACT, "done", grade=5)
    (payment,) = story.at_platform("payments")
    assert (payment["order"], payment["state"], payment["amount_fen"]) == (order["order"], "taken", 1000)


def test_for_a_court_case_the_extract_is_free(story: Story) -> None:
    story.identifies(EXTRACT, "zhou-guilan")
    story.chooses_property("zhou-guilan", "court")
    story.prints_and_takes()
    story.rates_and_goes()
    story.comes_to("outputs", "printed")
    assert story.rows("orders") == story.at_platform("orders") == story.at_platform("payments") == []


def test_two_items_with_one_card(story: Story) -> None:
    """The second one asks for no card: the person is known until they go."""
    story.identifies(RECORD, "lin-xiaoman")
    story.prints_and_takes()
    story.sees("rate")
    story.taps("skip")
    story.sees("done", "[another]")
    story.taps("another")
    story.sees("home")
    story.taps(PERMIT)
    story.sees("consent", "[begin]")
    story.taps("begin")
    story.sees("consent", "[agree]")
    story.taps("agree")
    story.sees("form")
    story.gives_up("documents")
    first, second = story.usage(2)
    assert (first.item, first.outcome, second.item, second.outcome) == (RECORD, "done", PERMIT, "gave_up")
    assert second.reason == "documents"
