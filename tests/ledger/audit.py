"""The invariants: the ledger's rows against the platform's books and the paper that came out."""

from __future__ import annotations

from kiosk.ledger import filing, order, output
from kiosk.ledger.filing import Filing
from kiosk.ledger.order import Order
from kiosk.ledger.output import Output
from kiosk.ledger.store import Row, Store
from kiosk.records import FilingState, OrderState, OutputState
from tests.ledger.simulator import Platform


class WatchedStore(Store):
    """A store that refuses a change of state that the machines do not allow, and a row that forgot its payload."""

    def write(self, row: Row) -> None:
        match row:
            case Order():
                old, edges, first = self.read(Order, row.order), order.EDGES, {OrderState.CREATED}
                assert bool(row.sealed) or row.state not in first
            case Filing():
                old = self.read(Filing, row.filing)
                edges, first = filing.EDGES, {FilingState.INTENDED, FilingState.REJECTED}
                assert bool(row.sealed) == (row.state not in filing.ENDS)
            case Output():
                old, edges = self.read(Output, row.output), output.EDGES
                first = {OutputState.INTENDED, OutputState.RETRACTED}
        if old is None:
            assert row.state in first, f"a new row begins as {row.state}"
        elif old.state is not row.state:
            assert row.state in edges[old.state], f"{type(row).__name__}: {old.state} -> {row.state}"
        super().write(row)


def rows(store: Store, kind: type) -> list:  # type: ignore[type-arg]
    return store._where(kind, "1", ())


def always(store: Store, platform: Platform) -> list[str]:
    """What must hold at every moment, reachable platform or not. The answer lists what is broken."""
    found = []
    charges, refunds, paper = platform.charges(), platform.refunds(), platform.papers_by_item()
    for item, times in charges.items():
        if times > 1:
            found.append(f"charged {times} times: {item}")
    for item, times in refunds.items():
        if times > charges.get(item, 0):
            found.append(f"refunded {times} times, charged {charges.get(item, 0)}: {item}")
        if item in paper:
            found.append(f"refunded although delivered: {item}")
    for item in paper:
        if not charges.get(item):
            found.append(f"delivered unpaid: {item}")
    for name, sheets in platform.papers().items():
        if sheets > 1:
            found.append(f"printed {sheets} times: {name}")
    known = {row.item for row in rows(store, Order)}
    found += [f"charged but unknown to the ledger: {item}" for item in charges if item not in known]
    return found


def settled(store: Store, platform: Platform) -> list[str]:
    """What must hold once nothing is under way any more."""
    found = always(store, platform)
    charges, refunds = platform.charges(), platform.refunds()
    for row in rows(store, Order):
        papers = [out.state for out in rows(store, Output) if out.order == row.order]
        paid, back = charges.get(row.item, 0), refunds.get(row.item, 0)
        doubt = row.state is OrderState.PAID and row.code == order.IN_DOUBT and OutputState.UNKNOWN in papers
        if not (row.state in order.ENDS or doubt):
            found.append(f"never settled: {row.order} is {row.state.value} {row.code}")
        if (row.state is OrderState.CLOSED or doubt) and (paid, back) != (1, 0):
            found.append(f"{row.state.value}, but charged {paid} and refunded {back}: {row.order}")
        if row.state is OrderState.REFUNDED and (paid, back) != (1, 1):
            found.append(f"refunded, but charged {paid} and refunded {back}: {row.order}")
        if row.state is OrderState.REVERSED and paid:
            found.append(f"reversed, but charged: {row.order}")
        if row.state in order.ENDS and row.sealed:
            found.append(f"payload kept: {row.order}")
    for case in rows(store, Filing):
        if case.state not in filing.ENDS:
            found.append(f"never decided: {case.filing} is {case.state.value}")
    return found
