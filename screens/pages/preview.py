"""The document as it will come out of the printer."""

from __future__ import annotations

from kiosk.page import Preview
from screens.scene import View
from screens.sketch import Sketch
from screens.widgets import frame, paper


def compose(s: Sketch, page: Preview, view: View) -> None:
    body = frame.open_page(s, page)
    paper.paper(s, body, page.document, view.sheet)
