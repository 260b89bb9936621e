"""Alerts and quiet notes: an icon says the tone as well as the colour."""

from __future__ import annotations

from kiosk.page import Alert, Tone
from kiosk.secret import Words
from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch


def alert(s: Sketch, area: Rect, said: Alert | None) -> int:
    """What happened and what to do next, across the top of `area`; the staff code small below. Returns its height."""
    return note(s, area, said.text, said.tone, said.code) if said else 0


def note_height(s: Sketch, width: int, words: Words, code: str = "") -> int:
    if not words:
        return 0
    pad, room = s.m.u(5), _room(s, width)
    high = s.height(words, room) + (s.m.pitch("fine") + s.m.u(1) if code else 0)
    return max(high, s.m.u(10)) + 2 * pad


def note(s: Sketch, area: Rect, words: Words, tone: Tone = "info", code: str = "") -> int:
    if not words:
        return 0
    ink, ground, icon = theme.TONES[tone]
    high = note_height(s, area.w, words, code)
    pad, room = s.m.u(5), _room(s, area.w)
    s.box(Rect(area.x, area.y, area.w, high), ground, ink, theme.HAIR, theme.RADIUS)
    size = s.m.u(10)
    first = area.y + pad + (s.m.pitch("body") - size) // 2
    s.icon(icon, area.x + pad, first, size, ink)
    left = area.x + pad + size + s.m.u(4)
    used = s.text(words, Rect(left, area.y + pad, room, 0), "body", ink)
    s.text(code, Rect(left, area.y + pad + used + s.m.u(1), room, 0), "fine", ink)
    return high


def _room(s: Sketch, width: int) -> int:
    return width - 2 * s.m.u(5) - s.m.u(10) - s.m.u(4)
