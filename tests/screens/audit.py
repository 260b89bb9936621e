"""What every page must keep on every panel, as functions that list the faults of one Scene."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from kiosk.secret import reveal
from screens import theme
from screens.fonts import Faces
from screens.metrics import Metrics
from screens.pages import attract
from screens.ruler import Ruler
from screens.scene import Box, Icon, Rect, Scene, Text
from screens.typeset import NOT_FIRST, NOT_LAST

ROUNDING = 1  # px


def luminance(colour: str) -> float:
    """WCAG relative luminance of `#rrggbb`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def targets(scene: Scene, m: Metrics) -> Iterator[str]:
    """Large enough, apart, whole on the panel, within reach."""
    shown = list(scene.targets)
    panel = Rect(0, 0, m.width, m.height)
    for target in shown:
        least = m.mm(theme.PAD_KEY_MM if target.pad else theme.TARGET_MM) - ROUNDING
        if min(target.rect.w, target.rect.h) < least:
            yield f"{target.key}: {target.rect.w}x{target.rect.h} px is smaller than {least} px"
        if _outside(target.rect, panel):
            yield f"{target.key}: partly off the panel"
        if target.rect.y < m.reach - ROUNDING and target.key != attract.KEY:
            yield f"{target.key}: {target.rect.y} px from the top is above reach ({m.reach} px)"
    for one, other in combinations(shown, 2):
        across = max(one.rect.x - other.rect.right, other.rect.x - one.rect.right)
        down = max(one.rect.y - other.rect.bottom, other.rect.y - one.rect.bottom)
        if max(across, down) < m.mm(theme.GAP_MM) - ROUNDING:
            yield f"{one.key} and {other.key}: {max(across, down)} px apart"


def texts(scene: Scene, m: Metrics, ruler: Ruler) -> Iterator[str]:
    """Large enough, inside what it stands on, not over another text, not hidden, well broken."""
    for text, ground in _grounds(scene):
        name = "".join(reveal(line) for line in text.lines)[:24]
        em = text.size / m.px_per_mm
        if em < (theme.BODY_FLOOR_MM if text.role == "body" else theme.TEXT_FLOOR_MM) - 0.01:
            yield f"{name}: {em:.1f} mm em is too small"
        for line in text.lines:
            wide = ruler.width(reveal(line), text.size, text.bold)
            if wide > text.rect.w + ROUNDING:
                yield f"{name}: a line of {wide:.0f} px in {text.rect.w} px"
        if _outside(_ink(text, ruler), ground.rect):
            yield f"{name}: sticks out of the box it stands on"
        for first, second in zip(text.lines, text.lines[1:], strict=False):
            if reveal(second)[:1] in NOT_FIRST or reveal(first)[-1:] in NOT_LAST:
                yield f"{name}: badly broken before {reveal(second)[:3]}"
    inks = [(at, mark, _ink(mark, ruler)) for at, mark in enumerate(scene.marks) if isinstance(mark, Text)]
    for (_, one, ink), (_, other, beside) in combinations(inks, 2):
        if ink.overlaps(beside):
            yield f"{reveal(one.lines[0])} lies over {reveal(other.lines[0])}"
    for at, mark, ink in inks:
        if any(isinstance(later, Box) and later.rect.overlaps(ink) for later in scene.marks[at + 1 :]):
            yield f"{reveal(mark.lines[0])} is covered by a later box"


def colours(scene: Scene) -> Iterator[str]:
    """Texts at 4.5 and icons at 3 against what they stand on."""
    for text, ground in _grounds(scene):
        if contrast(text.colour, ground.fill) < theme.CONTRAST_FLOOR:
            yield f"{reveal(text.lines[0])}: {text.colour} on {ground.fill} is {contrast(text.colour, ground.fill):.1f}"
    for at, mark in enumerate(scene.marks):
        if isinstance(mark, Icon):
            ground = _ground(scene, at, mark.rect)
            if contrast(mark.colour, ground.fill) < 3:
                yield f"icon {mark.name}: {mark.colour} on {ground.fill}"


def glyphs(scene: Scene, faces: Faces) -> Iterator[str]:
    """No character without a glyph in any face."""
    for mark in scene.marks:
        if isinstance(mark, Text):
            yield from (f"U+{ord(char):04X}" for line in mark.lines for char in reveal(line) if not faces.covers(char))


def _outside(inner: Rect, outer: Rect) -> bool:
    return (
        inner.x < outer.x - ROUNDING
        or inner.y < outer.y - ROUNDING
        or inner.right > outer.right + ROUNDING
        or inner.bottom > outer.bottom + ROUNDING
    )


def _ink(text: Text, ruler: Ruler) -> Rect:
    """Where the letters are: lines without their leading, as wide as the widest."""
    wide = round(max(ruler.width(reveal(line), text.size, text.bold) for line in text.lines))
    free = text.rect.w - wide
    x = text.rect.x + {"left": 0, "centre": free // 2, "right": free}[text.align]
    lead = max(0, text.pitch - text.size) // 2
    return Rect(x, text.rect.y + lead, wide, text.rect.h - 2 * lead)


def _grounds(scene: Scene) -> Iterator[tuple[Text, Box]]:
    for at, mark in enumerate(scene.marks):
        if isinstance(mark, Text):
            yield mark, _ground(scene, at, mark.rect)


def _ground(scene: Scene, at: int, rect: Rect) -> Box:
    """The last box painted under the middle of `rect`."""
    x, y = rect.x + rect.w / 2, rect.y + rect.h / 2
    under = (mark for mark in reversed(scene.marks[:at]) if isinstance(mark, Box) and mark.rect.contains(x, y))
    return next(under, Box(Rect(0, 0, 0, 0), theme.PAPER))
