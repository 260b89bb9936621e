"""What is wrong in the files of a catalogue: every problem with its place and its remedy, all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from msgspec import Struct

Path = tuple[str | int, ...]


class Problem(Struct, frozen=True, order=True):
    """One line for the author. `line` counts from 1; `key` is the dotted way to the value, empty for a whole file."""

    file: str
    line: int
    key: str
    what: str
    remedy: str

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        return f"{self.file}:{self.line}: {key}{self.what}; {self.remedy}"


class CatalogueError(Exception):
    """The files do not make a catalogue. `problems` are all that were found, by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


def dotted(path: Path) -> str:
    """`("steps", 3, "rules", 0)` -> `steps[3].rules[0]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def suggest(wrong: str, known: Iterable[str]) -> str:
    """`did you mean ...?`, or else the list of what is known."""
    choices = sorted(known)
    close = difflib.get_close_matches(wrong, choices, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known: {', '.join(choices)}" if choices else "none is defined"
