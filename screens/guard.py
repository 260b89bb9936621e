"""What the screen process asks of Linux for itself: it dies with the kiosk and leaves no image of its memory."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

# source: linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def die_with(parent: int) -> bool:
    """Be killed when the thread that started this process ends. False: process `parent` is gone already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.getppid() == parent


def leave_no_core() -> None:
    """No core dump, whatever the system's pattern: it would hold the citizen's page."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def refuse_inspection() -> None:
    """Other processes of the same user may neither trace this one nor read its memory."""
    _prctl(_PR_SET_DUMPABLE, 0)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl({option}): {os.strerror(code)}")
