"""The host's end of a cable: a serial port or a TCP socket, read and written with bounds.

`serial:/dev/ttyS1?baud=115200` opens a port for this program alone (8 data bits, no parity, 1 stop bit, no flow
control); `tcp://host:port` connects to a device or a serial device server. Whatever fails is a LinkError, which is
a DeviceError: NO_DEVICE when the other end is not there (any more), NO_ANSWER when it does not take what is sent.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import serial
from msgspec import Struct

from kiosk.devices import DeviceError

CONNECT_SECONDS = 3.0
WRITE_SECONDS = 3.0
DRAIN_BYTES = 1 << 20  # a port that still talks after this much is left to the codec
_PIECE = 4096


class UrlError(ValueError):
    """A device's url that cannot be understood: one line that says what is wrong and what to write."""


class LinkError(DeviceError):
    """The cable failed. `written`: bytes of the failed `write` that had left before (0 = surely nothing went out)."""

    def __init__(self, code: str, hint: str, written: int = 0) -> None:
        super().__init__(code, hint)
        self.written = written


class Url(Struct, frozen=True):
    """A device's url in parts. `place` is a path (serial) or a host (TCP); `options` are the driver's own."""

    text: str
    kind: str  # serial or tcp
    place: str
    port: int = 0
    baud: int = 115200
    options: Mapping[str, str] = {}


def parse_url(text: str, own: Mapping[str, str] | None = None, baud: int = 115200) -> Url:
    """Take a url apart. `own`: options that this driver knows, with their defaults. Raises UrlError."""
    parts = urlsplit(text)
    options = dict(own or {})
    known = [*options, "baud"] if parts.scheme == "serial" else list(options)
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key not in known:
            raise UrlError(f"{text}: unknown option {key!r} (known: {', '.join(known) or 'none'})")
        if key == "baud":
            baud = _number(text, "baud", value, 300, 4_000_000)
        else:
            options[key] = value
    if parts.scheme == "serial" and parts.path.startswith("/") and not parts.netloc:
        return Url(text, "serial", parts.path, baud=baud, options=options)
    host, _, port = parts.netloc.rpartition(":")
    if parts.scheme == "tcp" and host and not parts.path:
        return Url(text, "tcp", host.strip("[]"), _number(text, "port", port, 1, 65535), options=options)
    raise UrlError(f"{text}: write serial:/dev/NAME?baud=115200 or tcp://host:port")


def _number(text: str, what: str, value: str, low: int, high: int) -> int:
    if value.isascii() and value.isdigit() and low <= int(value) <= high:
        return int(value)
    raise UrlError(f"{text}: {what} {value!r} is not a number from {low} to {high}")


class Link:
    """An open cable. Every method either returns within its bound or raises LinkError."""

    def __init__(self, url: Url, port: serial.Serial | socket.socket) -> None:
        self._url = url
        self._port = port
        self._fd = port.fileno()
        os.set_blocking(self._fd, False)

    def fileno(self) -> int:
        return self._fd

    def read(self, max_bytes: int, timeout_seconds: float) -> bytes:
        """What is there, at once; b"" when nothing came in time."""
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        if not poll.poll(max(0.0, timeout_seconds) * 1000):
            return b""
        try:
            data = os.read(self._fd, max_bytes)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._gone(error) from None
        if not data:  # readable, yet nothing to read: hang-up of a tty, end of a TCP stream
            raise self._gone("the other end closed")
        return data

    def write(self, data: bytes, timeout_seconds: float = WRITE_SECONDS) -> None:
        """Hand all of `data` to the system, in any number of pieces."""
        deadline = time.monotonic() + timeout_seconds
        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        sent = 0
        while sent < len(data):
            try:
                sent += os.write(self._fd, data[sent : sent + _PIECE])
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0:
                    hint = f"{self._url.text}: took {sent} of {len(data)} bytes in {timeout_seconds:g} s"
                    raise LinkError("NO_ANSWER", hint, sent) from None
                poll.poll(left * 1000)
            except OSError as error:
                raise self._gone(error, sent) from None

    def drain(self) -> None:
        """Throw away what came in before now."""
        dropped = 0
        while dropped < DRAIN_BYTES and (data := self.read(_PIECE, 0)):
            dropped += len(data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._port.close()

    def _gone(self, why: object, written: int = 0) -> LinkError:
        return LinkError("NO_DEVICE", f"{self._url.text}: {why}", written)


def open_link(url: str | Url) -> Link:
    """Open the cable. Raises LinkError("NO_DEVICE") when there is nothing to open, UrlError for a wrong url."""
    parts = parse_url(url) if isinstance(url, str) else url
    try:
        if parts.kind == "serial":
            # exclusive: two programs on one port would steal each other's bytes and look like a broken device
            return Link(parts, serial.Serial(parts.place, parts.baud, timeout=0, exclusive=True))
        return Link(parts, _connect(parts))
    except (OSError, ValueError) as error:  # pyserial says ValueError for a speed that the port does not know
        raise LinkError("NO_DEVICE", f"{parts.text}: {error}") from None


def _connect(url: Url) -> socket.socket:
    port = socket.create_connection((url.place, url.port), timeout=CONNECT_SECONDS)
    port.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # a cable pulled between two switches sends no FIN: have the kernel notice it
    port.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    port.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 5)
    port.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2)
    port.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
    port.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 10_000)
    return port
