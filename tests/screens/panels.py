"""The panels on which pages are tried, and how a sample becomes a Scene without any window."""

from __future__ import annotations

from functools import lru_cache
from math import hypot

from kiosk.page import Page
from screens.fonts import Faces, faces
from screens.metrics import Metrics
from screens.pages import compose
from screens.ruler import Ruler
from screens.scene import Scene, View
from screens.sketch import Sketch

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


@lru_cache
def pencil() -> tuple[Ruler, Faces]:
    return Ruler(faces()), faces()


def scene(page: Page, panel: str, sheet: int | None = None) -> Scene:
    ruler, chain = pencil()
    return compose(Sketch(metrics(panel), ruler, chain), page, View(sheet))


def sheets(page: Page, panel: str) -> list[Scene]:
    """Every screenful of the page."""
    first = scene(page, panel, 0)
    return [first, *(scene(page, panel, at) for at in range(1, first.sheets))]
