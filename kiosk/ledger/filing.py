"""Filing (办件申报): one case submitted. EVERY state change of a filing is in this file and nowhere else.

    intended -> unknown (asked to file, no answer yet) -> sent -> accepted | rejected
    unknown, sent -> intended       the platform says it never heard of it: the same id goes out again

A filing that the citizen confirmed goes on after a restart: its payload is sealed, so it can be resent, not read.
The case number is personal and is never stored: the platform gives it again for the filing's id.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from kiosk.ledger.steps import STUCK_AFTER, Answered, Call, Due, Effect, NoAnswer, Restarted, Step, Tell, backoff
from kiosk.records import FilingAnswer, FilingMoved, FilingState
from kiosk.secret import Secret

ENDS = frozenset({FilingState.ACCEPTED, FilingState.REJECTED})

EDGES: dict[FilingState, frozenset[FilingState]] = {
    FilingState.INTENDED: frozenset({FilingState.UNKNOWN}),
    FilingState.UNKNOWN: frozenset(set(FilingState) - {FilingState.UNKNOWN}),
    FilingState.SENT: frozenset(set(FilingState) - {FilingState.SENT}),
    FilingState.ACCEPTED: frozenset(),
    FilingState.REJECTED: frozenset(),
}


class Filing(Struct, frozen=True):
    """One row. `sealed` is kept until the platform has decided; `order`: the paid order it belongs to, or empty."""

    filing: str
    item: str
    version: str
    order: str
    sealed: bytes
    state: FilingState = FilingState.INTENDED
    attempts: int = 0
    code: str = ""


Event = Due | Answered[FilingAnswer] | NoAnswer | Restarted
Outcome = tuple[Filing, tuple[Effect, ...]]


def opened(row: Filing, allowed: bool) -> Outcome:
    """A new row, not sent yet. Not allowed: the order it names is not paid, so it ends here, unsent."""
    if not allowed:
        return _move(row, FilingState.REJECTED, code="ORDER_NOT_PAID")
    return row, (_tell(row),)


def standing(row: Filing) -> tuple[Effect, ...]:
    """The row as it stands, for a record that came twice and for staff after a restart."""
    return (_tell(row),)


def handle(row: Filing, event: Event) -> Outcome:
    if row.state in ENDS:
        return row, ()
    match event:
        case Due() if row.state is FilingState.INTENDED:  # from here on it may have arrived: on disk before the call
            return _replace(row, state=FilingState.UNKNOWN), (Call(Step.OPEN),)
        case Due():
            return row, (Call(Step.QUERY),)
        case Answered(step=step, answer=answer):
            return _answered(row, step, answer)
        case NoAnswer(code=code):
            return _unclear(row, code)
        case Restarted():
            now = _replace(row, state=FilingState.UNKNOWN, attempts=0)
            return now, (_tell(now),)


def delay(row: Filing) -> float | None:
    """Seconds until the next Due; None once decided."""
    match row.state:
        case FilingState.INTENDED:
            return 0.0
        case FilingState.UNKNOWN:
            return 0.0 if row.attempts == 0 else backoff(row.filing, row.attempts - 1, 1.0, 300.0)
        case FilingState.SENT:  # a person may have to decide: ask soon, then ever more rarely
            return backoff(row.filing, row.attempts, 2.0, 600.0)
    return None


def _answered(row: Filing, step: Step, answer: FilingAnswer) -> Outcome:
    match answer.state:
        case "absent" if step is Step.OPEN:
            return _unclear(row, "CONTRACT")
        case "absent":
            return _replace(row, state=FilingState.INTENDED), ()
        case "pending" if row.state is FilingState.SENT:
            return _replace(row, attempts=row.attempts + 1), ()
        case "pending":
            return _move(row, FilingState.SENT)
        case "accepted":
            return _move(row, FilingState.ACCEPTED, number=answer.number)
        case "rejected":
            return _move(row, FilingState.REJECTED, code=answer.code)


def _unclear(row: Filing, code: str) -> Outcome:
    """No usable answer: try again later, and tell staff when it lasts. A filing that arrived stays `sent`."""
    now = _replace(row, attempts=row.attempts + 1)
    if row.state is FilingState.SENT:
        return now, ()
    if now.attempts == 1:
        return now, (_tell(now, code=code),)
    return now, (_tell(now, code="STUCK"),) if now.attempts == STUCK_AFTER else ()


def _move(row: Filing, state: FilingState, *, number: Secret | None = None, code: str = "") -> Outcome:
    sealed = b"" if state in ENDS else row.sealed
    now = _replace(row, state=state, attempts=0, code=code, sealed=sealed)
    return now, (_tell(now, number=number),)


def _tell(row: Filing, *, number: Secret | None = None, code: str | None = None) -> Tell:
    return Tell(FilingMoved(row.filing, row.state, number or Secret(""), row.code if code is None else code))


_replace = msgspec.structs.replace
