"""Listens to the screen's mirror: which page stands there, and where its keys are. No words come this way."""

from __future__ import annotations

import json
import selectors
import socket
import time
from pathlib import Path
from typing import Any

from msgspec import Struct


class Seen(Struct, frozen=True):
    """A settled frame: `targets` are key -> (x, y, width, height) in pixels from the top left."""

    n: int
    kind: str
    question: str
    targets: dict[str, tuple[int, int, int, int]]


class Mirror:
    """A unix socket that every screen process of the kiosk connects to; the newest frame wins."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen(4)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._server, selectors.EVENT_READ)
        self._rest: dict[socket.socket, bytes] = {}
        self.last: Seen | None = None

    def next(self, seconds: float) -> Seen | None:
        """The next settled frame, or None when none came in time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                assert isinstance(key.fileobj, socket.socket)
                frames = self._read(key.fileobj)
                if frames:
                    self.last = frames[-1]
                    return self.last
        return None

    def close(self) -> None:
        for one in (self._server, *self._rest):
            one.close()
        self._selector.close()

    def _read(self, ready: socket.socket) -> list[Seen]:
        if ready is self._server:
            screen, _ = self._server.accept()
            self._rest[screen] = b""
            self._selector.register(screen, selectors.EVENT_READ)
            return []
        data = ready.recv(1 << 16)
        if not data:
            self._selector.unregister(ready)
            del self._rest[ready]
            ready.close()
            return []
        *lines, self._rest[ready] = (self._rest[ready] + data).split(b"\n")
        return [_seen(json.loads(line)) for line in lines]


def _seen(line: dict[str, Any]) -> Seen:
    targets = {key: (box[0], box[1], box[2], box[3]) for key, box in line["targets"].items()}
    return Seen(line["n"], line["kind"], line["question"], targets)
