"""Payment orders: opened, paid by a phone, reversed, refunded. Every call may come twice, late or out of order."""

from __future__ import annotations

import secrets

from msgspec.structs import replace

from kiosk.gateway.sandbox import services
from kiosk.gateway.sandbox.core import Core, Refused, fingerprint
from kiosk.gateway.sandbox.store import Order, Payment
from kiosk.gateway.wire import OrderAnswer, OrderRequest, RefusalCode


def open_order(core: Core, terminal: str, id: str, request: OrderRequest, sealed: bytes) -> OrderAnswer:
    content = fingerprint(request.item, request.version, request.amount_fen, request.sealed)
    known = _find(core, terminal, id)
    if known is not None:
        if known.content not in ("", content):
            raise Refused(RefusalCode.ORDER_CONFLICT)
        return _answer(core, known)
    subject, values = core.unseal(sealed, id)
    service = services.allowed(request.item, subject)
    service.check(core.people[subject.person], values)
    if service.fee_fen(values) != request.amount_fen:
        raise Refused(RefusalCode.ORDER_AMOUNT)
    order = Order(
        id=id,
        terminal=terminal,
        state="waiting",
        content=content,
        item=request.item,
        version=request.version,
        amount_fen=request.amount_fen,
        person=subject.person,
        values=values,
        pay_token=secrets.token_urlsafe(16),
        expires=core.clock.now() + core.settings.order_seconds,
    )
    core.store.orders.put(id, order, order.pay_token)
    return _answer(core, order)


def query(core: Core, terminal: str, id: str) -> OrderAnswer:
    order = _find(core, terminal, id)
    return OrderAnswer("absent") if order is None else _answer(core, order)


def reverse(core: Core, terminal: str, id: str) -> OrderAnswer:
    """Close it unless it is paid. An id never heard of is closed too: its opening may still be on the way."""
    order = _find(core, terminal, id) or Order(id, terminal, "waiting")
    if order.state == "waiting":
        order = replace(order, state="reversed")
        core.store.orders.put(id, order)
    return _answer(core, order)


def refund(core: Core, terminal: str, id: str, refund: str) -> OrderAnswer:
    """Give a paid order's money back, once, whatever number the second call carries."""
    order = _find(core, terminal, id)
    if order is None:
        return OrderAnswer("absent")
    if order.state == "paid":
        with core.store.whole():
            order = _give_back(core, order, refund)
            for payment in core.store.payments.by(id):
                if payment.state == "taken":
                    core.store.payments.put(payment.id, replace(payment, state="returned"))
            for notice in core.store.notices.by(f"order {id}"):
                core.store.notices.put(notice.number, replace(notice, revoked=True))
    return _answer(core, order)


def pay(core: Core, pay_token: str, payment: str) -> Payment | None:
    """The payment channel says that a phone paid. The same payment told twice is one; None: no such order.

    A payment that comes after the reversal or the expiry, or is the second for one order, goes back.
    """
    known = core.store.payments.get(payment)
    if known is not None:
        core.store.payments.put(payment, replace(known, notifications=known.notifications + 1))
        return core.store.payments.get(payment)
    order = find_by_token(core, pay_token)
    if order is None:
        return None
    with core.store.whole():
        made = Payment(payment, order.id, order.amount_fen, "taken" if order.state == "waiting" else "returned")
        core.store.payments.put(payment, made, order.id)
        if order.state == "waiting":
            core.store.orders.put(order.id, replace(order, state="paid"))
        elif order.state == "reversed":
            _give_back(core, order, f"late-{payment}")
    return made


def find_by_token(core: Core, pay_token: str) -> Order | None:
    return _aged(core, next(iter(core.store.orders.by(pay_token)), None))


def aged(core: Core) -> list[Order]:
    """Every order as it stands now."""
    return [order for row in core.store.orders.all() if (order := _aged(core, row)) is not None]


def paid_order(core: Core, id: str, person: str, item: str) -> Order:
    """The paid order of this person for this item. Refused ORDER_UNKNOWN or ORDER_UNPAID."""
    order = _aged(core, core.store.orders.get(id))
    if order is None or order.person != person or order.item != item:
        raise Refused(RefusalCode.ORDER_UNKNOWN)
    if order.state != "paid":
        raise Refused(RefusalCode.ORDER_UNPAID)
    return order


def _find(core: Core, terminal: str, id: str) -> Order | None:
    order = _aged(core, core.store.orders.get(id))
    if order is not None and order.terminal != terminal:
        raise Refused(RefusalCode.TERMINAL)
    return order


def _aged(core: Core, order: Order | None) -> Order | None:
    """What the clock has done to it: expired unpaid, or refunded."""
    if order is None:
        return None
    older = order
    if order.state == "waiting" and core.clock.now() >= order.expires:
        older = replace(order, state="reversed")
    elif order.state == "refunding" and core.clock.now() >= order.refunded_at:
        older = replace(order, state="refunded")
    if older is not order:
        core.store.orders.put(order.id, older)
    return older


def _give_back(core: Core, order: Order, refund: str) -> Order:
    refunded_at = core.clock.now() + core.settings.refund_seconds
    order = replace(order, state="refunding", refund=refund, refunded_at=refunded_at)
    core.store.orders.put(order.id, order)
    return order


def _answer(core: Core, order: Order) -> OrderAnswer:
    waiting = order.state == "waiting"
    return OrderAnswer(order.state, f"{core.settings.phone_url}/phone/pay?order={order.pay_token}" if waiting else "")
