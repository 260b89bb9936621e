"""The order of an item's steps: what has to stand before what, as tables."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk.catalogue.nodes import Source
from kiosk.catalogue.problems import Problem
from kiosk.flow.items import Item

# A step must not stand after any of these.
NOT_AFTER = {
    "consent": ("form", "check", "prereview", "pay", "submit", "fetch", "preview", "print"),
    "form": ("check", "prereview", "pay", "submit", "fetch", "preview", "print"),
    "check": ("pay", "submit", "fetch", "preview", "print"),
    "prereview": ("pay", "submit", "fetch", "preview", "print"),
    "pay": ("fetch", "preview", "print"),
    "submit": ("fetch", "preview", "print"),
    "fetch": ("preview", "print"),
    "preview": ("print",),
}
# An item with this step has one of these too (NOT_AFTER says on which side of it).
NEEDS = {
    "form": ("consent",),  # what is used, and what for, is agreed to before anything is fetched
    "fetch": ("consent",),
    "check": ("form",),
    "prereview": ("form",),
    "submit": ("form",),
    "preview": ("fetch",),
    "print": ("fetch", "submit"),
    "pay": ("fetch", "submit"),
}
REPEATABLE = ("form",)


def check_order(source: Source, item: Item) -> Iterator[Problem]:
    kinds = [str(step.__struct_config__.tag) for step in item.steps]
    if kinds[0] != "identify":
        yield _problem(source, 0, f"{kinds[0]} comes first", "begin with identify")
    if "rate" in kinds[:-1]:
        yield _problem(source, kinds.index("rate"), "rate is not the last step", "move it to the end")
    for number, kind in enumerate(kinds):
        earlier = kinds[:number]
        if kind in earlier and kind not in REPEATABLE:
            yield _problem(source, number, f"a second {kind}", "remove one")
            continue
        if kind == "identify" and number:
            yield _problem(source, number, "identify is not the first step", "move it to the beginning")
        yield from _place(source, number, kind, earlier, kinds)


def _place(source: Source, number: int, kind: str, earlier: list[str], kinds: list[str]) -> Iterator[Problem]:
    too_late = next((other for other in NOT_AFTER.get(kind, ()) if other in earlier), "")
    if too_late:
        yield _problem(source, number, f"{kind} after {too_late}", f"move it before {too_late}")
    wanted = NEEDS.get(kind, ())
    if wanted and not any(other in kinds for other in wanted):
        names = " or ".join(wanted)
        yield _problem(source, number, f"{kind} without {names}", f"add {names}")
    if kind in ("pay", "submit") and "form" in earlier and "check" not in earlier:
        yield _problem(source, number, f"{kind} before the answers were checked", "add check before it")


def _problem(source: Source, number: int, what: str, remedy: str) -> Problem:
    return source.problem(("steps", number), what, remedy)
