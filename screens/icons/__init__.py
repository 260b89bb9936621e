"""Icons by name: one glyph each of a small font made from Lucide (ISC licence, see NOTICES.md)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec

FONT = str(Path(__file__).parent / "icons.ttf")
UNKNOWN = "file-text"


@lru_cache(maxsize=1)
def _points() -> dict[str, int]:
    return msgspec.json.decode((Path(__file__).parent / "icons.json").read_bytes(), type=dict[str, int])


def names() -> frozenset[str]:
    return frozenset(_points())


def glyph(name: str) -> str:
    """The character of `name` in the icon font; a name that the set does not have gets a plain sheet of paper."""
    points = _points()
    return chr(points.get(name, points[UNKNOWN]))
