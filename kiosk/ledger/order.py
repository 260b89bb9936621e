"""Order (缴费订单): one charge. EVERY state change of an order is in this file and nowhere else.

    created -> unknown (asked to open, no answer yet) -> sent -> paid -> closed
    created, sent, unknown -> reversing -> reversed          given up, expired, or the terminal restarted
    reversing, unknown, paid -> refunding -> refunded        paid too late, or paid and not delivered

A paid order that nobody waits for any more is settled by evidence: what the ledger's own outputs and filings say.
Evidence in doubt keeps the money where it is and calls staff (code IN_DOUBT): no refund, no second print.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from kiosk.ledger.steps import STUCK_AFTER, Answered, Call, Due, Effect, NoAnswer, Restarted, Step, Tell, backoff
from kiosk.records import FilingState, OrderAnswer, OrderMoved, OrderState, OutputState

UNPAID = frozenset({OrderState.CREATED, OrderState.SENT, OrderState.UNKNOWN})
ENDS = frozenset({OrderState.REVERSED, OrderState.REFUNDED, OrderState.CLOSED})

EDGES: dict[OrderState, frozenset[OrderState]] = {
    OrderState.CREATED: frozenset({OrderState.UNKNOWN, OrderState.REVERSING}),
    OrderState.UNKNOWN: frozenset(set(OrderState) - {OrderState.UNKNOWN, OrderState.CLOSED}),
    OrderState.SENT: frozenset(set(OrderState) - {OrderState.SENT, OrderState.CREATED, OrderState.CLOSED}),
    OrderState.PAID: frozenset({OrderState.CLOSED, OrderState.REFUNDING}),
    OrderState.REVERSING: frozenset({OrderState.REVERSED, OrderState.REFUNDING, OrderState.REFUNDED}),
    OrderState.REFUNDING: frozenset({OrderState.REFUNDED}),
    OrderState.REVERSED: frozenset(),
    OrderState.REFUNDED: frozenset(),
    OrderState.CLOSED: frozenset(),
}


class Order(Struct, frozen=True):
    """One row. `sealed` is kept until the platform has acknowledged the order. `wanted`: a visit waits for it."""

    order: str
    item: str
    version: str
    amount_fen: int
    sealed: bytes
    state: OrderState = OrderState.CREATED
    wanted: bool = True
    attempts: int = 0
    code: str = ""


class Evidence(enum.Enum):
    """What the ledger itself knows of a paid order's delivery."""

    DELIVERED = "delivered"  # paper came out, or the case it paid for was accepted
    DOUBT = "doubt"  # some of it may be on paper: staff decide
    PENDING = "pending"  # paper or case still on its way: wait
    NONE = "none"


class GivenUp(Struct, frozen=True):
    """Nobody waits for this order any more: cancelled, expired, or the visit ended without delivery."""

    evidence: Evidence
    code: str = ""


class Delivered(Struct, frozen=True):
    """The visit says that the citizen has what was paid for."""


Event = Due | Answered[OrderAnswer] | NoAnswer | Restarted | GivenUp | Delivered
Outcome = tuple[Order, tuple[Effect, ...]]


def weigh(outputs: Iterable[OutputState], filings: Iterable[FilingState]) -> Evidence:
    """The evidence of an order's own outputs and filings; the surest one counts."""
    paper, cases = set(outputs), set(filings)
    if paper & {OutputState.PRINTED, OutputState.TAKEN} or FilingState.ACCEPTED in cases:
        return Evidence.DELIVERED
    if OutputState.INTENDED in paper or cases - {FilingState.ACCEPTED, FilingState.REJECTED}:
        return Evidence.PENDING
    return Evidence.DOUBT if OutputState.UNKNOWN in paper else Evidence.NONE


def opened(row: Order) -> Outcome:
    """A new row, not sent yet."""
    return row, (_tell(row),)


def standing(row: Order) -> tuple[Effect, ...]:
    """The row as it stands, for a record that came twice and for staff after a restart."""
    return (_tell(row),)


def handle(row: Order, event: Event) -> Outcome:
    match event:
        case Due():
            return _due(row)
        case Answered(step=step, answer=answer):
            return _answered(row, step, answer)
        case NoAnswer(code=code):
            return _unclear(row, code)
        case GivenUp(evidence=evidence, code=code):
            return _given_up(row, evidence, code)
        case Delivered():
            return _move(row, OrderState.CLOSED) if row.state is OrderState.PAID else _given_up(row, Evidence.NONE)
        case Restarted():
            return _restarted(row)


def delay(row: Order) -> float | None:
    """Seconds until the next Due; None: nothing to do until something happens to it."""
    match row.state:
        case OrderState.CREATED:
            return 0.0
        case OrderState.SENT:  # practice of the payment channels: every 2 s for half a minute, then every 5 s
            return 2.0 if row.attempts < 15 else 5.0
        case OrderState.UNKNOWN:
            return 0.0 if row.attempts == 0 else backoff(row.order, row.attempts - 1, 1.0, 30.0)
        case OrderState.REVERSING | OrderState.REFUNDING:
            return 0.0 if row.attempts == 0 else backoff(row.order, row.attempts - 1, 2.0, 300.0)
        case OrderState.PAID if not row.wanted and row.code != IN_DOUBT:
            return 60.0
    return None


def refund_id(order: str) -> str:
    """The refund's own idempotency key: one refund an order, for ever the same."""
    return f"{order}-refund"


