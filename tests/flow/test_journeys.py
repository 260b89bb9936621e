"""Whole visits on the real machines, told as stories. No clock, no wire: those have tests of their own."""

from __future__ import annotations

import pytest

from kiosk import page
from kiosk.devices import CardProblem, Condition, Role, Status, StatusChanged
from kiosk.effects import Ask, Deliver, Keep, Usage, Use, Wipe
from kiosk.events import Chose, PlatformSeen, Recorded, Reported
from kiosk.platform import (
    FetchNotice,
    Finding,
    PreReviewed,
    Refusal,
    SendRating,
    Text,
    Unreachable,
)
from kiosk.records import (
    CancelOrder,
    FilingMoved,
    FilingState,
    OpenFiling,
    OpenOrder,
    OrderMoved,
    OrderState,
    OutputState,
    SettleOrder,
)
from kiosk.secret import Secret
from tests.flow.play import Play

INSURANCE, PERMIT, PROPERTY = "social-insurance-record", "residence-endorsement", "property-register-query"


@pytest.fixture
def play() -> Play:
    return Play().opens()


def begin(play: Play, item: str) -> None:
    play.taps("start", item, "begin")
    play.lays_card()
    play.platform()
    if item == PROPERTY:
        play.shows_code()
        play.platform()
    play.taps("agree")


def to_payment(play: Play, purpose: str = "self") -> None:
    begin(play, PROPERTY)
    play.platform()
    play.taps("change:property", "option:p1.flat", "change:purpose", f"option:{purpose}", "continue", "confirm")


# --- visits that go well ----------------------------------------------------------------------------------------


def test_a_citizen_prints_the_insurance_record_and_leaves_nothing_behind(play: Play) -> None:
    begin(play, INSURANCE)
    play.platform()
    assert isinstance(play.page, page.Preview)
    play.taps("print")
    play.paper(OutputState.PRINTED)
    play.taps("taken", "grade:5")
    assert play.usage().outcome == "done"
    assert play.usage().grade == 5
    assert isinstance(play.last(Ask).question, SendRating)
    play.lifts_card()
    play.taps("finish")
    assert play.wiped()
    assert isinstance(play.page, page.Attract)


def test_the_endorsement_shows_every_value_with_its_source_and_is_filed_once(play: Play) -> None:
    begin(play, PERMIT)
    play.platform()
    assert isinstance(play.page, page.Form)
    assert all(row.source for row in play.page.rows)
    play.taps("continue", "confirm")
    play.platform()
    assert sum(isinstance(kept.record, OpenFiling) for kept in play.kept()) == 1
    play.filed()
    assert "p1.case" in str(list(_revealed(play.last(Deliver))))
    play.paper(OutputState.PRINTED)
    play.taps("taken", "skip")
    assert play.usage().accepted_first
    assert play.usage().reviewed == "passed"
    assert play.usage().fields_prefilled == play.usage().fields_shown


def test_the_register_query_needs_card_and_code_and_is_paid_before_it_is_delivered(play: Play) -> None:
    to_payment(play)
    assert isinstance(play.kept()[-1].record, OpenOrder)
    assert play.kept()[-1].record.amount_fen == 1000
    play.paid()
    fetch = play.last(Ask).question
    assert isinstance(fetch, FetchNotice)
    assert fetch.order == play.order()
    play.platform()
    play.taps("print")
    play.paper(OutputState.PRINTED)
    play.taps("taken", "skip")
    assert play.settled() == [SettleOrder(play.order(), delivered=True)]


def test_what_costs_nothing_asks_for_no_payment(play: Play) -> None:
    to_payment(play, purpose="court")
    assert not play.kept()
    assert isinstance(play.last(Ask).question, FetchNotice)


def test_who_has_lifted_the_card_is_asked_again_before_a_second_item(play: Play) -> None:
    begin(play, INSURANCE)
    play.platform()
    play.taps("print")
    play.paper(OutputState.PRINTED)
    play.taps("taken", "skip")
    play.lifts_card()
    play.taps("another", PERMIT, "begin")
    assert isinstance(play.page, page.Identify)


def test_a_second_item_needs_no_second_card(play: Play) -> None:
    begin(play, INSURANCE)
    play.platform()
    play.taps("print")
    play.paper(OutputState.PRINTED)
    play.taps("taken", "skip", "another", PERMIT, "begin")
    assert isinstance(play.page, page.Consent)


def test_the_language_changes_on_any_page_and_nothing_is_lost(play: Play) -> None:
    begin(play, PERMIT)
    play.platform()
    play.taps("change:phone")
    play.types("phone", "199000")
    play.taps("language")
    assert isinstance(play.page, page.Entry)
    assert play.page.lang == "en"
    assert play.page.value == Secret("199000")


