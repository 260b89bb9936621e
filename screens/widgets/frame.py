"""What every page has: masthead, alert, the page's own keys, bar."""

from __future__ import annotations

from kiosk.page import Page
from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch
from screens.widgets import keys, masthead, notice


def open_page(s: Sketch, page: Page, big: bool = False, once: bool = False, note: str = "") -> Rect:
    """Draw the frame of `page`; what is left for the kind's own content is returned.

    `big`: a greeting, not a step. `once`: the primary key sends money or papers off and locks after one tap.
    `note`: good news that stands in the masthead where that is a panel at the side.
    """
    body = masthead.masthead(s, page, big, note)
    used = keys.actions(s, body, page.actions, once)
    if used:
        body = body.above(used + s.m.u(theme.GAP + 2))
    used = notice.alert(s, body, page.alert)
    return body.below(used + s.m.u(theme.GAP)) if used else body
