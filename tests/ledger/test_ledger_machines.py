"""The three machines alone: the paths that matter as stories, and any sequence of events against the allowed edges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger import filing, order, output
from kiosk.ledger.filing import Filing
from kiosk.ledger.order import Delivered, Evidence, GivenUp, Order, weigh
from kiosk.ledger.output import Output, Said
from kiosk.ledger.steps import Answered, Call, Due, NoAnswer, Restarted, Step, Tell, backoff
from kiosk.records import (
    FilingAnswer,
    FilingMoved,
    FilingState,
    OrderAnswer,
    OrderMoved,
    OrderState,
    OutputState,
)
from kiosk.secret import Secret

NEW = Order("b-1-1", "item", "1", 2500, b"sealed")
CASE = Filing("b-1-2", "item", "1", "", b"sealed")
SHEET = Output("b-1-3", "item", "1", "digest", "b-1-1", "")


def after(row: Order, *events: order.Event) -> tuple[Order, list[object]]:
    effects: list[object] = []
    for event in events:
        row, some = order.handle(row, event)
        effects += some
    return row, effects


def said(state: str, step: Step = Step.QUERY, qr: str = "") -> Answered[OrderAnswer]:
    return Answered(step, OrderAnswer(state, qr))  # type: ignore[arg-type]


WAITING = said("waiting", Step.OPEN, "sample-qr")


def test_the_ordinary_payment() -> None:
    row, effects = after(NEW, Due(), WAITING, Due(), said("waiting"), said("paid"), Delivered())
    assert row.state is OrderState.CLOSED
    assert row.sealed == b""
    assert effects == [
        Call(Step.OPEN),
        Tell(OrderMoved("b-1-1", OrderState.SENT, "sample-qr")),
        Call(Step.QUERY),
        Tell(OrderMoved("b-1-1", OrderState.PAID)),
        Tell(OrderMoved("b-1-1", OrderState.CLOSED)),
    ]


def test_before_the_platform_is_asked_the_disk_says_that_it_may_have_been() -> None:
    row, _ = after(NEW, Due())
    assert row.state is OrderState.UNKNOWN


def test_an_unclear_answer_is_queried_and_sent_again_only_when_the_platform_never_heard_of_it() -> None:
    row, effects = after(NEW, Due(), NoAnswer(Step.OPEN, "TIMEOUT"), Due())
    assert effects == [Call(Step.OPEN), Tell(OrderMoved("b-1-1", OrderState.UNKNOWN, code="TIMEOUT")), Call(Step.QUERY)]
    row, effects = after(row, said("absent"), Due())
    assert effects == [Call(Step.OPEN)]
    assert row.sealed == b"sealed"


def test_after_a_restart_an_absent_or_unpaid_order_is_reversed_not_sent_again() -> None:
    for answer in ("absent", "waiting"):
        row, _ = after(NEW, Due(), NoAnswer(Step.OPEN, "TIMEOUT"), Restarted(), Due(), said(answer))
        assert row.state is OrderState.REVERSING
        assert row.sealed == b""


def test_a_payment_that_comes_while_reversing_is_refunded_until_the_platform_says_so() -> None:
    row, effects = after(NEW, Due(), WAITING, GivenUp(Evidence.NONE), Due(), said("paid", Step.REVERSE))
    assert effects[-1] == Tell(OrderMoved("b-1-1", OrderState.REFUNDING, code="LATE_PAYMENT"))
    row, _ = after(row, Due(), NoAnswer(Step.REFUND, "TIMEOUT"), Due(), said("refunding", Step.REFUND))
    assert row.state is OrderState.REFUNDING
    assert after(row, said("refunded", Step.REFUND))[0].state is OrderState.REFUNDED


def test_a_reversal_that_lasts_is_told_to_staff_once_and_goes_on() -> None:
    row, _ = after(NEW, GivenUp(Evidence.NONE))
    row, effects = after(row, *[NoAnswer(Step.REVERSE, "SERVER")] * 20)
    assert effects == [Tell(OrderMoved("b-1-1", OrderState.REVERSING, code="STUCK"))]
    assert order.delay(row) is not None


PAID = after(NEW, Due(), WAITING, said("paid"))[0]


@pytest.mark.parametrize(
    ("evidence", "state", "code"),
    [
        (Evidence.DELIVERED, OrderState.CLOSED, ""),
        (Evidence.NONE, OrderState.REFUNDING, "NOT_DELIVERED"),
        (Evidence.DOUBT, OrderState.PAID, "IN_DOUBT"),
        (Evidence.PENDING, OrderState.PAID, ""),
    ],
)
def test_a_paid_order_that_nobody_waits_for_is_settled_by_evidence(
    evidence: Evidence, state: OrderState, code: str
) -> None:
    row, _ = after(PAID, GivenUp(evidence))
    assert (row.state, row.code) == (state, code)
    assert not row.wanted
    assert (order.delay(row) is None) == (state is OrderState.CLOSED or code == "IN_DOUBT")


def test_the_surest_evidence_counts() -> None:
    out, case = OutputState, FilingState
    assert weigh([], []) is Evidence.NONE
    assert weigh([out.RETRACTED], [case.REJECTED]) is Evidence.NONE
    assert weigh([out.RETRACTED, out.UNKNOWN], []) is Evidence.DOUBT
    assert weigh([out.UNKNOWN, out.INTENDED], []) is Evidence.PENDING
    assert weigh([out.UNKNOWN], [case.UNKNOWN]) is Evidence.PENDING
    assert weigh([out.UNKNOWN, out.TAKEN], []) is Evidence.DELIVERED
    assert weigh([out.RETRACTED], [case.ACCEPTED]) is Evidence.DELIVERED


def test_a_filing_is_resent_with_its_payload_and_never_keeps_the_case_number() -> None:
    row, effects = filing.handle(CASE, Due())
    row, _ = filing.handle(row, NoAnswer(Step.OPEN, "TIMEOUT"))
    row, _ = filing.handle(row, Restarted())
    row, _ = filing.handle(row, Answered(Step.QUERY, FilingAnswer("absent")))
    assert filing.handle(row, Due())[1] == effects == (Call(Step.OPEN),)
    row, _ = filing.handle(row, Due())
    row, effects = filing.handle(row, Answered(Step.OPEN, FilingAnswer("accepted", Secret("SAMPLE-1"))))
    assert effects == (Tell(FilingMoved("b-1-2", FilingState.ACCEPTED, Secret("SAMPLE-1"))),)
    assert row.sealed == b""
    assert "SAMPLE-1" not in str([getattr(row, field) for field in row.__struct_fields__])


def test_an_output_that_was_intended_before_a_restart_is_unknown_and_waits_for_staff() -> None:
    row, _ = output.handle(SHEET, Restarted())
    assert (row.state, row.code) == (OutputState.UNKNOWN, "RESTARTED")
    assert output.handle(row, Restarted()) == (row, ())
    assert output.handle(row, Said(OutputState.PRINTED))[0].state is OutputState.PRINTED


def test_a_repeated_record_never_says_intended_again() -> None:
    assert output.standing(SHEET) == ()


ORDER_EVENTS = st.one_of(
    st.just(Due()),
    st.just(Restarted()),
    st.just(Delivered()),
    st.builds(GivenUp, st.sampled_from(Evidence)),
    st.builds(NoAnswer, st.sampled_from(Step), st.just("TIMEOUT")),
    st.builds(
        Answered,
        st.sampled_from(Step),
        st.sampled_from(
            [
                OrderAnswer(state)  # type: ignore[arg-type]
                for state in ("absent", "waiting", "paid", "reversed", "refunding", "refunded", "refused")
            ]
        ),
    ),
)


@given(st.lists(ORDER_EVENTS, max_size=40))
def test_whatever_happens_an_order_keeps_to_its_edges(events: list[order.Event]) -> None:
    row = NEW
    for event in events:
        now, effects = order.handle(row, event)
        assert now.state is row.state or now.state in order.EDGES[row.state]
        assert len([effect for effect in effects if isinstance(effect, Call)]) <= isinstance(event, Due)
        assert now.state not in (OrderState.CREATED,) or now.sealed
        rests = now.state in order.ENDS or (now.state is OrderState.PAID and (now.wanted or now.code == "IN_DOUBT"))
        assert (order.delay(now) is None) == rests
        row = now


FILING_EVENTS = st.one_of(
    st.just(Due()),
    st.just(Restarted()),
    st.builds(NoAnswer, st.sampled_from([Step.OPEN, Step.QUERY]), st.just("TIMEOUT")),
    st.builds(
        Answered,
        st.sampled_from([Step.OPEN, Step.QUERY]),
        st.sampled_from([FilingAnswer(s) for s in ("absent", "pending", "accepted", "rejected")]),  # type: ignore[arg-type]
    ),
)


@given(st.lists(FILING_EVENTS, max_size=40))
def test_whatever_happens_a_filing_keeps_to_its_edges(events: list[filing.Event]) -> None:
    row = CASE
    for event in events:
        if row.state is FilingState.INTENDED and isinstance(event, Answered | NoAnswer):
            continue  # nothing was asked, so nothing answers
        now, _ = filing.handle(row, event)
        assert now.state is row.state or now.state in filing.EDGES[row.state]
        assert (filing.delay(now) is None) == (now.state in filing.ENDS)
        assert bool(now.sealed) == (now.state not in filing.ENDS)
        row = now


@given(st.lists(st.one_of(st.just(Restarted()), st.builds(Said, st.sampled_from(OutputState))), max_size=20))
def test_whatever_is_said_an_output_keeps_to_its_edges(events: list[output.Event]) -> None:
    row = SHEET
    for event in events:
        now, _ = output.handle(row, event)
        assert now.state is row.state or now.state in output.EDGES[row.state]
        row = now


def test_retries_slow_down_to_a_cap_and_terminals_spread() -> None:
    waits = [backoff("b-1-1", attempts, 2.0, 300.0) for attempts in range(60)]
    assert waits == sorted(waits)
    assert 2.0 <= waits[0] <= 2.5
    assert 300.0 <= waits[-1] <= 375.0
    assert len({backoff(f"b-{n}-1", 5, 2.0, 300.0) for n in range(100)}) > 50
