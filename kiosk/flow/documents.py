"""Receipt templates filled with a case's values."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.document import Block, Document, Line, Pair, Qr, Rule
from kiosk.flow.items import Print
from kiosk.page import Lang
from kiosk.platform import Text
from kiosk.secret import Secret, Words, reveal


def fill(title: Text, template: tuple[Print, ...], values: Mapping[str, Words], lang: Lang) -> Document:
    """A document from a template. `{name}` takes the value of that name; a block that takes in a Secret is secret.

    Raises KeyError for a name that `values` lacks; the catalogue checks every template, so none does.
    """
    return Document(title.say(lang), tuple(_block(block, values, lang) for block in template))


def _block(block: Print, values: Mapping[str, Words], lang: Lang) -> Block:
    if block.rule:
        return Rule()
    if block.qr:
        return Qr(_fill(block.qr, values), block.caption.say(lang) if block.caption else "")
    if block.line:
        return Line(_fill(block.line.say(lang), values), block.align, block.size, block.bold)
    return Pair(block.label.say(lang) if block.label else "", _fill(block.value, values))


def _fill(template: str, values: Mapping[str, Words]) -> Words:
    used = [value for name, value in values.items() if "{" + name + "}" in template]
    text = template.format(**{name: reveal(value) for name, value in values.items()})
    return Secret(text) if any(isinstance(value, Secret) for value in used) else text
