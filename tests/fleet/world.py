"""A whole fleet on loopback: a real mosquitto with the field's configuration, the real receiver, real agents."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from console.store import Store
from kiosk.bench.authority import Authority
from kiosk.bench.broker import Broker
from kiosk.config import Fleet, Tls
from kiosk.fleet.agent import Agent, LinkChanged
from kiosk.fleet.messages import Birth, Usage
from kiosk.fleet.timing import Timing

ROOT = Path(__file__).resolve().parents[2]
ITEM, VERSION = "residence-proof", "0123456789ab"
BIRTH = Birth(app="0.1.0", os="debian-12", hardware="bench", catalogue="a" * 64, items={ITEM: VERSION}, drivers={})
QUICK = Timing(
    will_delay=1,
    keepalive=10,
    reconnect_min=0.02,
    reconnect_first=0.1,
    reconnect_max=0.2,
    steady=0.0,
    resend_min=0.4,
    mend=0.1,
    resend_max=0.8,
)
PATIENCE = 20.0  # seconds after which a test gives up; nothing is measured by it


def usage(number: int) -> Usage:
    return Usage(ITEM, VERSION, "done", duration_ms=number)


class World:
    """One broker and whoever is started around it; everything is ended with the test."""

    def __init__(self, directory: Path, authority: Authority) -> None:
        self.directory = directory
        self.authority = authority
        self.db = directory / "console.db"
        self.broker = Broker(directory / "broker", authority.ca, *authority.issue("broker", "server"))
        (directory / "broker").mkdir()
        self._children: list[subprocess.Popen[bytes]] = []
        self._agents: list[Agent] = []
        self._watchers: list[Watcher] = []

    # --- the terminal's end -----------------------------------------------------------------------------------

    def settings(self, terminal: str, heartbeat_seconds: float = 0.5) -> Fleet:
        certificate, key = self.authority.issue(terminal, "client")
        tls = Tls(str(self.authority.ca), str(certificate), str(key))
        return Fleet(self.broker.host, self.broker.port, tls, heartbeat_seconds)

    def outbox(self, terminal: str) -> Path:
        return self.directory / f"{terminal}.db"

    def agent(
        self,
        terminal: str = "kiosk-000001",
        kind: type[Agent] = Agent,
        post: Callable[[LinkChanged], object] = lambda _news: None,
        timing: Timing = QUICK,
    ) -> Agent:
        agent = kind(self.settings(terminal), terminal, self.outbox(terminal), BIRTH, post, timing)
        agent.open()
        self._agents.append(agent)
        return agent

    def agent_process(self, *terminals: str, events: bool = True, timing: Timing = QUICK) -> subprocess.Popen[bytes]:
        """Agents in a process of their own, to be killed; prints the number of each event once it is on disk."""
        life = {
            "fleets": [self.settings(terminal) for terminal in terminals],
            "terminals": terminals,
            "outboxes": [str(self.outbox(terminal)) for terminal in terminals],
            "birth": BIRTH,
            "timing": timing,
            "events": events,
        }
        program = str(Path(__file__).with_name("fleet_process.py"))
        return self.child([program, "agent", msgspec.json.encode(life).decode()], stdout=subprocess.PIPE)

    def drive(self, *agents: Agent, until: Callable[[], bool]) -> None:
        """Be the Worker of these agents until something is true."""
        deadline = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < deadline, "it did not come about"
            for agent in agents:
                agent.poll()
            time.sleep(min(0.02, *(agent.pause() for agent in agents), 0.02))

    # --- the fleet's end --------------------------------------------------------------------------------------

    def console(self, mutant: str = "") -> subprocess.Popen[bytes]:
        """The receiver as it is deployed, or a crashing or wrong one of `fleet_process.py`."""
        certificate, key = self.authority.issue("console", "client")
        program = [str(Path(__file__).with_name("fleet_process.py")), mutant] if mutant else ["-m", "console"]
        command = [*program, "--broker", f"{self.broker.host}:{self.broker.port}", "--ca", str(self.authority.ca)]
        return self.child([*command, "--cert", str(certificate), "--key", str(key), "--db", str(self.db)])

    def child(self, arguments: list[str], **options: Any) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (self.directory / "children.log").open("ab") as log:
            child = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, stderr=log, **options)
        self._children.append(child)
        return child

    def stored(self, terminal: str = "kiosk-000001") -> list[int]:
        """Numbers of the events that the console holds, in the order in which they came."""
        if not self.db.exists():
            return []
        store = Store(self.db)
        try:
            return [row.n for row in store.events(terminal)]
        finally:
            store.close()

    def store(self) -> Store:
        return Store(self.db)

    def said(self) -> str:
        """What the child processes logged."""
        return (self.directory / "children.log").read_text(encoding="utf-8", errors="replace")

    def watch(self, *topics: str, name: str = "console", **options: Any) -> Watcher:
        watcher = Watcher(self, name, topics, **options)
        self._watchers.append(watcher)
        return watcher

    def end(self) -> None:
        for agent in self._agents:
            agent.close()
        for watcher in self._watchers:
            watcher.close()
        for child in self._children:
            if child.poll() is None:
                child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()
        self.broker.stop()


class Watcher:
    """A plain MQTT client with the certificate of `name`: what it hears and what the broker answers, as queues."""

    def __init__(
        self,
        world: World,
        name: str,
        topics: tuple[str, ...],
        client_id: str = "",
        will: tuple[str, bytes] | None = None,
    ) -> None:
        self.heard: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
        self.answers: SimpleQueue[str] = SimpleQueue()
        self._ready: SimpleQueue[str] = SimpleQueue()
        self._topics = topics
        certificate, key = world.authority.issue(name, "client")
        self.client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id or name, protocol=mqtt.MQTTv5, reconnect_on_failure=False
        )
        self.client.tls_set(str(world.authority.ca), str(certificate), str(key))
        if will:
            self.client.will_set(*will, qos=1)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = lambda *_: self._ready.put("subscribed")
        self.client.on_message = lambda _c, _d, message: self.heard.put((message.topic, bytes(message.payload)))
        self.client.on_publish = lambda _c, _d, _mid, reason, _p: self.answers.put(str(reason))
        self.client.on_disconnect = lambda *_: self.answers.put("disconnected")
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 0
        self.client.connect(world.broker.host, world.broker.port, keepalive=10, clean_start=True, properties=properties)
        self.client.loop_start()
        self._ready.get(timeout=PATIENCE)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> str:
        """Publish with QoS 1; returns the broker's answer."""
        self.client.publish(topic, payload, qos=1, retain=retain)
        return self.answers.get(timeout=PATIENCE)

    def hears(self, topic: str) -> bytes:
        """Wait for the next message on this topic; others before it are passed over."""
        while True:
            heard, payload = self.heard.get(timeout=PATIENCE)
            if heard == topic:
                return payload

    def all_heard(self) -> list[tuple[str, bytes]]:
        found = []
        while True:
            try:
                found.append(self.heard.get_nowait())
            except Empty:
                return found

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(self, client: mqtt.Client, *_rest: Any) -> None:
        if self._topics:
            client.subscribe([(topic, 1) for topic in self._topics])
        else:
            self._ready.put("connected")
