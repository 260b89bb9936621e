"""What a page looks like, as values: a Scene is a list of marks in painting order and the places one can touch.

Pages are composed into Scenes by pure functions (`screens/pages`); the Stage compares the new Scene with the old
one and redraws what differs. Lengths are pixels, counted from the top left corner.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

from kiosk.secret import Secret, Words
from screens.theme import Role

Align = Literal["left", "centre", "right"]


class Rect(NamedTuple):
    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    def inset(self, dx: int, dy: int | None = None) -> Rect:
        dy = dx if dy is None else dy
        return Rect(self.x + dx, self.y + dy, self.w - 2 * dx, self.h - 2 * dy)

    def below(self, used: int) -> Rect:
        """What is left under the first `used` pixels."""
        return Rect(self.x, self.y + used, self.w, self.h - used)

    def above(self, used: int) -> Rect:
        """What is left over the last `used` pixels."""
        return Rect(self.x, self.y, self.w, self.h - used)

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def overlaps(self, other: Rect) -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def union(self, other: Rect) -> Rect:
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)


class Box(Struct, frozen=True):
    """A filled, optionally outlined and rounded rectangle. Empty `line` = no outline; `thick` and `radius` in px."""

    rect: Rect
    fill: str
    line: str = ""
    thick: int = 0
    radius: int = 0


class Text(Struct, frozen=True):
    """Lines that are already broken, `pitch` px apart. A personal text's lines are Secrets."""

    rect: Rect
    lines: tuple[Words, ...]
    role: Role
    size: int  # em in px
    pitch: int
    colour: str
    bold: bool = False
    align: Align = "left"

    @property
    def personal(self) -> bool:
        return any(isinstance(line, Secret) for line in self.lines)


class Icon(Struct, frozen=True):
    rect: Rect
    name: str
    colour: str


class Code(Struct, frozen=True):
    """A QR symbol, dark on light, quiet zone included in `rect`."""

    rect: Rect
    data: Words


class Beat(Struct, frozen=True):
    """A row of dots of which one is lit, moving on twice a second: the only thing on a page that moves."""

    rect: Rect
    dots: int
    colour: str
    lit: str
    ground: str


Mark = Box | Text | Icon | Code | Beat


class Target(Struct, frozen=True):
    """A place one can touch. Disabled ones are shown and say nothing; pad keys are smaller and edit the field."""

    key: str
    rect: Rect
    enabled: bool = True
    pad: bool = False
    once: bool = False  # locks after the first tap until the next page is shown
    radius: int = 0


class Scene(Struct, frozen=True):
    """`sheets` counts the screenfuls of a list, `sheet` is the one on show; `field` is what the pad edits."""

    marks: tuple[Mark, ...]
    targets: tuple[Target, ...]
    sheets: int = 1
    sheet: int = 0
    field: str = ""
    max_length: int = 0


class View(Struct, frozen=True):
    """The screens' own state: which screenful of a list, and the text being typed (None = what the page says).

    `sheet` None: the first, or the one with what the page wants seen (a problem, the answer chosen before).
    """

    sheet: int | None = None
    typed: Secret | None = None