def test_a_wrong_phone_number_is_explained_and_kept(play: Play) -> None:
    begin(play, PERMIT)
    play.platform()
    play.taps("change:phone")
    play.types("phone", "12")
    play.taps("confirm")
    assert isinstance(play.page, page.Entry)
    assert play.page.alert
    assert play.page.value == Secret("12")


def test_an_answer_changed_from_the_check_page_leads_back_there(play: Play) -> None:
    begin(play, PERMIT)
    play.platform()
    play.taps("continue", "change:phone")
    play.types("phone", "19900000009")
    play.taps("confirm")
    assert isinstance(play.page, page.Check)
    case = play.terminal.visit.case  # type: ignore[union-attr]
    assert case and len(case.prefilled) == len(case.asked) - 1


def test_a_finding_of_the_pre_review_leads_to_its_field_and_is_reviewed_again(play: Play) -> None:
    begin(play, PERMIT)
    play.platform()
    play.taps("continue", "confirm")
    play.platform(PreReviewed((Finding("phone", "PHONE", Text("号码停用", "This number is not in use")),)))
    assert isinstance(play.page, page.Form)
    assert play.page.rows[0].problem == "号码停用"
    play.taps("change:phone")
    play.types("phone", "19900000009")
    play.taps("confirm")
    play.platform()
    play.filed()
    assert play.last(Deliver)


def test_search_finds_by_initials_and_by_english(play: Play) -> None:
    play.taps("start", "search")
    play.types("query", "sbjl")
    play.taps("language")
    play.types("query", "insur")
    assert isinstance(play.page, page.Search)
    assert [tile.key for tile in play.page.tiles] == [INSURANCE]


# --- visits that do not -------------------------------------------------------------------------------------------


def test_a_card_pulled_too_early_is_asked_for_again(play: Play) -> None:
    play.taps("start", INSURANCE, "begin")
    play.device(Role.CARD_READER, CardProblem("MOVED"))
    assert isinstance(play.page, page.Identify)
    assert play.page.alert
    play.lays_card()
    play.platform()
    assert isinstance(play.page, page.Consent)


def test_nothing_is_asked_of_the_platform_before_consent(play: Play) -> None:
    play.taps("start", INSURANCE, "begin")
    play.lays_card()
    play.platform()
    asked = [effect for effect in play.effects if isinstance(effect, Ask)]
    play.taps("decline")
    assert len(asked) == 1  # who this is, and nothing else
    assert play.usage().reason == "declined"


def test_a_platform_that_fails_can_be_asked_again(play: Play) -> None:
    begin(play, INSURANCE)
    play.platform(Unreachable("TIMEOUT"))
    assert isinstance(play.page, page.Problem)
    play.taps("retry")
    play.platform()
    assert isinstance(play.page, page.Preview)


def test_a_refusal_ends_with_another_way_and_is_counted(play: Play) -> None:
    begin(play, INSURANCE)
    play.platform(Refusal("NO_RECORD"))
    assert isinstance(play.page, page.Problem)
    assert play.page.hints
    play.taps("finish")
    assert (play.usage().outcome, play.usage().reason) == ("failed", "refusal.NO_RECORD")


def test_leaving_before_paying_reverses_the_order_and_asks_why(play: Play) -> None:
    to_payment(play)
    play.ledger(OrderMoved(play.order(), OrderState.SENT, qr="https://sample.invalid"))
    play.taps("exit", "option:slow")
    assert play.settled() == [CancelOrder(play.order())]
    assert (play.usage().outcome, play.usage().reason, play.usage().step) == ("gave_up", "slow", "pay")


def test_a_payment_that_arrives_while_one_is_asked_why_goes_on(play: Play) -> None:
    to_payment(play)
    play.ledger(OrderMoved(play.order(), OrderState.SENT, qr="https://sample.invalid"))
    play.taps("exit")
    play.ledger(OrderMoved(play.order(), OrderState.PAID))
    assert isinstance(play.last(Ask).question, FetchNotice)


def test_paid_and_not_delivered_is_refunded(play: Play) -> None:
    to_payment(play)
    play.paid()
    play.platform(Unreachable("SERVER"))
    assert any("退" in hint for hint in play.page.hints)  # type: ignore[attr-defined]
    play.taps("finish")
    assert play.settled() == [SettleOrder(play.order(), delivered=False)]


def test_an_expired_payment_code_can_be_made_anew(play: Play) -> None:
    to_payment(play)
    first = play.order()
    play.ledger(OrderMoved(first, OrderState.REVERSED, code="EXPIRED"))
    play.taps("retry")
    assert play.order() != first


