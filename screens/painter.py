"""Marks become Kivy canvas instructions. What is equal to before is kept, the rest is made anew.

Textures of public texts are kept in a bounded store, because a kiosk says the same things all day; a personal text's
texture lives as long as its mark and no longer.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import segno
from kivy.core.text import Label
from kivy.graphics import BorderImage, Color, InstructionGroup, Rectangle
from kivy.graphics.texture import Texture

from kiosk.secret import Secret, reveal
from screens import icons
from screens.fonts import Faces
from screens.ruler import Ruler
from screens.scene import Beat, Box, Code, Icon, Mark, Rect, Text
from screens.shapes import Shape, rgb, rounded

_STORE_BYTES = 24 << 20
_MIDDLE = 0.38  # of an em: the middle of a Chinese character above the baseline
_QUIET_MODULES = 2  # the rest of a QR symbol's quiet zone is the white card that it stands on


def _colour(hex_colour: str) -> Color:
    red, green, blue = rgb(hex_colour)
    return Color(red / 255, green / 255, blue / 255, 1)


class Painter:
    def __init__(self, height: int, ruler: Ruler, faces: Faces) -> None:
        self._height = height
        self._ruler = ruler
        self._faces = faces
        self._shapes: dict[Shape, Texture] = {}
        self._texts: OrderedDict[tuple[str, str, int], Texture] = OrderedDict()
        self._stored = 0
        self._beats: dict[Beat, list[Color]] = {}

    def paint(self, mark: Mark) -> InstructionGroup:
        group = InstructionGroup()
        match mark:
            case Box():
                self._box(group, mark)
            case Text():
                self._text(group, mark)
            case Icon():
                self._icon(group, mark)
            case Code():
                self._code(group, mark)
            case Beat():
                self._beat(group, mark)
        return group

    def forget(self) -> None:
        """Drop every text's texture and every character that was looked up; shapes hold nothing to forget."""
        self._texts.clear()
        self._stored = 0
        self._beats.clear()
        self._ruler.forget()
        self._faces.forget()

    def light(self, beat: Beat, step: int) -> None:
        """Move the lit dot of `beat` on."""
        for at, colour in enumerate(self._beats.get(beat, ())):
            red, green, blue = rgb(beat.lit if at == step % beat.dots else beat.colour)
            colour.rgba = (red / 255, green / 255, blue / 255, 1)

    def finger(self, rect: Rect, radius: int) -> InstructionGroup:
        """What lies over a pressed target: a darker veil."""
        group = InstructionGroup()
        group.add(Color(1, 1, 1, 0.18))
        self._rounded(group, Box(rect, "#000000", radius=radius))
        return group

    # --- the marks ------------------------------------------------------------------------------------------

    def _at(self, rect: Rect) -> dict[str, tuple[int, int]]:
        """Kivy counts from the bottom left corner."""
        return {"pos": (rect.x, self._height - rect.bottom), "size": (rect.w, rect.h)}

    def _box(self, group: Any, mark: Box) -> None:
        if mark.radius == 0 and not mark.line:
            group.add(_colour(mark.fill))
            group.add(Rectangle(**self._at(mark.rect)))
            return
        group.add(Color(1, 1, 1, 1))
        self._rounded(group, mark)

    def _rounded(self, group: Any, mark: Box) -> None:
        radius = min(mark.radius, mark.rect.w // 2, mark.rect.h // 2)
        shape = (radius, mark.thick, mark.fill, mark.line)
        if shape not in self._shapes:
            self._shapes[shape] = rounded(shape)
        corner = max(radius, mark.thick)
        border = (corner, corner, corner, corner)
        group.add(BorderImage(texture=self._shapes[shape], border=border, **self._at(mark.rect)))

    def _text(self, group: Any, mark: Text) -> None:
        group.add(_colour(mark.colour))
        for number, line in enumerate(mark.lines):
            keep = not isinstance(line, Secret)
            parts = [
                (self._ruler.label(face, mark.size, mark.bold), self._texture(run, face, mark, keep))
                for face, run in self._faces.runs(reveal(line))
            ]
            wide = sum(texture.width for _, texture in parts)
            free = mark.rect.w - wide
            x = mark.rect.x + {"left": 0, "centre": free // 2, "right": free}[mark.align]
            baseline = mark.rect.y + number * mark.pitch + mark.pitch // 2 + round(mark.size * _MIDDLE)
            for label, texture in parts:
                top = baseline - label.get_ascent()
                place = Rect(x, top, texture.width, texture.height)
                group.add(Rectangle(texture=texture, **self._at(place)))
                x += texture.width

    def _texture(self, text: str, face: int, mark: Text, keep: bool) -> Texture:
        path = self._faces.path(face, mark.bold)
        return self._stored_texture(text, path, mark.size) if keep else _set(text, path, mark.size)

    def _stored_texture(self, text: str, path: str, size: int) -> Texture:
        key = (text, path, size)
        if key in self._texts:
            self._texts.move_to_end(key)
            return self._texts[key]
        texture = _set(text, path, size)
        self._texts[key] = texture
        self._stored += texture.width * texture.height * 4
        while self._stored > _STORE_BYTES:
            _, oldest = self._texts.popitem(last=False)
            self._stored -= oldest.width * oldest.height * 4
        return texture

    def _icon(self, group: Any, mark: Icon) -> None:
        texture = self._stored_texture(icons.glyph(mark.name), icons.FONT, mark.rect.w)
        group.add(_colour(mark.colour))
        x = mark.rect.x + (mark.rect.w - texture.width) // 2
        y = mark.rect.y + (mark.rect.h - texture.height) // 2
        group.add(Rectangle(texture=texture, **self._at(Rect(x, y, texture.width, texture.height))))

    def _code(self, group: Any, mark: Code) -> None:
        rows = [
            bytes(row)
            for row in segno.make(reveal(mark.data), error="m", micro=False).matrix_iter(border=_QUIET_MODULES)
        ]
        modules = len(rows)
        pixels = b"".join(rows).translate(bytes((255, 0)) + bytes(254))
        texture = Texture.create(size=(modules, modules), colorfmt="luminance")
        texture.mag_filter = "nearest"
        texture.blit_buffer(pixels, colorfmt="luminance", bufferfmt="ubyte")
        texture.flip_vertical()
        side = max(1, min(mark.rect.w, mark.rect.h) // modules) * modules
        x, y = mark.rect.x + (mark.rect.w - side) // 2, mark.rect.y + (mark.rect.h - side) // 2
        group.add(Color(1, 1, 1, 1))
        group.add(Rectangle(texture=texture, **self._at(Rect(x, y, side, side))))

    def _beat(self, group: Any, mark: Beat) -> None:
        dot = mark.rect.h
        pitch = (mark.rect.w - dot) // max(1, mark.dots - 1)
        colours: list[Color] = []
        for at in range(mark.dots):
            colour = _colour(mark.colour)
            colours.append(colour)
            group.add(colour)
            self._rounded(group, Box(Rect(mark.rect.x + at * pitch, mark.rect.y, dot, dot), "#ffffff", radius=dot // 2))
        self._beats[mark] = colours
        self.light(mark, 0)


def _set(text: str, path: str, size: int) -> Texture:
    label = Label(text=text, font_name=path, font_size=size)
    label.refresh()
    return label.texture
