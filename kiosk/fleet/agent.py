"""The terminal's end of the fleet: says who it is and how it is, and delivers its events until they are committed.

Blocking code for one Worker, which owns its life: `open`, then `do` and `poll` in turn, `close`. It never sees a
citizen: what it sends are the closed messages of `kiosk.fleet.messages`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec
from msgspec import Struct

from kiosk import log
from kiosk.config import Fleet
from kiosk.devices import Role, Status
from kiosk.fleet.alarms import changes, picture, unknown
from kiosk.fleet.link import Arrived, Closed, Link, Opened, Signal
from kiosk.fleet.messages import (
    Ack,
    Birth,
    Event,
    Heartbeat,
    MessageError,
    Presence,
    Terminal,
    Usage,
    decode,
    encode,
)
from kiosk.fleet.messages.topics import FLEET_STATE, acknowledgements, up
from kiosk.fleet.recorder import Recorder
from kiosk.fleet.timing import Timing, jittered

_BUSY = 0.05  # seconds between polls while an acknowledgement is awaited
_CONNECTING = 0.2
_IDLE = 1.0
_NEWS = 1.0  # a change shows in a heartbeat after at most so long


class Devices(Struct, frozen=True):
    """These devices as they are now; devices not named stay as they were."""

    devices: dict[Role, Status]


class LinkChanged(Struct, frozen=True, tag=True):
    """Posted when the fleet's broker can or cannot be reached. code: see `kiosk.fleet.link.Closed`, empty when up."""

    up: bool
    code: str = ""


Message = Usage | Terminal | Devices


