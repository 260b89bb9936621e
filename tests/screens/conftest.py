"""Kivy's settings, once a test process and before anything imports Kivy."""

from __future__ import annotations

import os
import sys

if "kivy" not in sys.modules:
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    from screens.kivy_setup import prepare

    prepare(1080, 1920, fullscreen=False)
