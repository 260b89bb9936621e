"""Who is there: birth, presence with its will, heartbeats, alerts."""

from __future__ import annotations

import gc
import signal
import time
from pathlib import Path

import msgspec
import pytest

from kiosk.devices import Condition, Level, Role, Status
from kiosk.fleet.agent import Devices, LinkChanged
from kiosk.fleet.messages import Alert, Birth, Heartbeat, Presence, Terminal, decode
from tests.fleet.world import ITEM, PATIENCE, QUICK, VERSION, World

ONE, TWO = "kiosk-000001", "kiosk-000002"


def test_a_terminal_says_who_it_is_and_how_it_is(world: World) -> None:
    watcher = world.watch("k1/+/up/#")
    agent = world.agent(ONE)
    agent.do(Terminal("open"))
    agent.do(Devices({Role.RECEIPT_PRINTER: Status(Condition.USER_ACTION, ("PAPER_OUT",), Level.OUT)}))
    heard = []

    def showed() -> bool:
        heard.extend(watcher.all_heard())
        return any(topic.endswith("/hb") and b"PAPER_OUT" in payload for topic, payload in heard)

    world.drive(agent, until=showed)
    by_topic = dict(heard)
    birth = decode(by_topic[f"k1/{ONE}/up/birth"], Birth)
    presence = decode(by_topic[f"k1/{ONE}/up/online"], Presence)
    heartbeat = decode(by_topic[f"k1/{ONE}/up/hb"], Heartbeat)
    assert birth.items == {ITEM: VERSION}
    assert presence == Presence("on", birth.boot, birth.session)
    assert heartbeat.boot == birth.boot
    assert heartbeat.state == "open"
    assert heartbeat.devices["receipt_printer"].faults == ("PAPER_OUT",)


def test_a_fault_is_told_once_when_it_comes_and_once_when_it_goes(world: World) -> None:
    world.console()
    agent = world.agent(ONE)
    fine, out = Status(Condition.ONLINE), Status(Condition.USER_ACTION, ("PAPER_OUT",), Level.OUT)
    for status in (fine, out, out, fine, fine):
        agent.do(Devices({Role.RECEIPT_PRINTER: status}))
    agent.do(Terminal("open"))
    agent.do(Terminal("open"))
    world.drive(agent, until=lambda: len(agent._recorder) == 0)
    store = world.store()
    assert [row.entry.event for row in store.events()] == [
        Alert("receipt_printer", "PAPER_OUT", True, "critical", "attendant"),
        Alert("receipt_printer", "PAPER_OUT", False, "critical", "attendant"),
        Terminal("open"),
    ]
    store.close()


@pytest.mark.parametrize("will_delay", [1, 0])
def test_a_dead_terminal_is_lost_and_one_that_restarts_in_time_is_not(world: World, will_delay: int) -> None:
    """Both die by kill -9 at once; the first is back within the delay of its will, the second never comes.

    The mutant whose will knows no delay is called lost.
    """
    timing = msgspec.structs.replace(QUICK, will_delay=will_delay)
    watcher = world.watch("k1/+/up/online")
    process = world.agent_process(ONE, TWO, events=False, timing=timing)
    present = {watcher.heard.get(timeout=PATIENCE)[0] for _ in range(2)}
    assert present == {f"k1/{terminal}/up/online" for terminal in (ONE, TWO)}
    process.kill()
    agent = world.agent(ONE)
    world.drive(agent, until=lambda: agent.link_up)
    back: list[str] = []
    lost: list[str] = []

    def second_is_lost() -> bool:
        for topic, payload in watcher.all_heard():
            (back if ONE in topic else lost).append(decode(payload, Presence).state)
        return "lost" in lost and back[-1:] == ["on"]

    world.drive(agent, until=second_is_lost)
    assert ("lost" in back) is (will_delay == 0)


def test_a_terminal_that_leaves_in_good_order_says_so_and_leaves_no_will(world: World) -> None:
    watcher = world.watch("k1/+/up/online")
    news: list[LinkChanged] = []
    agent = world.agent(ONE, post=news.append)
    world.drive(agent, until=lambda: agent.link_up)
    agent.close()
    world.broker.stop()
    said = [decode(payload, Presence).state for _, payload in watcher.all_heard()]
    assert said == ["on", "off"]
    assert news == [LinkChanged(True), LinkChanged(False, "")]


def test_a_broken_connection_is_told_once_and_mended_with_a_new_session(world: World) -> None:
    news: list[LinkChanged] = []
    agent = world.agent(ONE, post=news.append)
    world.drive(agent, until=lambda: agent.link_up)
    world.broker.kill()
    world.drive(agent, until=lambda: agent._attempt > 3)
    world.broker.start()
    watcher = world.watch("k1/+/up/birth")
    world.drive(agent, until=lambda: agent.link_up)
    assert news == [LinkChanged(True), LinkChanged(False, "CONNECTION"), LinkChanged(True)]
    births = [decode(watcher.hears(f"k1/{ONE}/up/birth"), Birth)]
    births += [decode(payload, Birth) for _, payload in watcher.all_heard()]
    assert births[-1].session > 3


@pytest.mark.parametrize(("number", "state"), [(signal.SIGTERM, "off"), (signal.SIGKILL, "lost")])
def test_the_fleets_end_says_whether_it_is_there(world: World, number: int, state: str) -> None:
    console = world.console()
    watcher = world.watch("f1/state", name=ONE)
    assert decode(watcher.hears("f1/state"), Presence).state == "on"
    console.send_signal(number)
    assert decode(watcher.hears("f1/state"), Presence).state == state


def test_a_terminal_that_tries_for_weeks_keeps_no_sockets(world: World) -> None:
    """Without the garbage collector's help: it comes by when it likes, and sockets run out before memory does."""
    world.broker.stop()
    gc.collect()
    before = open_files()
    gc.disable()
    try:
        agent = world.agent(ONE)
        world.drive(agent, until=lambda: agent._attempt > 15)
        agent.close()
        deadline = time.monotonic() + PATIENCE
        while open_files() > before and time.monotonic() < deadline:  # paho's threads take a second to end
            time.sleep(0.05)
        assert open_files() <= before
    finally:
        gc.enable()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
