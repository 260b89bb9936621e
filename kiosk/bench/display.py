"""A screen for a machine without one: Xvfb, and the touchscreen in a browser through x11vnc and noVNC, on loopback."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from pathlib import Path

from kiosk.bench import children
from kiosk.bench.children import Child

NOVNC = Path("/usr/share/novnc")  # Debian's package: its JavaScript is served by the bench page
Size = tuple[int, int]


class Display:
    """`name` is the DISPLAY; `socket` is where a browser's noVNC finds it (empty without `browser`)."""

    def __init__(self, name: str, parts: list[Child], told: int | None = None) -> None:
        self.name = name
        self.socket = ""
        self.parts = parts
        self._told = told  # a pipe: Xvfb writes the number that it chose

    @classmethod
    def launch(cls, size: Size, log_dir: Path) -> Display:
        """Xvfb on its way up: `wait` before anything else. Raises ChildError."""
        width, height = size
        read, write = os.pipe()
        options = ["-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"]
        try:
            server = children.start("xvfb", ["Xvfb", *options], log_dir, pass_fds=(write,))
        except children.ChildError:
            os.close(read)
            raise
        finally:
            os.close(write)
        return cls("", [server], read)

    @classmethod
    def virtual(cls, size: Size, log_dir: Path, *, browser: bool) -> Display:
        """Raises ChildError when a part does not start."""
        display = cls.launch(size, log_dir)
        display.wait()
        if browser:
            display.share(log_dir)
            display.shared()
        return display

    def wait(self) -> None:
        """Until a program can be shown there. Raises ChildError."""
        if self._told is None:
            return
        with os.fdopen(self._told) as told:
            number = told.readline().strip()
        self._told = None
        if not number:
            raise children.ChildError(f"xvfb did not start:\n{self.parts[0].tail()}")
        self.name = f":{number}"

    def share(self, log_dir: Path) -> None:
        """Start what brings it into a browser. Raises ChildError."""
        vnc, web = children.free_port(), children.free_port()
        share = ["x11vnc", "-display", self.name, "-localhost", "-rfbport", str(vnc), "-forever", "-shared", "-nopw"]
        share += ["-quiet", "-no6", "-noipv6", "-nosel", "-nocursor", "-noxdamage"]
        self.parts.append(children.start("x11vnc", share, log_dir, ready=b"PORT="))
        # Any web page may open a WebSocket to loopback; only ours knows the token.
        token = secrets.token_urlsafe(16)
        tokens = log_dir.parent / "touchscreen.token"
        tokens.touch(mode=0o600)
        tokens.write_text(f"{token}: 127.0.0.1:{vnc}\n", encoding="utf-8")
        proxy = ["websockify", "--token-plugin", "TokenFile", "--token-source", str(tokens), f"127.0.0.1:{web}"]
        self.parts.append(children.start("websockify", proxy, log_dir))
        self.socket = f"ws://127.0.0.1:{web}/?token={token}"

    def shared(self) -> None:
        """Until the browser can be let in. Raises ChildError."""
        for part in self.parts:
            part.await_ready()

    def stop(self) -> None:
        for part in reversed(self.parts):
            part.stop()


def size_of(display: str) -> Size | None:
    """Pixels of an X display, or None when nothing answers there."""
    try:
        told = subprocess.run(["xdpyinfo", "-display", display], capture_output=True, timeout=5, text=True)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"dimensions:\s+(\d+)x(\d+) pixels", told.stdout)
    return (int(found[1]), int(found[2])) if found else None


def fitted(panel: Size, display: Size) -> Size:
    """The panel's size, or the largest of the same shape that leaves a margin on a display it does not fit on."""
    if panel[0] <= display[0] and panel[1] <= display[1]:
        return panel
    scale = 0.92 * min(display[0] / panel[0], display[1] / panel[1])
    return round(panel[0] * scale), round(panel[1] * scale)
