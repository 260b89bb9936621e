"""The far end of a cable: what every fake device shares, so that a `fake.py` holds the device's behaviour alone.

A fake is a process of its own: `python -m drivers fake NAME --wire ... --control ...`. The driver on the other end
is the one that runs in the field. Tests, demo and bench move the fake through its control socket: JSON lines,
`{"verb": ...}` in, one `{"ok": true, ...}` or `{"ok": false, "error": "..."}` out, any number of clients.

verbs: put, take (the device's own meaning) · unplug, plug (the cable) · state · fail `{"mode": ...}`, where
`none` ends a fault and these work for every device: silent; slow `seconds`; garble `bytes` (so many bytes of each
answer are wrong); split (one byte at a time); duplicate (each answer twice).
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from drivers.loop import Loop
from drivers.wires import make_wire

LINE_BYTES = 1 << 20  # the longest request line
SPLIT_SECONDS = 0.0005  # between the bytes of a split answer

Json = dict[str, Any]


class Refused(Exception):
    """A request that this fake cannot do: the text goes back to the client."""


class FakeDevice:
    """Base of every fake. Override `received` and, as the device has them, put, take, describe, powered, failing.

    All calls come from one thread. `modes` names the device's own fault modes beside the cable's.
    """

    modes: ClassVar[tuple[str, ...]] = ()
    _cable_modes: ClassVar[tuple[str, ...]] = ("silent", "slow", "garble", "split", "duplicate")

    def __init__(self, loop: Loop, wire: str, out: Path | None = None) -> None:
        self.loop = loop
        self.wire = make_wire(wire, loop, self._arrived)
        self.out = out  # directory for what the device produces (a printer's pages)
        self.fault: Json = {"mode": "none"}

    # --- for the device ---

    def received(self, data: bytes) -> None:
        """Bytes from the host."""
        raise NotImplementedError

    def put(self, request: Json) -> Json:
        raise Refused(f"{request['verb']}: there is nothing to put into this device")

    def take(self, request: Json) -> Json:
        raise Refused(f"{request['verb']}: there is nothing to take out of this device")

    def describe(self) -> Json:
        """The device's own part of `state`."""
        return {}

    def powered(self, on: bool) -> None:
        """The plug went in (on) or came out: a device without power forgets."""

    def failing(self) -> None:
        """`self.fault` has changed."""

    def send(self, data: bytes) -> None:
        """Bytes to the host, through whatever fault is set."""
        match self.fault["mode"]:
            case "silent":
                return
            case "slow":
                self.loop.later(float(self.fault.get("seconds", 1.0)), lambda: self.wire.send(data))
            case "garble":
                self.wire.send(_garbled(data, int(self.fault.get("bytes", 1))))
            case "split":
                self._send_split(data)
            case "duplicate":
                self.wire.send(data + data)
            case _:
                self.wire.send(data)

    # --- for the control socket ---

    def answer(self, request: Json) -> Json:
        match request.get("verb"):
            case "put":
                return self.put(request)
            case "take":
                return self.take(request)
            case "fail":
                return self._fail(request)
            case "plug":
                self._plug(True)
            case "unplug":
                self._plug(False)
            case "state":
                pass
            case verb:
                raise Refused(f"unknown verb {verb!r}: put, take, unplug, plug, fail or state")
        return {"wire": self.wire.state(), "fault": self.fault, **self.describe()}

    def _arrived(self, data: bytes) -> None:
        self.received(data)

    def _fail(self, request: Json) -> Json:
        modes = ("none", *self._cable_modes, *self.modes)
        if request.get("mode") not in modes:
            raise Refused(f"unknown mode {request.get('mode')!r}: {', '.join(modes)}")
        for key in ("seconds", "bytes"):
            if key in request and not (isinstance(request[key], int | float) and 0 <= request[key] <= 3600):
                raise Refused(f"{key} must be a number from 0 to 3600")
        self.fault = {key: value for key, value in request.items() if key != "verb"}
        self.failing()
        return {"fault": self.fault}

    def _plug(self, on: bool) -> None:
        if self.wire.plugged == on:
            return
        if on:
            self.wire.plug()
        else:
            self.wire.unplug()
        self.powered(on)

    def _send_split(self, data: bytes) -> None:
        if data:
            self.wire.send(data[:1])
            self.loop.later(SPLIT_SECONDS, lambda: self._send_split(data[1:]))


def _garbled(data: bytes, count: int) -> bytes:
    """`count` bytes wrong, spread over the whole answer: always the same ones, so that a failing test repeats."""
    wrong = bytearray(data)
    count = min(count, len(wrong))
    for n in range(count):
        wrong[n * len(wrong) // count + (len(wrong) // count) // 2] ^= 0x5A
    return bytes(wrong)


class ControlSocket:
    """The JSON-lines server of one fake."""

    def __init__(self, loop: Loop, path: Path, answer: Callable[[Json], Json]) -> None:
        self._loop = loop
        self._path = path
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        path.unlink(missing_ok=True)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(8)
        self._listener.setblocking(False)
        loop.watch(self._listener.fileno(), selectors.EVENT_READ, self._accept)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        self._listener.close()

    def _accept(self, _events: int) -> None:
        client, _ = self._listener.accept()
        client.settimeout(2.0)  # a client that does not read its answer must not stop the fake
        lines = bytearray()
        self._loop.watch(client.fileno(), selectors.EVENT_READ, lambda _: self._read(client, lines))

    def _read(self, client: socket.socket, lines: bytearray) -> None:
        try:
            data = client.recv(65536)
            lines += data
            while (end := lines.find(b"\n")) >= 0:
                line = bytes(lines[:end])
                del lines[: end + 1]
                client.sendall(msgspec.json.encode(self._respond(line)) + b"\n")
            if len(lines) > LINE_BYTES:
                client.sendall(b'{"ok":false,"error":"line too long"}\n')
                data = b""
        except OSError:
            data = b""
        if not data:
            self._loop.unwatch(client.fileno())
            client.close()

    def _respond(self, line: bytes) -> Json:
        try:
            return {"ok": True, **self._answer(msgspec.json.decode(line, type=Json))}
        except (Refused, msgspec.MsgspecError) as error:
            return {"ok": False, "error": str(error)}
        except Exception as error:  # a fake must outlive a wrong request; the client sees what happened
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}


def run(device: type[FakeDevice], wire: str, control: Path, out: Path | None) -> None:
    """Serve until SIGTERM, SIGINT or the end of the process that started this one. Prints `ready` first."""
    loop = Loop()
    signal.signal(signal.SIGTERM, lambda *_: loop.stop())
    signal.signal(signal.SIGINT, lambda *_: loop.stop())
    wake, wakes = socket.socketpair()  # a signal must end select(), not wait for the next byte
    wakes.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno())
    loop.watch(wake.fileno(), selectors.EVENT_READ, lambda _: loop.stop())
    # A pidfd, not PR_SET_PDEATHSIG: that one fires already when the parent's *thread* that started us ends.
    parent = os.pidfd_open(os.getppid())
    loop.watch(parent, selectors.EVENT_READ, lambda _: loop.stop())
    fake = device(loop, wire, out)
    fake.answer({"verb": "plug"})
    socket_ = ControlSocket(loop, control, fake.answer)
    print("ready", flush=True)
    try:
        loop.run()
    finally:
        fake.wire.unplug()
        socket_.close()
