"""The form, mostly filled in already: each value with its source."""

from __future__ import annotations

from kiosk.page import Form
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import frame, notice, rows


def compose(s: Sketch, page: Form, view: View) -> None:
    body = frame.open_page(s, page, note=page.summary)
    y = body.y
    if page.summary and s.m.portrait:
        y += notice.note(s, body, page.summary, "success") + s.m.u(theme.GAP)
    rows.rows(s, Rect(body.x, y, body.w, body.bottom - y), page.rows, view.sheet)
