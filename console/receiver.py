"""MQTT to store: the fleet's end. One thread: network, commit, acknowledgement, in this order.

A message is acknowledged to the broker, and an event to its terminal, only after the commit that holds it. Whatever
breaks in between is sent again and found to be there already.
"""

from __future__ import annotations

import logging
import random
import secrets
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from msgspec import Struct
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from console.intake import Arrived, Intake
from console.store import Store, StoreError
from kiosk.fleet.messages import Ack, Presence, encode
from kiosk.fleet.messages.topics import EVERY_UP, FLEET_STATE, acknowledgements

log = logging.getLogger(__name__)

NAME = "console"  # the common name of its certificate, as the broker's access list has it

_BATCH = 1_000  # messages of one commit; also how many may be unacknowledged at the broker
_LINGER = 0.02  # seconds that the first message of a batch waits for others
_WAKE = 0.2  # seconds after which a request to stop is noticed
_SESSION_EXPIRY = 3_600
_ACK_EXPIRY = 600
_KEEPALIVE = 30


class Settings(Struct, frozen=True):
    """ca, certificate, key: PEM files. retry_seconds: about how long to wait before connecting again."""

    host: str
    port: int
    ca: Path
    certificate: Path
    key: Path
    retry_seconds: float = 1.0


class Receiver:
    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._intake = Intake(store)
        self._arrived: list[Arrived] = []
        self._due = 0.0
        self._boot = secrets.token_hex(16)
        self._session = 0
        self._trouble = ""
        self._stopping = False

    def run(self) -> None:
        """Receive until `stop`. A broker that is away and a store that is full are waited for."""
        while not self._stopping:
            self._arrived = []
            self._session += 1
            try:
                client = self._make_client()
                try:
                    self._connect(client)
                    self._serve(client)
                finally:
                    self._leave(client)
            except (OSError, StoreError) as error:
                self._say_once(f"{type(error).__name__}: {error}")
            self._rest(self._settings.retry_seconds * random.uniform(0.5, 1.5))

    def stop(self) -> None:
        """May be called from a signal handler."""
        self._stopping = True

    # --- one connection ---------------------------------------------------------------------------------------

    def _connect(self, client: mqtt.Client) -> None:
        client.connect(
            self._settings.host,
            self._settings.port,
            keepalive=_KEEPALIVE,
            clean_start=False,
            properties=_properties(PacketTypes.CONNECT, SessionExpiryInterval=_SESSION_EXPIRY, ReceiveMaximum=_BATCH),
        )

    def _serve(self, client: mqtt.Client) -> None:
        """Until the connection ends or `stop`. Raises StoreError: then nothing of the batch was acknowledged."""
        while not self._stopping:
            now = time.monotonic()
            wait = max(0.0, self._due - now) if self._arrived else _WAKE
            if client.loop(wait) != mqtt.MQTT_ERR_SUCCESS:
                self._say_once("the broker is away")
                return
            if self._arrived and (len(self._arrived) >= _BATCH or time.monotonic() >= self._due):
                batch, self._arrived = self._arrived, []
                self.settle(client, batch)

    def settle(self, client: mqtt.Client, batch: list[Arrived]) -> None:
        """Commit, and only then acknowledge."""
        with self._store.transaction():
            acks = self._intake.take(batch)
        self.acknowledge(client, batch, acks)

    def acknowledge(self, client: mqtt.Client, batch: list[Arrived], acks: dict[str, Ack]) -> None:
        for terminal, ack in acks.items():
            properties = _properties(PacketTypes.PUBLISH, MessageExpiryInterval=_ACK_EXPIRY)
            client.publish(acknowledgements(terminal), encode(ack), qos=1, properties=properties)
        for message in batch:
            if message.mid:
                client.ack(message.mid, 1)

    def _leave(self, client: mqtt.Client) -> None:
        """Say `off` when stopping; a connection given up for another reason leaves its will to the broker."""
        if self._stopping and client.is_connected():
            said = client.publish(FLEET_STATE, self._presence("off"), qos=1, retain=True)
            deadline = time.monotonic() + 2.0
            while not said.is_published() and time.monotonic() < deadline:
                if client.loop(0.05) != mqtt.MQTT_ERR_SUCCESS:
                    break
        if self._stopping:
            client.disconnect()
        elif (socket := client.socket()) is not None:
            socket.close()

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < until:
            time.sleep(min(0.1, seconds))

    # --- callbacks, within `loop` -----------------------------------------------------------------------------

    def _make_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=NAME,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.tls_set(str(self._settings.ca), str(self._settings.certificate), str(self._settings.key))
        client.will_set(FLEET_STATE, self._presence("lost"), qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._say_once(f"the broker refused us: {reason}")
            return
        client.subscribe([(topic, 1) for topic in EVERY_UP])
        client.publish(FLEET_STATE, self._presence("on"), qos=1, retain=True)
        self._trouble = ""
        log.info("receiving from %s:%d", self._settings.host, self._settings.port)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        if not self._arrived:
            self._due = time.monotonic() + _LINGER
        mid = message.mid if message.qos else 0
        at = int(time.time() * 1000)
        self._arrived.append(Arrived(topic, bytes(message.payload), message.retain, mid, at))

    def _presence(self, state: Any) -> bytes:
        return encode(Presence(state, self._boot, self._session))

    def _say_once(self, trouble: str) -> None:
        """Log a trouble once, and its end when the next connection stands."""
        if trouble != self._trouble:
            self._trouble = trouble
            log.warning("not receiving: %s", trouble)


def _properties(packet: int, **values: int) -> Properties:
    properties = Properties(packet)  # type: ignore[no-untyped-call]
    for name, value in values.items():
        setattr(properties, name, value)
    return properties