def test_a_rejected_case_says_so_and_ends(play: Play) -> None:
    begin(play, PERMIT)
    play.platform()
    play.taps("continue", "confirm")
    play.platform()
    filing = play.kept()[-1].record
    assert isinstance(filing, OpenFiling)
    play.ledger(FilingMoved(filing.filing, FilingState.REJECTED, code="DUPLICATE"))
    assert isinstance(play.page, page.Problem)
    play.taps("finish")
    assert play.usage().outcome == "failed"


def test_paper_that_nobody_can_vouch_for_is_repeated_as_a_copy(play: Play) -> None:
    begin(play, INSURANCE)
    play.platform()
    play.taps("print")
    assert not play.last(Deliver).document.copy
    play.paper(OutputState.UNKNOWN, "PAPER_OUT")
    play.taps("retry")
    assert play.last(Deliver).document.copy


def test_paper_that_surely_did_not_come_is_printed_again_as_itself(play: Play) -> None:
    begin(play, INSURANCE)
    play.platform()
    play.taps("print")
    play.paper(OutputState.RETRACTED, "COVER_OPEN")
    play.taps("retry")
    assert not play.last(Deliver).document.copy


def test_a_lost_reader_is_said_and_comes_back_by_itself(play: Play) -> None:
    play.taps("start", INSURANCE, "begin")
    gone = Status(Condition.NO_DEVICE, ("NO_DEVICE",))
    play.happens(Reported(role=Role.CARD_READER, report=StatusChanged(gone)))
    assert play.page.alert
    play.happens(Reported(role=Role.CARD_READER, report=StatusChanged(Status(Condition.ONLINE))))
    assert play.page.alert is None


def test_a_tile_says_before_the_start_that_its_device_is_missing(play: Play) -> None:
    gone = Status(Condition.USER_ACTION, ("PAPER_OUT",))
    play.happens(Reported(role=Role.RECEIPT_PRINTER, report=StatusChanged(gone)))
    assert isinstance(play.page, page.OutOfService | page.Attract)
    play2 = Play().opens()
    play2.taps("start")
    play2.happens(Reported(role=Role.CODE_SCANNER, report=StatusChanged(gone)))
    assert isinstance(play2.page, page.Home)
    tile = next(tile for tile in play2.page.tiles if tile.key == PROPERTY)
    assert not tile.available
    assert tile.note
    play2.happens(Chose(page=play2.terminal.pages, key=PROPERTY))
    assert isinstance(play2.page, page.Home)


def test_without_the_platform_the_terminal_is_out_of_service_and_comes_back(play: Play) -> None:
    play.happens(PlatformSeen(up=False))
    assert isinstance(play.page, page.OutOfService)
    play.happens(PlatformSeen(up=True))
    assert isinstance(play.page, page.Attract)


# --- time -----------------------------------------------------------------------------------------------------------


def test_someone_who_walks_away_is_warned_and_then_forgotten(play: Play) -> None:
    begin(play, PERMIT)
    play.platform()
    play.waits(60)
    assert isinstance(play.page, page.Timeout)
    assert play.page.seconds == 20
    play.waits(5)
    assert isinstance(play.page, page.Timeout)
    assert play.page.seconds == 15
    play.waits(15)
    assert play.usage().outcome == "timed_out"
    assert isinstance(play.page, page.Take)  # the card still lies there
    play.lifts_card()
    assert play.wiped()


def test_any_touch_during_the_warning_goes_on_where_one_was(play: Play) -> None:
    begin(play, PERMIT)
    play.platform()
    before = play.page
    play.waits(65)
    play.touches()
    assert type(play.page) is type(before)
    assert play.page.title == before.title


def test_the_warning_does_not_swallow_the_trouble_under_it(play: Play) -> None:
    begin(play, INSURANCE)
    play.platform(Unreachable("TIMEOUT"))
    play.waits(61)
    assert isinstance(play.page, page.Timeout)
    play.touches()
    assert isinstance(play.page, page.Problem)


def test_a_platform_that_takes_long_offers_another_way(play: Play) -> None:
    begin(play, INSURANCE)
    play.waits(40)
    assert isinstance(play.page, page.Wait)
    assert play.page.alert
    play.taps("exit")
    assert isinstance(play.page, page.Choose)


def test_a_platform_that_never_answers_does_not_hold_a_place_for_ever(play: Play) -> None:
    begin(play, PERMIT)
    play.platform()
    play.taps("continue", "confirm")
    play.platform()
    play.lifts_card()
    play.waits(86_400)
    assert play.usage().outcome == "timed_out"
    assert play.wiped()
    play.filed()
    assert not any(isinstance(effect, Deliver) for effect in play.effects)  # nobody is there to take the slip


def test_idle_terminals_want_no_tick(play: Play) -> None:
    from kiosk.flow import terminal

    assert terminal.deadline(play.terminal) is None


