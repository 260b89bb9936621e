"""One MQTT connection of the terminal, from CONNECT to its end. A new connection is a new Link.

paho's network thread runs the connection and keeps it alive; its callbacks do nothing but put signals into a queue that
the agent empties. A Link is never reused: nothing that an old connection still held (unsent retained messages, packet
ids) can overtake what the next one says.
"""

from __future__ import annotations

import contextlib
from queue import SimpleQueue
from typing import Any

import paho.mqtt.client as mqtt
from msgspec import Struct
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from kiosk.config import Fleet
from kiosk.fleet.messages import MAX_MESSAGE, Presence, encode
from kiosk.fleet.messages.topics import FLEET_STATE, acknowledgements, up
from kiosk.fleet.timing import Timing

_RECEIVE_MAXIMUM = 20


class Opened(Struct, frozen=True):
    """The broker accepted us."""

    session: int


class Closed(Struct, frozen=True):
    """This Link is over. code: REFUSED (the broker said no), CONNECTION (network, TLS, or the broker went)."""

    session: int
    code: str


class Arrived(Struct, frozen=True):
    """retained: the broker remembered it; otherwise it was said just now."""

    session: int
    topic: str
    payload: bytes
    retained: bool


Signal = Opened | Closed | Arrived


class Link:
    """Starts connecting when made. Raises OSError when the certificate files cannot be used."""

    def __init__(
        self, settings: Fleet, terminal: str, boot: str, session: int, timing: Timing, signals: SimpleQueue[Signal]
    ) -> None:
        self.session = session
        self._terminal = terminal
        self._boot = boot
        self._timing = timing
        self._signals = signals
        self._client = self._make_client(settings)
        self._client.connect_async(
            settings.host,
            settings.port,
            keepalive=timing.keepalive,
            clean_start=False,
            properties=_properties(
                PacketTypes.CONNECT,
                SessionExpiryInterval=timing.session_expiry,
                ReceiveMaximum=_RECEIVE_MAXIMUM,
                MaximumPacketSize=MAX_MESSAGE,
            ),
        )
        self._client.loop_start()

    def say_online(self) -> None:
        self._say(Presence("on", self._boot, self.session))

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False, expiry: int = 0) -> None:
        """Hand a message to paho. expiry: seconds after which the broker may forget it, 0 for never."""
        properties = _properties(PacketTypes.PUBLISH, MessageExpiryInterval=expiry) if expiry else None
        self._client.publish(topic, payload, qos, retain, properties)

    def leave(self) -> None:
        """Go in good order: say `off`, wait until the broker has it, disconnect, end paho's thread."""
        if self._client.is_connected():
            said = self._say(Presence("off", self._boot, self.session))
            with contextlib.suppress(RuntimeError, ValueError):  # the connection broke meanwhile: the will speaks
                said.wait_for_publish(self._timing.farewell)
            self._client.disconnect()
            self._client.loop_stop()
        self.abandon()

    def abandon(self) -> None:
        """Forget a connection that is over or never came about; paho's thread ends by itself.

        The callbacks are the only cycle between paho's client and us: without them its sockets close at once, not
        when the garbage collector comes by, and a terminal may try to connect for weeks.
        """
        client = self._client
        client.disconnect()
        client.on_connect = client.on_connect_fail = client.on_disconnect = client.on_message = None

    def _say(self, presence: Presence) -> mqtt.MQTTMessageInfo:
        return self._client.publish(up(self._terminal, "online"), encode(presence), 1, True)

    def _make_client(self, settings: Fleet) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._terminal,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.tls_set(settings.tls.ca, settings.tls.certificate, settings.tls.key)
        client.will_set(
            up(self._terminal, "online"),
            encode(Presence("lost", self._boot, self.session)),
            qos=1,
            retain=True,
            properties=_properties(PacketTypes.WILLMESSAGE, WillDelayInterval=self._timing.will_delay),
        )
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    # --- called by paho's thread ----------------------------------------------------------------------------

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._signals.put(Closed(self.session, "REFUSED"))
            return
        client.subscribe([(acknowledgements(self._terminal), 1), (FLEET_STATE, 1)])
        self._signals.put(Opened(self.session))

    def _on_connect_fail(self, _client: mqtt.Client, _data: Any) -> None:
        self._signals.put(Closed(self.session, "CONNECTION"))

    def _on_disconnect(self, _client: mqtt.Client, _data: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        self._signals.put(Closed(self.session, "CONNECTION"))

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        with contextlib.suppress(UnicodeDecodeError):  # a topic that is no text is none of ours
            self._signals.put(Arrived(self.session, message.topic, bytes(message.payload), message.retain))


def _properties(packet: int, **values: int) -> Properties:
    properties = Properties(packet)  # type: ignore[no-untyped-call]
    for name, value in values.items():
        setattr(properties, name, value)
    return properties
