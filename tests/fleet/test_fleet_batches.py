"""Which events go out when: one batch at a time, again until committed, and one rotten entry holds up nobody."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from kiosk.devices import Condition, Role, Status
from kiosk.fleet.agent import Agent, Devices
from kiosk.fleet.alarms import changes, picture
from kiosk.fleet.delivery import Delivery
from kiosk.fleet.messages import (
    MAX_BATCH,
    MAX_ENTRIES,
    Ack,
    Batch,
    Entry,
    MessageError,
    Terminal,
    Usage,
    decode,
    encode,
)
from kiosk.fleet.timing import Timing
from kiosk.ledger.outbox import Outbox
from tests.fleet.world import ITEM, VERSION, World, usage

PATIENT = Timing(resend_min=10, resend_max=80)
BOOT = "a" * 32


def entry(number: int) -> bytes:
    return encode(Entry(number, BOOT, usage(number)))


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox.db")


def numbers(payload: bytes | None) -> list[int]:
    assert payload is not None
    return [numbered.n for numbered in decode(payload, Batch).entries]


def test_nothing_else_goes_out_while_a_batch_is_in_flight(outbox: Outbox) -> None:
    delivery = Delivery(outbox, PATIENT)
    assert delivery.due(0.0) is None
    outbox.append(entry(1))
    assert numbers(delivery.due(0.0)) == [1]
    outbox.append(entry(2))
    assert delivery.due(1.0) is None
    assert delivery.acknowledged(Ack(outbox.epoch, 1)) == 1
    assert numbers(delivery.due(1.0)) == [2]


def test_an_unacknowledged_batch_is_sent_again_ever_more_patiently(outbox: Outbox) -> None:
    delivery = Delivery(outbox, PATIENT)
    outbox.append(entry(1))
    sent = [second for second in range(400) if delivery.due(float(second)) is not None]
    pauses = [later - earlier for earlier, later in pairwise(sent)]
    assert 8 <= pauses[0] <= 13
    assert 16 <= pauses[1] <= 25
    assert all(pause <= 97 for pause in pauses)
    assert len(sent) <= 9


def test_a_new_connection_sends_at_once_and_a_returning_fleet_soon(outbox: Outbox) -> None:
    delivery = Delivery(outbox, PATIENT)
    outbox.append(entry(1))
    assert delivery.due(0.0)
    delivery.restart()
    assert delivery.due(0.1)
    delivery.hasten(0.2)
    assert delivery.due(2.3)


def test_a_late_acknowledgement_of_an_older_batch_does_not_free_the_one_in_flight(outbox: Outbox) -> None:
    delivery = Delivery(outbox, PATIENT)
    for number in range(3):
        outbox.append(entry(number))
    assert numbers(delivery.due(0.0)) == [1, 2, 3]
    assert delivery.acknowledged(Ack(outbox.epoch, 2)) == 2
    assert delivery.in_flight
    assert delivery.acknowledged(Ack("f" * 32, 3)) == 0
    assert delivery.in_flight


def test_a_batch_is_bounded_by_count_and_by_size(outbox: Outbox) -> None:
    delivery = Delivery(outbox, PATIENT)
    for number in range(MAX_ENTRIES + 20):
        outbox.append(entry(number))
    payload = delivery.due(0.0)
    assert len(numbers(payload)) == MAX_ENTRIES
    assert payload is not None
    assert len(payload) < MAX_BATCH


def test_a_rotten_entry_is_left_out_and_leaves_with_the_others(outbox: Outbox) -> None:
    delivery = Delivery(outbox, PATIENT)
    outbox.append(entry(1))
    outbox.append(b'{"half of an entry')
    outbox.append(entry(3))
    assert numbers(delivery.due(0.0)) == [1, 3]
    delivery.acknowledged(Ack(outbox.epoch, 3))
    assert len(outbox) == 0


def test_a_whole_page_of_rotten_entries_is_no_dead_end(outbox: Outbox) -> None:
    delivery = Delivery(outbox, PATIENT)
    for _ in range(MAX_ENTRIES):
        outbox.append(b"rotten")
    outbox.append(entry(1))
    assert numbers(delivery.due(0.0)) == [MAX_ENTRIES + 1]


def test_nothing_but_rotten_entries_leaves_by_itself(outbox: Outbox) -> None:
    delivery = Delivery(outbox, PATIENT)
    outbox.append(b"rotten")
    assert delivery.due(0.0) is None
    assert not delivery.waits()
    assert len(outbox) == 0


# --- alarms ---------------------------------------------------------------------------------------------------


def test_changes_are_told_and_nothing_else() -> None:
    fine = Status(Condition.ONLINE)
    low, both = Status(Condition.ONLINE, ("PAPER_LOW",)), Status(Condition.USER_ACTION, ("COVER_OPEN", "PAPER_LOW"))
    role = Role.RECEIPT_PRINTER
    told = [(alert.code, alert.raised) for alert in changes({role: low}, {role: both})]
    assert told == [("COVER_OPEN", True)]
    told = [(alert.code, alert.raised) for alert in changes({role: both}, {role: fine})]
    assert told == [("COVER_OPEN", False), ("PAPER_LOW", False)]
    assert changes({role: both}, {role: both}) == []
    assert changes({role: both}, {Role.CARD_READER: fine}) == []


def test_a_fault_that_the_table_does_not_have_is_left_out(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    odd = {Role.CARD_READER: Status(Condition.HARDWARE_ERROR, ("NO_ANSWER", "SMOKE"))}
    assert [alert.code for alert in changes({}, odd)] == ["NO_ANSWER"]
    assert picture(odd)["card_reader"].faults == ("NO_ANSWER",)
    agent = world.agent()
    agent.do(Devices(odd))
    agent.do(Devices(odd))
    assert capsys.readouterr().err.count('"fleet.unknown_fault", "fault": "SMOKE"') == 1


# --- what the agent refuses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        Usage("another-item", VERSION, "done"),
        Usage(ITEM, "f" * 12, "done"),
        Usage(ITEM, VERSION, "done", reason="张三"),
        Terminal("exploded"),  # type: ignore[arg-type]
    ],
)
def test_an_event_that_is_not_for_the_fleet_is_refused_and_harms_nothing(
    world: World, capsys: pytest.CaptureFixture[str], event: Usage | Terminal
) -> None:
    agent: Agent = world.agent()
    with pytest.raises(MessageError):
        agent.record(event)
    agent.do(event)
    logged = capsys.readouterr().err
    assert "fleet.refused" in logged
    assert "张三" not in logged
    assert len(agent._recorder) == 0
    world.drive(agent, until=lambda: agent.link_up)
    agent.poll()
