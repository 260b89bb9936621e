"""No event is lost and none is doubled, whoever dies: broker, console or terminal. And two mutants that must fail."""

from __future__ import annotations

import resource
import signal

import pytest

from kiosk.config import Fleet, Tls
from kiosk.fleet.agent import Agent, LinkChanged
from kiosk.fleet.link import Link
from kiosk.fleet.messages import Batch, Dropped, decode
from kiosk.ledger.outbox import Outbox
from tests.fleet.world import BIRTH, QUICK, World, usage


def emptied(agent: Agent) -> bool:
    return len(agent._recorder) == 0


def from_one_to(last: int) -> list[int]:
    return list(range(1, last + 1))


def until_one_arrives(world: World, agent: Agent) -> None:
    """Events come and go until the console has the last of them, however wrong the agent is."""
    while True:
        agent.do(usage(99))
        world.drive(agent, until=lambda: emptied(agent))
        if agent._recorder.outbox.last in world.stored():
            return


class DeletesOnPuback(Agent):
    """The mutant: it takes the broker's word for the fleet's."""

    def _send_events(self, link: Link, payload: bytes) -> None:
        sent = link._client.publish(f"k1/{self._terminal}/up/ev", payload, qos=1)
        sent.wait_for_publish(5)
        batch = decode(payload, Batch)
        self._recorder.outbox.acknowledge(batch.epoch, batch.entries[-1].n)
        self._recorder.delivery.restart()


def test_an_event_arrives_is_committed_and_leaves_the_outbox(world: World) -> None:
    console = world.console()
    agent = world.agent()
    for number in range(250):  # three batches
        agent.do(usage(number))
    world.drive(agent, until=lambda: emptied(agent))

    assert world.stored() == from_one_to(250)
    store = world.store()
    assert [row.entry.event for row in store.events()] == [usage(number) for number in range(250)]
    assert store.gaps() == []
    assert store.poisoned() == 0
    store.close()
    console.send_signal(signal.SIGTERM)
    assert console.wait(10) == 0


def test_a_terminal_that_was_alone_for_days_catches_up_in_order(world: World) -> None:
    world.broker.stop()
    agent = world.agent()
    for number in range(600):
        agent.do(usage(number))
    world.drive(agent, until=lambda: agent._attempt > 2)
    world.broker.start()
    world.console()
    world.drive(agent, until=lambda: emptied(agent))
    assert world.stored() == from_one_to(600)


def test_a_broker_that_dies_and_forgets_everything_loses_nothing(world: World) -> None:
    world.console()
    agent = world.agent()
    for _ in range(2):
        for number in range(120):
            agent.do(usage(number))
        reached = len(world.stored())
        world.drive(agent, until=lambda reached=reached: len(world.stored()) > reached)  # type: ignore[misc]
        world.broker.kill()
        world.broker.wipe()
        world.broker.start()
    world.drive(agent, until=lambda: emptied(agent))
    assert world.stored() == from_one_to(240)


@pytest.mark.parametrize(("kind", "complete"), [(Agent, True), (DeletesOnPuback, False)])
def test_what_only_the_broker_had_is_sent_again(world: World, kind: type[Agent], complete: bool) -> None:
    """The broker acknowledges a batch while the console is away, and dies. The mutant has deleted it by then."""
    watcher = world.watch("k1/+/up/ev")
    agent = world.agent(kind=kind)
    for number in range(10):
        agent.do(usage(number))
    world.drive(agent, until=lambda: bool(watcher.all_heard()))
    world.broker.kill()
    world.broker.wipe()
    world.broker.start()
    world.console()
    until_one_arrives(world, agent)
    assert (world.stored() == from_one_to(agent._recorder.outbox.last)) is complete


@pytest.mark.parametrize(("console", "complete"), [("dies", True), ("acks-first", False)])
def test_a_console_that_dies_before_its_commit_is_told_again(world: World, console: str, complete: bool) -> None:
    dying = world.console(console)
    agent = world.agent()
    for number in range(10):
        agent.do(usage(number))
    world.drive(agent, until=lambda: dying.poll() is not None)
    assert dying.returncode == -signal.SIGKILL
    world.console()
    until_one_arrives(world, agent)
    assert (world.stored() == from_one_to(agent._recorder.outbox.last)) is complete


