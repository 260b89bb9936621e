"""Nobody pays twice and nothing paid is lost: orders, phones, reversals and refunds in every order of arrival."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kiosk import platform
from kiosk.gateway import wire
from kiosk.gateway.sandbox import identity, orders, people
from kiosk.gateway.sandbox.core import Core, Refused, Settings
from kiosk.gateway.sandbox.services import property_register
from kiosk.gateway.sandbox.store import Payment, Store
from kiosk.platform import Refusal, Unreachable
from kiosk.records import OrderAnswer
from kiosk.secret import Secret

ITEM = "property-register-query"
PEOPLE = people.load()


def own(person: str) -> dict[str, str]:
    return {"property": property_register.handle(PEOPLE[person].properties[0]), "purpose": "school"}


def opened(sandbox: Any, client: Any, person: str = "wang-yan") -> tuple[str, Secret, OrderAnswer, bytes]:
    order = sandbox.new_id()
    subject = sandbox.identify(client, person, with_code=True)
    sealed = sandbox.sealed(order, subject, own(person))
    answer = client.open_order(order, ITEM, "1", 1000, sealed)
    assert answer.state == "waiting"
    return order, subject, answer, sealed


def test_pay_then_fetch_the_result(sandbox: Any) -> None:
    client = sandbox.client()
    order, subject, answer, _ = opened(sandbox, client)
    assert client.ask(platform.FetchNotice(subject, ITEM, (), order=order)) == Refusal("ORDER_UNPAID")
    assert sandbox.pay(answer.qr) == "taken"
    assert client.query_order(order).state == "paid"
    notice = client.ask(platform.FetchNotice(subject, ITEM, (), order=order)).notice
    later = sandbox.identify(client, "wang-yan", with_code=True)
    assert client.ask(platform.FetchNotice(later, ITEM, (), order=order)).notice == notice
    other = sandbox.identify(client, "zhou-guilan", with_code=True)
    assert client.ask(platform.FetchNotice(other, ITEM, (), order=order)) == Refusal("ORDER_UNKNOWN")


def test_who_does_not_pay_gets_nothing_unless_it_is_free(sandbox: Any, form: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "wang-yan", with_code=True)
    asked = own("wang-yan")
    assert client.ask(platform.FetchNotice(subject, ITEM, form(asked))) == Refusal("ORDER_UNPAID")
    free = client.ask(platform.FetchNotice(subject, ITEM, form({**asked, "purpose": "court"})))
    assert isinstance(free, platform.Fetched)


@pytest.mark.parametrize("mode", ["drop_answer", "duplicate", "break_contract"])
def test_an_order_whose_answer_was_lost_is_one_order(sandbox: Any, mode: str) -> None:
    client, order = sandbox.client(), sandbox.new_id()
    subject = sandbox.identify(client, "wang-yan", with_code=True)
    sealed = sandbox.sealed(order, subject, own("wang-yan"))
    sandbox.fault(mode, "/v1/orders", times=2)  # also the one immediate retry of a kept connection
    client.open_order(order, ITEM, "1", 1000, sealed)
    sandbox.robot("DELETE", "/faults")
    assert client.open_order(order, ITEM, "1", 1000, sealed) == client.query_order(order)
    assert sandbox.row("orders", order)["state"] == "waiting"


def test_the_same_id_for_something_else_is_no_answer_about_the_first(sandbox: Any) -> None:
    client = sandbox.client()
    order, subject, _, _ = opened(sandbox, client)
    changed = sandbox.sealed(order, subject, {**own("wang-yan"), "purpose": "bank"})
    assert client.open_order(order, ITEM, "1", 1000, changed) == Unreachable("CONTRACT")
    assert client.query_order(order).state == "waiting"


@pytest.mark.parametrize(("amount", "item"), [(999, ITEM), (1, ITEM), (1000, "social-insurance-record")])
def test_the_platform_checks_the_amount_itself(sandbox: Any, amount: int, item: str) -> None:
    client, order = sandbox.client(), sandbox.new_id()
    subject = sandbox.identify(client, "wang-yan", with_code=True)
    answer = client.open_order(order, item, "1", amount, sandbox.sealed(order, subject, own("wang-yan")))
    assert answer == OrderAnswer("refused", code="ORDER_AMOUNT")
    assert client.query_order(order) == OrderAnswer("absent")


def test_nobody_asks_about_a_property_of_others(sandbox: Any) -> None:
    client, order = sandbox.client(), sandbox.new_id()
    subject = sandbox.identify(client, "wang-yan", with_code=True)
    answer = client.open_order(order, ITEM, "1", 1000, sandbox.sealed(order, subject, own("zhou-guilan")))
    assert answer == OrderAnswer("refused", code="VALUES")


def test_another_terminal_learns_nothing_of_an_order(sandbox: Any) -> None:
    order, _, _, _ = opened(sandbox, sandbox.client())
    other = sandbox.client("kiosk-000002")
    for answer in (other.query_order(order), other.reverse_order(order), other.refund_order(order, "r")):
        assert answer == Unreachable("CONTRACT")


def test_a_payment_told_twice_is_one_and_a_second_phone_gets_its_money_back(sandbox: Any) -> None:
    client = sandbox.client()
    order, _, answer, _ = opened(sandbox, client)
    assert sandbox.pay(answer.qr, payment=f"{order}-a", times=3) == "taken"
    assert sandbox.pay(answer.qr, payment=f"{order}-b") == "returned"
    assert sandbox.row("payments", f"{order}-a")["notifications"] == 3
    assert client.query_order(order).state == "paid"


def test_a_payment_after_the_reversal_goes_back(sandbox: Any) -> None:
    client = sandbox.client()
    order, _, answer, _ = opened(sandbox, client)
    assert client.reverse_order(order).state == "reversed"
    assert client.reverse_order(order).state == "reversed"
    assert sandbox.pay(answer.qr) == "returned"
    assert client.query_order(order).state == "refunding"
    sandbox.advance(6)
    assert client.query_order(order).state == "refunded"


def test_a_reversal_after_the_payment_says_paid_and_the_refund_is_one(sandbox: Any) -> None:
    client = sandbox.client()
    order, subject, answer, _ = opened(sandbox, client)
    sandbox.pay(answer.qr)
    number = client.ask(platform.FetchNotice(subject, ITEM, (), order=order)).notice.number.reveal()
    assert client.reverse_order(order).state == "paid"
    assert client.refund_order(order, f"{order}-refund").state == "refunding"
    assert client.refund_order(order, "another").state == "refunding"
    sandbox.advance(6)
    assert client.refund_order(order, f"{order}-refund").state == "refunded"
    assert sandbox.row("orders", order)["refund"] == f"{order}-refund"
    assert sandbox.row("notices", number)["revoked"]
    assert client.ask(platform.FetchNotice(subject, ITEM, (), order=order)) == Refusal("ORDER_UNPAID")


def test_a_reversal_that_overtakes_the_opening_keeps_it_closed(sandbox: Any) -> None:
    client, order = sandbox.client(), sandbox.new_id()
    subject = sandbox.identify(client, "wang-yan", with_code=True)
    assert client.reverse_order(order) == OrderAnswer("reversed")
    late = client.open_order(order, ITEM, "1", 1000, sandbox.sealed(order, subject, own("wang-yan")))
    assert late == OrderAnswer("reversed")


def test_an_unpaid_order_expires(sandbox: Any) -> None:
    client = sandbox.client()
    order, _, answer, _ = opened(sandbox, client)
    sandbox.advance(301)
    assert client.query_order(order) == OrderAnswer("reversed")
    assert sandbox.pay(answer.qr) == "returned"


def test_a_delayed_opening_is_taken_after_the_visit_is_over(sandbox: Any) -> None:
    client, order = sandbox.client(), sandbox.new_id()
    subject = sandbox.identify(client, "wang-yan", with_code=True)
    sandbox.advance(3600)
    sealed = sandbox.sealed(order, subject, own("wang-yan"))
    assert client.open_order(order, ITEM, "1", 1000, sealed).state == "waiting"


def test_a_platform_that_is_killed_remembers_the_money(start_sandbox: Any, tmp_path: Path) -> None:
    first = start_sandbox(tmp_path)
    client = first.client()
    order, _, answer, _ = opened(first, client)
    first.pay(answer.qr)
    first.close()
    second = start_sandbox(tmp_path)
    assert second.client().query_order(order) == OrderAnswer("paid")


# --- every interleaving, in this process --------------------------------------------------------------------

STEPS = ("open", "pay a", "pay a", "pay b", "reverse", "refund x", "refund y", "wait 3", "wait 400", "stranger")


class Desk:
    """One order of one citizen, without a network in between."""

    def __init__(self) -> None:
        self.core = Core(PEOPLE, Store(Path(":memory:")), b"", Settings(phone_url="http://phone"))
        card = PEOPLE["wang-yan"].card
        asked = wire.IdentifyRequest(card.kind, card.number, card.name, "", card.valid_to)
        token = identity.identify(self.core, asked).subject
        code = identity.issue_code(self.core, PEOPLE["wang-yan"]).code
        identity.add_code(self.core, wire.AddCodeRequest(token, code))
        subject = self.core.subject(token)
        values = tuple(wire.FormValue(field, value, "typed") for field, value in own("wang-yan").items())
        self.core.unseal = lambda _sealed, _row: (subject, values)  # type: ignore[method-assign, assignment]

    def step(self, what: str) -> None:
        verb, _, which = what.partition(" ")
        match verb:
            case "open":
                orders.open_order(self.core, "kiosk", "one", wire.OrderRequest(ITEM, "1", 1000, "c2VhbGVk"), b"")
            case "pay":
                row = self.core.store.orders.get("one")
                if row is not None and row.pay_token:
                    orders.pay(self.core, row.pay_token, which)
            case "reverse":
                orders.reverse(self.core, "kiosk", "one")
            case "refund":
                orders.refund(self.core, "kiosk", "one", which)
            case "wait":
                self.core.clock.ahead += int(which)
            case "stranger":
                if self.core.store.orders.get("one") is not None:
                    with pytest.raises(Refused):
                        orders.query(self.core, "stranger", "one")

    def check(self, before: str) -> str:
        """The order's state; the money must be where it says, and an end must be an end."""
        state = orders.query(self.core, "kiosk", "one").state
        payments = self.core.store.payments.all()
        taken = [payment for payment in payments if payment.state == "taken"]
        assert len(taken) == (1 if state == "paid" else 0), state
        assert payments or state not in ("refunding", "refunded")
        assert before != "refunded" or state == "refunded"
        return state


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(st.sampled_from(STEPS), max_size=12))
def test_in_every_interleaving_the_money_is_where_the_order_says(steps: list[str]) -> None:
    desk, state = Desk(), "absent"
    for step in steps:
        desk.step(step)
        state = desk.check(state)


def test_a_platform_that_keeps_late_payments_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: every payment is taken, whatever the order's state."""

    def greedy(core: Core, pay_token: str, payment: str) -> None:
        order = orders.find_by_token(core, pay_token)
        assert order is not None
        core.store.payments.put(payment, Payment(payment, order.id, order.amount_fen, "taken"))
        core.store.orders.put(order.id, replace(order, state="paid"))

    monkeypatch.setattr(orders, "pay", greedy)
    with pytest.raises(AssertionError):
        test_in_every_interleaving_the_money_is_where_the_order_says()
