"""Output (出件): one sheet or receipt on its way out. EVERY state change of an output is in this file alone.

    intended -> printed -> taken | retracted
    intended -> retracted                     nothing came out, or it was not paid
    intended -> unknown                       some of it may be on paper, or the terminal restarted meanwhile
    unknown -> printed | taken | retracted    staff looked

Nothing here ever prints again: an output whose fate is unknown waits for a person.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from kiosk.ledger.steps import Effect, Restarted, Tell
from kiosk.records import OutputMoved, OutputState

EDGES: dict[OutputState, frozenset[OutputState]] = {
    OutputState.INTENDED: frozenset(set(OutputState) - {OutputState.INTENDED}),
    OutputState.PRINTED: frozenset({OutputState.TAKEN, OutputState.RETRACTED}),
    OutputState.UNKNOWN: frozenset({OutputState.PRINTED, OutputState.TAKEN, OutputState.RETRACTED}),
    OutputState.TAKEN: frozenset(),
    OutputState.RETRACTED: frozenset(),
}


class Output(Struct, frozen=True):
    """One row. `digest` tells which document it was; the document itself is never stored."""

    output: str
    item: str
    version: str
    digest: str
    order: str
    filing: str
    state: OutputState = OutputState.INTENDED
    code: str = ""


class Said(Struct, frozen=True):
    """What the printer, or a person who looked, says of it."""

    state: OutputState
    code: str = ""


Event = Said | Restarted
Outcome = tuple[Output, tuple[Effect, ...]]


def opened(row: Output, allowed: bool) -> Outcome:
    """A new row: only `intended` may be printed. Not allowed: the order it names is not paid."""
    if not allowed:
        return _move(row, OutputState.RETRACTED, "ORDER_NOT_PAID")
    return row, (_tell(row),)


def standing(row: Output) -> tuple[Effect, ...]:
    """The row as it stands, for a record that came twice; never `intended`, for that word makes a printer print."""
    return () if row.state is OutputState.INTENDED else (_tell(row),)


def handle(row: Output, event: Event) -> Outcome:
    match event:
        case Said(state=state, code=code):
            return _move(row, state, code) if state in EDGES[row.state] else (row, standing(row))
        case Restarted():
            if row.state is OutputState.INTENDED:
                return _move(row, OutputState.UNKNOWN, "RESTARTED")
            return row, ()


def _move(row: Output, state: OutputState, code: str) -> Outcome:
    now = msgspec.structs.replace(row, state=state, code=code)
    return now, (_tell(now),)


def _tell(row: Output) -> Tell:
    return Tell(OutputMoved(row.output, row.state, row.code))
