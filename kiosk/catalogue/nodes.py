"""YAML, the safe subset, as a tree that knows its lines.

The subset: one document of mappings, lists and plain values. No anchors, aliases, tags, tabs; no key twice; only
`true`, `false` and decimal numbers have a meaning of their own, everything else that YAML 1.1 would turn into
something (`no`, `1:30`, `2024-01-01`, `0x1f`, an empty value) has to be quoted by its author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import yaml
from msgspec import Struct

from kiosk.catalogue.problems import Path, Problem, dotted

SIZE_LIMIT = 262_144  # bytes of one file
DEPTH_LIMIT = 16  # mappings and lists inside each other

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})", re.ASCII)
_RESOLVER: Any = yaml.resolver.Resolver()


class Scalar(Struct, frozen=True):
    """`kind` other: YAML would make something else of it than text. `first`: the line on which the text begins."""

    line: int
    text: str
    kind: Literal["text", "int", "bool", "other"]
    first: int


class Sequence(Struct, frozen=True):
    line: int
    items: tuple[Node, ...]


class Mapping(Struct, frozen=True):
    line: int
    pairs: tuple[tuple[Scalar, Node], ...]

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.pairs if name.text == key), None)

    def line_of(self, key: str) -> int:
        return next((name.line for name, _ in self.pairs if name.text == key), self.line)


Node = Scalar | Sequence | Mapping


class Source(Struct, frozen=True):
    """One file as read. `root` is None when nothing could be read at all."""

    file: str
    root: Mapping | None

    def line(self, path: Path) -> int:
        """The line of the deepest part of the path that the file has."""
        node: Node | None = self.root
        line = 1
        for part in path:
            if isinstance(node, Mapping) and isinstance(part, str) and node.get(part):
                line, node = node.line_of(part), node.get(part)
            elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
                node = node.items[part]
                line = node.line
            else:
                break
        return line

    def node(self, path: Path) -> Node | None:
        node: Node | None = self.root
        for part in path:
            if isinstance(node, Mapping) and isinstance(part, str):
                node = node.get(part)
            elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
                node = node.items[part]
            else:
                return None
        return node

    def problem(self, path: Path, what: str, remedy: str) -> Problem:
        return Problem(self.file, self.line(path), dotted(path), what, remedy)


class _Refused(Exception):
    def __init__(self, line: int, what: str, remedy: str) -> None:
        self.line, self.what, self.remedy = line, what, remedy


def read(file: str, data: bytes) -> tuple[Source, list[Problem]]:
    """A file's tree and what is wrong with it as YAML. Never raises on any bytes."""
    problems: list[Problem] = []
    try:
        root = _build(yaml.parse(_text(data), Loader=yaml.CSafeLoader), file, problems)
    except _Refused as error:
        return Source(file, None), [*problems, Problem(file, error.line, "", error.what, error.remedy)]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = f"not valid YAML: {error.problem}"
        return Source(file, None), [*problems, Problem(file, line, "", what, "check indentation, colons and quotes")]
    except yaml.YAMLError:
        what = "not valid YAML: a control character"
        return Source(file, None), [*problems, Problem(file, 1, "", what, "remove it")]
    if not isinstance(root, Mapping):
        line = root.line if root else 1
        return Source(file, None), [*problems, Problem(file, line, "", "not a mapping", "write `key: value` lines")]
    return Source(file, root), problems


def _text(data: bytes) -> str:
    if len(data) > SIZE_LIMIT:
        raise _Refused(1, f"larger than {SIZE_LIMIT // 1024} KiB", "split it")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Refused(data[: error.start].count(b"\n") + 1, "not UTF-8", "save the file as UTF-8") from None
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            raise _Refused(number, "a tab", "indent with spaces")
    return text


def _build(events: Iterator[Any], file: str, problems: list[Problem]) -> Node | None:
    """The first document's tree, built without recursion from the parser's events."""
    open_nodes: list[tuple[Any, list[Node]]] = [(None, [])]
    documents = 0
    for event in events:
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise _Refused(_line(event), "a second document", "put it into a file of its own")
            case yaml.AliasEvent():
                raise _Refused(_line(event), f"an alias (*{event.anchor})", "write the value out, or share a field")
            case yaml.ScalarEvent():
                _plain_only(event)
                open_nodes[-1][1].append(_scalar(event))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                _plain_only(event)
                if len(open_nodes) > DEPTH_LIMIT:
                    raise _Refused(_line(event), "too deeply nested", "an item needs less")
                open_nodes.append((event, []))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                start, children = open_nodes.pop()
                made = _mapping if isinstance(start, yaml.MappingStartEvent) else _sequence
                open_nodes[-1][1].append(made(_line(start), children, file, problems))
    return open_nodes[0][1][0] if open_nodes[0][1] else None


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _plain_only(event: Any) -> None:
    if event.anchor:
        raise _Refused(_line(event), f"an anchor (&{event.anchor})", "write the value out, or share a field")
    if event.tag:
        raise _Refused(_line(event), f"a tag ({event.tag})", "remove it")


def _scalar(event: Any) -> Scalar:
    line, text = _line(event), str(event.value)
    first = line + 1 if event.style in ("|", ">") else line
    if not event.implicit[0]:  # quoted or a block: text, whatever it looks like
        return Scalar(line, text, "text", first)
    if text in ("true", "false"):
        return Scalar(line, text, "bool", first)
    if _NUMBER.fullmatch(text):
        return Scalar(line, text, "int", first)
    plain = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == "tag:yaml.org,2002:str"
    return Scalar(line, text, "text" if plain else "other", first)


def _sequence(line: int, children: list[Node], file: str, problems: list[Problem]) -> Sequence:
    return Sequence(line, tuple(children))


def _mapping(line: int, children: list[Node], file: str, problems: list[Problem]) -> Mapping:
    seen: dict[str, int] = {}
    pairs: list[tuple[Scalar, Node]] = []
    for key, value in zip(children[::2], children[1::2], strict=True):
        if not isinstance(key, Scalar):
            raise _Refused(key.line, "a key that is not a word", "write `key: value` lines")
        if key.text in seen:
            what = f"named twice, first in line {seen[key.text]}"
            problems.append(Problem(file, key.line, key.text, what, "remove one"))
            continue
        seen[key.text] = key.line
        pairs.append((key, value))
    return Mapping(line, tuple(pairs))
