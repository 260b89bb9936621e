"""Millimetres to pixels on one panel, and how large things stand on it."""

from __future__ import annotations

from math import ceil

from screens import theme
from screens.theme import Role

COMFORT_MM = 275.0  # the short side for which the type scale is drawn,
COMFORT_WIDE_MM = 440.0  # and the long side where the masthead stands beside the body
LARGEST = 1.5


class Metrics:
    """`mm` is a length on the glass (floors of touch and text); `u` the same, grown on panels larger than usual.

    A 32-inch panel is read and touched at arm's length like a small one, but its pages would look empty: type and
    spacing grow with the short side, at most by half.
    """

    def __init__(self, px_per_mm: float, panel_size: tuple[int, int]) -> None:
        self.px_per_mm = px_per_mm
        self.width, self.height = panel_size
        self.portrait = self.height > self.width
        grow = min(panel_size) / px_per_mm / COMFORT_MM
        if not self.portrait:
            grow = min(grow, self.width / px_per_mm / COMFORT_WIDE_MM)
        self._grow = min(max(grow, 1.0), LARGEST)

    def mm(self, length: float) -> int:
        return ceil(length * self.px_per_mm - 1e-6)

    def u(self, length: float) -> int:
        return ceil(length * self.px_per_mm * self._grow - 1e-6)

    def em(self, role: Role) -> int:
        return self.u(theme.EM[role])

    def pitch(self, role: Role) -> int:
        return ceil(self.em(role) * theme.PITCH[role])

    def stroke(self, length: float) -> int:
        return max(1, round(length * self.px_per_mm))

    @property
    def reach(self) -> int:
        """The highest y that everybody reaches: above it no target may stand."""
        panel_mm = self.height / self.px_per_mm
        return max(0, self.mm(panel_mm - (theme.REACH_MM - theme.PANEL_BOTTOM_MM)))
