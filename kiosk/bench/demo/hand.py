"""A finger and an eye on a real X display: taps through the server's own input, pictures of what is on it."""

from __future__ import annotations

import subprocess

from PIL import Image, ImageGrab


class Hand:
    """`display` is an X display's name, such as `:99`."""

    def __init__(self, display: str) -> None:
        self._display = display

    def tap(self, box: tuple[int, int, int, int]) -> None:
        """Finger down and up in the middle of a box (x, y, width, height)."""
        x, y = box[0] + box[2] // 2, box[1] + box[3] // 2
        # A real finger rests for some ten milliseconds.
        command = ["xdotool", "mousemove", str(x), str(y), "mousedown", "1", "sleep", "0.03", "mouseup", "1"]
        subprocess.run(command, env={"DISPLAY": self._display, "PATH": "/usr/bin:/bin"}, check=True, timeout=10)

    def picture(self) -> Image.Image:
        return ImageGrab.grab(xdisplay=self._display)
