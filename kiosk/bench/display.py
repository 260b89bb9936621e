"""A screen for a machine without one: Xvfb, and the touchscreen in a browser through x11vnc and noVNC, on loopback."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.bench import children
from kiosk.bench.children import Child

NOVNC = Path("/usr/share/novnc")  # Debian's package: its JavaScript is served by the bench page


class Display:
    """`name` is the DISPLAY; `socket` is where a browser's noVNC finds it (empty without `browser`)."""

    def __init__(self, name: str, parts: list[Child]) -> None:
        self.name = name
        self.socket = ""
        self._parts = parts

    @classmethod
    def virtual(cls, size: tuple[int, int], log_dir: Path, *, browser: bool) -> Display:
        """Raises ChildError when a part does not start."""
        width, height = size
        read, write = os.pipe()
        server = children.start(
            "xvfb",
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"],
            log_dir,
            pass_fds=(write,),
        )
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        if not number:
            raise children.ChildError(f"xvfb did not start:\n{server.tail()}")
        display = cls(f":{number}", [server])
        if browser:
            display._serve(log_dir)
        return display

    def stop(self) -> None:
        for part in reversed(self._parts):
            part.stop()

    def _serve(self, log_dir: Path) -> None:
        vnc, web = children.free_port(), children.free_port()
        share = ["x11vnc", "-display", self.name, "-localhost", "-rfbport", str(vnc), "-forever", "-shared", "-nopw"]
        self._parts.append(children.start("x11vnc", [*share, "-quiet", "-noxdamage"], log_dir))
        proxy = ["websockify", f"127.0.0.1:{web}", f"127.0.0.1:{vnc}"]
        self._parts.append(children.start("websockify", proxy, log_dir))
        self.socket = f"ws://127.0.0.1:{web}"
