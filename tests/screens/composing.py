"""How a sample becomes a Scene without any window."""

from __future__ import annotations

from functools import lru_cache

from kiosk.page import Page
from screens.fonts import Faces, faces
from screens.pages import compose
from screens.ruler import Ruler
from screens.scene import Scene, View
from screens.sketch import Sketch
from tests.screens.panels import metrics


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
