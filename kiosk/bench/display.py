"""A screen for a machine without one: Xvfb, and the touchscreen in a browser through x11vnc and noVNC, on loopback."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.bench import children
from kiosk.bench.children import Child

NOVNC = "/usr/share/novnc"


class Display:
    """`name` is the DISPLAY; `url` is where a browser sees and touches it (empty without `browser`)."""

    def __init__(self, name: str, url: str, parts: list[Child]) -> None:
        self.name = name
        self.url = url
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
        display = cls(f":{number}", "", [server])
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
        proxy = ["websockify", "--web", NOVNC, f"127.0.0.1:{web}", f"127.0.0.1:{vnc}"]
        self._parts.append(children.start("novnc", proxy, log_dir))
        self.url = f"http://127.0.0.1:{web}/vnc_lite.html?scale=true"
