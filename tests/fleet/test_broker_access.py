"""A hostile client with a valid certificate, one with a foreign one, and one with none: nobody is harmed."""

from __future__ import annotations

import contextlib
import socket
import ssl
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from kiosk.bench.authority import Authority
from kiosk.bench.broker import Broker, BrokerError
from kiosk.fleet.messages import Presence, encode
from tests.fleet.world import PATIENCE, Watcher, World

VICTIM, HOSTILE = "kiosk-000001", "kiosk-000002"
LOST = encode(Presence("lost", "0" * 32, 1))


@pytest.mark.parametrize(
    "topic",
    [
        f"k1/{VICTIM}/up/ev",
        f"k1/{VICTIM}/up/online",
        f"k1/{VICTIM}/down/ack",
        f"k1/{HOSTILE}/down/ack",
        "k1/all/down/notice",
        "f1/state",
        "anything",
    ],
)
def test_a_terminal_cannot_speak_for_others(world: World, topic: str) -> None:
    watcher = world.watch("k1/+/up/#", "f1/state")
    hostile = world.watch(name=HOSTILE)
    assert hostile.publish(topic, LOST) == "Not authorized"
    honest = world.watch(name="kiosk-000003")
    assert honest.publish("k1/kiosk-000003/up/ev", b"honest") == "Success"
    assert watcher.hears("k1/kiosk-000003/up/ev") == b"honest"
    assert watcher.all_heard() == []


def test_a_will_cannot_speak_for_others(world: World) -> None:
    watcher = world.watch("k1/+/up/online")
    hostile = world.watch(name=HOSTILE, will=(f"k1/{VICTIM}/up/online", LOST))
    honest = world.watch(name="kiosk-000003", will=("k1/kiosk-000003/up/online", LOST))
    for client in (hostile, honest):
        drop(client)
        assert client.answers.get(timeout=PATIENCE)
    assert watcher.hears("k1/kiosk-000003/up/online") == LOST
    assert watcher.all_heard() == []


def drop(client: Watcher) -> None:
    """Break the connection under the client: no DISCONNECT is said."""
    connection = client.client.socket()
    assert isinstance(connection, socket.socket)
    connection.shutdown(socket.SHUT_RDWR)


def test_a_terminal_hears_nothing_that_is_said_to_others(world: World) -> None:
    hostile = world.watch("#", f"k1/{VICTIM}/#", "k1/+/down/#", name=HOSTILE)
    victim = world.watch(f"k1/{VICTIM}/down/ack", name=VICTIM)
    console = world.watch()
    assert console.publish(f"k1/{VICTIM}/down/ack", b"for the victim") == "Success"
    assert victim.publish(f"k1/{VICTIM}/up/ev", b"from the victim").startswith(("Success", "No matching"))
    assert console.publish(f"k1/{HOSTILE}/down/ack", b"for the hostile") == "Success"
    assert victim.hears(f"k1/{VICTIM}/down/ack") == b"for the victim"
    assert hostile.hears(f"k1/{HOSTILE}/down/ack") == b"for the hostile"
    assert {payload for _, payload in hostile.all_heard()} <= {b"for the hostile"}


class BelievesClientIds(Broker):
    """The mutant: the configuration without the one line that ties a client id to its certificate."""

    def _write_config(self) -> Path:
        config = super()._write_config()
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("use_username_as_clientid true", ""), encoding="utf-8")
        return config


@pytest.mark.parametrize(("kind", "pushed_off"), [(Broker, False), (BelievesClientIds, True)])
def test_a_terminal_cannot_push_another_off_by_its_client_id(
    world: World, kind: type[Broker], pushed_off: bool
) -> None:
    world.broker.stop()
    world.broker.__class__ = kind
    world.broker.start()
    victim = world.watch(f"k1/{VICTIM}/down/ack", name=VICTIM)
    world.watch(f"k1/{VICTIM}/down/ack", name=HOSTILE, client_id=VICTIM)
    victim.client.publish(f"k1/{VICTIM}/up/ev", b"still there", qos=1)
    assert (victim.answers.get(timeout=PATIENCE) == "disconnected") is pushed_off


def test_the_broker_takes_no_huge_packet_and_lives(world: World) -> None:
    hostile = world.watch(name=HOSTILE)
    hostile.client.publish(f"k1/{HOSTILE}/up/ev", b"x" * 300_000, qos=0)
    assert hostile.answers.get(timeout=PATIENCE)
    assert world.watch(name=VICTIM).publish(f"k1/{VICTIM}/up/ev", b"still there?") != "disconnected"


@pytest.mark.parametrize("certificate", ["none", "foreign"])
def test_without_a_certificate_of_the_fleet_there_is_no_connection(
    world: World, certificate: str, tmp_path: Path
) -> None:
    context = ssl.create_default_context(cafile=str(world.authority.ca))
    if certificate == "foreign":
        context.load_cert_chain(*Authority.create(tmp_path / "foreign").issue(VICTIM, "client"))
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, VICTIM, protocol=mqtt.MQTTv5, reconnect_on_failure=False)
    client.tls_set_context(context)
    connected: list[object] = []
    client.on_connect = lambda *arguments: connected.append(arguments)
    with contextlib.suppress(ssl.SSLError, ConnectionError):  # TLS 1.2 refuses here, 1.3 after the handshake
        client.connect(world.broker.host, world.broker.port)
    while client.loop(PATIENCE) == mqtt.MQTT_ERR_SUCCESS:
        pass
    assert connected == []


def test_a_client_without_tls_is_refused(world: World) -> None:
    with socket.create_connection((world.broker.host, world.broker.port), timeout=PATIENCE) as plain:
        plain.sendall(b"\x10\x0f\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x02me")
        try:
            answer = plain.recv(1)
        except ConnectionResetError:
            answer = b""
    assert answer in (b"", b"\x15")  # closed at once or after a TLS alert: no CONNACK (0x20)


def test_a_broker_that_cannot_start_says_why(world: World, tmp_path: Path) -> None:
    second = Broker(tmp_path / "second", world.authority.ca, tmp_path / "no.pem", tmp_path / "no.pem")
    with pytest.raises(BrokerError, match=r"no\.pem"):
        second.start()
    assert second.pid is None
