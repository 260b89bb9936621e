"""Reads, validates and compiles `flows/`: items, what they share, and every sentence of the runtime.

    flows/items/*.yaml               one item each, named by its id
    flows/shared/departments.yaml    id: {zh, en}
    flows/shared/fields.yaml         id: a field without its id
    flows/shared/icons.txt           names of the icons that the screens have
    flows/shared/steps.yaml          kind of step: {zh, en}, its short name where an item gives none
    flows/texts/*.yaml               key: {zh, en}

`load` raises CatalogueError with every problem in every file, or gives a Catalogue that the machines may trust.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from kiosk.catalogue.checks import check_field, check_item, check_text
from kiosk.catalogue.keys import search_keys
from kiosk.catalogue.nodes import Source, read
from kiosk.catalogue.problems import CatalogueError, Problem, suggest
from kiosk.catalogue.reader import BROKEN, Reader, Shared
from kiosk.flow.items import Catalogue, Field, Item, Step
from kiosk.platform import Text

NOTHING_SHARED = Shared({}, {}, {})
STEP_KINDS = tuple(str(kind.__struct_config__.tag) for kind in Step.__subclasses__())
_encode = msgspec.msgpack.Encoder(order="deterministic").encode


def load(folder: Path) -> Catalogue:
    """The catalogue in a folder. Raises CatalogueError with all problems, by file and line."""
    problems: list[Problem] = []
    shared = _shared(folder, problems)
    items = _items(folder, shared, problems)
    texts = _texts(folder, problems)
    if problems:
        raise CatalogueError(problems)
    digest = hashlib.sha256(_encode([[item.version for item in items], texts])).hexdigest()
    return Catalogue(items=tuple(items), texts=texts, digest=digest)


def check(folder: Path) -> tuple[Problem, ...]:
    """Every problem of the files in a folder, by file and line; none means that `load` succeeds."""
    try:
        load(folder)
    except CatalogueError as error:
        return error.problems
    return ()


def titles(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Each item's id and its title in both languages, in the catalogue's order."""
    return [(item.id, f"{item.title.zh} · {item.title.en}") for item in catalogue.items]


def shared_names(folder: Path) -> Shared:
    """The names of what a folder shares between its items. Never raises: `check` tells what is broken."""
    return _shared(folder, [])


# --- files --------------------------------------------------------------------------------------------------


def _items(folder: Path, shared: Shared, problems: list[Problem]) -> list[Item]:
    made: list[Item] = []
    files = sorted((folder / "items").glob("*.yaml"))
    if not files:
        problems.append(Problem(str(folder / "items"), 1, "", "no item files", "write items/<id>.yaml"))
    for file in files:
        source = _read(file, problems)
        if source.root is None:
            continue
        reader = Reader(source, shared)
        item = reader.struct(Item, source.root)
        found = reader.problems
        if item is not BROKEN:
            if item.id != file.stem:
                found.append(source.problem(("id",), f"{item.id} in {file.name}", f"write `id: {file.stem}`"))
            found += check_item(source, item)
            made.append(_compiled(item))
        problems += found
    return made


def _compiled(item: Item) -> Item:
    """With its version, over everything its author wrote, and its search keys."""
    return replace(item, version=hashlib.sha256(_encode(item)).hexdigest()[:12], keys=search_keys(item))


def _shared(folder: Path, problems: list[Problem]) -> Shared:
    def text(reader: Reader, source: Source, key: str) -> Any:
        return reader.struct(Text, source.node((key,)), (key,))

    def step(reader: Reader, source: Source, key: str) -> Any:
        if key not in STEP_KINDS:
            reader.problems.append(source.problem((key,), "unknown kind of step", suggest(key, STEP_KINDS)))
        return text(reader, source, key)

    def field(reader: Reader, source: Source, key: str) -> Any:
        if reader.key(Field, "id", key) is BROKEN:
            return BROKEN
        made = reader.struct(Field, source.node((key,)), (key,), id=key)
        if made is not BROKEN:
            reader.problems += check_field(source, made, (key,))
        return made

    base = folder / "shared"
    return Shared(
        departments=_entries(base / "departments.yaml", text, problems),
        fields=_entries(base / "fields.yaml", field, problems),
        steps=_entries(base / "steps.yaml", step, problems),
        icons=_icons(base / "icons.txt", problems),
    )


def _icons(file: Path, problems: list[Problem]) -> frozenset[str]:
    try:
        return frozenset(file.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError):
        problems.append(Problem(str(file), 1, "", "cannot be read", "create it: names of icons, in UTF-8"))
        return frozenset()


def _texts(folder: Path, problems: list[Problem]) -> dict[str, Text]:
    def text(reader: Reader, source: Source, key: str) -> Any:
        made = reader.struct(Text, source.node((key,)), (key,))
        if made is not BROKEN:
            reader.problems += check_text(source, made, (key,))
        return made

    texts: dict[str, Text] = {}
    where: dict[str, str] = {}
    for file in sorted((folder / "texts").glob("*.yaml")):
        for key, made in _entries(file, text, problems).items():
            if key in texts:
                line = _read(file, []).line((key,))
                problems.append(Problem(str(file), line, key, f"is also in {where[key]}", "remove one"))
            texts[key], where[key] = made, file.name
    return texts


def _entries(file: Path, make: Callable[[Reader, Source, str], Any], problems: list[Problem]) -> dict[str, Any]:
    """A file of named entries, each made by itself; a broken one is told and stays, so that nobody misses its name."""
    source = _read(file, problems)
    reader = Reader(source, NOTHING_SHARED)
    names = [name.text for name, _ in source.root.pairs] if source.root else []
    made = {name: make(reader, source, name) for name in names}
    problems += reader.problems
    return made


def _read(file: Path, problems: list[Problem]) -> Source:
    try:
        data = file.read_bytes()
    except OSError as error:
        problems.append(Problem(str(file), 1, "", f"cannot be read: {error.strerror}", "create it"))
        return Source(str(file), None)
    source, found = read(str(file), data)
    problems += found
    return source


__all__ = ["Catalogue", "CatalogueError", "Problem", "check", "load", "shared_names", "titles"]
