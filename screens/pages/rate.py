"""好差评: five faces with their words, one tap, voluntary."""

from __future__ import annotations

from kiosk.page import Option, Rate
from screens import theme
from screens.scene import Rect, View
from screens.sketch import Sketch
from screens.theme import Role
from screens.widgets import frame

FACES = ("laugh", "smile", "meh", "frown", "angry")


def compose(s: Sketch, page: Rate, view: View) -> None:
    body = frame.open_page(s, page)
    gap = s.m.u(theme.GAP)
    count = max(1, len(page.grades))
    wide = (body.w - gap * (count - 1)) // count
    if s.m.portrait or wide < s.m.u(48):
        high = min(s.m.u(38), (body.h - gap * (count - 1)) // count)
        top = body.y + max(0, body.h - count * (high + gap)) // 3
        for at, grade in enumerate(page.grades):
            _wide_face(s, Rect(body.x, top + at * (high + gap), body.w, high), grade, grade.icon or FACES[min(at, 4)])
        return
    high = min(s.m.u(90), body.h)
    top = body.y + (body.h - high) // 3
    roles = [_role(s, grade, wide - s.m.u(4)) for grade in page.grades]
    role: Role = min(roles, key=lambda role: theme.EM[role]) if roles else "body"
    for at, grade in enumerate(page.grades):
        _tall_face(s, Rect(body.x + at * (wide + gap), top, wide, high), grade, grade.icon or FACES[min(at, 4)], role)


def _role(s: Sketch, grade: Option, room: int) -> Role:
    if s.whole(grade.label, room, ("body", "small"), bold=True) == "body":
        return s.fitting(grade.label, room, 2, ("body", "small"), bold=True)
    return s.whole(grade.label, room, ("small", "fine"), bold=True)


def _card(s: Sketch, at: Rect, grade: Option) -> None:
    s.box(at, theme.TEAL_TINT if grade.chosen else theme.CARD, theme.TEAL if grade.chosen else theme.EDGE, 0.5, 4)
    s.target(grade.key, at, grade.enabled)


def _wide_face(s: Sketch, at: Rect, grade: Option, face: str) -> None:
    _card(s, at, grade)
    size = s.m.u(20)
    s.icon(face, at.x + s.m.u(9), at.y + (at.h - size) // 2, size, theme.TEAL)
    room = Rect(at.x + s.m.u(40), at.y, at.w - s.m.u(46), at.h)
    s.text_in(grade.label, room, "heading", theme.INK, True, "left", balance=False)


def _tall_face(s: Sketch, at: Rect, grade: Option, face: str, role: Role) -> None:
    _card(s, at, grade)
    size = min(s.m.u(30), at.w * 6 // 10)
    s.icon(face, at.x + (at.w - size) // 2, at.y + s.m.u(14), size, theme.TEAL)
    room = Rect(at.x + s.m.u(2), at.y + s.m.u(14) + size, at.w - s.m.u(4), at.h - s.m.u(14) - size)
    s.text_in(grade.label, room, role, theme.INK, True)
