"""The clerk against a platform that loses answers, delays and repeats requests, and takes payments too late.

Hypothesis plays citizen, network, printer, platform and power switch in any order. Nobody is charged twice, nothing
paid is lost, nothing delivered is refunded, and once the platform can be reached everything comes to rest.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kiosk.ledger.clerk import LONGEST_PAUSE, Clerk
from kiosk.ledger.order import Order
from kiosk.ledger.output import Output
from kiosk.records import (
    CancelOrder,
    FilingMoved,
    Moved,
    MoveOutput,
    OpenFiling,
    OpenOrder,
    OpenOutput,
    OrderMoved,
    OrderState,
    OutputMoved,
    OutputState,
    Record,
    SettleOrder,
)
from kiosk.secret import Secret
from tests.ledger import audit, mutants
from tests.ledger.audit import WatchedStore
from tests.ledger.keys import PUBLIC
from tests.ledger.simulator import Line, Platform

FATES = st.sampled_from(["ok", "ok", "no_request", "no_answer"])
PAPER = st.sampled_from(["printed", "nothing", "jammed_out", "jammed_in", "silent_out", "silent_in"])


class LedgerMachine(RuleBasedStateMachine):
    make_clerk: type[Clerk] = Clerk

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now = 0.0
        self.fates: list[str] = []
        self.orders: list[str] = []
        self.filings: list[str] = []
        self.outputs: list[str] = []
        self.items: dict[str, str] = {}
        self.silent: list[str] = []  # outputs whose printer has not said anything yet
        self.told: dict[str, Moved] = {}

    @initialize(reverse_refunds=st.booleans(), slow_refund=st.booleans())
    def begin(self, reverse_refunds: bool, slow_refund: bool) -> None:
        self.platform = Platform(":memory:", reverse_refunds=reverse_refunds, slow_refund=slow_refund)
        self.line = Line(self.platform, lambda: self.fates.pop() if self.fates else "ok")
        self.start()

    def start(self) -> None:
        self.store = WatchedStore(Path(self.folder.name) / "ledger.db")
        self.clerk = self.make_clerk(self.store, self.line, PUBLIC, lambda: self.now)
        told = self.clerk.recover()
        self.hear(told)
        for moved in told:  # the runtime prints what the ledger calls intended
            if isinstance(moved, OutputMoved) and moved.state is OutputState.INTENDED:
                self.platform.paper_out(moved.output, self.items[moved.output])

    def hear(self, moved: list[Moved]) -> None:
        for one in moved:
            match one:
                case OrderMoved(order=row_id) | FilingMoved(filing=row_id) | OutputMoved(output=row_id):
                    self.told[row_id] = one

    def do(self, record: Record) -> None:
        self.hear(self.clerk.do(record))

    # --- the citizen ----------------------------------------------------------------------------------------

    @rule(fate=FATES, at_once=st.booleans())
    def order(self, fate: str, at_once: bool) -> None:
        self.platform.pays_at_once = at_once
        name = f"boot-{len(self.orders)}-1"
        self.orders.append(name)
        self.fates = [fate]
        self.do(OpenOrder(name, f"item-{name}", "1", 2500, Secret("sample form")))

    @rule()
    def order_and_pay(self) -> None:
        """The ordinary way, so that the search spends its steps on what comes after it."""
        self.order("ok", False)
        self.platform.pay(self.orders[-1])
        self.wait(2.0, [])

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.orders))
        self.do(OpenOrder(name, f"item-{name}", "1", 2500, Secret("another form")))

    @precondition(lambda self: self.platform.waiting())
    @rule(data=st.data())
    def pay(self, data: st.DataObject) -> None:
        self.platform.pay(data.draw(st.sampled_from(self.platform.waiting())))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), fate=FATES)
    def cancel(self, data: st.DataObject, fate: str) -> None:
        self.fates = [fate]
        self.do(CancelOrder(data.draw(st.sampled_from(self.orders))))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), fate=FATES)
    def visit_ends_undelivered(self, data: st.DataObject, fate: str) -> None:
        self.fates = [fate]
        self.do(SettleOrder(data.draw(st.sampled_from(self.paid() or self.orders)), delivered=False))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), fate=FATES, of_order=st.booleans())
    def file(self, data: st.DataObject, fate: str, of_order: bool) -> None:
        order = data.draw(st.sampled_from(self.orders)) if of_order else ""
        name = f"boot-f{len(self.filings)}-2"
        self.filings.append(name)
        self.fates = [fate]
        self.do(OpenFiling(name, f"item-{order}", "1", Secret("sample form"), order))

    # --- printer --------------------------------------------------------------------------------------------

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), paper=PAPER)
    def deliver(self, data: st.DataObject, paper: str) -> None:
        """As the runtime does it: paper only after `intended` was told."""
        order = data.draw(st.sampled_from(self.paid() or self.orders))
        name = f"boot-o{len(self.outputs)}-3"
        self.outputs.append(name)
        self.items[name] = f"item-{order}"
        self.do(OpenOutput(name, f"item-{order}", "1", "digest", order))
        moved = self.told[name]
        assert isinstance(moved, OutputMoved)
        if moved.state is not OutputState.INTENDED:
            return
        if paper in ("printed", "jammed_out", "silent_out"):
            self.platform.paper_out(name, f"item-{order}")
        if paper == "printed":
            self.do(MoveOutput(name, OutputState.PRINTED))
            self.do(SettleOrder(order, delivered=True))
        elif paper == "nothing":
            self.do(MoveOutput(name, OutputState.RETRACTED, "PAPER_OUT"))
        elif paper.startswith("jammed"):
            self.do(MoveOutput(name, OutputState.UNKNOWN, "CUTTER"))
        else:
            self.silent.append(name)

    @precondition(lambda self: self.silent)
    @rule(data=st.data(), sure=st.booleans())
    def printer_speaks(self, data: st.DataObject, sure: bool) -> None:
        name = data.draw(st.sampled_from(self.silent))
        self.silent.remove(name)
        self.staff_look(name) if sure else self.do(MoveOutput(name, OutputState.UNKNOWN, "NO_ANSWER"))

    @precondition(lambda self: self.in_doubt())
    @rule(data=st.data())
    def staff_looks(self, data: st.DataObject) -> None:
        self.staff_look(data.draw(st.sampled_from(self.in_doubt())))

    def paid(self) -> list[str]:
        return [row.order for row in audit.rows(self.store, Order) if row.state is OrderState.PAID]

    def in_doubt(self) -> list[str]:
        return [row.output for row in audit.rows(self.store, Output) if row.state is OutputState.UNKNOWN]

    def staff_look(self, name: str) -> None:
        out = name in self.platform.papers()
        self.do(MoveOutput(name, OutputState.PRINTED if out else OutputState.RETRACTED))

    # --- time, network, power -------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.0, 2.0, 40.0, 400.0]), fates=st.lists(FATES, max_size=6))
    def wait(self, seconds: float, fates: list[str]) -> None:
        self.now += seconds
        self.fates = fates
        for _ in range(6):
            if self.clerk.pause() > 0:
                break
            self.hear(self.clerk.poll())

    @precondition(lambda self: self.line.delayed)
    @rule(data=st.data())
    def late_request_arrives(self, data: st.DataObject) -> None:
        self.line.deliver(data.draw(st.integers(0, len(self.line.delayed) - 1)))

    @precondition(lambda self: self.filings)
    @rule(data=st.data(), accepted=st.booleans())
    def platform_decides(self, data: st.DataObject, accepted: bool) -> None:
        self.platform.decide(data.draw(st.sampled_from(self.filings)), accepted)

    @rule()
    def power_fails(self) -> None:
        self.silent.clear()
        self.store.close()
        self.start()

    # --- what must hold -------------------------------------------------------------------------------------

    @invariant()
    def books_agree(self) -> None:
        if hasattr(self, "store"):
            self.judge(audit.always(self.store, self.platform))

    def judge(self, broken: list[str]) -> None:
        assert not broken, "; ".join(broken)

    def teardown(self) -> None:
        try:
            if hasattr(self, "store"):
                self.come_to_rest()
        finally:
            if hasattr(self, "store"):
                self.store.close()
                self.platform.close()
            self.folder.cleanup()

    def come_to_rest(self) -> None:
        """Platform reachable, no more visits: restart, let time pass, and look at the books."""
        self.power_fails()
        self.fates = []
        while self.line.delayed:
            self.line.deliver(0)
        for _ in range(2000):
            self.now += self.clerk.pause()
            self.clerk.poll()
            self.platform.decide_all()
            if self.clerk.pause() == LONGEST_PAUSE:
                break
        self.judge(audit.settled(self.store, self.platform))
        assert self.clerk.pause() == LONGEST_PAUSE, "the clerk never comes to rest"


SETTINGS = settings(
    max_examples=50,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = SETTINGS


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("FreshOrderNumber", "charged 2 times|reversed, but charged|refunded, but charged|charged but unknown"),
        ("RowAfterTheCharge", "a new row begins as"),
        ("FreshRefundNumber", r"refunded \d+ times"),
        ("DeafAfterCancel", "reversed, but charged"),
    ],
)
def test_a_clerk_with_a_classic_mistake_is_caught(name: str, broken: str) -> None:
    class Mutant(LedgerMachine):
        make_clerk = mutants.MUTANTS[name]

    hunt = settings(SETTINGS, derandomize=True, max_examples=600, phases=[Phase.generate], database=None)
    with pytest.raises(AssertionError, match=broken):
        run_state_machine_as_test(Mutant, settings=hunt)
