"""A Scene as text, one mark a line: what the golden dumps hold. Personal words are those of the sample people."""

from __future__ import annotations

from typing import Any

from kiosk.page import Page
from screens.describe import describe
from screens.metrics import Metrics
from screens.scene import Scene


def dump(page: Page, scene: Scene, metrics: Metrics) -> str:
    told = describe(page, scene, metrics)
    lines = [f"{told['kind']} n={told['n']} sheets={told['sheets']}"]
    lines += [_mark(mark) for mark in told["marks"]]
    lines += [f"target {_place(one['at'])} {one['key']}{' off' if 'off' in one else ''}" for one in told["targets"]]
    return "\n".join(lines) + "\n"


def _place(at: list[float]) -> str:
    return "{:.1f},{:.1f} {:.1f}x{:.1f}".format(*at)


def _mark(mark: dict[str, Any]) -> str:
    place = _place(mark["at"])
    if "text" in mark:
        style = f"{mark['role']} {mark['em_mm']}mm {mark['colour']}"
        style += "".join(f" {word}" for word in ("bold", "personal") if mark.get(word))
        return f"text {place} {style} | {' / '.join(mark['text'])}"
    kind = next(key for key in ("icon", "code", "beat", "box") if key in mark)
    rest = " ".join(str(mark[key]) for key in (kind, "colour", "line") if key in mark)
    return f"{kind} {place} {rest}"
