"""A screen process without its kiosk: tests speak the link themselves and read the mirror."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from kiosk.screen_link import Frames, FromScreen, Quit, Shown, ShowPage, ToScreen, frame, read_from_screen

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0  # s: long enough for a loaded machine; only a failing test waits for it


class RawScreen:
    def __init__(
        self, directory: Path, size: tuple[int, int], display: str = "", program: Sequence[str] = ("-m", "screens")
    ) -> None:
        """`display`: an X display, or empty for SDL's offscreen driver."""
        self._listener = socket.socket(socket.AF_UNIX)
        path = directory / "mirror"
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.settimeout(PATIENCE)
        self.link, theirs = socket.socketpair()
        self.link.settimeout(PATIENCE)
        video = {"DISPLAY": display} if display else {"SDL_VIDEODRIVER": "offscreen"}
        environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "SDL_VIDEODRIVER")}
        arguments = ["--fd", str(theirs.fileno()), "--parent", str(os.getpid()), "--mirror", str(path)]
        arguments += ["--width", str(size[0]), "--height", str(size[1]), "--diagonal", "32", "--fullscreen"]
        self.process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            cwd=ROOT,
            env=environment | video | {"TMPDIR": str(directory)},
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        self._frames = Frames()
        self._heard: list[FromScreen] = []
        self._mirror: Any = None
        self._seq = 0

    def __enter__(self) -> RawScreen:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        self.link.close()
        self._listener.close()
        if self._mirror is not None:
            self._mirror.close()

    def send(self, message: ToScreen) -> None:
        self.link.sendall(frame(message))

    def hear(self) -> FromScreen:
        """The next message. Raises TimeoutError or EOFError."""
        while not self._heard:
            data = self.link.recv(1 << 16)
            if not data:
                raise EOFError("the screen closed the link")
            self._heard += [read_from_screen(body) for body in self._frames.feed(data)]
        return self._heard.pop(0)

    def show(self, page: Any) -> list[FromScreen]:
        """Bring a page to the panel; everything that was said until it stood there."""
        self._seq += 1
        self.send(ShowPage(self._seq, page))
        said: list[FromScreen] = []
        while not said or said[-1] != Shown(self._seq):
            said.append(self.hear())
        return said

    def mirrored(self) -> dict[str, Any]:
        """The next settled frame."""
        if self._mirror is None:
            connection, _ = self._listener.accept()
            connection.settimeout(PATIENCE)
            self._mirror = connection.makefile()
            connection.close()
        told: dict[str, Any] = json.loads(self._mirror.readline())
        return told

    def quit(self) -> int:
        self.send(Quit())
        return self.process.wait(PATIENCE)
