"""The clerk as the runtime meets it: stories of single visits, restarts and a platform that cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ledger.clerk import EXPIRY, LONGEST_PAUSE, Clerk
from kiosk.ledger.filing import Filing
from kiosk.ledger.order import Order
from kiosk.ledger.output import Output
from kiosk.ledger.seal import SealError, open_sealed
from kiosk.ledger.store import Store
from kiosk.records import (
    CancelOrder,
    FilingMoved,
    FilingState,
    Moved,
    MoveOutput,
    OpenFiling,
    OpenOrder,
    OpenOutput,
    OrderMoved,
    OrderState,
    OutputMoved,
    OutputState,
    SettleOrder,
)
from kiosk.secret import Secret
from tests.ledger.keys import PRIVATE, PUBLIC
from tests.ledger.simulator import Line, Platform

PAY = OpenOrder("b-1-1", "item", "1", 2500, Secret("sample form"))
FILE = OpenFiling("b-1-2", "item", "1", Secret("sample form"), "b-1-1")
PRINT = OpenOutput("b-1-3", "item", "1", "digest", "b-1-1")


class World:
    """One terminal with its ledger file, a line that can be cut, and a clock that only moves by hand."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger.db"
        self.platform = Platform(":memory:")
        self.fate = "ok"
        self.calls: list[tuple[str, object]] = []
        self.now = 0.0
        self.line = WatchingLine(self)
        self.start()

    def start(self) -> list[Moved]:
        self.store = Store(self.path, reserve=0)
        self.clerk = Clerk(self.store, self.line, PUBLIC, lambda: self.now)
        return self.clerk.recover()

    def restart(self) -> list[Moved]:
        self.store.close()
        return self.start()

    def wait(self) -> list[Moved]:
        self.now += self.clerk.pause()
        return self.clerk.poll()

    def paid(self) -> None:
        self.clerk.do(PAY)
        self.platform.pay("b-1-1")
        assert self.wait() == [OrderMoved("b-1-1", OrderState.PAID)]


class WatchingLine(Line):
    """Notes with each call how the row stands on the disk at that moment, committed."""

    def __init__(self, world: World) -> None:
        super().__init__(world.platform, lambda: world.fate)
        self.world = world

    def _call(self, name: str, *arguments: object):  # type: ignore[no-untyped-def]
        kind = Filing if "filing" in name else Order
        row = self.world.store.read(kind, str(arguments[0]))
        assert not self.world.store._db.in_transaction
        self.world.calls.append((name, row.state if row else None))
        return super()._call(name, *arguments)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


def test_a_payment_from_first_tap_to_paper(world: World) -> None:
    told = world.clerk.do(PAY)
    assert told == [
        OrderMoved("b-1-1", OrderState.CREATED),
        OrderMoved("b-1-1", OrderState.SENT, "sample-qr:b-1-1"),
    ]
    assert world.wait() == []
    world.platform.pay("b-1-1")
    assert world.wait() == [OrderMoved("b-1-1", OrderState.PAID)]
    assert world.clerk.do(PRINT) == [OutputMoved("b-1-3", OutputState.INTENDED)]
    assert world.clerk.do(MoveOutput("b-1-3", OutputState.PRINTED)) == [OutputMoved("b-1-3", OutputState.PRINTED)]
    assert world.clerk.do(SettleOrder("b-1-1", True)) == [OrderMoved("b-1-1", OrderState.CLOSED)]
    assert world.clerk.pause() == LONGEST_PAUSE


def test_the_row_is_on_the_disk_before_the_platform_hears_of_it(world: World) -> None:
    world.paid()
    world.clerk.do(SettleOrder("b-1-1", delivered=False))
    world.clerk.do(OpenFiling("b-1-2", "item", "1", Secret("sample form")))
    assert world.calls == [
        ("open_order", OrderState.UNKNOWN),
        ("query_order", OrderState.SENT),
        ("refund_order", OrderState.REFUNDING),
        ("open_filing", FilingState.UNKNOWN),
    ]


def test_the_payload_on_the_disk_opens_with_the_platforms_key_and_the_rows_id_alone(world: World) -> None:
    world.fate = "no_request"
    world.clerk.do(PAY)
    row = world.store.read(Order, "b-1-1")
    assert row is not None
    assert open_sealed(PRIVATE, row.sealed, b"b-1-1") == b"sample form"


def test_a_wrong_sealing_key_is_found_at_the_start_not_at_the_first_payment(world: World) -> None:
    with pytest.raises(SealError):
        Clerk(world.store, world.line, b"not a key", lambda: 0.0)


def test_a_record_that_comes_twice_charges_and_prints_once(world: World) -> None:
    world.paid()
    assert world.clerk.do(PAY) == [OrderMoved("b-1-1", OrderState.PAID)]
    assert world.clerk.do(PRINT) == [OutputMoved("b-1-3", OutputState.INTENDED)]
    assert world.clerk.do(PRINT) == []
    for _ in range(2):
        world.clerk.do(MoveOutput("b-1-3", OutputState.PRINTED))
        world.clerk.do(SettleOrder("b-1-1", delivered=True))
    assert [name for name, _ in world.calls] == ["open_order", "query_order"]


def test_nothing_is_delivered_on_an_order_that_is_not_paid(world: World) -> None:
    world.clerk.do(PAY)
    assert world.clerk.do(PRINT) == [OutputMoved("b-1-3", OutputState.RETRACTED, "ORDER_NOT_PAID")]
    assert world.clerk.do(FILE) == [FilingMoved("b-1-2", FilingState.REJECTED, code="ORDER_NOT_PAID")]
    assert [name for name, _ in world.calls] == ["open_order"]


