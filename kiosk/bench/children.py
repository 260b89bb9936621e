"""The world's processes: each started once, watched, and ended by its own id in the reverse order."""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, NamedTuple

_PR_SET_PDEATHSIG = 1
_START_SECONDS = 40.0  # on a slow and busy machine
_STOP_SECONDS = 6.0
ROOT = Path(__file__).resolve().parents[2]


class ChildError(Exception):
    """A process did not start: its name, and the end of its log."""


class Child:
    """One process with a log file. It never outlives the process that started it."""

    def __init__(
        self, name: str, process: subprocess.Popen[bytes], log: Path, log_from: int = 0, ready: bytes | None = None
    ) -> None:
        self.name = name
        self.process = process
        self.log = log
        self.out = log.with_suffix(".out")  # what it printed, if it was started to `talk`
        self._ready = ready
        self._log_from = log_from  # the log goes on from an earlier run of the same part

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        self.ask_to_end()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def ask_to_end(self) -> None:
        """SIGTERM, without waiting: several can say goodbye at the same time."""
        if self.running:
            self.process.terminate()

    def kill(self) -> None:
        """As when the plug is pulled."""
        self.process.kill()
        self.process.wait()

    def say(self, line: str) -> None:
        """One line to its standard input; only for one that was started to `talk`."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def has_logged(self, words: bytes) -> bool:
        """Whether the words stand in what it has logged since its start."""
        with self.log.open("rb") as log:
            log.seek(self._log_from)
            return words in log.read()

    def await_ready(self, seconds: float = _START_SECONDS) -> None:
        """Return once the line that it was started with as `ready` stands on its standard output. Raises ChildError."""
        if self._ready and self.process.stdout:
            _await_line(self, self.process.stdout, self._ready, time.monotonic() + seconds)
            self._ready = None


class Fallen(NamedTuple):
    """A part that ended by itself: its name, how, and where its log is."""

    name: str
    how: str
    log: Path

    def __str__(self) -> str:
        return f"{self.name} has ended by itself ({self.how}): {self.log}"


def fallen(parts: list[Child]) -> list[Fallen]:
    """Those of the parts that do not run any more."""
    return [Fallen(part.name, how, part.log) for part in parts if (how := ending(part.process.poll()))]


def ending(code: int | None) -> str:
    """A process's return code in words: `code 2`, `signal SIGKILL`; empty for one that runs."""
    if code is None:
        return ""
    return f"code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def start(
    name: str,
    command: list[str],
    log_dir: Path,
    env: dict[str, str] | None = None,
    ready: bytes | None = None,
    pass_fds: tuple[int, ...] = (),
    talk: bool = False,
) -> Child:
    """Start a program and return at once; the caller awaits its `ready` line. Raises ChildError: not installed.

    talk: it reads what `Child.say` says, and prints into a file beside its log. Both files go on after a restart.
    """
    log = log_dir / f"{name}.log"
    log_from = log.stat().st_size if log.exists() else 0
    with log.open("ab") as errors, log.with_suffix(".out").open("ab") if talk else nullcontext() as printed:
        try:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=env or dict(os.environ),
                stdin=subprocess.PIPE if talk else subprocess.DEVNULL,
                stdout=subprocess.PIPE if ready else printed or errors,
                stderr=errors,
                preexec_fn=die_with_parent,
                pass_fds=pass_fds,
            )
        except FileNotFoundError:
            raise ChildError(f"{name}: {command[0]} is not installed: run `make setup`") from None
    return Child(name, process, log, log_from, ready)


def python(*arguments: str) -> list[str]:
    """The command line of a module or script of this project in its own environment."""
    return [sys.executable, *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_line(child: Child, out: IO[bytes], ready: bytes, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(out, selectors.EVENT_READ)
        seen = b""
        while ready not in seen:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                child.stop()
                raise ChildError(f"{child.name} is not ready after its time:\n{child.tail()}")
            data = os.read(out.fileno(), 4096)
            if not data:
                child.process.wait()
                raise ChildError(f"{child.name} ended with {child.process.returncode}:\n{child.tail()}")
            seen = (seen + data)[-4096:]


def die_with_parent() -> None:
    """For `preexec_fn`. The system watches the thread that starts the child: it must live as long as the world."""
    libc: Any = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setpgrp()  # Ctrl-C in the terminal is for the parent, which ends its children in order
