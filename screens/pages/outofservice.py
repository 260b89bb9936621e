"""Nothing works here now, and where else it does."""

from __future__ import annotations

from kiosk.page import OutOfService
from screens import theme
from screens.scene import View
from screens.sketch import Sketch
from screens.widgets import frame, gesture, pictures


def compose(s: Sketch, page: OutOfService, view: View) -> None:
    body = frame.open_page(s, page)
    seat = gesture.picture_and_hints(s, body, page.hints, "", 90)
    pictures.medallion(s, seat, "wrench", theme.AMBER_INK, theme.AMBER_TINT)
