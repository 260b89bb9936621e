"""Processes that the fault tests kill: agents, and receivers that die just before a commit, right and wrong ones.

agent SETTINGS-JSON            record usage events for ever; prints each number once it is on disk
dies --broker ...              the real receiver, but it dies by kill -9 before its first commit of an event
acks-first --broker ...        a wrong one that acknowledges before it commits, and dies in between
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator

import msgspec
import paho.mqtt.client as mqtt

import console.__main__ as command
from console.intake import Arrived
from console.receiver import Receiver
from console.store import Store
from kiosk.config import Fleet
from kiosk.fleet.agent import Agent
from kiosk.fleet.messages import Birth, Terminal, Usage
from kiosk.fleet.timing import Timing


class Life(msgspec.Struct):
    fleets: list[Fleet]
    terminals: list[str]
    outboxes: list[str]
    birth: Birth
    timing: Timing
    events: bool = True


def live(life: Life) -> None:
    agents = [
        Agent(fleet, terminal, outbox, life.birth, lambda news: print(news, flush=True), life.timing)
        for fleet, terminal, outbox in zip(life.fleets, life.terminals, life.outboxes, strict=True)
    ]
    item, version = next(iter(life.birth.items.items()))
    for agent in agents:
        agent.open()
        agent.record(Terminal("open"))
    number = 0
    while True:
        number += 1
        for agent in agents:
            if life.events:
                agent.record(Usage(item, version, "done", duration_ms=number))
                print(number, flush=True)
            agent.poll()
        time.sleep(0.002 if life.events else 0.05)


class DiesBeforeCommit(Store):
    """kill -9 in the moment before the outermost COMMIT of a transaction that holds an event."""

    depth = 0
    has_event = False

    def event(self, *values: object) -> None:  # type: ignore[override]
        self.has_event = True
        super().event(*values)  # type: ignore[arg-type]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        with super().transaction():
            self.depth += 1
            yield
            self.depth -= 1
            if self.has_event and not self.depth:
                os.kill(os.getpid(), signal.SIGKILL)


class AcksFirst(Receiver):
    """The mutant: it says that it has what it has not."""

    def settle(self, client: mqtt.Client, batch: list[Arrived]) -> None:
        with self._store.transaction():
            acks = self._intake.take(batch)
            self.acknowledge(client, batch, acks)
            while client.want_write():
                client.loop(0.01)


if __name__ == "__main__":
    if sys.argv[1] == "agent":
        live(msgspec.json.decode(sys.argv[2], type=Life))
    command.Store = DiesBeforeCommit  # type: ignore[misc]
    if sys.argv[1] == "acks-first":
        command.Receiver = AcksFirst  # type: ignore[misc]
    sys.exit(command.main(sys.argv[2:]))
