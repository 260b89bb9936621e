"""Nothing personal stays in memory: freed memory is overwritten, cores are not written, garbage goes at once.

CPython keeps freed objects in its own arenas, text and all. Three settings, read when a process starts, end that:
`malloc_debug` overwrites every block that Python frees and keeps its own guard bytes at the block's end; glibc's
perturb byte does the same for the C libraries' blocks; without its thread caches, glibc parks no block untouched.
glibc alone would not do: it leaves the last eight bytes of each freed block as they were (a search found a name there).
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import sys

_TUNABLES = "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"

# For the process that lives on from one visit to the next: everything above.
LASTING = {"PYTHONMALLOC": "malloc_debug", "GLIBC_TUNABLES": _TUNABLES}

# For a screen process, which is replaced when a visit ends: the kernel then takes all of its memory back, so glibc's
# overwriting is enough while it lives, without the cost of Python's own guards.
REPLACED = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": _TUNABLES}


def environment() -> dict[str, str]:
    """This process's environment with the settings of one that lives on."""
    return os.environ | LASTING


def ensure() -> None:
    """Start this program again with the settings, unless it has them; never write a core."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if any(os.environ.get(name) != value for name, value in LASTING.items()):
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment())


def sweep() -> None:
    """Collect what a visit left in cycles, and give freed pages back to the system."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
