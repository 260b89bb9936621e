"""From a located tree to the classes of `kiosk.flow.items`: the types there decide what a file may hold.

Where the authored form differs from the class, it is shorter: `department` and a form's fields name shared
definitions, and a step without a title takes its kind's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from typing import Any

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from kiosk.catalogue.nodes import Mapping, Node, Scalar, Sequence, Source
from kiosk.catalogue.problems import Path, Problem, suggest
from kiosk.flow.items import Field, Item, Step
from kiosk.platform import Text

BROKEN = object()  # stands for a value whose problem is already told
GIVEN_BY_CATALOGUE = {"version", "keys"}


class Shared(msgspec.Struct, frozen=True):
    """What `flows/shared/` defines once for all items."""

    departments: Map[str, Text]
    fields: Map[str, Field]
    steps: Map[str, Text]
    icons: frozenset[str] = frozenset()


class Reader:
    """Reads one file. Every problem goes to `problems`; what could not be read comes back as BROKEN."""

    def __init__(self, source: Source, shared: Shared) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._shared = shared

    def struct(self, cls: type[Any], node: Node | None, path: Path = (), **given: Any) -> Any:
        """An instance of a class of the vocabulary, or BROKEN. `given`: fields that the file does not write."""
        kind = inspect.type_info(cls)
        assert isinstance(kind, inspect.StructType)
        return self._struct(kind, node, path, given)

    def key(self, cls: type[Any], name: str, key: str) -> Any:
        """A top-level key that is itself the value of a class's field."""
        kind = next(field.type for field in inspect.type_info(cls).fields if field.name == name)  # type: ignore[attr-defined]
        line = self._source.line((key,))
        return self.value(kind, Scalar(line, key, "text", line), (key,))

    def value(self, kind: Any, node: Node, path: Path) -> Any:
        match kind:
            case inspect.StructType(cls=cls) if cls is Field and path[-2] == "fields":
                return self._field(node, path)
            case inspect.StructType():
                return self._struct(kind, node, path, {})
            case inspect.UnionType(types=types):
                return self._union([one for one in types if not isinstance(one, inspect.NoneType)], node, path)
            case inspect.VarTupleType(item_type=item_type):
                return self._list(kind, item_type, node, path)
            case inspect.LiteralType(values=values):
                return self._literal(values, node, path)
            case inspect.EnumType(cls=cls):
                chosen = self._literal(tuple(one.value for one in cls), node, path)
                return chosen if chosen is BROKEN else cls(chosen)
            case inspect.BoolType():
                return self._scalar("bool", "true or false", node, path)
            case inspect.IntType():
                return self._number(kind, node, path)
            case inspect.StrType():
                return self._string(kind, node, path)
        raise TypeError(f"the reader does not know {kind}: extend it with the item format")

    # --- mappings -------------------------------------------------------------------------------------------

    def _struct(self, kind: inspect.StructType, node: Node | None, path: Path, given: dict[str, Any]) -> Any:
        if not isinstance(node, Mapping):
            keys = ", ".join(field.name for field in kind.fields if field.required)
            return self._wrong(path, node, "a mapping" + (f" with {keys}" if keys else ""))
        fields = {field.name: field for field in kind.fields if field.name not in GIVEN_BY_CATALOGUE}
        self._unknown_keys(node, path, fields.keys() | ({str(kind.tag_field)} if kind.tag_field else set()), given)
        made = dict(given)
        for name, field in fields.items():
            value = node.get(name)
            if value is not None:
                made[name] = self._member(kind.cls, field, value, (*path, name))
            elif name not in made and (field.required or (kind.cls, name) == (Item, "format")):
                made[name] = self._missing(kind.cls, name, path)
        return BROKEN if BROKEN in made.values() else kind.cls(**made)

    def _member(self, cls: type[Any], field: inspect.Field, node: Node, path: Path) -> Any:
        if cls is Item and field.name == "department":
            return self._reference(self._shared.departments, "department", node, path)
        if cls is Item and field.name == "icon":
            return self._icon(field.type, node, path)
        return self.value(field.type, node, path)

    def _unknown_keys(self, node: Mapping, path: Path, known: set[str], given: dict[str, Any]) -> None:
        allowed = known - (given.keys() - {"title"})
        for name, value in node.pairs:
            if name.text in allowed:
                continue
            if isinstance(value, Scalar) and not value.text and value.kind == "other":  # {en: Well, yes}
                self._tell((*path, name.text), "unknown key without a value", "put text with a comma in quotes")
            elif name.text in GIVEN_BY_CATALOGUE:
                self._tell((*path, name.text), "is made by the catalogue", "remove it")
            else:
                self._tell((*path, name.text), "unknown key", suggest(name.text, allowed))

    def _missing(self, cls: type[Any], name: str, path: Path) -> Any:
        if cls is Text:
            other, own = ("English", "Chinese") if name == "en" else ("Chinese", "English")
            return self._tell((*path, name), "missing", f"write the {other} beside the {own}")
        return self._tell((*path, name), "missing", "write `format: 1`" if name == "format" else f"add `{name}:`")

    def _union(self, kinds: list[Any], node: Node, path: Path) -> Any:
        """Either one type that may be absent, or the steps: a union told apart by its tag."""
        if len(kinds) == 1:
            return self.value(kinds[0], node, path)
        by_tag = {str(kind.tag): kind for kind in kinds}
        tag = node.get("kind") if isinstance(node, Mapping) else None
        if not isinstance(tag, Scalar):
            return self._tell((*path, "kind"), "missing", f"write `kind:`, one of {', '.join(by_tag)}")
        if tag.text not in by_tag:
            return self._tell((*path, "kind"), f"unknown kind {tag.text}", suggest(tag.text, by_tag))
        cls = by_tag[tag.text].cls
        title = self._shared.steps.get(tag.text)
        given = {"title": title} if issubclass(cls, Step) and title else {}
        return self._struct(by_tag[tag.text], node, path, given)

    # --- references -----------------------------------------------------------------------------------------

    def _reference(self, known: Map[str, Any], what: str, node: Node, path: Path) -> Any:
        if not isinstance(node, Scalar):
            return self._wrong(path, node, f"the name of a shared {what}")
        if node.text not in known:
            return self._tell(path, f"unknown {what} {node.text}", suggest(node.text, known))
        return known[node.text]

    def _icon(self, kind: Any, node: Node, path: Path) -> Any:
        name = self.value(kind, node, path)
        if name is BROKEN or name in self._shared.icons:
            return name
        close = suggest(name, self._shared.icons)
        return self._tell(path, f"unknown icon {name}", close if "?" in close else "see shared/icons.txt")

    def _field(self, node: Node, path: Path) -> Any:
        """`name` · `{use: name, required: false}` · a full definition."""
        if isinstance(node, Scalar):
            return self._reference(self._shared.fields, "field", node, path)
        use = node.get("use") if isinstance(node, Mapping) else None
        if use is None:
            return self.struct(Field, node, path)
        base = self._reference(self._shared.fields, "field", use, (*path, "use"))
        return base if base is BROKEN else self._changed(base, node, path)

    def _changed(self, base: Field, node: Any, path: Path) -> Any:
        kind = inspect.type_info(Field)
        assert isinstance(kind, inspect.StructType)
        changeable = {field.name: field.type for field in kind.fields if field.name != "id"}
        changes: dict[str, Any] = {}
        for name, value in node.pairs:
            if name.text in changeable:
                changes[name.text] = self.value(changeable[name.text], value, (*path, name.text))
            elif name.text != "use":
                self._tell((*path, name.text), "unknown key", suggest(name.text, changeable))
        return BROKEN if BROKEN in changes.values() else replace(base, **changes)

    # --- lists and plain values -----------------------------------------------------------------------------

    def _list(self, kind: inspect.VarTupleType, item_type: Any, node: Node, path: Path) -> Any:
        if not isinstance(node, Sequence):
            return self._wrong(path, node, "a list")
        if kind.min_length and len(node.items) < kind.min_length:
            return self._tell(path, "empty", "name at least one")
        made = tuple(self.value(item_type, item, (*path, number)) for number, item in enumerate(node.items))
        return BROKEN if BROKEN in made else made

    def _literal(self, values: tuple[Any, ...], node: Node, path: Path) -> Any:
        names = [str(value) for value in values]
        if not isinstance(node, Scalar):
            return self._wrong(path, node, f"one of {', '.join(names)}")
        for value in values:
            if str(value) == node.text and (isinstance(value, str) or node.kind == "int"):
                return value
        if len(names) == 1:
            return self._tell(path, f"is {node.text}", f"this runtime reads {names[0]} alone")
        return self._tell(path, f"unknown value {node.text}", suggest(node.text, names))

    def _number(self, kind: inspect.IntType, node: Node, path: Path) -> Any:
        number = self._scalar("int", "a whole number", node, path)
        low, high = kind.ge, kind.le
        if number is not BROKEN and ((low is not None and number < low) or (high is not None and number > high)):
            return self._tell(path, f"{number} is out of range", f"write {low} to {high}")
        return number

    def _string(self, kind: inspect.StrType, node: Node, path: Path) -> Any:
        text = self._scalar("text", "text", node, path)
        if text is BROKEN:
            return BROKEN
        if (path[-1] in ("zh", "en") or kind.min_length) and not text.strip():
            return self._tell(path, "empty", "write it")
        if kind.max_length is not None and len(text) > kind.max_length:
            return self._tell(path, f"longer than {kind.max_length} characters", "shorten it")
        if kind.pattern is not None and not re.fullmatch(kind.pattern, text):
            return self._tell(path, f"{text} does not fit {kind.pattern}", "use the letters and signs it allows")
        return text

    def _scalar(self, wanted: str, words: str, node: Node, path: Path) -> Any:
        if not isinstance(node, Scalar) or node.kind != wanted:
            return self._wrong(path, node, words)
        match wanted:
            case "bool":
                return node.text == "true"
            case "int":
                return int(node.text)
        return node.text

    def _wrong(self, path: Path, node: Node | None, wanted: str) -> Any:
        remedy = f"write {wanted}, see docs/items.md"
        match node:
            case Mapping():
                found = "a mapping"
            case Sequence():
                found = "a list"
            case Scalar(text=""):
                found, remedy = "nothing", "write it or remove the key"
            case Scalar(kind="text"):
                found = "text"
            case Scalar(text=text, kind=kind):
                found = {"int": f"the number {text}", "bool": text}.get(kind, f"{text}, no text to YAML")
                remedy = "put it in quotes" if wanted == "text" else remedy
            case _:
                found = "nothing"
        return self._tell(path, f"is {found}", remedy)

    def _tell(self, path: Path, what: str, remedy: str) -> Any:
        self.problems.append(self._source.problem(path, what, remedy))
        return BROKEN
