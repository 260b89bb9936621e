"""The two that are compared, each behind the same few verbs: our screen process, and Chromium in kiosk mode."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Protocol

from tests.bench import processes
from tests.bench.content import web
from tests.bench.panel import Panel, Point

ROOT = Path(__file__).resolve().parents[2]
DIAGONAL = 32.0  # inches
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--kiosk",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--test-type",  # no bar that warns of --no-sandbox over the page
    "--disable-features=Translate",  # nor one that offers to translate it
)


class Side(Protocol):
    name: str

    def start(self) -> float:
        """Start with the home page; the monotonic time at which the start was asked for."""
        ...

    def started(self) -> None:
        """Wait until it says that it has started, if it does."""
        ...

    def stop(self) -> None: ...

    def processes(self) -> set[int]: ...

    def tile(self) -> Point:
        """A point of the home page's fifth tile, off its words."""
        ...

    def key(self) -> Point:
        """A point of the second page's key that leads home, off its words."""
        ...


def compiled(display: str) -> tuple[dict[str, str], tempfile.TemporaryDirectory[str]]:
    """The environment of an installed terminal on an X display: its modules are compiled, in a folder of ours."""
    folder = tempfile.TemporaryDirectory(prefix="kiosk-bench-")
    environment = os.environ | {"DISPLAY": display, "PYTHONPYCACHEPREFIX": folder.name}
    environment.pop("SDL_VIDEODRIVER", None)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment, folder


class KioskSide:
    """Our screen process under the kiosk's own `Screen`. The kiosk process itself is not counted, as Chromium's
    web server would not be."""

    name = "kiosk"

    def __init__(self, display: str, panel: Panel) -> None:
        self._size = panel.size
        self._environment, self._compiled = compiled(display)
        self._process: subprocess.Popen[str] | None = None
        self._pid = 0
        self.targets: dict[str, list[int]] = {}

    def start(self) -> float:
        self._directory = tempfile.TemporaryDirectory(prefix="kiosk-bench-")
        command = [sys.executable, "-m", "tests.bench.kiosk_end", *map(str, self._size), str(DIAGONAL)]
        command.append(f"{self._directory.name}/mirror")
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._answer()  # it is up; what is measured is the screen process
        return self._command("start")

    def started(self) -> None:
        self._answer()

    def ask(self, command: str) -> float:
        """Have one command done; seconds from giving it to its answer."""
        begun = self._command(command)
        self._answer()
        return time.monotonic() - begun

    def _command(self, command: str) -> float:
        assert self._process is not None and self._process.stdin
        begun = time.monotonic()
        print(command, file=self._process.stdin, flush=True)
        return begun

    def _answer(self) -> None:
        while (answer := self._line()).get("done") is None:
            pass
        self._pid = answer["pid"]

    def _line(self) -> dict[str, Any]:
        """The next thing it says; the mirror's frames are remembered on the way."""
        assert self._process is not None and self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the kiosk's end went away")
        said: dict[str, Any] = json.loads(line)
        if "lost" in said:
            raise RuntimeError(f"the screen was lost: {said['lost']}")
        if "frame" in said:
            self.targets = said["frame"]["targets"]
        return said

    def stop(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                print("close", file=self._process.stdin, flush=True)
            self._process.communicate(timeout=20)
            self._process = None
            self.targets = {}
            self._directory.cleanup()

    def processes(self) -> set[int]:
        return processes.family(self._pid)

    def tile(self) -> Point:
        return _corner(self.targets["item:4"])

    def key(self) -> Point:
        while "next" not in self.targets:  # the form's frame is on its way
            self._line()
        return _corner(self.targets["next"])


class ChromiumSide:
    """The same words as a static page in a browser, which knows neither devices nor a kiosk behind it."""

    name = "Chromium"

    def __init__(self, display: str, panel: Panel, font: str) -> None:
        self._size = panel.size
        self._environment = os.environ | {"DISPLAY": display}
        self._font = font
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        self._directory = tempfile.TemporaryDirectory(prefix="kiosk-bench-", ignore_cleanup_errors=True)
        page = Path(self._directory.name, "page.html")
        page.write_text(web(self._font), encoding="utf-8")
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={self._directory.name}/profile"]
        command += [f"--window-size={self._size[0]},{self._size[1]}", "--window-position=0,0", page.as_uri()]
        begun = time.monotonic()
        self._process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return begun

    def started(self) -> None:
        """A browser does not say."""

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            self._process = None
            self._directory.cleanup()

    def processes(self) -> set[int]:
        assert self._process is not None
        return processes.family(self._process.pid)

    def tile(self) -> Point:
        """Second row, second column of the grid in `content.web`."""
        wide = (self._size[0] - 2 * 30 - 2 * 24) // 3
        return _corner([30 + wide + 24, 220 + 30 + 300 + 24, wide, 300])

    def key(self) -> Point:
        return _corner([30, self._size[1] - 150, self._size[0] - 60, 120])


def _corner(box: list[int]) -> Point:
    """Inside a target, off its words: near the lower right corner, within the rounding."""
    x, y, width, height = box
    return x + width - 30, y + height - 30
