"""The clerk: drives the rows of the ledger. Blocking; lives in one Worker thread.

The rule of every method: row on disk, then the effect, then its outcome on disk, then the report. One call of `do` or
`poll` makes at most one call to the platform, so a dead platform holds the clerk no longer than the port's time-out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from kiosk import log
from kiosk.ledger import filing, order, output
from kiosk.ledger.filing import Filing
from kiosk.ledger.order import Evidence, GivenUp, Order, refund_id, weigh
from kiosk.ledger.output import Output, Said
from kiosk.ledger.seal import check_public_key, seal
from kiosk.ledger.steps import Answered, Call, Due, Effect, NoAnswer, Restarted, Step, Tell
from kiosk.ledger.store import LedgerError, Row, Store
from kiosk.platform import Unreachable
from kiosk.records import (
    ORDER_SECONDS,
    CancelOrder,
    FilingAnswer,
    FilingMoved,
    FilingState,
    LedgerPort,
    Moved,
    MoveOutput,
    OpenFiling,
    OpenOrder,
    OpenOutput,
    OrderAnswer,
    OrderMoved,
    OrderState,
    OutputMoved,
    OutputState,
    Record,
    SettleOrder,
)
from kiosk.secret import Secret

EXPIRY = ORDER_SECONDS
LONGEST_PAUSE = 3600.0
AFTER_ERROR = 5.0  # seconds before a row is tried again that could not be written


class _Plan(Struct):
    """When an open row is due, in monotonic seconds, and until when it may stay unpaid."""

    row: Order | Filing
    due: float | None
    expires: float


class Clerk:
    def __init__(
        self,
        store: Store,
        port: LedgerPort,
        seal_key: bytes,
        clock: Callable[[], float],
        expiry: float = EXPIRY,
    ) -> None:
        """`seal_key`: the platform's public key in PEM. `clock`: monotonic seconds. Raises SealError."""
        check_public_key(seal_key)
        self._store = store
        self._port = port
        self._seal_key = seal_key
        self._clock = clock
        self._expiry = expiry
        self._plans: dict[tuple[type, str], _Plan] = {}

    def ready(self) -> bool:
        """Money may be taken now. Touches the disk: for the clerk's own thread."""
        return self._store.ready()

    def recover(self) -> list[Moved]:
        """Take up every open row after a start, without the network: all of it is due at the first `poll`.

        Outputs come first, then filings, then the orders that are judged by them. The answer names every open row
        once more, so that staff and the home page know what was interrupted.
        """
        told: list[Moved] = []
        for row in self._store.open_rows():
            match row:
                case Output():
                    now, effects = output.handle(row, Restarted())
                    self._write(row, now)
                    told += _told(effects)
                case Filing():
                    told += self._apply(row, Restarted())
                case Order(state=OrderState.PAID):
                    moved = self._apply(row, GivenUp(self._weigh(row.order)))
                    told += moved or _told(order.standing(row))
                case Order():
                    told += self._apply(row, Restarted())
        return told

    def do(self, record: Record) -> list[Moved]:
        """Carry out one record. Idempotent. Raises LedgerError when an outcome could not be written: the row then
        stands as before, and is taken up again by `poll` or after a restart."""
        match record:
            case OpenOrder():
                return self._open_order(record)
            case OpenFiling():
                return self._open_filing(record)
            case OpenOutput():
                return self._open_output(record)
            case MoveOutput():
                return self._move_output(record)
            case CancelOrder(order=row_id):
                return self._settle(row_id, GivenUp(self._weigh(row_id)))
            case SettleOrder(order=row_id, delivered=delivered):
                return self._settle(row_id, order.Delivered() if delivered else GivenUp(self._weigh(row_id)))

    def poll(self) -> list[Moved]:
        """One row that is due: what a citizen waits for first, then what is due longest. At most one call."""
        now = self._clock()
        due = [plan for plan in self._plans.values() if plan.due is not None and plan.due <= now]
        if not due:
            return []
        plan = min(due, key=lambda plan: (not _waited_for(plan.row), plan.due))
        row, plan.due = plan.row, now + AFTER_ERROR  # every way on that succeeds plans it anew
        if isinstance(row, Order) and row.state is OrderState.PAID:
            return self._apply(row, GivenUp(self._weigh(row.order)))
        if isinstance(row, Order) and row.state in order.UNPAID and row.wanted and plan.expires <= now:
            return self._apply(row, GivenUp(Evidence.NONE, "EXPIRED"))
        return self._step(row)

    def pause(self) -> float:
        """Seconds until the next row is due."""
        dues = [plan.due for plan in self._plans.values() if plan.due is not None]
        return min(LONGEST_PAUSE, max(0.0, min(dues) - self._clock())) if dues else LONGEST_PAUSE

    # --- records --------------------------------------------------------------------------------------------

    def _open_order(self, record: OpenOrder) -> list[Moved]:
        found = self._store.read(Order, record.order)
        if found is not None:
            return _told(order.standing(found))
        if not self._store.ready():
            return [OrderMoved(record.order, OrderState.REVERSED, code="LEDGER_FULL")]
        sealed = self._seal(record.payload, record.order)
        row, effects = order.opened(Order(record.order, record.item, record.version, record.amount_fen, sealed))
        if not self._begin(row):  # nothing was sent: certain
            return [OrderMoved(record.order, OrderState.REVERSED, code="LEDGER_FAILED")]
        return _told(effects) + self._step(row)

    def _open_filing(self, record: OpenFiling) -> list[Moved]:
        found = self._store.read(Filing, record.filing)
        if found is not None:
            return _told(filing.standing(found))
        sealed = self._seal(record.payload, record.filing)
        new = Filing(record.filing, record.item, record.version, record.order, sealed)
        row, effects = filing.opened(new, self._may_deliver(record.order))
        if not self._begin(row):
            return [FilingMoved(record.filing, FilingState.REJECTED, code="LEDGER_FAILED")]
        return _told(effects) + (self._step(row) if row.state is FilingState.INTENDED else [])

    def _open_output(self, record: OpenOutput) -> list[Moved]:
        found = self._store.read(Output, record.output)
        if found is not None:
            return _told(output.standing(found))
        new = Output(record.output, record.item, record.version, record.digest, record.order, record.filing)
        row, effects = output.opened(new, self._may_deliver(record.order))
        if not self._begin(row):  # nothing may be printed: certain
            return [OutputMoved(record.output, OutputState.RETRACTED, "LEDGER_FAILED")]
        return _told(effects)

    def _move_output(self, record: MoveOutput) -> list[Moved]:
        row = self._store.read(Output, record.output)
        if row is None:
            return []
        now, effects = output.handle(row, Said(record.state, record.code))
        self._write(row, now)
        return _told(effects) + self._judge(now.order)

    def _settle(self, row_id: str, event: GivenUp | order.Delivered) -> list[Moved]:
        row = self._store.read(Order, row_id)
        if row is None:
            return []
        moved = self._apply(row, event)
        plan = self._plans.get((Order, row_id))
        if moved and plan is not None and plan.due is not None and plan.due <= self._clock():
            return moved + self._step(plan.row)
        return moved

    # --- the machinery --------------------------------------------------------------------------------------

    def _step(self, row: Order | Filing) -> list[Moved]:
        """Make the call that the row is due for, and put its outcome on disk."""
        now, effects = _handle(row, Due())
        self._write(row, now)
        told = _told(effects)
        for effect in effects:
            if isinstance(effect, Call):
                told += self._apply(now, self._call(now, effect.step))
        return told

    def _apply(self, row: Order | Filing, event: Any) -> list[Moved]:
        """One event: new row to disk, next due time, reports; then the order that waits for this filing."""
        now, effects = _handle(row, event)
        self._write(row, now)
        told = _told(effects)
        if isinstance(now, Filing) and now.state in filing.ENDS and row.state not in filing.ENDS:
            told += self._judge(now.order)
        return told

    def _judge(self, order_id: str) -> list[Moved]:
        """New evidence: a paid order that nobody waits for any more may be settled by it."""
        row = self._store.read(Order, order_id) if order_id else None
        if row is None or row.state is not OrderState.PAID or row.wanted:
            return []
        return self._apply(row, GivenUp(self._weigh(order_id)))

    def _begin(self, row: Row) -> bool:
        """Put a new row on disk. False: it failed before anything else happened."""
        try:
            self._write(None, row)
        except LedgerError as error:
            log.write("ledger.not_begun", kind=type(row).__name__, reason=error.code)
            return False
        return True

    def _write(self, old: Row | None, new: Row) -> None:
        """To disk, unless only the count of attempts changed: that alone is not worth wearing the disk for."""
        if isinstance(new, Output):
            if new != old:
                self._store.write(new)
            return
        if old is None or replace(new, attempts=0) != replace(old, attempts=0):
            try:
                self._store.write(new)
            except LedgerError:
                self._postpone(old)
                raise
        self._plan(new)

    def _plan(self, row: Order | Filing) -> None:
        key = _key(row)
        now, plan = self._clock(), self._plans.get(key)
        if (row.state in order.ENDS) if isinstance(row, Order) else (row.state in filing.ENDS):
            self._plans.pop(key, None)
            return
        expires = plan.expires if plan else now + self._expiry
        wait = order.delay(row) if isinstance(row, Order) else filing.delay(row)
        due = None if wait is None else now + wait
        if due is not None and isinstance(row, Order) and row.state in order.UNPAID and row.wanted:
            due = min(due, max(now, expires))
        self._plans[key] = _Plan(row, due, expires)

    def _postpone(self, old: Row | None) -> None:
        if isinstance(old, Order | Filing):
            plan = self._plans.get(_key(old))
            expires = plan.expires if plan else self._clock() + self._expiry
            self._plans[_key(old)] = _Plan(old, self._clock() + AFTER_ERROR, expires)

    def _call(self, row: Order | Filing, step: Step) -> Any:
        """The outcome of one call as an event. A port that raises leaves the same doubt as one that is silent."""
        try:
            answer = self._call_filing(row, step) if isinstance(row, Filing) else self._call_order(row, step)
        except Exception as error:  # whatever it was: nobody knows what the platform did
            log.crash("ledger.port_raised", error, step=step.value)
            return NoAnswer(step, "CLIENT")
        if isinstance(answer, Unreachable):
            return NoAnswer(step, answer.code)
        return Answered(step, answer)

    def _call_order(self, row: Order, step: Step) -> OrderAnswer | Unreachable:
        match step:
            case Step.OPEN:
                return self._port.open_order(row.order, row.item, row.version, row.amount_fen, row.sealed)
            case Step.QUERY:
                return self._port.query_order(row.order)
            case Step.REVERSE:
                return self._port.reverse_order(row.order)
            case Step.REFUND:
                return self._port.refund_order(row.order, refund_id(row.order))

    def _call_filing(self, row: Filing, step: Step) -> FilingAnswer | Unreachable:
        if step is Step.OPEN:
            return self._port.open_filing(row.filing, row.item, row.version, row.sealed, row.order)
        return self._port.query_filing(row.filing)

    def _may_deliver(self, order_id: str) -> bool:
        """A service that names an order is delivered from `paid` alone, and only while the visit wants it."""
        if not order_id:
            return True
        row = self._store.read(Order, order_id)
        return row is not None and row.state is OrderState.PAID and row.wanted

    def _weigh(self, order_id: str) -> Evidence:
        return weigh(*self._store.evidence(order_id))

    def _seal(self, payload: Secret, row_id: str) -> bytes:
        return seal(self._seal_key, payload.reveal().encode(), row_id.encode())


def _handle(row: Order | Filing, event: Any) -> tuple[Order | Filing, tuple[Effect, ...]]:
    return order.handle(row, event) if isinstance(row, Order) else filing.handle(row, event)


def _told(effects: tuple[Effect, ...]) -> list[Moved]:
    return [effect.moved for effect in effects if isinstance(effect, Tell)]


def _waited_for(row: Order | Filing) -> bool:
    return isinstance(row, Order) and row.wanted


def _key(row: Order | Filing) -> tuple[type, str]:
    return type(row), row.order if isinstance(row, Order) else row.filing
