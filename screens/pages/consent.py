"""What is used, from where, for what: one card a clause, turned in sheets."""

from __future__ import annotations

from kiosk.page import Clause, Consent
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.widgets import frame, keys


def compose(s: Sketch, page: Consent, view: View) -> None:
    body = frame.open_page(s, page)
    gap = s.m.u(theme.GAP)
    heights = [_height(s, body.w, clause) for clause in page.clauses]
    sheets = keys.split(heights, body.h, gap, keys.pager_height(s))
    sheet = keys.pick(sheets, view.sheet)
    y = body.y
    for at in sheets[sheet]:
        _clause(s, Rect(body.x, y, body.w, heights[at]), page.clauses[at])
        y += heights[at] + gap
    if len(sheets) > 1:
        keys.pager(s, body, sheet, len(sheets))


def _height(s: Sketch, wide: int, clause: Clause) -> int:
    room = wide - s.m.u(14)
    return s.height(clause.heading, room, "body", True) + s.height(clause.body, room, "body") + s.m.u(12)


def _clause(s: Sketch, at: Rect, clause: Clause) -> None:
    s.box(at, theme.CARD, theme.LINE, 0.4, theme.RADIUS)
    s.box(Rect(at.x, at.y + s.m.u(6), s.m.u(1.4), s.m.pitch("body")), theme.TEAL)
    room = Rect(at.x + s.m.u(7), at.y + s.m.u(5), at.w - s.m.u(14), 0)
    used = s.text(clause.heading, room, "body", theme.TEAL_DEEP, True)
    s.text(clause.body, room.below(used + s.m.u(2)), "body", theme.INK)