class Agent:
    """birth: what the terminal is (the agent adds boot and session); its `items` are the only ones events may name.

    post: called with LinkChanged from the Worker's thread.
    """

    def __init__(
        self,
        settings: Fleet,
        terminal: str,
        outbox_path: Path | str,
        birth: Birth,
        post: Callable[[LinkChanged], object],
        timing: Timing = Timing(),  # noqa: B008 - a frozen value
    ) -> None:
        self._settings = settings
        self._terminal = terminal
        self._outbox_path = outbox_path
        self._birth = msgspec.structs.replace(
            birth, boot=secrets.token_hex(16), heartbeat_seconds=max(1, round(settings.heartbeat_seconds))
        )
        self._post = post
        self._timing = timing
        self._began = time.monotonic()
        self._signals: SimpleQueue[Signal] = SimpleQueue()
        self._session = 0
        self._beat = 0
        self._state: Terminal | None = None
        self._devices: dict[Role, Status] = {}
        self._link: Link | None = None
        self._told: LinkChanged | None = None
        self._up_since: float | None = None
        self._attempt = 0
        self._connect_at = 0.0
        self._heartbeat_at = 0.0

    # --- for the Worker ---------------------------------------------------------------------------------------

    def open(self) -> None:
        """Open the outbox and start connecting. Raises OutboxError, and MessageError when the birth is not sendable.

        Certificate files that cannot be used do not stop it: events are kept, and connecting is tried again.
        """
        encode(self._birth)
        self._recorder = Recorder(self._outbox_path, self._birth.boot, self._timing)
        self._connect()

    def do(self, message: Message) -> None:
        """Take a message of the runtime. A refused one is logged by its field, never by content, and does no harm."""
        try:
            match message:
                case Devices(devices=devices):
                    self.status(devices)
                case _:
                    self.record(message)
        except MessageError as error:
            log.write("fleet.refused", message=type(message).__name__, field=error.where)

    def record(self, event: Event) -> None:
        """Put an event into the outbox; it is delivered whenever that is possible. Raises MessageError."""
        if isinstance(event, Usage) and self._birth.items.get(event.item) != event.version:
            raise MessageError("Usage: an item or version that this terminal does not offer")
        if event == self._state:
            return
        self._recorder.keep(event)
        if isinstance(event, Terminal):
            self._state = event
            self._hasten_heartbeat()

    def status(self, devices: Mapping[Role, Status]) -> None:
        """Devices as they are now: faults that came or went become alerts, unchanged ones say nothing."""
        for code in unknown(devices) - unknown(self._devices):
            log.write("fleet.unknown_fault", fault=code)
        for alert in changes(self._devices, devices):
            self._recorder.keep(alert)
        if any(self._devices.get(role) != status for role, status in devices.items()):
            self._hasten_heartbeat()
        self._devices.update(devices)

    def poll(self) -> None:
        """Whatever is due: signals of the connection, reconnecting, a heartbeat, the next batch."""
        self._drain()
        now = time.monotonic()
        self._recorder.mend(now)
        if self._link is None and now >= self._connect_at:
            self._connect()
        if self._link is None or self._up_since is None:
            return
        if now >= self._heartbeat_at:
            self._recorder.report_losses()
            self._send_heartbeat(self._link, now)
        payload = self._recorder.due(now)
        if payload is not None:
            self._send_events(self._link, payload)

    def pause(self) -> float:
        """Seconds that the Worker may wait for a message before the next `poll`."""
        now = time.monotonic()
        if self._link is None:
            return min(_IDLE, max(0.0, self._connect_at - now))
        if self._up_since is None:
            return _CONNECTING
        if self._recorder.delivery.just_sent(now) or self._recorder.delivery.waits():
            return _BUSY
        return min(_IDLE, max(0.0, self._heartbeat_at - now))

    def close(self) -> None:
        """Say `off` if there is a connection, and let go of everything that `open` took. May be opened again."""
        if self._link is not None:
            self._link.leave()
            self._lost(Closed(self._session, ""))
        self._recorder.close()

    @property
    def link_up(self) -> bool:
        """The broker can be reached, as of the last `poll`."""
        return self._up_since is not None

    # --- connection -------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._session += 1
        try:
            self._link = Link(
                self._settings, self._terminal, self._birth.boot, self._session, self._timing, self._signals
            )
        except OSError:
            self._lost(Closed(self._session, "CERTIFICATE"))

    def _drain(self) -> None:
        while True:
            try:
                signal = self._signals.get_nowait()
            except Empty:
                return
            if self._link is None or signal.session != self._link.session:
                continue
            match signal:
                case Opened():
                    self._opened(self._link)
                case Closed():
                    self._link.abandon()
                    self._lost(signal)
                case Arrived():
                    self._arrived(signal)

    def _opened(self, link: Link) -> None:
        birth = msgspec.structs.replace(self._birth, session=link.session)
        link.publish(up(self._terminal, "birth"), encode(birth), retain=True)
        link.say_online()
        self._up_since = time.monotonic()
        self._heartbeat_at = self._up_since
        self._recorder.delivery.restart()
        self._tell(LinkChanged(True))

    def _lost(self, signal: Closed) -> None:
        now = time.monotonic()
        lasted = self._up_since is not None and now - self._up_since >= self._timing.steady
        self._tell(LinkChanged(False, signal.code))
        self._connect_at = now + self._timing.until_reconnect(0 if lasted else self._attempt)
        self._attempt = 1 if lasted else self._attempt + 1
        self._link = None
        self._up_since = None

    def _tell(self, news: LinkChanged) -> None:
        """Log and post a change once, not each time that connecting is tried again."""
        if news == self._told:
            return
        self._told = news
        log.write("fleet.up" if news.up else "fleet.down", session=self._session, reason=news.code or None)
        self._post(news)

    def _arrived(self, message: Arrived) -> None:
        try:
            if message.topic == acknowledgements(self._terminal):
                if self._recorder.acknowledged(decode(message.payload, Ack)):
                    self._hasten_heartbeat()  # the fleet sees that it has everything
            elif message.topic == FLEET_STATE:
                presence = decode(message.payload, Presence)
                if presence.state == "on" and not message.retained:
                    self._recorder.delivery.hasten(time.monotonic())
        except MessageError as error:
            log.write("fleet.not_understood", topic=message.topic, field=error.where)

    # --- what is said -----------------------------------------------------------------------------------------

    def _send_heartbeat(self, link: Link, now: float) -> None:
        self._beat += 1
        heartbeat = Heartbeat(
            boot=self._birth.boot,
            beat=self._beat,
            uptime=int(now - self._began),
            state=self._state.state if self._state else "starting",
            devices=picture(self._devices),
            waiting=len(self._recorder),
        )
        expiry = max(1, round(3 * self._settings.heartbeat_seconds))
        link.publish(up(self._terminal, "hb"), encode(heartbeat), qos=0, expiry=expiry)
        self._heartbeat_at = now + jittered(self._settings.heartbeat_seconds)

    def _send_events(self, link: Link, payload: bytes) -> None:
        link.publish(up(self._terminal, "ev"), payload)

    def _hasten_heartbeat(self) -> None:
        self._heartbeat_at = min(self._heartbeat_at, time.monotonic() + _NEWS)
