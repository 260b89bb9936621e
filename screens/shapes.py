"""Rounded boxes and discs as small textures with smooth edges, stretched between their corners.

Multisampling is off (it doubles the price of every frame without a graphics chip), so edges are smoothed here, once
a shape.
"""

from __future__ import annotations

from math import hypot, sqrt

from kivy.graphics.texture import Texture

Shape = tuple[int, int, str, str]  # corner radius px, outline px, fill, outline colour ("" = none)


def rgb(colour: str) -> tuple[int, int, int]:
    """`#rrggbb` as three numbers 0..255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def rounded(shape: Shape) -> Texture:
    """A square of twice the radius and one pixel: its four corners are the box's, its middle row and column repeat."""
    radius, thick, _, _ = shape
    corner = max(radius, thick)
    side = 2 * corner + 1
    rows = [_row(shape, y, corner) for y in range(corner + 1)]
    texture = Texture.create(size=(side, side), colorfmt="rgba")
    texture.blit_buffer(b"".join(rows + rows[-2::-1]), colorfmt="rgba", bufferfmt="ubyte")
    return texture


def _row(shape: Shape, y: int, corner: int) -> bytes:
    """One row of pixels: the left half computed, the middle pixel, the left half mirrored."""
    radius, thick, fill, line = shape
    inside = bytes((*rgb(fill), 255))
    edge = bytes((*rgb(line or fill), 0))
    straight = _pixel(shape, min(y + 0.5, corner))
    if y >= radius:  # beside the corner: only the outline, if any
        left = [_pixel(shape, x + 0.5) for x in range(corner)]
        middle = straight if y < thick else inside
        left = left if y >= thick else [middle] * corner
        return b"".join(left) + middle + b"".join(reversed(left))
    away = radius - y - 0.5
    first = max(0, int(radius - sqrt(max(0.0, (radius + 1) ** 2 - away**2))))
    inner = max(0.0, radius - thick - 1)
    last = min(corner, int(radius - sqrt(max(0.0, inner**2 - away**2))) + 1) if inner > away else corner
    ring = [_pixel(shape, radius - hypot(max(0.0, radius - x - 0.5), away)) for x in range(first, last)]
    left_bytes = edge * first + b"".join(ring) + inside * (corner - last)
    mirrored = inside * (corner - last) + b"".join(reversed(ring)) + edge * first
    return left_bytes + straight + mirrored


def _pixel(shape: Shape, depth: float) -> bytes:
    """The pixel whose centre lies `depth` px inside the border."""
    _, thick, fill, line = shape
    cover = min(max(depth + 0.5, 0.0), 1.0)
    if not line:
        return bytes((*rgb(fill), round(cover * 255)))
    share = min(max(depth - thick + 0.5, 0.0), 1.0)
    mixed = (round(a + (b - a) * share) for a, b in zip(rgb(line), rgb(fill), strict=True))
    return bytes((*mixed, round(cover * 255)))
