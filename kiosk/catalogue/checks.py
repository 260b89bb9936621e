"""What the types of an item cannot say: its rules, its receipts, the roles it needs, and the sense of its fields."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator

from kiosk.catalogue.nodes import Scalar, Source
from kiosk.catalogue.order import check_order
from kiosk.catalogue.problems import Path, Problem, suggest
from kiosk.devices import Role
from kiosk.flow.items import AnyStep, Field, Form, Identify, Item, Pay, PreReview, Print, Submit
from kiosk.flow.rules import Kind, RuleError, RuleFailure, compile_rule
from kiosk.platform import Text

CASE_NUMBER = "case_number"  # what a receipt template may name besides the form's fields
_UNKNOWN = re.compile(r"unknown name '([^']*)'")


def check_item(source: Source, item: Item) -> Iterator[Problem]:
    """Problems of an item that was read without any."""
    yield from check_order(source, item)
    yield from _hours(source, item)
    yield from _needs(source, item)
    yield from _fields(source, item)
    fields = [field for step in item.steps if isinstance(step, Form) for field in step.fields]
    for number, step in enumerate(item.steps):
        yield from _step(source, step, ("steps", number), fields)


def check_field(source: Source, field: Field, path: Path) -> Iterator[Problem]:
    """Problems of one field, wherever it is defined."""
    if field.id == CASE_NUMBER or not _is_variable(field.id):
        yield source.problem(path, f"{field.id} has a meaning of its own in rules or receipts", "choose another id")
    if field.pad != "none" and field.options:
        yield source.problem((*path, "options"), f"are never shown with pad {field.pad}", "write `pad: none`")
    values = [option.value for option in field.options]
    for number, value in enumerate(values):
        if value in values[:number]:
            yield source.problem((*path, "options", number, "value"), f"{value} is named twice", "remove one")
    if field.valid:
        yield from _rule(source, (*path, "valid"), field.valid, {"value": "str"}, "bool")


def _is_variable(name: str) -> bool:
    """Some names are words of the rules language (`in`, `type`): one of them would break every rule of an item."""
    try:
        return compile_rule(f"{name} == ''", {name: "str"})({name: ""}) is True
    except RuleError:
        return False


def placeholders(text: str) -> set[str] | None:
    """The names in `{...}`; None when the braces do not fit or hold more than a name."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return None
    named = [part for part in parts if part[1] is not None]
    if any(not name or not name.isidentifier() or spec or conversion for _, name, spec, conversion in named):
        return None
    return {str(name) for _, name, _, _ in named}


def check_text(source: Source, text: Text, path: Path) -> Iterator[Problem]:
    """A text of the runtime: both languages take in the same values."""
    zh, en = placeholders(text.zh), placeholders(text.en)
    for lang, names in (("zh", zh), ("en", en)):
        if names is None:
            yield source.problem((*path, lang), "braces do not hold a name", "write {name}")
    if zh is not None and en is not None and zh != en:
        other = ", ".join(sorted(zh ^ en))
        yield source.problem(path, f"{{{other}}} stands in one language only", "name the same values in both")


def _step(source: Source, step: AnyStep, path: Path, fields: list[Field]) -> Iterator[Problem]:
    kinds: dict[str, Kind] = {field.id: "str" for field in fields if _is_variable(field.id)}
    match step:
        case PreReview(rules=rules):
            yield from _twice(source, [rule.code for rule in rules], (*path, "rules"), "code")
            for number, rule in enumerate(rules):
                here = (*path, "rules", number)
                if rule.field not in kinds:
                    yield source.problem((*here, "field"), f"unknown field {rule.field}", suggest(rule.field, kinds))
                yield from _rule(source, (*here, "rule"), rule.rule, kinds, "bool")
        case Pay(fee=fee):
            yield from _fee(source, (*path, "fee"), fee, kinds, fields)
        case Submit(slip=slip):
            for number, block in enumerate(slip):
                yield from _block(source, block, (*path, "slip", number), kinds)


# --- one aspect each ----------------------------------------------------------------------------------------


def _hours(source: Source, item: Item) -> Iterator[Problem]:
    if item.hours.from_hour >= item.hours.to_hour:
        what = f"from {item.hours.from_hour} to {item.hours.to_hour} is never"
        yield source.problem(("hours",), what, "let from_hour be the smaller one")


