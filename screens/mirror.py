"""What stands where, told to a test, a bench or the demo: never a word of the page.

Not part of a terminal in service: only `--mirror SOCKET` opens it, as a client of a listening unix socket. One
JSON line a settled frame: {"n", "kind", "question", "targets": {key: [x, y, width, height]}}, in pixels from the
top left corner.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Mapping

from kiosk.page import Page

Targets = Mapping[str, tuple[float, float, float, float]]


class Mirror:
    def __init__(self, path: str) -> None:
        """Raises OSError when nobody listens at `path`."""
        self._socket: socket.socket | None = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(1.0)
        self._socket.connect(path)
        self._last = ""

    def tell(self, page: Page, targets: Targets) -> None:
        """Send the frame if it differs from the last one; a reader that left is forgotten."""
        if self._socket is None:
            return
        line = json.dumps(
            {
                "n": page.n,
                "kind": type(page).__name__.lower(),
                "question": page.question,
                "targets": {key: [round(value) for value in box] for key, box in targets.items()},
            }
        )
        if line == self._last:
            return
        self._last = line
        try:
            self._socket.sendall(line.encode() + b"\n")
        except OSError:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None
