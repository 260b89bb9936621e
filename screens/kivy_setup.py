"""Everything that must be said to Kivy before it is imported. Call `prepare` first, then import Kivy.

Kivy reads its environment once, at import: providers that are named here are not searched for, no config file is
read or written, nothing is logged to a file, and the command line stays ours.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

_PREFIX = "kiosk-kivy-"
PROVIDERS = {
    "KIVY_WINDOW": "sdl2",
    "KIVY_GL_BACKEND": "sdl2",
    "KIVY_TEXT": "sdl2",
    "KIVY_IMAGE": "sdl2",
    "KIVY_CLIPBOARD": "dummy",
    "KIVY_AUDIO": "sdl2",
    "KIVY_VIDEO": "null",
    "KIVY_CAMERA": "null",
    "KIVY_SPELLING": "null",
}


def prepare(width: int, height: int, fullscreen: bool) -> None:
    """Fix Kivy's environment and configuration for a window of `width` x `height` pixels.

    Raises RuntimeError when Kivy was imported before: its settings would silently not apply.
    """
    if "kivy" in sys.modules:
        raise RuntimeError("screens.kivy_setup.prepare must run before Kivy is imported")
    _sweep()
    home = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ.update(PROVIDERS)
    os.environ.update(
        KIVY_HOME=str(home),
        KIVY_DATA_DIR=str(_data_dir(home)),
        KIVY_NO_CONFIG="1",
        KIVY_NO_ENV_CONFIG="1",
        KIVY_NO_ARGS="1",
        KIVY_NO_FILELOG="1",
        KIVY_NO_CONSOLELOG="1",
        KIVY_LOG_MODE="PYTHON",  # Kivy's messages go to our logging, its handlers stay off the root logger
        KIVY_DPI="96",
        KIVY_METRICS_DENSITY="1",
        KIVY_METRICS_FONTSCALE="1",
    )
    _configure(width, height, fullscreen)


def _sweep() -> None:
    """Remove the folders of screen processes that were killed: each visit ends with a new process."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not Path("/proc", pid).exists():
            shutil.rmtree(left, ignore_errors=True)


def _data_dir(home: Path) -> Path:
    """Kivy's data folder with an empty style sheet: our one widget draws itself, and parsing the sheet costs 45 ms."""
    spec = find_spec("kivy")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("Kivy is not installed in this Python environment")
    original = Path(spec.submodule_search_locations[0]) / "data"
    data = home / "data"
    data.mkdir()
    for entry in original.iterdir():
        if entry.name != "style.kv":
            (data / entry.name).symlink_to(entry)
    (data / "style.kv").write_text("#:kivy 1.0\n", encoding="ascii")
    return data


def _configure(width: int, height: int, fullscreen: bool) -> None:
    from kivy.config import Config

    settings = {
        "kivy": {"exit_on_escape": "0", "log_level": "warning", "log_enable": "0", "keyboard_mode": "system"},
        "graphics": {
            "width": str(width),
            "height": str(height),
            "fullscreen": "1" if fullscreen else "0",
            "borderless": "1" if fullscreen else "0",
            "resizable": "0",
            "position": "custom",
            "left": "0",
            "top": "0",
            "multisamples": "0",  # 70 MB and half the tap latency without a GPU; our edges are smoothed in textures
            "maxfps": "60",
            "vsync": "0",
            "show_cursor": "0" if fullscreen else "1",
            "allow_screensaver": "0",
            "verify_gl_main_thread": "0",
        },
    }
    for section, values in settings.items():
        for key, value in values.items():
            Config.set(section, key, value)
    _one_input(Config)
    log = logging.getLogger("kivy")
    log.setLevel(logging.WARNING)
    # Kivy reports every input library that this machine does not have; none of them is used.
    log.addFilter(lambda record: not record.getMessage().startswith("Input: "))


def _one_input(config: object) -> None:
    """One input path: SDL's pointer, which follows the first finger. A second provider would double each touch."""
    from kivy.config import ConfigParser

    assert isinstance(config, ConfigParser)
    for name, _ in config.items("input"):
        config.remove_option("input", name)
    config.set("input", "mouse", "mouse,disable_multitouch")
