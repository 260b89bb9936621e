"""Make the golden dumps and pictures anew: `python -m tests.screens.update`. Look at them before you commit."""

from __future__ import annotations

import tempfile
from pathlib import Path


def update() -> None:
    from tests.screens import pictures
    from tests.screens.composing import scene
    from tests.screens.dump import dump
    from tests.screens.panels import metrics
    from tests.screens.samples import LANGUAGES, NAMES, sample

    for panel in pictures.WIDTHS:
        with tempfile.TemporaryDirectory() as folder:
            pictures.draw(panel, Path(folder))
            for now in Path(folder).glob("*.png"):
                pictures.keep(now, pictures.GOLDEN / panel / now.name)
        for lang in LANGUAGES:
            for name in NAMES:
                page = sample(name, lang)
                told = dump(page, scene(page, panel), metrics(panel))
                (pictures.GOLDEN / panel / f"{name}-{lang}.txt").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    from screens.kivy_setup import prepare

    prepare(1080, 1920, fullscreen=False)
    update()
