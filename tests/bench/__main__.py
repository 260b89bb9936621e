"""`python -m tests.bench [--json FILE]`: this kiosk's screen beside Chromium, measured in one run, as ratios.

Both sides show the same words on the same Xvfb, one after the other, and are touched and watched the same way:
XTest presses, one pixel of the root window is read every 0.3 ms. Times hold for this machine alone; ratios travel.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from tests.bench import processes
from tests.bench.panel import Panel, Point, colour_in, virtual_display
from tests.bench.sides import ChromiumSide, KioskSide, Side

SIZE = (1080, 1920)
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
STARTS = 5
COLD_STARTS = 2
TAPS = 15
VISITS = 200
IDLE = 20.0  # s
BETWEEN = 0.4  # s between two taps: our keys ignore a second tap within 0.3 s

UNITS = {
    "first frame, warm": "s",
    "first frame, cold": "s",
    "memory, idle": "MB",
    "memory, after 200 visits": "MB",
    "idle CPU": "%",
    "tap -> pressed frame": "ms",
    "release -> next page": "ms",
}
Figures = dict[str, float]


class Course:
    """One side's way through all measurements."""

    def __init__(self, side: Side, panel: Panel) -> None:
        self._side = side
        self._panel = panel
        self._home = b""
        self._files: set[str] = set()

    def run(self) -> Figures:
        self._learn()
        warm = [self._start(set()) for _ in range(STARTS)]
        cold = [self._start(self._files) for _ in range(COLD_STARTS)]
        self._begin()
        family = self._side.processes()
        figures = {
            "first frame, warm": statistics.median(warm),
            "first frame, cold": statistics.median(cold),
            "memory, idle": processes.pss(family),
            "idle CPU": self._idle(),
        }
        figures |= self._taps()
        if isinstance(self._side, KioskSide):
            self._side.ask(f"visits {VISITS}")
        else:
            for _ in range(VISITS):
                self._there_and_back(pause=0.0)
        self._panel.settled()
        figures["memory, after 200 visits"] = processes.pss(self._side.processes())
        return figures

    def _begin(self) -> None:
        self._side.start()
        self._side.started()
        self._panel.until((SIZE[0] // 2, SIZE[1] // 2), bool)  # black before it starts
        self._panel.settled(calm=1.0)

    def _learn(self) -> None:
        """Start once: what the pages look like, where to watch, which files a start reads."""
        self._begin()
        self._home = self._panel.settled()
        self._files = processes.files(self._side.processes())
        tile = self._side.tile()
        self._panel.move(tile)
        self._panel.press()
        pressed = self._panel.settled()
        self._panel.release()
        form = self._panel.settled()
        self._tile = tile
        self._pressed = colour_in(pressed, SIZE[0], self._tile)
        self._key = self._side.key()
        self.places = (self._tile, self._key)
        self._there = _difference(form, pressed, self._home)
        self._form_colour = colour_in(form, SIZE[0], self._there)
        self._back = _difference(self._home, form, form)
        self._home_colour = colour_in(self._home, SIZE[0], self._back)
        if self._pressed == colour_in(self._home, SIZE[0], self._tile):
            raise RuntimeError(f"{self._side.name}: the press is not visible at {self._tile}")
        self._side.stop()

    def _start(self, forgotten: set[str]) -> float:
        self._panel.until(self._back, lambda colour: colour != self._home_colour)
        processes.forget(forgotten)
        begun = self._side.start()
        seen = self._panel.until(self._back, lambda colour: colour == self._home_colour)
        self._side.started()
        self._panel.settled()
        self._side.stop()
        return seen - begun

    def _idle(self) -> float:
        family = self._side.processes()
        before = processes.cpu(family)
        time.sleep(IDLE)
        return (processes.cpu(family) - before) / IDLE * 100

    def _taps(self) -> Figures:
        pairs = [self._there_and_back(BETWEEN) for _ in range(TAPS)]
        return {
            "tap -> pressed frame": statistics.median(tap for tap, _ in pairs) * 1000,
            "release -> next page": statistics.median(turn for _, turn in pairs) * 1000,
        }

    def _there_and_back(self, pause: float) -> tuple[float, float]:
        """Home, tile, form, key, home: seconds to the pressed frame and from release to the form."""
        panel = self._panel
        panel.move(self._tile)
        time.sleep(pause)
        begun = time.monotonic()
        panel.press()
        pressed = panel.until(self._tile, lambda colour: colour == self._pressed)
        time.sleep(pause / 4)
        released = time.monotonic()
        panel.release()
        turned = panel.until(self._there, lambda colour: colour == self._form_colour)
        panel.move(self._key)
        time.sleep(pause)
        panel.press()
        time.sleep(0.01)
        panel.release()
        panel.until(self._back, lambda colour: colour == self._home_colour)
        return pressed - begun, turned - released


def _difference(wanted: bytes, *others: bytes) -> Point:
    """A point, in the middle of an area, at which `wanted` differs from every other picture."""
    width = SIZE[0]
    for y in range(SIZE[1] // 6, SIZE[1] - 20, 12):  # below what a browser may hang over the top of a page
        for x in range(20, width - 20, 12):
            near = [(x + dx, y + dy) for dx, dy in ((0, 0), (-6, 0), (6, 0), (0, -6), (0, 6))]
            if len({colour_in(wanted, width, at) for at in near}) == 1 and all(
                colour_in(other, width, at) != colour_in(wanted, width, at) for other in others for at in near
            ):
                return x, y
    raise RuntimeError("the pages cannot be told apart")


def _replacement(side: KioskSide) -> Figures:
    """What a visit's end costs: a fresh process shows the same page, then the old one is killed."""
    times, after = [], []
    for _ in range(5):
        old = side.processes()
        times.append(side.ask("replace"))
        new = side.processes()
        if old & new:
            raise RuntimeError("the old screen process is still there")
        after.append(processes.pss(new))
    return {"seconds": statistics.median(times), "memory after": statistics.median(after)}


def _table(ours: Figures, theirs: Figures) -> str:
    lines = [
        f"{'':26}{'this kiosk':>14}{'Chromium':>14}{'ratio':>10}",
    ]
    for name, unit in UNITS.items():
        ratio = ours[name] / theirs[name] if theirs[name] else float("nan")
        lines.append(f"{name:26}{ours[name]:>11.2f} {unit:2}{theirs[name]:>11.2f} {unit:2}{ratio:>10.2f}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    with virtual_display(SIZE) as display:
        panel = Panel(display, SIZE)
        kiosk = KioskSide(display, panel)
        chromium = ChromiumSide(display, panel, FONT)
        try:
            ours = Course(kiosk, panel).run()
            replaced = _replacement(kiosk)
            kiosk.stop()
            theirs = Course(chromium, panel).run()
        finally:
            kiosk.stop()
            chromium.stop()
            panel.close()
    print(_table(ours, theirs))
    print(f"replaced at a visit's end: {replaced['seconds']:.2f} s, then {replaced['memory after']:.0f} MB")
    if options.json:
        result = {"kiosk": ours, "chromium": theirs, "replacement": replaced}
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
