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
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 6.0
ROOT = Path(__file__).resolve().parents[2]


class ChildError(Exception):
    """A process did not start: its name, and the end of its log."""


class Child:
    """One process with a log file. It never outlives the process that started it."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.name = name
        self.process = process
        self.log = log
        self.out = log.with_suffix(".out")  # what it printed, if it was started to `talk`

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        if not self.running:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def say(self, line: str) -> None:
        """One line to its standard input; only for one that was started to `talk`."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]


def start(
    name: str,
    command: list[str],
    log_dir: Path,
    env: dict[str, str] | None = None,
    ready: bytes | None = None,
    seconds: float = 20.0,
    pass_fds: tuple[int, ...] = (),
    talk: bool = False,
) -> Child:
    """Start a program; with `ready`, return once that line stands on its standard output. Raises ChildError.

    talk: it reads what `Child.say` says, and prints into a file beside its log. Both files go on after a restart.
    """
    log = log_dir / f"{name}.log"
    with log.open("ab") as errors, log.with_suffix(".out").open("ab") if talk else nullcontext() as printed:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env or dict(os.environ),
            stdin=subprocess.PIPE if talk else subprocess.DEVNULL,
            stdout=subprocess.PIPE if ready else printed or errors,
            stderr=errors,
            preexec_fn=_die_with_parent,
            pass_fds=pass_fds,
        )
    child = Child(name, process, log)
    if ready and process.stdout:
        _await_line(child, process.stdout, ready, time.monotonic() + seconds)
    return child


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


def _die_with_parent() -> None:
    libc: Any = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setpgrp()  # Ctrl-C in the terminal is for the parent, which ends its children in order
