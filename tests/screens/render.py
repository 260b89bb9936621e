"""Draws samples offscreen, one panel a process: `python -m tests.screens.render PANEL WIDTH FOLDER [LANG...]`.

Writes FOLDER/NAME-LANG.png, WIDTH pixels wide (0 = full size).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.screens.panels import PANELS, px_per_mm


def render(panel: str, wide: int, folder: Path, langs: tuple[str, ...]) -> None:
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    width, height, _ = PANELS[panel]
    from kivy.base import EventLoop
    from kivy.core.window import Window
    from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels
    from PIL import Image

    from screens.stage import Stage
    from tests.screens.samples import NAMES, sample

    EventLoop.ensure_window()
    stage = Stage(lambda _event: None, px_per_mm(panel), (width, height))
    Window.add_widget(stage)
    EventLoop.start()
    folder.mkdir(parents=True, exist_ok=True)
    for lang in langs:
        for name in NAMES:
            stage.show(sample(name, lang))  # type: ignore[arg-type]
            EventLoop.idle()
            pixels = glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE)
            picture = Image.frombytes("RGBA", (width, height), pixels)
            if wide:
                size = (wide, round(height * wide / width))
                picture = picture.resize(size, Image.Resampling.BOX, reducing_gap=1.0)
            picture = picture.convert("RGB").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
            picture.save(folder / f"{name}-{lang}.png")


if __name__ == "__main__":
    from screens.kivy_setup import prepare

    which = sys.argv[1]
    prepare(PANELS[which][0], PANELS[which][1], fullscreen=False)
    render(which, int(sys.argv[2]), Path(sys.argv[3]), tuple(sys.argv[4:]) or ("zh", "en"))
