"""The far end's side of a cable: a pseudo-terminal or a TCP port that can be pulled and put back."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import tty
from collections.abc import Callable
from pathlib import Path

from drivers.loop import Loop

PENDING_BYTES = 8 << 20  # a host that does not read loses what is beyond this, as on a real line
_PIECE = 4096

Received = Callable[[bytes], None]


class Wire:
    """A cable with a plug: bytes for the device go to `received`; `send` carries the device's own."""

    def __init__(self, loop: Loop, received: Received) -> None:
        self._loop = loop
        self._received = received
        self._pending = bytearray()
        self._end: int | None = None  # the descriptor that carries bytes now
        self._reading = True
        self.plugged = False

    def plug(self) -> None:
        raise NotImplementedError

    def unplug(self) -> None:
        raise NotImplementedError

    def state(self) -> dict[str, object]:
        raise NotImplementedError

    def lost(self) -> None:
        """The host is gone (only a socket can tell)."""

    def send(self, data: bytes) -> None:
        """To the host; without one the bytes are lost."""
        if self._end is None:
            return
        self._pending += data[: PENDING_BYTES - len(self._pending)]
        self._push()

    def reading(self, on: bool) -> None:
        """Stop or go on taking bytes from the host: a device whose buffer is full."""
        self._reading = on
        self._watch()

    def _attach(self, end: int) -> None:
        os.set_blocking(end, False)
        self._end = end
        self._watch()

    def _detach(self) -> None:
        if self._end is not None:
            self._loop.unwatch(self._end)
        self._end = None
        self._pending.clear()

    def _watch(self) -> None:
        if self._end is None:
            return
        events = (selectors.EVENT_READ if self._reading else 0) | (selectors.EVENT_WRITE if self._pending else 0)
        self._loop.watch(self._end, events, self._ready)

    def _ready(self, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._push()
        if events & selectors.EVENT_READ and self._end is not None:
            try:
                data = os.read(self._end, _PIECE)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if data:
                self._received(data)
            else:
                self.lost()

    def _push(self) -> None:
        while self._pending and self._end is not None:
            try:
                del self._pending[: os.write(self._end, self._pending[:_PIECE])]
            except BlockingIOError:
                break
            except OSError:
                self._pending.clear()
                self.lost()
        self._watch()


class PtyWire(Wire):
    """A pseudo-terminal; `link` is a symbolic link to the end that the driver opens."""

    def __init__(self, loop: Loop, received: Received, link: Path) -> None:
        super().__init__(loop, received)
        self._link = link
        self._slave = -1

    def plug(self) -> None:
        if self.plugged:
            return
        # The slave stays open here too: otherwise the master reports an error whenever no driver has it open.
        master, self._slave = os.openpty()
        tty.setraw(self._slave)
        temporary = self._link.with_name(f".{self._link.name}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(os.ttyname(self._slave))
        temporary.replace(self._link)
        self._attach(master)
        self.plugged = True

    def unplug(self) -> None:
        if not self.plugged:
            return
        master = self._end
        self._detach()
        self._link.unlink(missing_ok=True)
        if master is not None:
            os.close(master)
        os.close(self._slave)
        self.plugged = False

    def state(self) -> dict[str, object]:
        return {"kind": "pty", "link": str(self._link), "url": f"serial:{self._link}", "plugged": self.plugged}


class TcpWire(Wire):
    """A port on loopback. One host at a time: the newest, as an old one may be a half-open connection."""

    def __init__(self, loop: Loop, received: Received, port: int) -> None:
        super().__init__(loop, received)
        self._port = port
        self._listener: socket.socket | None = None
        self._host: socket.socket | None = None

    def plug(self) -> None:
        if self.plugged:
            return
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]  # a free port, once chosen, stays this cable's own
        self._listener.setblocking(False)
        self._loop.watch(self._listener.fileno(), selectors.EVENT_READ, self._accept)
        self.plugged = True

    def unplug(self) -> None:
        self.lost()
        if self._listener is not None:
            self._loop.unwatch(self._listener.fileno())
            self._listener.close()
        self._listener = None
        self.plugged = False

    def state(self) -> dict[str, object]:
        return {
            "kind": "tcp",
            "port": self._port,
            "url": f"tcp://127.0.0.1:{self._port}",
            "plugged": self.plugged,
            "connected": self._host is not None,
        }

    def lost(self) -> None:
        self._detach()
        if self._host is not None:
            self._host.close()
        self._host = None

    def _accept(self, _events: int) -> None:
        if self._listener is None:
            return
        with contextlib.suppress(OSError):
            host, _ = self._listener.accept()
            self.lost()
            host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._host = host
            self._attach(host.fileno())


def make_wire(spec: str, loop: Loop, received: Received) -> Wire:
    """`pty:PATH` or `tcp:PORT` (0 = any free port). Raises ValueError."""
    kind, _, rest = spec.partition(":")
    if kind == "pty" and rest:
        return PtyWire(loop, received, Path(rest))
    if kind == "tcp" and rest.isascii() and rest.isdigit() and int(rest) < 65536:
        return TcpWire(loop, received, int(rest))
    raise ValueError(f"wire {spec!r}: write pty:PATH or tcp:PORT")
