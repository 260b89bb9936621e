"""The few words with the X server that Kivy has no call for: its socket, what waits on it, a clean first map.

Kivy's window gives its Display and Window; libX11 is the one that SDL has loaded already. Everything here runs on
the thread that owns the window.
"""

from __future__ import annotations

import ctypes
from typing import Any


class X11:
    """The window's own connection to the X server."""

    def __init__(self, display: int, window: int) -> None:
        self._display = ctypes.c_void_p(display)
        self._window = ctypes.c_ulong(window)
        self._lib = ctypes.CDLL("libX11.so.6")
        self.fileno: int = self._lib.XConnectionNumber(self._display)

    def pending(self) -> bool:
        """Has Xlib read events that SDL has not taken yet? Such ones no longer make the socket readable.

        Flushes what is still to be sent, so it must come directly before waiting on `fileno`.
        """
        return bool(self._lib.XPending(self._display))

    def keep_what_is_below(self) -> None:
        """Map without painting a background: until the first frame the panel keeps what it shows."""
        self._lib.XSetWindowBackgroundPixmap(self._display, self._window, ctypes.c_ulong(0))
        self._lib.XSync(self._display, 0)


def connection(window: Any) -> X11 | None:
    """The X11 side of a Kivy window, or None where SDL draws without X (offscreen, KMS)."""
    info = window.get_window_info()
    if type(info).__name__ != "WindowInfoX11":
        return None
    return X11(info.display, info.window)
