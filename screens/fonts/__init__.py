"""The faces the screens draw with: where they are, and which face holds which character.

`python -m screens.fonts.build` makes them once from Debian's font packages (see NOTICES.md). A text is drawn in the
first face of the chain that has each character: a small everyday face, the full simplified-Chinese face, then
HanaMin for the rare characters of names.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

import msgspec

ENVIRONMENT = "KIOSK_FONTS"
INDEX = "faces.json"


class FontsMissing(Exception):
    """The faces have not been built on this machine; the message names the command."""


class Face(msgspec.Struct, frozen=True):
    """File names inside the font folder, and the code points covered as sorted pairs [first, last]."""

    regular: str
    bold: str
    ranges: tuple[tuple[int, int], ...]


class Faces:
    """The chain of faces of one font folder. Raises FontsMissing when it was not built."""

    def __init__(self, folder: Path) -> None:
        try:
            chain = msgspec.json.decode((folder / INDEX).read_bytes(), type=list[Face])
        except (OSError, msgspec.MsgspecError) as error:
            raise FontsMissing(
                f"no fonts in {folder} ({error}): run `python -m screens.fonts.build` once on this machine, "
                f"or point {ENVIRONMENT} at a folder that it wrote"
            ) from None
        self._starts = [[first for first, _ in face.ranges] for face in chain]
        self._ends = [[last for _, last in face.ranges] for face in chain]
        self._files = [(str(folder / face.regular), str(folder / face.bold)) for face in chain]
        self._face_of: dict[str, int | None] = {}

    def path(self, face: int, bold: bool) -> str:
        return self._files[face][bold]

    def covers(self, char: str) -> bool:
        """Whether any face has a glyph for `char`: what has none would be drawn as an empty box."""
        return self._find(char) is not None

    def runs(self, text: str) -> tuple[tuple[int, str], ...]:
        """`text` cut into stretches of one face each. A character that no face has stays in the first."""
        runs: list[tuple[int, str]] = []
        for char in text:
            face = self._find(char) or 0
            if runs and (runs[-1][0] == face or char == " "):
                runs[-1] = (runs[-1][0], runs[-1][1] + char)
            else:
                runs.append((face, char))
        return tuple(runs)

    def forget(self) -> None:
        """Drop what was looked up: the characters of a rare name are personal too."""
        self._face_of.clear()

    def _find(self, char: str) -> int | None:
        if char not in self._face_of:
            self._face_of[char] = self._search(ord(char))
        return self._face_of[char]

    def _search(self, code: int) -> int | None:
        for face, starts in enumerate(self._starts):
            place = bisect_right(starts, code) - 1
            if place >= 0 and code <= self._ends[face][place]:
                return face
        return None


def folder() -> Path:
    """Where the faces are: `KIOSK_FONTS`, else `.setup/fonts` beside the source tree."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named else Path(__file__).resolve().parents[2] / ".setup" / "fonts"


@lru_cache(maxsize=1)
def faces() -> Faces:
    """The faces of this machine, read once. Raises FontsMissing."""
    return Faces(folder())