def test_who_was_served_and_walks_away_is_counted_as_done(play: Play) -> None:
    begin(play, INSURANCE)
    play.platform()
    play.taps("print")
    play.paper(OutputState.PRINTED)
    play.waits(200)
    assert play.usage().outcome == "done"


# --- order ----------------------------------------------------------------------------------------------------------


def test_a_tap_meant_for_an_older_page_does_nothing(play: Play) -> None:
    play.taps("start")
    old = play.terminal.pages
    play.taps(INSURANCE)
    play.happens(Chose(page=old, key="begin"))
    assert not [effect for effect in play.effects if isinstance(effect, Use)]


def test_an_answer_that_comes_after_its_visit_is_dropped(play: Play) -> None:
    begin(play, INSURANCE)
    late = play.last(Ask)
    play.taps("exit", "option:slow")
    play.lifts_card()
    assert play.last(Wipe)
    count = len(play.effects)
    from kiosk.events import Answered

    play.happens(Answered(ref=late.ref, answer=Unreachable("TIMEOUT")))
    assert len(play.effects) == count
    assert play.dropped


def test_usage_names_the_step_and_never_a_person(play: Play) -> None:
    begin(play, PERMIT)
    play.platform()
    play.taps("exit", "option:documents")
    usage = play.last(Usage)
    assert usage.step == "form"
    assert "p1." not in repr(usage)


def _revealed(deliver: Deliver) -> tuple[str, ...]:
    from kiosk.document import text_of

    return text_of(deliver.document)


# --- what a review found, told as stories -----------------------------------------------------------------------------


def test_a_doubt_outlasts_a_pulled_cable_the_repeat_is_still_marked_as_a_copy(play: Play) -> None:
    begin(play, INSURANCE)
    play.platform()
    play.taps("print")
    play.paper(OutputState.UNKNOWN, "NO_ANSWER")
    gone = Status(Condition.NO_DEVICE, ("NO_DEVICE",))
    play.happens(Reported(role=Role.RECEIPT_PRINTER, report=StatusChanged(gone)))
    play.taps("retry")
    play.happens(Reported(role=Role.RECEIPT_PRINTER, report=StatusChanged(Status(Condition.ONLINE))))
    play.taps("retry")
    assert play.last(Deliver).document.copy


def test_paid_and_in_doubt_promises_a_look_by_staff_and_no_refund_by_machine(play: Play) -> None:
    to_payment(play)
    play.paid()
    play.platform()
    play.taps("print")
    play.paper(OutputState.UNKNOWN, "PAPER_OUT")
    assert isinstance(play.page, page.Problem)
    assert "不确定" in play.page.title
    assert any("核实" in hint for hint in play.page.hints)
    assert not any("原路" in hint or "退还" in hint for hint in play.page.hints)


@pytest.mark.parametrize("state", [OrderState.REVERSING, OrderState.REFUNDING])
def test_nothing_was_charged_is_said_only_when_it_is_sure(play: Play, state: OrderState) -> None:
    to_payment(play)
    play.ledger(OrderMoved(play.order(), state, code="LATE_PAYMENT"))
    assert play.page.alert
    assert "没有扣款" not in play.page.alert.text
    play.taps("retry")
    play.ledger(OrderMoved(play.order(), OrderState.REVERSED))
    assert play.page.alert
    assert "没有扣款" in play.page.alert.text


def test_news_of_an_order_that_was_given_up_does_not_disturb_the_new_one(play: Play) -> None:
    to_payment(play)
    old = play.last(Keep)
    first = play.order()
    play.ledger(OrderMoved(first, OrderState.REVERSING))
    play.taps("retry")
    play.ledger(OrderMoved(play.order(), OrderState.SENT, qr="https://sample.invalid"))
    play.happens(Recorded(ref=old.ref, moved=OrderMoved(first, OrderState.REVERSED)))
    assert isinstance(play.page, page.Pay)


def test_the_payment_page_counts_down_and_a_last_second_payment_goes_on(play: Play) -> None:
    to_payment(play)
    play.ledger(OrderMoved(play.order(), OrderState.SENT, qr="https://sample.invalid"))
    play.waits(62)
    assert isinstance(play.page, page.Pay)
    assert "3:58" in play.page.remaining
    play.waits(240)
    assert isinstance(play.page, page.Timeout)  # nobody paid in time: is anybody there?
    play.ledger(OrderMoved(play.order(), OrderState.PAID))
    assert isinstance(play.last(Ask).question, FetchNotice)


def test_a_refusal_says_why_in_its_own_words(play: Play) -> None:
    play.taps("start", INSURANCE, "begin")
    play.lays_card()
    play.platform(Refusal("CARD_EXPIRED"))
    assert play.page.alert
    assert play.page.alert.text == "证件过期了，请换有效证件"
