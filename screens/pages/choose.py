"""One question, a few answers."""

from __future__ import annotations

from kiosk.page import Choose
from screens.scene import View
from screens.sketch import Sketch
from screens.widgets import cards, frame


def compose(s: Sketch, page: Choose, view: View) -> None:
    body = frame.open_page(s, page)
    cards.options(s, body, page.options, 1, view.sheet)
