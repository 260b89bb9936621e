"""The pencil: pages and widgets put marks and targets on a Sketch, which becomes a Scene."""

from __future__ import annotations

from kiosk.secret import Secret, Words, reveal
from screens import theme
from screens.fonts import Faces
from screens.metrics import Metrics
from screens.ruler import Ruler
from screens.scene import Align, Beat, Box, Code, Icon, Mark, Rect, Scene, Target, Text
from screens.theme import Role
from screens.typeset import break_lines, plain_quotes, tokens


class Sketch:
    """Collects marks in painting order. `sheets`, `field` and `max_length` are set by pages that need them."""

    def __init__(self, metrics: Metrics, ruler: Ruler, faces: Faces) -> None:
        self.m = metrics
        self._ruler = ruler
        self._faces = faces
        self._marks: list[Mark] = []
        self._targets: list[Target] = []
        self.sheets = 1
        self.sheet = 0
        self.field = ""
        self.footer: Rect | None = None  # free part of the row of actions
        self.max_length = 0

    @property
    def panel(self) -> Rect:
        return Rect(0, 0, self.m.width, self.m.height)

    def scene(self) -> Scene:
        return Scene(tuple(self._marks), tuple(self._targets), self.sheets, self.sheet, self.field, self.max_length)

    # --- marks ----------------------------------------------------------------------------------------------

    def box(self, rect: Rect, fill: str, line: str = "", thick: float = theme.STROKE, radius: float = 0) -> None:
        """`thick` and `radius` in mm."""
        self._marks.append(Box(rect, fill, line, self.m.stroke(thick) if line else 0, self.m.u(radius)))

    def disc(self, rect: Rect, fill: str, line: str = "", thick: float = theme.STROKE) -> None:
        self._marks.append(Box(rect, fill, line, self.m.stroke(thick) if line else 0, min(rect.w, rect.h) // 2))

    def icon(self, name: str, x: int, y: int, size: int, colour: str) -> None:
        self._marks.append(Icon(Rect(x, y, size, size), name, colour))

    def icon_in(self, name: str, rect: Rect, size: int, colour: str) -> None:
        """An icon of `size` px in the middle of `rect`."""
        self.icon(name, rect.x + (rect.w - size) // 2, rect.y + (rect.h - size) // 2, size, colour)

    def code(self, rect: Rect, data: Words) -> None:
        self._marks.append(Code(rect, data))

    def beat(self, rect: Rect, dots: int, colour: str, lit: str, ground: str) -> None:
        self._marks.append(Beat(rect, dots, colour, lit, ground))

    def text(
        self,
        words: Words,
        at: Rect,
        role: Role = "body",
        colour: str = theme.INK,
        bold: bool = False,
        align: Align = "left",
        balance: bool = False,
    ) -> int:
        """Set `words` from the top of `at`, broken to its width; the height used in px is returned."""
        if not words:
            return 0
        lines = self.lines(words, at.w, role, bold, balance)
        pitch = self.m.pitch(role)
        used = pitch * len(lines)
        shown: tuple[Words, ...] = tuple(Secret(line) for line in lines) if isinstance(words, Secret) else lines
        box = Rect(at.x, at.y, at.w, used)
        self._marks.append(Text(box, shown, role, self.m.em(role), pitch, colour, bold, align))
        return used

    def text_in(
        self,
        words: Words,
        rect: Rect,
        role: Role = "body",
        colour: str = theme.INK,
        bold: bool = False,
        align: Align = "centre",
        balance: bool = True,
    ) -> int:
        """Set `words` in the vertical middle of `rect`."""
        used = self.height(words, rect.w, role, bold, balance)
        top = rect.y + (rect.h - used) // 2
        return self.text(words, Rect(rect.x, top, rect.w, used), role, colour, bold, align, balance)

    # --- measures -------------------------------------------------------------------------------------------

    def lines(
        self, words: Words, width: int, role: Role = "body", bold: bool = False, balance: bool = False
    ) -> tuple[str, ...]:
        size = self.m.em(role)
        return break_lines(
            plain_quotes(reveal(words)), width, lambda text: self._ruler.width(text, size, bold), balance
        )

    def height(self, words: Words, width: int, role: Role = "body", bold: bool = False, balance: bool = False) -> int:
        return self.m.pitch(role) * len(self.lines(words, width, role, bold, balance)) if words else 0

    def width(self, words: Words, role: Role = "body", bold: bool = False) -> int:
        return round(self._ruler.width(plain_quotes(reveal(words)), self.m.em(role), bold) + 0.5)

    def whole(self, words: Words, width: int, roles: tuple[Role, ...], bold: bool = False) -> Role:
        """The first of `roles` (largest first) in which no single word is wider than `width`, else the last."""
        pieces = tokens(plain_quotes(reveal(words)))
        for role in roles:
            size = self.m.em(role)
            if all(self._ruler.width(piece, size, bold) <= width for piece in pieces):
                return role
        return roles[-1]

    def fitting(self, words: Words, width: int, lines: int, roles: tuple[Role, ...], bold: bool = False) -> Role:
        """The first of `roles` (largest first) in which `words` take at most `lines` lines, else the last."""
        for role in roles:
            size = self.m.em(role)
            broken = self.lines(words, width, role, bold)
            if len(broken) <= lines and all(self._ruler.width(line, size, bold) <= width for line in broken):
                return role
        return roles[-1]

    # --- touch ----------------------------------------------------------------------------------------------

    def target(
        self,
        key: str,
        rect: Rect,
        enabled: bool = True,
        pad: bool = False,
        once: bool = False,
        radius: float = theme.RADIUS,
    ) -> None:
        """`radius` in mm, for the mark that shows a finger on it."""
        self._targets.append(Target(key, rect, enabled, pad, once, self.m.u(radius)))
