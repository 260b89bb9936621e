"""The screen's end of the link to the kiosk: one socket, read when it is readable, no thread."""

from __future__ import annotations

import socket

from kiosk.events import Chose
from kiosk.screen_link import Frames, FromScreen, Happened, ToScreen, frame, read_to_screen


class KioskGone(Exception):
    """The kiosk closed its end or died: a screen must not outlive it."""


class Link:
    def __init__(self, fd: int) -> None:
        """Take over an inherited, connected stream socket. Raises OSError when `fd` is none."""
        self._socket = socket.socket(fileno=fd)
        self._frames = Frames()
        self.chose = False  # a choice was sent and no page came since

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self) -> list[ToScreen]:
        """What has arrived; call it when the socket is readable. Raises KioskGone or LinkError."""
        try:
            data = self._socket.recv(1 << 16)
        except ConnectionError:
            raise KioskGone from None
        if not data:
            raise KioskGone
        return [read_to_screen(body) for body in self._frames.feed(data)]

    def send(self, message: FromScreen) -> None:
        """Blocks while the kiosk does not read: what the citizen does is never dropped. Raises KioskGone."""
        if isinstance(message, Happened) and isinstance(message.event, Chose):
            self.chose = True
        try:
            self._socket.sendall(frame(message))
        except ConnectionError:
            raise KioskGone from None