def test_a_terminal_that_dies_again_and_again_loses_nothing_that_was_on_disk(world: World) -> None:
    world.console()
    kept = 0
    for life in range(4):
        process = world.agent_process("kiosk-000001")
        assert process.stdout is not None
        for line in process.stdout:
            kept += line.strip().isdigit()
            if kept >= (life + 1) * 60:
                break
        process.kill()
        kept += sum(line.strip().isdigit() for line in process.stdout)
    agent = world.agent()
    last = agent._recorder.outbox.last
    world.drive(agent, until=lambda: emptied(agent))
    assert kept <= last <= kept + 4 * 2  # each life also wrote its state, and may have died before it printed
    assert world.stored() == from_one_to(last)


def test_a_full_outbox_says_how_much_it_dropped(world: World) -> None:
    agent = world.agent()
    agent._recorder.outbox = agent._recorder.delivery._outbox = Outbox(world.directory / "small.db", limit=50)
    for number in range(80):
        agent.do(usage(number))
    world.console()
    world.drive(agent, until=lambda: emptied(agent) and agent._recorder.outbox.dropped == 0)
    store = world.store()
    events = [row.entry.event for row in store.events()]
    dropped = sum(event.count for event in events if isinstance(event, Dropped))
    passed_over = sum(last - first + 1 for _, _, first, last in store.gaps())
    store.close()
    assert dropped == passed_over
    assert dropped == 80 - sum(event in events for event in map(usage, range(80)))
    assert usage(79) in events


def test_an_outbox_that_fails_is_opened_anew_and_what_it_missed_is_counted(world: World) -> None:
    world.console()
    agent = world.agent()
    agent.do(usage(0))
    agent._recorder.outbox.close()  # from now on every access fails, as on a disk that went away
    agent.do(usage(1))
    agent.do(usage(2))
    world.drive(agent, until=lambda: agent._recorder._mend_at is None)
    agent.do(usage(3))
    world.drive(agent, until=lambda: emptied(agent) and not agent._recorder._unsaved)
    store = world.store()
    assert [row.entry.event for row in store.events()] == [usage(0), usage(3), Dropped("full", 2)]
    store.close()


def test_a_console_whose_disk_is_full_takes_nothing_and_loses_nothing(world: World) -> None:
    console = world.console()
    agent = world.agent()
    agent.do(usage(0))
    world.drive(agent, until=lambda: emptied(agent))
    unlimited = resource.RLIM_INFINITY
    resource.prlimit(console.pid, resource.RLIMIT_FSIZE, (world.db.stat().st_size, unlimited))
    for number in range(1, 300):
        agent.do(usage(number))
    world.drive(agent, until=lambda: "not receiving: StoreError" in world.said())
    assert console.poll() is None
    assert len(agent._recorder) > 0

    resource.prlimit(console.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
    world.drive(agent, until=lambda: emptied(agent))
    assert world.stored() == from_one_to(300)


def test_a_terminal_that_talks_nonsense_does_not_stop_the_console(world: World) -> None:
    console = world.console()
    agent = world.agent()
    agent.do(usage(0))
    world.drive(agent, until=lambda: emptied(agent))  # the console listens
    hostile = world.watch(name="kiosk-000666")
    nonsense = [b"", b"\xff" * 100, b"[" * 50_000, b"{}", b'{"v":1,"name":"' + "张三".encode() + b'"}']
    for payload in nonsense:
        for kind in ("birth", "online", "ev", "else"):
            assert hostile.publish(f"k1/kiosk-000666/up/{kind}", payload, retain=True) != "disconnected"
    agent.do(usage(1))
    world.drive(agent, until=lambda: emptied(agent))
    assert console.poll() is None
    assert world.stored() == [1, 2]
    store = world.store()
    assert store.poisoned() == 3 * len(nonsense)  # nobody listens to up/else
    assert not any("张" in reason for _, reason, _ in store.poison_kept())
    store.close()
    assert "张" not in world.said()


def test_events_are_kept_while_the_certificate_is_missing(world: World) -> None:
    settings = world.settings("kiosk-000001")
    missing = Fleet(
        settings.host, settings.port, Tls(settings.tls.ca, str(world.directory / "no.pem"), settings.tls.key)
    )
    news: list[LinkChanged] = []
    agent = Agent(missing, "kiosk-000001", world.outbox("kiosk-000001"), BIRTH, news.append, QUICK)
    agent.open()
    agent.do(usage(1))
    world.drive(agent, until=lambda: agent._attempt > 2)
    agent.close()
    assert news[0] == LinkChanged(False, "CERTIFICATE")  # told once, however often it was tried

    world.console()
    mended = world.agent()
    world.drive(mended, until=lambda: emptied(mended))
    assert world.stored() == [1]
