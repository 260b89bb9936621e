"""Form fields: are they complete and valid, what can be chosen, and how they look as rows."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk import platform
from kiosk.flow.items import Field
from kiosk.flow.rules import Kind, RuleFailure, compile_rule
from kiosk.flow.state import Case
from kiosk.flow.words import Speaker
from kiosk.page import Lang, Row
from kiosk.platform import Text, Value
from kiosk.secret import Secret, Words, mask

CITIZEN = Text("本人填写", "Entered by you")


def with_value(case: Case, value: Value) -> Case:
    """The case with one value in place of an earlier one; a value the citizen changed is no longer prefilled."""
    others = tuple(known for known in case.values if known.field != value.field)
    prefilled = tuple(field for field in case.prefilled if field != value.field)
    return replace(case, values=(*others, value), prefilled=prefilled)


def evaluate(rule: str, case: Case) -> bool | int | str | None:
    """A rule over the form: every field's text under its id, empty while it has none. None: the rule failed."""
    kinds: dict[str, Kind] = {field.id: "str" for field in case.fields()}
    return _answer(rule, kinds, {field: case.text(field) for field in kinds})


def _answer(rule: str, kinds: dict[str, Kind], values: dict[str, str]) -> bool | int | str | None:
    try:
        return compile_rule(rule, kinds)(values)
    except RuleFailure:  # of these values: whoever asks takes it for a "no"
        return None


def problem_of(field: Field, case: Case) -> str:
    """`missing`, `invalid` or nothing."""
    text = case.text(field.id)
    if not text:
        return "missing" if field.required else ""
    if field.valid and _answer(field.valid, {"value": "str"}, {"value": text}) is not True:
        return "invalid"
    return ""


def shown_options(field: Field, case: Case, lang: Lang = "zh") -> tuple[platform.Option, ...]:
    """What the platform offers for this person, or else what the item's file says."""
    offered = dict(case.options).get(field.id)
    if offered is not None:
        return offered
    return tuple(platform.Option(option.value, option.label.say(lang)) for option in field.options)


def rows(say: Speaker, case: Case, fields: tuple[Field, ...], *, problems: bool = False) -> tuple[Row, ...]:
    """Each field with its value, the value's source, and a change key where it may be changed."""
    return tuple(_row(say, case, field, problems) for field in fields)


def _row(say: Speaker, case: Case, field: Field, problems: bool) -> Row:
    value = case.value(field.id)
    wrong = problem_of(field, case) if problems else ""
    text = {"": "", "missing": say("form.missing"), "invalid": say.text(field.invalid) or say("form.invalid")}[wrong]
    answerable = field.pad != "none" or bool(shown_options(field, case))
    may_change = answerable and (field.editable or value is None)
    return Row(
        label=field.label.say(say.lang),
        value=label_of(field, case, say.lang),
        source=value.origin.say(say.lang) if value else "",
        change=f"change:{field.id}" if may_change else "",
        change_label=(say("change") if value else say("fill_in")) if may_change else "",
        problem=text,
    )


def label_of(field: Field, case: Case, lang: Lang) -> Words:
    """The value as a person reads it: an option's label, a masked number, or the text; a Secret if personal."""
    text = case.text(field.id)
    chosen = next((option for option in shown_options(field, case, lang) if option.value == text), None)
    if chosen and text:
        return chosen.label
    if not text:
        return ""
    shown = mask(text) if field.masked else text
    return Secret(shown) if field.personal else shown
