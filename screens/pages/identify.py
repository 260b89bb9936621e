"""Show a card or a code now: a large picture of the gesture, then what to do in words."""

from __future__ import annotations

from kiosk.page import Identify
from screens.scene import View
from screens.sketch import Sketch
from screens.widgets import frame, gesture, pictures


def compose(s: Sketch, page: Identify, view: View) -> None:
    body = frame.open_page(s, page)
    seat = gesture.picture_and_hints(s, body, page.hints, "", 150)
    draw = pictures.card_on_reader if page.picture == "card" else pictures.code_at_window
    draw(s, seat)
