"""A screen without a panel: pages as lines of text on standard output, taps as lines on standard input.

Same interface as `kiosk.screen.Screen`. A line `KEY` taps a button, `FIELD=TEXT` edits the field of the page, an
empty line is a touch. Personal values are printed as `***`, on a terminal too: a terminal's scroll-back outlives the
visit.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

import msgspec

from kiosk.document import Line, Pair, Qr, Rule
from kiosk.events import Chose, Edited, ScreenEvent, Touched
from kiosk.page import PAGES, Alert, Attract, Button, Clause, Entry, Option, Row, Search, Steps, Tile
from kiosk.secret import Secret, Words

# What a page carries for the runtime and the voice alone.
_UNSEEN = frozenset({"n", "lang", "question", "speech", "field", "pad", "max_length", "picture"})


class Headless:
    def __init__(
        self,
        *,
        current_page: Callable[[], PAGES],
        on_event: Callable[[ScreenEvent], None],
        source: TextIO = sys.stdin,
        sink: TextIO = sys.stdout,
    ) -> None:
        """Reads `source` without blocking, so it must be a pipe, socket or terminal, not a regular file."""
        self._current_page = current_page
        self._on_event = on_event
        self._source = source
        self._sink = sink
        self._page: PAGES | None = None
        self._rest = b""

    async def start(self) -> None:
        """Print the current page and begin to listen. Raises OSError on a source that cannot be waited for."""
        asyncio.get_running_loop().add_reader(self._source.fileno(), self._readable)
        self.show(self._current_page())

    def show(self, page: PAGES) -> None:
        self._page = page
        print("\n".join(lines(page)), end="\n\n", file=self._sink, flush=True)

    async def replace(self) -> None:
        """Forget the visit's page."""
        self.show(self._current_page())

    async def close(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            asyncio.get_running_loop().remove_reader(self._source.fileno())
        self._page = None

    def _readable(self) -> None:
        data = self._source.buffer.raw.read(4096)  # type: ignore[attr-defined]
        if not data:
            asyncio.get_running_loop().remove_reader(self._source.fileno())
            return
        *whole, self._rest = (self._rest + data).split(b"\n")
        for line in whole:
            self._typed(line.decode("utf-8", "replace").strip())

    def _typed(self, line: str) -> None:
        """One line from the keyboard, as a finger would have done it."""
        if self._page is None:
            return
        self._on_event(Touched())
        field, equals, value = line.partition("=")
        if equals:
            self._on_event(Edited(page=self._page.n, field=field, value=Secret(value)))
        elif line:
            self._on_event(Chose(page=self._page.n, key=line))


def lines(page: PAGES) -> Iterator[str]:
    """Every word of a page, top to bottom, with the keys that can be tapped in brackets."""
    yield f"== {type(page).__name__.lower()} {page.n} =="
    for name in ("banner", "place", "title", "lead"):
        if word := getattr(page, name):
            yield _say(word)
    for name in ("steps", "alert"):
        if (part := getattr(page, name)) is not None:
            yield from _part(part)
    if isinstance(page, Attract):
        yield "[start]"
    if isinstance(page, Entry):
        yield f"{page.field} = {_say(page.value)}"
    if isinstance(page, Search):
        yield f"query = {page.query}"
    shared = set(msgspec.structs.asdict(page)) & {
        "banner",
        "place",
        "title",
        "lead",
        "steps",
        "alert",
        "actions",
        "bar",
    }
    for field in msgspec.structs.fields(page):
        if field.name not in shared | _UNSEEN | {"value", "query"}:
            yield from _part(getattr(page, field.name))
    for button in (*page.actions, *page.bar):
        yield from _part(button)


def _say(words: Words) -> str:
    return str(words)  # a Secret says `***` of itself


def _part(part: object) -> Iterator[str]:
    match part:
        case None | "" | ():
            return
        case tuple():
            for one in part:
                yield from _part(one)
        case Button(key=key, label=label, enabled=enabled):
            yield f"[{key}] {_say(label)}" + ("" if enabled else " (off)")
        case Option(key=key, label=label, note=note, chosen=chosen, enabled=enabled):
            yield f"[{key}] {'* ' if chosen else ''}{_say(label)} {_say(note)}".rstrip() + ("" if enabled else " (off)")
        case Tile(key=key, title=title, summary=summary, available=available, note=note):
            yield f"[{key}] {title}: {summary}" if available else f"({key}) {title}: {note}"
        case Row(label=label, value=value, source=source, change=change, change_label=to, problem=problem):
            parts = [f"{label}: {_say(value)}", source, f"[{change}] {to}" if change else "", problem]
            yield "  ".join(one for one in parts if one)
        case Clause(heading=heading, body=body):
            yield f"{heading}: {body}"
        case Alert(tone=tone, text=text, code=code):
            yield f"! {tone}: {text} {code}".rstrip()
        case Steps(label=label):
            yield label
        case _:
            yield from _rest(part)


def _rest(part: object) -> Iterator[str]:
    """Documents and single words."""
    match part:
        case Line(text=text):
            yield _say(text)
        case Pair(label=label, value=value):
            yield f"{label}: {_say(value)}"
        case Qr(caption=caption):
            yield f"(QR) {caption}".rstrip()
        case Rule():
            yield "--"
        case str() | Secret() | int():
            yield _say(part) if not isinstance(part, int) else str(part)
        case msgspec.Struct():
            for field in msgspec.structs.fields(part):
                if not isinstance(value := getattr(part, field.name), bool):
                    yield from _part(value)
