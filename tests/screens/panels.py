"""The panels on which pages are tried. Imports no Kivy."""

from __future__ import annotations

from functools import lru_cache
from math import hypot

from screens.metrics import Metrics

PANELS = {  # name: width px, height px, diagonal inches
    "portrait": (1080, 1920, 32.0),
    "portrait-small": (1080, 1920, 21.5),
    "landscape": (1920, 1080, 21.5),
    "landscape-large": (1920, 1080, 32.0),
    "desk": (1280, 1024, 19.0),
}


def px_per_mm(panel: str) -> float:
    width, height, inches = PANELS[panel]
    return hypot(width, height) / (inches * 25.4)


@lru_cache
def metrics(panel: str) -> Metrics:
    width, height, _ = PANELS[panel]
    return Metrics(px_per_mm(panel), (width, height))
