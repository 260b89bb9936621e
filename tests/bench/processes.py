"""What Linux says of a process and all its descendants: memory, processor time; and how to make its start cold."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

PROC = Path("/proc")


def family(pid: int) -> set[int]:
    """`pid` and everything that descends from it."""
    parents: dict[int, int] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # "pid (name) state parent ...": the name may hold blanks and parentheses
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def pss(pids: set[int]) -> float:
    """Proportional set size in MB: shared pages divided among their users, so that a family's sum is honest."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def cpu(pids: set[int]) -> float:
    """Seconds of processor time used so far, from the scheduler's nanosecond counts."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for task in (PROC / str(pid) / "task").iterdir():
                with contextlib.suppress(OSError):
                    total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def files(pids: set[int]) -> set[str]:
    """Every file that the processes have mapped, and the modules Python has read."""
    found: set[str] = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in (PROC / str(pid) / "maps").read_text().splitlines():
                path = line.partition("/")[2]
                if path and "memfd:" not in path and " (deleted)" not in path:
                    found.add("/" + path)
    return found


def forget(paths: set[str]) -> None:
    """Drop files from the page cache. Pages that another process has mapped stay: the start is as cold as it gets."""
    for path in paths:
        with contextlib.suppress(OSError):
            fd = os.open(path, os.O_RDONLY)
            try:
                os.fsync(fd)
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(fd)
