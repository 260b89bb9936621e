"""The screen without a panel says every public word, no personal one, and takes taps from a pipe."""

from __future__ import annotations

import asyncio
import io
import os
from typing import Any

import pytest

from kiosk.events import Chose, Edited, ScreenEvent, Touched
from kiosk.headless import Headless, lines
from kiosk.page import Button, Home
from kiosk.secret import Secret
from tests.screens.samples import NAMES, sample


def words(value: Any, personal: bool) -> set[str]:
    """Every word of a kind that a page carries."""
    if isinstance(value, Secret):
        return {value.reveal()} - {""} if personal else set()
    if isinstance(value, str):
        return set() if personal else {value} - {""}
    if isinstance(value, tuple):
        return set().union(*(words(one, personal) for one in value)) if value else set()
    names = getattr(value, "__struct_fields__", ())
    skipped = {
        "speech",
        "icon",
        "picture",
        "style",
        "size",
        "align",
        "tone",
        "names",
        "pad",
        "question",
        "lang",
        "data",
    }
    found: set[str] = set()
    for name in names:
        if name not in skipped:
            found |= words(getattr(value, name), personal)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_public_word_and_no_personal_one(name: str) -> None:
    page: Any = sample(name, "zh")
    said = "\n".join(lines(page))
    # A tile that is not available says why instead of its summary.
    hidden = {tile.summary for tile in getattr(page, "tiles", ()) if not tile.available}
    missing = {word for word in words(page, personal=False) - hidden if word not in said}
    assert not missing
    assert not {word for word in words(page, personal=True) - words(page, personal=False) if word in said}


def test_lines_become_taps_and_edits_of_the_page_that_is_shown() -> None:
    heard: list[ScreenEvent] = []
    page = Home(n=5, title="请选择", tiles=(), search=Button("search", "搜索"))
    sink = io.StringIO()

    async def told() -> None:
        reading, writing = os.pipe()
        with os.fdopen(reading) as source:
            screen = Headless(current_page=lambda: page, on_event=heard.append, source=source, sink=sink)
            await screen.start()
            os.write(writing, "search\nname=竺\n\nsea".encode())
            while len(heard) < 5:
                await asyncio.sleep(0.005)
            os.close(writing)
            await screen.close()

    asyncio.run(told())
    assert heard == [
        Touched(),
        Chose(page=5, key="search"),
        Touched(),
        Edited(page=5, field="name", value=Secret("竺")),
        Touched(),
    ]
    assert "[search] 搜索" in sink.getvalue()
