"""Not yet on hardware: written from public manuals of Newland EM3095, EM2000 and Grow GM65.

Code scanner on a serial line. With `trigger=register` (the default) the engine looks for a code only while armed; with
`trigger=none` it looks by itself and says nothing until it sees a code, so only the port can be watched.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from drivers.link import Link, UrlError, open_link, parse_url
from drivers.serial_code_scanner.codec import CANCEL, START, Decoder, Item, Reply
from kiosk import devices
from kiosk.devices import Arm, Condition, DeviceError, Disarm, Report, Role, Status

GAP_SECONDS = 0.05  # silence that ends a code: 48 characters' time at 9600 baud
LISTEN_SECONDS = 0.1  # how long one armed poll waits for the first byte
REPLY_SECONDS = (0.5, 0.5, 1.0)  # to wait for a reply, one number an attempt
# An engine gives up after 5 s (factory setting of "single read time") and after each code: it is started again and
# again while armed. The pause is also what keeps a code that is held in front from being reported in a stream.
START_SECONDS = 3.0
CHECK_SECONDS = 5.0  # between questions that only prove that the engine is there
BURST_SECONDS = 1.0  # the longest time that one poll or Arm reads without looking up
_OWN_OPTIONS = {"trigger": "register"}


def create(url: str) -> CodeScanner:
    """A driver for the engine at `url` (option `trigger`: register or none). Raises drivers.link.UrlError."""
    trigger = parse_url(url, _OWN_OPTIONS).options["trigger"]
    if trigger not in ("register", "none"):
        raise UrlError(f"{url}: trigger {trigger!r} is neither register nor none")
    return CodeScanner(url, triggered=trigger == "register")


class CodeScanner:
    role = Role.CODE_SCANNER

    def __init__(self, url: str, triggered: bool) -> None:
        self._url = url
        self._triggered = triggered
        self._port: Link | None = None
        self._decoder = Decoder()
        self._armed = False
        self._asked = 0.0  # monotonic seconds of the last command

    def open(self) -> Status:
        self.close()
        self._port = open_link(parse_url(self._url, _OWN_OPTIONS, baud=9600))
        self._quiet()
        self._command(CANCEL)
        return Status(Condition.ONLINE)

    def close(self) -> None:
        if self._port is not None:
            self._port.close()
        self._port = None
        self._armed = False

    def do(self, command: devices.Command) -> Iterable[Report]:
        match command:
            case Arm():
                self._quiet()
                reports = self._command(START)
                self._armed = True
                return reports
            case Disarm():
                self._armed = False
                self._command(CANCEL)
                return ()
        raise TypeError(f"a code scanner cannot {type(command).__name__}")

    def poll(self) -> Iterable[Report]:
        if self._armed:
            reports = self._listen()
            if not reports and time.monotonic() - self._asked > START_SECONDS and not self._decoder.held():
                return self._command(START)
            return reports
        self._link.drain()  # a code that nobody asked for
        if time.monotonic() - self._asked > CHECK_SECONDS:
            self._command(CANCEL)
        return ()

    def pause(self) -> float:
        """An armed poll waits in the port's own read, which ends with the first byte."""
        return 0.01 if self._armed else 1.0

    @property
    def _link(self) -> Link:
        if self._port is None:
            raise DeviceError("NO_DEVICE", f"{self._url}: not open")
        return self._port

    def _quiet(self) -> None:
        """Drop what is on the line up to a gap, so that the end of an older code is not taken for a new one."""
        deadline = time.monotonic() + BURST_SECONDS
        while self._link.read(4096, GAP_SECONDS) and time.monotonic() < deadline:
            pass
        self._decoder = Decoder()

    def _listen(self) -> list[Report]:
        """Read until something is complete, the line is silent, or the burst has lasted long enough for one poll."""
        deadline = time.monotonic() + BURST_SECONDS
        data = self._link.read(4096, GAP_SECONDS if self._decoder.held() else LISTEN_SECONDS)
        while data:
            if reports := _reports(self._decoder.feed(data)):
                return reports
            if time.monotonic() > deadline:
                return []
            data = self._link.read(4096, GAP_SECONDS)
        return _reports(self._decoder.gap())

    def _command(self, command: bytes) -> list[Report]:
        """Send a command and wait for its reply; a code that comes in meanwhile is returned. Raises DeviceError."""
        self._asked = time.monotonic()
        if not self._triggered:
            return []
        heard = False
        reports: list[Report] = []
        for wait in REPLY_SECONDS:
            self._link.write(command)
            deadline = time.monotonic() + wait
            while (left := deadline - time.monotonic()) > 0:
                data = self._link.read(4096, min(left, GAP_SECONDS) if self._decoder.held() else left)
                heard = heard or bool(data)
                items = self._decoder.feed(data) if data else self._decoder.gap()
                reports += _reports(items)
                if Reply(done=True) in items:
                    return reports
        raise DeviceError("PROTOCOL" if heard else "NO_ANSWER", f"{self._url}: no reply to {command.hex(' ')}")


def _reports(items: list[Item]) -> list[Report]:
    return [item for item in items if not isinstance(item, Reply)]
