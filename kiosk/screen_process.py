"""One screen process: started, spoken to, ended. Its end is noticed through a pidfd, so no thread waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from kiosk import memory
from kiosk.config import Screen as Panel
from kiosk.screen_link import Frames, FromScreen, LinkError, ToScreen, frame, read_from_screen

ROOT = Path(__file__).resolve().parents[1]
_CHUNK = 1 << 16


class ScreenProcess:
    """A child on its own socket pair. `on_message` gets what it says, `on_end` is called once, when it is gone.

    `broken` is set when it sent what is no message; it is killed then.
    """

    def __init__(
        self,
        panel: Panel,
        mirror: Path | None,
        on_message: Callable[[ScreenProcess, FromScreen], None],
        on_end: Callable[[ScreenProcess], None],
    ) -> None:
        """Start it. Raises OSError when the system refuses a process."""
        self._on_message = on_message
        self._on_end = on_end
        self._frames = Frames()
        self._unsent = bytearray()
        self.broken = False
        self.gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        # Kivy wants a home; a killed process cannot remove it, so it lies in a directory that we remove.
        self._scratch = tempfile.mkdtemp(prefix="kiosk-screen-")
        self._socket, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                _command(panel, theirs.fileno(), mirror),
                cwd=ROOT,
                env=os.environ | memory.REPLACED | {"TMPDIR": self._scratch},
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # a terminal's Ctrl-C is for the kiosk, which then closes its screen
            )
        except OSError:
            self._socket.close()
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise
        finally:
            theirs.close()
        self._socket.setblocking(False)
        self._pidfd = os.pidfd_open(self._process.pid)
        self._loop.add_reader(self._socket, self._readable)
        self._loop.add_reader(self._pidfd, self._ended)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: ToScreen) -> None:
        """Queue a message; nothing happens when the process is gone. Raises LinkError when it is too large."""
        if self.gone.is_set():
            return
        waiting = bool(self._unsent)
        self._unsent += frame(message)
        if not waiting:
            self._writable()

    def kill(self) -> None:
        """End it now; `gone` is set once the kernel has taken its memory back."""
        if not self.gone.is_set():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _writable(self) -> None:
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._unsent.clear()  # it is dying: the pidfd will say so
            sent = 0
        del self._unsent[:sent]
        if self._unsent:
            self._loop.add_writer(self._socket, self._writable)
        else:
            self._loop.remove_writer(self._socket)

    def _readable(self) -> None:
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._socket)
            self.kill()  # a screen that cannot be told anything any more is of no use
            return
        try:
            for body in self._frames.feed(data):
                self._on_message(self, read_from_screen(body))
        except LinkError:
            self.broken = True
            self._loop.remove_reader(self._socket)
            self.kill()

    def _ended(self) -> None:
        self._process.wait()
        self._loop.remove_reader(self._pidfd)
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        os.close(self._pidfd)
        self._socket.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        self.gone.set()
        self._on_end(self)


def _command(panel: Panel, fd: int, mirror: Path | None) -> list[str]:
    command = [sys.executable, "-m", "screens", "--fd", str(fd), "--parent", str(os.getpid())]
    command += ["--width", str(panel.width), "--height", str(panel.height), "--diagonal", str(panel.diagonal_inches)]
    if panel.fullscreen:
        command.append("--fullscreen")
    if mirror is not None:
        command += ["--mirror", str(mirror)]
    return command
