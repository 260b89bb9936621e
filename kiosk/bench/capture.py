"""Everything that passes the broker, as JSON lines: an observer that the bench's broker alone lets in."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from kiosk.bench.broker import OBSERVER
from kiosk.bench.world import World


class Capture:
    """Writes `{"t", "topic", "payload"}` a line until it is closed; `t` in Unix seconds."""

    def __init__(self, world: World, path: Path) -> None:
        assert world.authority is not None
        assert world.broker is not None
        certificate, key = world.authority.issue(OBSERVER, kind="client")
        self._file = path.open("w", encoding="utf-8")
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=OBSERVER, protocol=mqtt.MQTTv5)
        self._client.tls_set(str(world.authority.ca), str(certificate), str(key))
        self._client.on_connect = self._connected
        self._client.on_message = self._arrived
        self._client.connect(world.broker.host, world.broker.port)
        self._client.loop_start()

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._file.close()

    def _connected(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe("#", options=SubscribeOptions(qos=1))

    def _arrived(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        payload = message.payload.decode("utf-8", errors="backslashreplace")
        line = {"t": round(time.time(), 3), "topic": message.topic, "payload": payload}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
