"""Every word that a page carries for the screen (keys, icons, speech and numbers left out)."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk import page as kinds
from kiosk.document import text_of
from kiosk.page import Button, Option, Page, Row, Tile
from kiosk.secret import reveal


def words(page: Page) -> list[str]:
    return [word for word in (*_common(page), *_own(page)) if word]


def _common(page: Page) -> Iterator[str]:
    yield from (page.place, page.banner, page.title, reveal(page.lead))
    if page.steps and not isinstance(page, kinds.Attract):
        yield from (page.steps.label, page.steps.names[page.steps.at])
    if page.alert:
        yield from (page.alert.text, page.alert.code)
    yield from _buttons(*page.actions, *page.bar)


def _buttons(*buttons: Button) -> Iterator[str]:
    yield from (reveal(button.label) for button in buttons)


def _options(*options: Option) -> Iterator[str]:
    for option in options:
        yield from (reveal(option.label), reveal(option.note))


def _rows(*rows: Row) -> Iterator[str]:
    for row in rows:
        yield from (row.label, reveal(row.value), row.source, row.change_label, row.problem)


def _tiles(*tiles: Tile) -> Iterator[str]:
    for tile in tiles:
        yield from (tile.title, tile.summary if tile.available else tile.note)


def _own(page: Page) -> Iterator[str]:
    match page:
        case kinds.Attract():
            yield from (*page.points, page.invite)
        case kinds.Home():
            yield from (*_tiles(*page.tiles), *_buttons(page.search))
            yield from _buttons(page.pending) if page.pending else ()
        case kinds.Search():
            yield from (page.query or page.hint, *_tiles(*page.tiles), "" if page.tiles else page.empty)
        case kinds.Identify():
            yield from page.hints
        case kinds.Take():
            yield from (*page.hints, page.remaining)
        case kinds.Consent():
            for clause in page.clauses:
                yield from (clause.heading, clause.body)
        case kinds.Form():
            yield from (*_rows(*page.rows), page.summary)
        case kinds.Entry():
            yield from (page.hint, *_options(*page.options))
            yield "" if page.pad == "none" else reveal(page.value)
        case kinds.Check():
            yield from (*_rows(*page.rows), page.effect)
        case kinds.Wait():
            yield page.doing
        case kinds.Pay():
            yield from (page.amount, page.payee, *page.hints, page.remaining)
        case kinds.Preview():
            yield from (word for word in text_of(page.document) if not word.startswith("https://"))
        case kinds.Rate():
            yield from _options(*page.grades)
        case kinds.Choose():
            yield from _options(*page.options)
        case kinds.Done():
            yield from (*_rows(*page.rows), *page.hints, page.remaining)
        case kinds.Problem() | kinds.OutOfService():
            yield from page.hints
        case kinds.Timeout():
            yield str(page.seconds)
