"""A page on show as text: every mark with its place in mm, and every target. For the golden dumps."""

from __future__ import annotations

from typing import Any

from kiosk.page import Page
from kiosk.secret import reveal
from screens.metrics import Metrics
from screens.scene import Beat, Box, Code, Icon, Rect, Scene, Text


def describe(page: Page | None, scene: Scene, metrics: Metrics) -> dict[str, Any]:
    """Personal words stand here in clear, marked `personal`: for sample pages only, never for a log."""

    def mm(rect: Rect) -> list[float]:
        return [round(value / metrics.px_per_mm, 1) for value in rect]

    marks: list[dict[str, Any]] = []
    for mark in scene.marks:
        match mark:
            case Text():
                said: dict[str, Any] = {
                    "text": [reveal(line) for line in mark.lines],
                    "role": mark.role,
                    "em_mm": round(mark.size / metrics.px_per_mm, 1),
                    "colour": mark.colour,
                }
                said |= {"bold": True} if mark.bold else {}
                said |= {"personal": True} if mark.personal else {}
            case Icon():
                said = {"icon": mark.name, "colour": mark.colour}
            case Code():
                said = {"code": reveal(mark.data)}
            case Beat():
                said = {"beat": mark.dots, "colour": mark.lit}
            case Box():
                said = {"box": mark.fill} | ({"line": mark.line} if mark.line else {})
        marks.append({"at": mm(mark.rect)} | said)
    targets = [
        {"key": target.key, "at": mm(target.rect)} | ({} if target.enabled else {"off": True})
        for target in scene.targets
    ]
    kind = type(page).__name__.lower() if page is not None else ""
    return {"kind": kind, "n": page.n if page else 0, "sheets": scene.sheets, "marks": marks, "targets": targets}
