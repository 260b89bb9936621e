"""Is anything of a citizen left? Looks for planted words in files and in the memory of living processes."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

ENCODINGS = ("utf-8", "utf-16-le", "utf-32-le", "gb18030")


def needles(words: Mapping[str, str]) -> dict[str, bytes]:
    """Name of a planted word and its encoding -> its bytes. Shorter than six bytes would hit by chance."""
    found: dict[str, bytes] = {}
    for name, word in words.items():
        for encoding in ENCODINGS:
            found.setdefault(f"{name}/{encoding}", word.encode(encoding))
        found.setdefault(f"{name}/json", json.dumps(word)[1:-1].encode())
        found[f"{name}/base64"] = base64.b64encode(word.encode())[:-4] or word.encode()
    return {name: sought for name, sought in found.items() if len(sought) >= 6}


def in_file(path: Path, sought: Mapping[str, bytes]) -> list[str]:
    """Names of the words in a file; none in one that is gone meanwhile (a broker writes beside and renames)."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    return sorted(name for name, needle in sought.items() if needle in content)


def in_memory(pid: int, sought: Mapping[str, bytes]) -> list[str]:
    """Every readable mapping of a process; nothing of one that has ended. Needs root, or ptrace rights over it."""
    hits: set[str] = set()
    dense = {name: needle.translate(None, b"\0") for name, needle in sought.items()}
    overlap = max(len(needle) for needle in sought.values())
    with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for start, end in _mappings(pid):
            rest = b""
            position = start
            while position < end:
                try:
                    memory.seek(position)
                    piece = memory.read(min(1 << 22, end - position))
                except OSError:  # a guard page, or a mapping that went meanwhile
                    break
                if not piece:
                    break
                window = rest + piece
                # Memory is half zeros, and so are words in wide encodings: without them the search is ten times faster.
                packed = window.translate(None, b"\0")
                likely = {needle for needle in set(dense.values()) if needle in packed}
                hits |= {name for name, needle in sought.items() if dense[name] in likely and needle in window}
                rest = window[-overlap:]
                position += len(piece)
    return sorted(hits)


def family(pid: int) -> list[int]:
    """A process and everything it started that still lives."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            for child in task.read_text().split():
                found += family(int(child))
    return found


def _mappings(pid: int) -> Iterable[tuple[int, int]]:
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, rights, *rest = line.split(maxsplit=5)
        if rights.startswith("r") and not (rest and rest[-1].strip() in ("[vvar]", "[vsyscall]", "[vvar_vclock]")):
            start, _, end = span.partition("-")
            yield int(start, 16), int(end, 16)
