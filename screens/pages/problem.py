"""It cannot go on this way: the alert says what happened, the hints what to do."""

from __future__ import annotations

from kiosk.page import Problem
from screens.scene import View
from screens.sketch import Sketch
from screens.widgets import frame, hints


def compose(s: Sketch, page: Problem, view: View) -> None:
    body = frame.open_page(s, page)
    hints.hints(s, body, page.hints)
