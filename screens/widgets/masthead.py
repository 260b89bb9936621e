"""Where you are: service point, steps, title and lead on deep teal. On top in portrait, at the left in landscape."""

from __future__ import annotations

from kiosk.page import Page, Steps
from screens import theme
from screens.scene import Rect
from screens.sketch import Sketch
from screens.widgets import bar


def banner(s: Sketch, words: str) -> int:
    """The sandbox note across the top of every page. Returns its height."""
    if not words:
        return 0
    high = s.m.u(theme.BANNER)
    s.box(Rect(0, 0, s.m.width, high), theme.AMBER)
    size, gap = s.m.u(7), s.m.u(2)
    room = s.m.width - 2 * s.m.u(theme.MARGIN) - size - gap
    role = s.fitting(words, room, 1, ("small", "fine"), bold=True)
    wide = s.width(words, role, bold=True)
    left = (s.m.width - wide - size - gap) // 2
    s.icon("triangle-alert", left, (high - size) // 2, size, theme.INK)
    s.text_in(words, Rect(left + size + gap, 0, wide + 1, high), role, theme.INK, True, "left", balance=False)
    return high


def masthead(s: Sketch, page: Page, big: bool = False, note: str = "") -> Rect:
    """Banner, masthead and bar of `page`; the area that is left for its body is returned.

    `note` is good news about the page, such as how much is filled in already.
    """
    top = banner(s, page.banner)
    bar.bar(s, page.bar)
    floor = s.m.height - bar.height(s)
    return _across(s, page, top, floor, big) if s.m.portrait else _beside(s, page, top, floor, big, note)


def _across(s: Sketch, page: Page, top: int, floor: int, big: bool) -> Rect:
    """Portrait: a band that fills at least the part of the panel that not everybody reaches."""
    margin = s.m.u(theme.MARGIN)
    wide = s.m.width - 2 * margin
    place_high, steps_high = s.m.u(20), _across_height(s, page.steps)
    role = s.whole(page.title, wide, ("display", "title") if big else ("title", "heading"), bold=True)
    words = s.height(page.title, wide, role, True, True)
    lead = s.height(page.lead, wide, "heading" if big else "body")
    natural = place_high + steps_high + words + (s.m.u(2) + lead if lead else 0) + s.m.u(theme.PAD + 3)
    high = max(natural, s.m.reach - top, s.m.height // 4 - top)
    s.box(Rect(0, top, s.m.width, high), theme.TEAL)
    s.box(Rect(0, top + high, s.m.width, floor - top - high), theme.PAPER)
    label = s.width(page.steps.label, "fine") + 1 if page.steps else 0
    place(s, Rect(margin, top, wide - label, place_high), page.place)
    if page.steps:
        at = Rect(margin + wide - label, top, label, place_high)
        s.text_in(page.steps.label, at, "fine", theme.ON_TEAL_SOFT, align="right", balance=False)
        _steps_across(s, Rect(margin, top + place_high, wide, steps_high), page.steps)
    y = top + high - s.m.u(theme.PAD + 2) - words - (lead + s.m.u(2) if lead else 0)
    y += s.text(page.title, Rect(margin, y, wide, 0), role, theme.ON_TEAL, True, balance=True)
    s.text(page.lead, Rect(margin, y + s.m.u(2), wide, 0), "heading" if big else "body", theme.ON_TEAL_SOFT)
    y = top + high
    return Rect(margin, y + margin, wide, floor - y - margin - margin * 2 // 3)


def _beside(s: Sketch, page: Page, top: int, floor: int, big: bool, note: str) -> Rect:
    """Landscape: a panel at the left, body at the right."""
    margin = s.m.u(theme.MARGIN)
    wide = s.m.width * (34 if s.m.width > s.m.u(420) else 32) // 100
    s.box(Rect(0, top, wide, floor - top), theme.TEAL)
    s.box(Rect(wide, top, s.m.width - wide, floor - top), theme.PAPER)
    inner = Rect(margin, top, wide - margin - s.m.u(theme.PAD), floor - top)
    place_high = place(s, Rect(inner.x, top, inner.w, s.m.u(24)), page.place)
    y = top + place_high + s.m.u(3)
    role = s.whole(page.title, inner.w, ("title", "heading", "body"), bold=True)
    y += s.text(page.title, Rect(inner.x, y, inner.w, 0), role, theme.ON_TEAL, True, balance=True)
    y += s.m.u(3)
    y += s.text(page.lead, Rect(inner.x, y, inner.w, 0), "heading" if big else "body", theme.ON_TEAL_SOFT)
    if note:
        y += _note(s, Rect(inner.x, y + s.m.u(5), inner.w, 0), note) + s.m.u(5)
    if page.steps:
        _steps_down(s, Rect(inner.x, y + s.m.u(4), inner.w, floor - y - s.m.u(4 + theme.PAD)), page.steps)
    left = wide + margin
    edge = s.m.u(8)
    return Rect(left, top + edge, s.m.width - left - margin, floor - top - 2 * edge)


def place(s: Sketch, at: Rect, name: str) -> int:
    """Our mark, an open counter window, and the service point's name."""
    size = s.m.u(9)
    y = at.y + (at.h - size) // 2
    stroke = s.m.u(1.6)
    s.box(Rect(at.x, y, size, size), theme.AMBER, radius=2.2)
    s.box(Rect(at.x + stroke, y + stroke, size - 2 * stroke, size - 2 * stroke), theme.TEAL, radius=1)
    s.box(Rect(at.x + stroke * 2, y + size - 2 * stroke - s.m.u(0.2), size - 4 * stroke, stroke), theme.AMBER)
    left = at.x + size + s.m.u(3.5)
    room = Rect(left, at.y, at.right - left, at.h)
    role = s.fitting(name, room.w, 1, ("small", "fine"))
    s.text_in(name, room, role, theme.ON_TEAL, align="left", balance=False)
    return at.h


def _note(s: Sketch, at: Rect, words: str) -> int:
    size, pad = s.m.u(8), s.m.u(4)
    left = at.x + pad + size + s.m.u(3)
    room = at.right - pad - left
    high = s.height(words, room, "small") + 2 * pad
    s.box(Rect(at.x, at.y, at.w, high), theme.TEAL_DEEP, radius=theme.RADIUS)
    s.icon("circle-check", at.x + pad, at.y + (high - size) // 2, size, theme.AMBER)
    s.text(words, Rect(left, at.y + pad, room, 0), "small", theme.ON_TEAL)
    return high


def _across_height(s: Sketch, steps: Steps | None) -> int:
    return s.m.u(26) if steps else 0


def _steps_across(s: Sketch, at: Rect, steps: Steps) -> None:
    """One dot a step on a line; names under the dots where all fit, else the current one alone."""
    cell = at.w // max(1, len(steps.names))
    named = all(len(s.lines(name, cell - s.m.u(1), "fine", True)) == 1 for name in steps.names)
    dot = s.m.u(5)
    middle = at.y + s.m.u(6)
    line = s.m.stroke(0.8)
    s.box(Rect(at.x + cell // 2, middle - line // 2, cell * (len(steps.names) - 1), line), theme.TEAL_LINE)
    for number, name in enumerate(steps.names):
        x = at.x + number * cell
        _dot(s, Rect(x + (cell - dot) // 2, middle - dot // 2, dot, dot), number, steps.at)
        now = number == steps.at
        if named:
            ink = theme.AMBER if now else theme.ON_TEAL_SOFT
            s.text(name, Rect(x, middle + s.m.u(4.5), cell, 0), "fine", ink, now, "centre")
        elif now:
            wide = s.width(name, "fine", True) + 1
            left = min(max(at.x, x + (cell - wide) // 2), at.right - wide)
            s.text(name, Rect(left, middle + s.m.u(4.5), wide, 0), "fine", theme.AMBER, True, "centre")


def _steps_down(s: Sketch, at: Rect, steps: Steps) -> None:
    """A dot and a name a step, one under the other at the panel's foot; without room, the label and dots alone."""
    pitch, dot = s.m.u(11.5), s.m.u(5)
    label = s.m.pitch("fine")
    total = label + s.m.u(3) + pitch * len(steps.names)
    if total > at.h:
        _steps_short(s, at, steps)
        return
    y = at.bottom - total
    s.text(steps.label, Rect(at.x, y, at.w, 0), "fine", theme.ON_TEAL_SOFT)
    y += label + s.m.u(3)
    middle = at.x + dot // 2
    s.box(
        Rect(middle - s.m.stroke(0.4), y + pitch // 2, s.m.stroke(0.8), pitch * (len(steps.names) - 1)), theme.TEAL_LINE
    )
    for number, name in enumerate(steps.names):
        row = Rect(at.x, y + number * pitch, at.w, pitch)
        _dot(s, Rect(at.x, row.y + (pitch - dot) // 2, dot, dot), number, steps.at)
        now = number == steps.at
        left = at.x + dot + s.m.u(4)
        ink = theme.AMBER if now else theme.ON_TEAL_SOFT
        s.text_in(name, Rect(left, row.y, at.right - left, pitch), "small", ink, now, "left", balance=False)


def _steps_short(s: Sketch, at: Rect, steps: Steps) -> None:
    dot, gap = s.m.u(5), s.m.u(5)
    words = f"{steps.label}  ·  {steps.names[steps.at]}"
    high = s.height(words, at.w, "fine") + s.m.u(3) + dot
    y = at.bottom - high
    y += s.text(words, Rect(at.x, y, at.w, 0), "fine", theme.AMBER) + s.m.u(3)
    for number in range(len(steps.names)):
        _dot(s, Rect(at.x + number * (dot + gap), y, dot, dot), number, steps.at)


def _dot(s: Sketch, rect: Rect, number: int, at: int) -> None:
    """Done: full; now: amber and ringed; to come: hollow. Shape says it, not colour alone."""
    if number < at:
        s.disc(rect, theme.ON_TEAL_SOFT)
        s.icon_in("check", rect, rect.w * 8 // 10, theme.TEAL)
    elif number == at:
        grown = s.m.u(1.2)
        s.disc(rect.inset(-grown), theme.TEAL, theme.AMBER, 0.7)
        s.disc(rect.inset(s.m.u(0.2)), theme.AMBER)
    else:
        s.disc(rect, theme.TEAL, theme.ON_TEAL_SOFT, 0.6)
