"""Clerks with one classic mistake each. The crash harness and the state machine must catch every one of them."""

from __future__ import annotations

import uuid

from msgspec.structs import replace

from kiosk.ledger.clerk import Clerk
from kiosk.ledger.filing import Filing
from kiosk.ledger.order import Evidence, Order, weigh
from kiosk.ledger.output import Output
from kiosk.ledger.steps import Answered, Step
from kiosk.ledger.store import Row
from kiosk.platform import Unreachable
from kiosk.records import Moved, OrderAnswer, OrderState, OutputMoved, OutputState


class FreshOrderNumber(Clerk):
    """No stable idempotency key: what was not clearly answered is sent again under a new number."""

    def _call_order(self, row: Order, step: Step) -> OrderAnswer | Unreachable:
        aliases: dict[str, str] = self.__dict__.setdefault("aliases", {})
        if step is Step.QUERY and row.sealed and row.wanted:
            aliases[row.order] = f"{row.order}-{uuid.uuid4().hex[:6]}"
            step = Step.OPEN
        return super()._call_order(replace(row, order=aliases.get(row.order, row.order)), step)


class RowAfterTheCharge(Clerk):
    """The platform is asked first, the disk hears of it afterwards."""

    def _write(self, old: Row | None, new: Row) -> None:
        if isinstance(new, Order) and new.state in (OrderState.CREATED, OrderState.UNKNOWN) and new.sealed:
            self._plan(new)
            return
        super()._write(old, new)


class BlindReprint(Clerk):
    """After a restart, what was about to be printed is announced again, and so printed again."""

    def recover(self) -> list[Moved]:
        intended = [row for row in self._store.open_rows() if isinstance(row, Output)]
        told = super().recover()
        return [*told, *(OutputMoved(row.output, OutputState.INTENDED) for row in intended)]


class FreshRefundNumber(Clerk):
    """Each try of a refund has a number of its own."""

    def _call_order(self, row: Order, step: Step) -> OrderAnswer | Unreachable:
        if step is Step.REFUND:
            return self._port.refund_order(row.order, uuid.uuid4().hex)
        return super()._call_order(row, step)


class RefundInDoubt(Clerk):
    """Takes a print that nobody saw end for one that did not happen."""

    def _weigh(self, order_id: str) -> Evidence:
        outputs, filings = self._store.evidence(order_id)
        return weigh([state for state in outputs if state is not OutputState.UNKNOWN], filings)


class DeafAfterCancel(Clerk):
    """Believes that what was cancelled cannot have been paid any more."""

    def _apply(self, row: Order | Filing, event: object) -> list[Moved]:
        if isinstance(row, Order) and row.state is OrderState.REVERSING and isinstance(event, Answered):
            event = Answered(event.step, OrderAnswer("reversed"))
        return super()._apply(row, event)


MUTANTS: dict[str, type[Clerk]] = {
    kind.__name__: kind
    for kind in (
        FreshOrderNumber,
        RowAfterTheCharge,
        BlindReprint,
        FreshRefundNumber,
        RefundInDoubt,
        DeafAfterCancel,
    )
}