def _needs(source: Source, item: Item) -> Iterator[Problem]:
    yield from _twice(source, [role.value for role in item.needs], ("needs",))
    for number, step in enumerate(item.steps):
        if isinstance(step, Identify):
            wanted = {Role.CARD_READER} | ({Role.CODE_SCANNER} if step.assurance == "card_and_code" else set())
            for role in sorted(wanted - set(item.needs)):
                what = f"lacks {role.value}, which steps[{number}] identify uses"
                yield source.problem(("needs",), what, "add it")


def _fields(source: Source, item: Item) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, step in enumerate(item.steps):
        for place, field in enumerate(step.fields if isinstance(step, Form) else ()):
            path = ("steps", number, "fields", place)
            if field.id in seen:
                yield source.problem(path, f"{field.id} is asked twice", "remove one")
            seen.add(field.id)
            if not isinstance(source.node(path), Scalar):  # a shared one was checked where it is defined
                yield from check_field(source, field, path)


def _block(source: Source, block: Print, path: Path, kinds: Iterable[str]) -> Iterator[Problem]:
    """One block of a receipt: of one sort, and with names that somebody gives."""
    sorts = {"line": block.line, "label": block.label or block.value, "qr": block.qr, "rule": block.rule}
    given = [name for name, value in sorts.items() if value]
    if len(given) != 1:
        found = " and ".join(given) or "nothing"
        yield source.problem(path, f"holds {found}", "a block is one of line, label with value, qr, rule")
    if block.label and not block.value:
        yield source.problem(path, "a label without value", "add `value:`")
    if block.value and not block.label:
        yield source.problem(path, "a value without label", "add `label:`")
    if block.caption and not block.qr:
        yield source.problem((*path, "caption"), "stands under a qr alone", "remove it or add `qr:`")
    known = {*kinds, CASE_NUMBER}
    lines = [(("line", lang), block.line.say(lang)) for lang in ("zh", "en")] if block.line else []
    for key, text in [*lines, (("value",), block.value), (("qr",), block.qr)]:
        names = placeholders(text)
        if names is None:
            yield source.problem((*path, *key), "braces do not hold a name", "write {name}")
        for name in sorted((names or set()) - known):
            yield source.problem((*path, *key), f"nothing gives {{{name}}}", suggest(name, known))


def _rule(source: Source, path: Path, rule: str, kinds: dict[str, Kind], gives: Kind) -> Iterator[Problem]:
    node = source.node(path)
    first = node.first if isinstance(node, Scalar) else source.line(path)
    try:
        compiled = compile_rule(rule, kinds)
    except RuleError as error:
        for line, column, text in error.problems:
            unknown = _UNKNOWN.match(text)
            remedy = suggest(unknown[1], kinds) if unknown else f"mend the rule at its column {column}"
            told = source.problem(path, text, remedy)
            yield Problem(told.file, first + line - 1, told.key, told.what, told.remedy)
        return
    if compiled.returns != gives:
        words = {"bool": "true or false", "int": "a whole number", "str": "text"}
        yield source.problem(path, f"gives {words[compiled.returns]}", f"write a rule that gives {words[gives]}")


def _fee(source: Source, path: Path, rule: str, kinds: dict[str, Kind], fields: list[Field]) -> Iterator[Problem]:
    """A fee compiles to whole fen, and none of the answers that the file itself offers makes it negative."""
    problems = list(_rule(source, path, rule, kinds, "int"))
    yield from problems
    if problems:
        return
    nothing = dict.fromkeys(kinds, "")
    chosen = [nothing | {field.id: option.value} for field in fields for option in field.options]
    if any(_amount(rule, kinds, values) < 0 for values in [nothing, *chosen]):
        yield source.problem(path, "can be negative", "a fee is 0 or more fen")


def _amount(rule: str, kinds: dict[str, Kind], values: dict[str, str]) -> int:
    try:
        return int(compile_rule(rule, kinds)(values))
    except RuleFailure:  # it needs an answer that only a citizen or the platform gives
        return 0


def _twice(source: Source, names: list[str], path: Path, key: str = "") -> Iterator[Problem]:
    for number, name in enumerate(names):
        if Counter(names[:number])[name] == 1:
            here = (*path, number, key) if key else (*path, number)
            yield source.problem(here, f"{name} is named twice", "remove one")
