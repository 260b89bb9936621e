"""An X display as a stopwatch sees it: a finger (XTest) and a camera (XGetImage of the root window).

Both sides of a comparison are touched and watched through this, so neither is measured by its own word.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator

POLL = 0.0003  # s between two looks: the camera must not take a processor away from what it watches
_ZPIXMAP = 2
_ALL_PLANES = ctypes.c_ulong(0xFFFFFFFFFFFFFFFF)


class _XImage(ctypes.Structure):
    _fields_ = (
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("xoffset", ctypes.c_int),
        ("format", ctypes.c_int),
        ("data", ctypes.c_void_p),
        ("byte_order", ctypes.c_int),
        ("bitmap_unit", ctypes.c_int),
        ("bitmap_bit_order", ctypes.c_int),
        ("bitmap_pad", ctypes.c_int),
        ("depth", ctypes.c_int),
        ("bytes_per_line", ctypes.c_int),
    )


Point = tuple[int, int]


class Panel:
    """Root window of `display`. Points are pixels from the top left corner, colours 0xRRGGBB."""

    def __init__(self, display: str, size: tuple[int, int]) -> None:
        self.size = size
        self._x = ctypes.CDLL("libX11.so.6")
        self._test = ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._x.XGetImage.restype = ctypes.POINTER(_XImage)
        opened = self._x.XOpenDisplay(display.encode())
        if not opened:
            raise OSError(f"no X display {display}")
        self._display = ctypes.c_void_p(opened)
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))

    def close(self) -> None:
        self._x.XCloseDisplay(self._display)

    def _pixels(self, x: int, y: int, width: int, height: int) -> bytes:
        """Rows of 4-byte pixels, blue first."""
        image = self._x.XGetImage(self._display, self._root, x, y, width, height, _ALL_PLANES, _ZPIXMAP)
        try:
            return ctypes.string_at(image.contents.data, image.contents.bytes_per_line * height)
        finally:
            self._x.XDestroyImage(image)

    def colour(self, at: Point) -> int:
        return int.from_bytes(self._pixels(*at, 1, 1)[:3], "little")

    def picture(self) -> bytes:
        """The whole panel, 4 bytes a pixel, blue first, padding cleared."""
        pixels = bytearray(self._pixels(0, 0, *self.size))
        pixels[3::4] = bytes(len(pixels) // 4)
        return bytes(pixels)

    def strip(self, y: int) -> bytes:
        """One row of the panel as it is at this moment, in `picture`'s format."""
        pixels = bytearray(self._pixels(0, y, self.size[0], 1))
        pixels[3::4] = bytes(len(pixels) // 4)
        return bytes(pixels)

    def move(self, at: Point) -> None:
        self._test.XTestFakeMotionEvent(self._display, -1, *at, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def press(self) -> None:
        self._test.XTestFakeButtonEvent(self._display, 1, 1, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def release(self) -> None:
        self._test.XTestFakeButtonEvent(self._display, 1, 0, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def key(self, name: str, held: str = "") -> None:
        """Strike a key by its X name while another one, if any, is held down."""
        codes = [
            self._x.XKeysymToKeycode(self._display, ctypes.c_ulong(self._x.XStringToKeysym(one.encode())))
            for one in (held, name)
            if one
        ]
        for code in codes:
            self._test.XTestFakeKeyEvent(self._display, code, 1, ctypes.c_ulong(0))
        for code in reversed(codes):
            self._test.XTestFakeKeyEvent(self._display, code, 0, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def expose(self) -> None:
        """Tell every window on the panel that all of it must be drawn again."""
        root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        windows = ctypes.POINTER(ctypes.c_ulong)()
        answers = (ctypes.byref(one) for one in (root, parent, windows, count))
        self._x.XQueryTree(self._display, self._root, *answers)
        for number in range(count.value):
            self._x.XClearArea(self._display, ctypes.c_ulong(windows[number]), 0, 0, 0, 0, 1)
        self._x.XFlush(self._display)

    def until(self, at: Point, wanted: Callable[[int], bool], timeout: float = 20.0) -> float:
        """Watch one pixel; the monotonic time at which it was as wanted. Raises TimeoutError."""
        end = time.monotonic() + timeout
        while True:
            seen = self.colour(at)
            now = time.monotonic()
            if wanted(seen):
                return now
            if now > end:
                raise TimeoutError(f"pixel {at} stayed {seen:06x}")
            time.sleep(POLL)

    def settled(self, calm: float = 0.4, timeout: float = 20.0) -> bytes:
        """The picture once it has not changed for `calm` seconds. Raises TimeoutError."""
        end = time.monotonic() + timeout
        last, since = self.picture(), time.monotonic()
        while time.monotonic() - since < calm:
            time.sleep(0.05)
            now = self.picture()
            if now != last:
                last, since = now, time.monotonic()
            if time.monotonic() > end:
                raise TimeoutError("the panel never came to rest")
        return last


def colour_in(picture: bytes, width: int, at: Point) -> int:
    start = (at[1] * width + at[0]) * 4
    return int.from_bytes(picture[start : start + 3], "little")


@contextlib.contextmanager
def virtual_display(size: tuple[int, int]) -> Iterator[str]:
    """An Xvfb of its own on a free display number, ended with the context."""
    ours, theirs = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(theirs),
        "-screen",
        "0",
        f"{size[0]}x{size[1]}x24",
        "-nolisten",
        "tcp",
        "-noreset",
    ]
    process = subprocess.Popen(command, pass_fds=(theirs,), stderr=subprocess.DEVNULL)
    os.close(theirs)
    try:
        if not select.select([ours], (), (), 20.0)[0]:
            raise TimeoutError("Xvfb named no display")
        yield f":{os.read(ours, 16).decode().strip()}"
    finally:
        os.close(ours)
        process.terminate()
        process.wait()
