"""Which part of the window changed since the last frame.

Without a graphics chip the cost of a frame is its pixels: redrawing one pressed tile costs a tenth of the page.
Kivy marks the canvas of each changed widget and of all its ancestors. From the marks, and from what every widget
looked like when it was last drawn, follows one rectangle that holds all changes; when in doubt, the whole window.

A widget's instructions draw inside its own rectangle, grown by MARGIN for shadows and focus rings: that is the
contract with the widgets, and tests compare such a frame with a full one pixel by pixel.
"""

from __future__ import annotations

from math import ceil, floor
from typing import Any, NamedTuple

from kivy.graphics import BindTexture, Color
from kivy.graphics.instructions import Canvas, CanvasBase, VertexInstruction

MARGIN = 12  # px around a widget that its own instructions may touch
# Instructions that set the clip themselves, or draw somewhere else first.
_OWN_CLIP = frozenset({"ScissorPush", "ScissorPop", "Fbo", "EffectBase"})


class Rect(NamedTuple):
    """Pixels from the window's bottom left corner, as OpenGL counts."""

    x: int
    y: int
    width: int
    height: int


class _Look(NamedTuple):
    """What decides a widget's picture apart from its vertices, which carry their own mark."""

    box: tuple[float, float, float, float]  # left, bottom, right, top in the window
    instructions: int  # the children's canvases included
    state: tuple[object, ...]  # colours, textures, opacity
    plain: bool  # nothing but vertices, colours and textures of its own


class Damage:
    def __init__(self, window: Any) -> None:
        self._window = window
        self._looks: dict[int, _Look] = {}
        self._children = 0
        self._clips = True

    def rect(self) -> Rect | None:
        """The rectangle to redraw, or None for the whole window."""
        roots = self._window.children
        if self._clips or len(roots) != self._children:
            return None
        changed: list[_Look] = []
        if not all(self._collect(root, changed) for root in roots if root.canvas.needs_redraw) or not changed:
            return None
        boxes = [look.box for look in changed]
        left = max(0, floor(min(box[0] for box in boxes)) - MARGIN)
        bottom = max(0, floor(min(box[1] for box in boxes)) - MARGIN)
        right = min(self._window.width, ceil(max(box[2] for box in boxes)) + MARGIN)
        top = min(self._window.height, ceil(max(box[3] for box in boxes)) + MARGIN)
        return Rect(left, bottom, max(0, right - left), max(0, top - bottom))

    def _collect(self, widget: Any, changed: list[_Look]) -> bool:
        """Add what changed at and below a marked widget; False when one rectangle cannot tell."""
        before = self._looks.get(widget.uid)
        now = _look(widget)
        if before is None or not (now.plain and before.plain):
            return False
        if now.box != before.box or now.instructions != before.instructions:  # moved, or a child came or went
            return False
        marked = [child for child in widget.children if child.canvas.needs_redraw]
        if not marked or now != before or _vertices_marked(widget.canvas):
            changed.append(now)
            self._looks[widget.uid] = now
        return all(self._collect(child, changed) for child in marked)

    def remember(self) -> None:
        """Note every widget's look: call it when the whole window was drawn."""
        self._looks.clear()
        self._clips = False
        self._children = len(self._window.children)
        stack = list(self._window.children)
        while stack:
            widget = stack.pop()
            look = _look(widget)
            self._looks[widget.uid] = look
            self._clips = self._clips or (not look.plain and _clips(widget.canvas))
            stack += widget.children


def _groups(canvas: Any) -> list[Any]:
    groups = [canvas]
    if canvas.has_before:
        groups.append(canvas.before)
    if canvas.has_after:
        groups.append(canvas.after)
    return groups


def _own(canvas: Any) -> list[Any]:
    """A widget's own instructions, without its children's canvases and its before/after groups."""
    return [one for group in _groups(canvas) for one in group.children if not isinstance(one, CanvasBase)]


def _look(widget: Any) -> _Look:
    canvas = widget.canvas
    state: list[object] = [canvas.opacity]
    plain = isinstance(canvas, Canvas)
    own = _own(canvas)
    for one in own:
        if isinstance(one, VertexInstruction):
            continue
        if isinstance(one, Color):
            state += one.rgba
        elif isinstance(one, BindTexture):
            state.append(one.texture.id if one.texture is not None else 0)
        else:
            plain = False
    left, bottom = widget.to_window(widget.x, widget.y)
    right, top = widget.to_window(widget.right, widget.top)
    count = sum(len(group.children) for group in _groups(canvas))
    return _Look((left, bottom, right, top), count, tuple(state), plain)


def _vertices_marked(canvas: Any) -> bool:
    return any(isinstance(one, VertexInstruction) and one.needs_redraw for one in _own(canvas))


def _clips(canvas: Any) -> bool:
    """Does anything here set its own clip? Groups (kv's InstructionGroup) are looked into."""
    stack = _own(canvas)
    while stack:
        one = stack.pop()
        if type(one).__name__ in _OWN_CLIP:
            return True
        stack += getattr(one, "children", ())
    return False