IN_DOUBT = "IN_DOUBT"
_CALLS = {
    OrderState.SENT: Step.QUERY,
    OrderState.UNKNOWN: Step.QUERY,
    OrderState.REVERSING: Step.REVERSE,
    OrderState.REFUNDING: Step.REFUND,
}


def _due(row: Order) -> Outcome:
    if row.state is OrderState.CREATED:  # from here on it may have arrived: the disk says so before the call does
        return _replace(row, state=OrderState.UNKNOWN), (Call(Step.OPEN),)
    step = _CALLS.get(row.state)
    return row, () if step is None else (Call(step),)


def _answered(row: Order, step: Step, answer: OrderAnswer) -> Outcome:
    match row.state:
        case OrderState.UNKNOWN | OrderState.SENT:
            return _answered_unpaid(row, step, answer)
        case OrderState.REVERSING:
            return _answered_reversing(row, answer)
        case OrderState.REFUNDING:
            if answer.state in ("refunded", "reversed"):
                return _move(row, OrderState.REFUNDED)
            return _unclear(row, answer.code)
    return row, ()


def _answered_unpaid(row: Order, step: Step, answer: OrderAnswer) -> Outcome:
    match answer.state:
        case "absent" if step is Step.OPEN:
            return _unclear(row, "CONTRACT")
        case "absent" if row.wanted and row.sealed:
            return _replace(row, state=OrderState.CREATED), ()  # it never arrived: the same id may go out again
        case "absent":
            return _move(row, OrderState.REVERSING, "ABSENT")
        case "waiting" if not row.wanted:
            return _move(row, OrderState.REVERSING)
        case "waiting" if row.state is OrderState.SENT:
            return _replace(row, attempts=row.attempts + 1), ()
        case "waiting":
            return _move(row, OrderState.SENT, qr=answer.qr)
        case "paid":
            return _move(row, OrderState.PAID) if row.wanted else _move(row, OrderState.REFUNDING, "RESTARTED")
        case "reversed" | "refused":
            return _move(row, OrderState.REVERSED, answer.code)
        case "refunding":
            return _move(row, OrderState.REFUNDING)
        case "refunded":
            return _move(row, OrderState.REFUNDED)


def _answered_reversing(row: Order, answer: OrderAnswer) -> Outcome:
    match answer.state:
        case "reversed" | "refused" | "absent":
            return _move(row, OrderState.REVERSED, row.code)
        case "paid":
            return _move(row, OrderState.REFUNDING, "LATE_PAYMENT")
        case "refunding":
            return _move(row, OrderState.REFUNDING)
        case "refunded":
            return _move(row, OrderState.REFUNDED)
        case "waiting":  # not accepted yet
            return _unclear(row, answer.code)


def _unclear(row: Order, code: str) -> Outcome:
    """No usable answer, or "not yet": try again later, and tell staff when it lasts."""
    if row.state is OrderState.SENT:
        return _move(row, OrderState.UNKNOWN, code, attempts=1)
    now = _replace(row, attempts=row.attempts + 1)
    if row.state is OrderState.UNKNOWN and row.attempts == 0:
        return now, (_tell(now, code=code),)
    stuck = now.attempts == STUCK_AFTER and row.state is not OrderState.UNKNOWN
    return now, (_tell(now, code="STUCK"),) if stuck else ()


def _given_up(row: Order, evidence: Evidence, code: str = "") -> Outcome:
    if row.state in UNPAID:
        return _move(row, OrderState.REVERSING, code)
    if row.state is not OrderState.PAID:
        return row, ()
    match evidence:
        case Evidence.DELIVERED:
            return _move(row, OrderState.CLOSED)
        case Evidence.NONE:
            return _move(row, OrderState.REFUNDING, "NOT_DELIVERED")
        case Evidence.DOUBT if row.code != IN_DOUBT:
            return _move(row, OrderState.PAID, IN_DOUBT)
        case Evidence.DOUBT:
            return row, ()
        case Evidence.PENDING:
            return _replace(row, wanted=False, code=""), ()


def _restarted(row: Order) -> Outcome:
    """A paid order is not settled here: the clerk weighs the evidence and says GivenUp."""
    match row.state:
        case OrderState.CREATED:
            return _move(row, OrderState.REVERSING, "RESTARTED")
        case OrderState.SENT | OrderState.UNKNOWN:
            now = _replace(row, state=OrderState.UNKNOWN, wanted=False, attempts=0, code="RESTARTED")
            return now, (_tell(now),)
    return _replace(row, attempts=0), (_tell(row),) if row.state not in ENDS else ()


def _move(row: Order, state: OrderState, code: str = "", *, qr: str = "", attempts: int = 0) -> Outcome:
    """To a new state. What the platform has acknowledged needs no payload here any longer."""
    now = _replace(
        row,
        state=state,
        code=code,
        attempts=attempts,
        sealed=row.sealed if state is OrderState.UNKNOWN else b"",
        wanted=row.wanted and (state in UNPAID or (state is OrderState.PAID and code != IN_DOUBT)),
    )
    return now, (_tell(now, qr=qr),)


def _tell(row: Order, *, qr: str = "", code: str | None = None) -> Tell:
    return Tell(OrderMoved(row.order, row.state, qr, row.code if code is None else code))


_replace = msgspec.structs.replace
