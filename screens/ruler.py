"""How wide a text is: measured by the library that will draw it, remembered piece by piece."""

from __future__ import annotations

from functools import lru_cache

from kivy.core.text import Label

from screens.fonts import Faces

_KEPT = 4096


class Ruler:
    """Advance widths of one chain of faces. Needs no window.

    Only single characters are remembered, so nothing that a citizen typed stays here as a word.
    """

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        self._labels: dict[tuple[int, int, bool], Label] = {}
        self._advance = lru_cache(maxsize=_KEPT)(self._measure_char)

    def width(self, text: str, size: int, bold: bool) -> float:
        """Width in px of `text` in one line at `size` px em: the sum of its characters, which kerning only narrows."""
        advance = self._advance
        return sum(advance(char, size, bold) for char in text)

    def label(self, face: int, size: int, bold: bool) -> Label:
        """The drawing library's label of a face, reused for every text set in it."""
        key = (face, size, bold)
        if key not in self._labels:
            self._labels[key] = Label(font_name=self._faces.path(face, bold), font_size=size)
        return self._labels[key]

    def forget(self) -> None:
        self._advance.cache_clear()

    def _measure_char(self, char: str, size: int, bold: bool) -> float:
        face = self._faces.runs(char)[0][0]
        return float(self.label(face, size, bold).get_extents(char)[0])
