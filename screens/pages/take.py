"""Paper is out, or a card was left: take your things."""

from __future__ import annotations

from kiosk.page import Take
from screens import theme
from screens.scene import View
from screens.sketch import Sketch
from screens.widgets import frame, gesture, pictures

PICTURES = {"paper": "receipt-text", "card": "id-card"}


def compose(s: Sketch, page: Take, view: View) -> None:
    body = frame.open_page(s, page)
    seat = gesture.picture_and_hints(s, body, page.hints, page.remaining, 110)
    pictures.medallion(s, seat, PICTURES[page.picture], theme.AMBER_INK, theme.AMBER_TINT)
