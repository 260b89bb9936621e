"""Far ends for driver tests: real fake processes on real ptys and sockets."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.bench.control import Control

ROOT = Path(__file__).parents[2]


class Far:
    """A running fake, its control socket, and the url on which a driver reaches it."""

    def __init__(self, name: str, wire: str) -> None:
        # not tmp_path: a unix socket's path may have 107 characters
        self.folder = Path(tempfile.mkdtemp(prefix="far"))
        wire = f"pty:{self.folder}/wire" if wire == "pty" else wire
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "drivers", "fake", name, "--wire", wire),
                *("--control", str(self.folder / "control"), "--out", str(self.folder / "out")),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        self.control = Control(self.folder / "control")
        self.send = self.control.send
        self.url = str(self.send("state")["wire"]["url"])

    def end(self) -> None:
        self.control.close()
        self.process.terminate()
        self.process.communicate(timeout=10)
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def far_maker() -> Callable[..., Far]:
    return Far


@pytest.fixture
def far() -> Iterator[Callable[..., Far]]:
    """`far(name, wire="pty")` starts a fake that ends with the test."""
    running: list[Far] = []

    def start(name: str, wire: str = "pty") -> Far:
        running.append(Far(name, wire))
        return running[-1]

    yield start
    for one in running:
        one.end()