def test_a_cancel_that_crosses_the_payment_gives_the_money_back(world: World) -> None:
    world.paid()
    told = world.clerk.do(CancelOrder("b-1-1"))
    assert [moved.state for moved in told] == [OrderState.REFUNDING, OrderState.REFUNDED]
    assert world.clerk.do(PRINT)[-1].state is OutputState.RETRACTED


def test_an_order_that_nobody_pays_expires(world: World) -> None:
    world.clerk.do(PAY)
    told: list[Moved] = []
    while world.clerk.pause() < LONGEST_PAUSE:
        told += world.wait()
    assert told == [
        OrderMoved("b-1-1", OrderState.REVERSING, code="EXPIRED"),
        OrderMoved("b-1-1", OrderState.REVERSED, code="EXPIRED"),
    ]
    assert EXPIRY <= world.now < EXPIRY + 10
    assert len(world.calls) < 80


def test_a_refused_sheet_is_refunded_but_one_that_may_be_out_waits_for_staff(world: World) -> None:
    world.paid()
    world.clerk.do(PRINT)
    world.clerk.do(MoveOutput("b-1-3", OutputState.UNKNOWN, "CUTTER"))
    told = world.clerk.do(SettleOrder("b-1-1", delivered=False))
    assert told == [OrderMoved("b-1-1", OrderState.PAID, code="IN_DOUBT")]
    assert world.clerk.pause() == LONGEST_PAUSE
    assert world.restart() == [OrderMoved("b-1-1", OrderState.PAID, code="IN_DOUBT")]
    told = world.clerk.do(MoveOutput("b-1-3", OutputState.RETRACTED))  # staff looked: nothing came out
    assert told[-1] == OrderMoved("b-1-1", OrderState.REFUNDING, code="NOT_DELIVERED")
    assert world.wait() == [OrderMoved("b-1-1", OrderState.REFUNDED)]


@pytest.mark.parametrize(
    ("printer", "state", "code"),
    [
        (OutputState.PRINTED, OrderState.CLOSED, ""),
        (OutputState.RETRACTED, OrderState.REFUNDING, "NOT_DELIVERED"),
        (None, OrderState.PAID, "IN_DOUBT"),
    ],
)
def test_after_a_restart_a_paid_order_is_judged_by_its_paper(
    world: World, printer: OutputState | None, state: OrderState, code: str
) -> None:
    world.paid()
    world.clerk.do(PRINT)
    if printer:
        world.clerk.do(MoveOutput("b-1-3", printer))
    assert world.restart()[-1] == OrderMoved("b-1-1", state, code=code)
    output = world.store.read(Output, "b-1-3")
    assert output is not None
    assert output.state is (printer or OutputState.UNKNOWN)


def test_after_a_restart_a_filing_under_way_is_waited_for_before_its_fee_is_judged(world: World) -> None:
    world.paid()
    world.fate = "no_request"
    world.clerk.do(FILE)
    assert world.restart() == [
        FilingMoved("b-1-2", FilingState.UNKNOWN, code=""),
        OrderMoved("b-1-1", OrderState.PAID),
    ]
    world.fate = "ok"
    told: list[Moved] = []
    while world.clerk.pause() < LONGEST_PAUSE:
        told += world.wait()
        world.platform.decide_all()
    assert told[0] == FilingMoved("b-1-2", FilingState.SENT)
    assert told[1] == FilingMoved("b-1-2", FilingState.ACCEPTED, Secret("SAMPLE-b-1-2"))
    assert told[2] == OrderMoved("b-1-1", OrderState.CLOSED)


def test_a_dead_platform_holds_the_clerk_for_one_call_at_a_time(world: World) -> None:
    world.fate = "no_request"
    for number in range(5):
        world.clerk.do(OpenOrder(f"b-{number}-1", "item", "1", 100, Secret("sample form")))
    world.calls.clear()
    assert len(world.restart()) == 5
    assert world.calls == []
    assert world.clerk.pause() == 0.0
    for polls in range(1, 6):
        world.clerk.poll()
        assert len(world.calls) == polls
    assert world.clerk.pause() > 0


def test_the_order_that_a_citizen_waits_for_goes_before_a_backlog(world: World) -> None:
    world.fate = "no_request"
    for number in range(2, 7):
        world.clerk.do(OpenOrder(f"b-{number}-1", "item", "1", 100, Secret("sample form")))
    world.restart()
    world.now += 100
    world.clerk.do(PAY)
    world.now += 100
    world.calls.clear()
    world.fate = "ok"
    world.clerk.poll()
    row = world.store.read(Order, "b-1-1")
    assert row is not None
    assert row.state is OrderState.CREATED  # the platform never heard of it: it goes out again
    assert world.clerk.poll() == [OrderMoved("b-1-1", OrderState.SENT, "sample-qr:b-1-1")]


def test_a_port_that_raises_leaves_doubt_not_a_dead_clerk(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> str:
        raise ValueError("sample form")

    world.line.fate = broken
    assert world.clerk.do(PAY)[-1] == OrderMoved("b-1-1", OrderState.UNKNOWN, code="CLIENT")
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "sample form" not in said


def test_a_move_of_an_unknown_row_is_ignored(world: World) -> None:
    assert world.clerk.do(MoveOutput("nobody", OutputState.PRINTED)) == []
    assert world.clerk.do(CancelOrder("nobody")) == []
    assert world.clerk.do(SettleOrder("nobody", delivered=True)) == []
