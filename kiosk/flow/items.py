"""An item (事项) as the machines see it: values made by `kiosk.catalogue` from `flows/`, checked before they get here.

The shape of these classes *is* the item format: a key in an item file is a field here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from kiosk.devices import Role
from kiosk.document import Align
from kiosk.platform import Assurance, Source, Text

# What a name may look like. A field's id is also its name in rules and receipt templates. Item ids and codes go to the
# fleet, whose schema refuses what could be a person's number (digits in a row) and texts of more than 48 and 32
# characters; a code may stand behind the name of a family (`unreachable.`). A test holds all of it to that schema.
ItemId = Annotated[str, Meta(pattern="^(?!.*[0-9]{5})[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=48)]
FieldId = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$", max_length=40)]
Code = Annotated[str, Meta(pattern="^(?!.*[0-9]{4})[A-Z][A-Z0-9_]*$", max_length=20)]
Hour = Annotated[int, Meta(ge=0, le=24)]


class Hours(Struct, frozen=True, forbid_unknown_fields=True):
    """Local hours in which the item can be done: `from_hour` <= hour < `to_hour`."""

    from_hour: Hour = 0
    to_hour: Hour = 24


class FieldOption(Struct, frozen=True, forbid_unknown_fields=True):
    value: Annotated[str, Meta(min_length=1, max_length=40)]
    label: Text


class Field(Struct, frozen=True, forbid_unknown_fields=True):
    """One form field; shared ones live in `flows/shared/fields.yaml`.

    purpose: why it is asked (shown where it is asked). pad: how it is typed; `none` = chosen from options, which
    stand here or come from the platform. valid: a rule over `value` (text). editable: may the citizen change a
    prefilled value here?
    """

    id: FieldId
    label: Text
    purpose: Text
    pad: Literal["none", "digits", "letters"] = "none"
    required: bool = True
    editable: bool = True
    personal: bool = True
    masked: bool = False
    max_length: Annotated[int, Meta(ge=1, le=200)] = 40
    valid: str = ""
    invalid: Text | None = None
    hint: Text | None = None
    options: tuple[FieldOption, ...] = ()


class ReviewRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of 智能预审: `rule` must hold over the form's values; otherwise `text` leads the citizen to `field`."""

    code: Code
    field: FieldId
    rule: str
    text: Text


class Print(Struct, frozen=True, forbid_unknown_fields=True):
    """One block of a receipt template: exactly one of line, pair, qr, rule. `{name}` stands for a value."""

    line: Text | None = None
    label: Text | None = None
    value: str = ""
    qr: str = ""
    caption: Text | None = None
    rule: bool = False
    align: Align = "left"
    size: Literal[1, 2] = 1
    bold: bool = False


# --- steps (环节): the `kind` key names the class ------------------------------------------------------------


class Step(Struct, frozen=True, tag_field="kind", tag=str.lower, kw_only=True, forbid_unknown_fields=True):
    """`title` is the step's short name in the progress line."""

    title: Text


class Identify(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    assurance: Literal["card", "card_and_code"]

    @property
    def level(self) -> Assurance:
        return Assurance[self.assurance.upper()]


class Consent(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is used, from where, for what; agreed to before anything is fetched."""

    clauses: Annotated[tuple[ConsentClause, ...], Meta(min_length=1)]


class ConsentClause(Struct, frozen=True, forbid_unknown_fields=True):
    heading: Text
    body: Text


class Form(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prefilled from the platform, completed by the citizen."""

    fields: Annotated[tuple[Field, ...], Meta(min_length=1)]


class Check(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Check answers; `effect` says what confirming does."""

    effect: Text


class PreReview(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rules: tuple[ReviewRule, ...] = ()


class Pay(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`fee` is a rule giving fen. Payment precedes the result; not delivered means refunded."""

    fee: str
    payee: Text


class Submit(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """File the case; `slip` is the acceptance slip that a later print step puts on paper."""

    slip: Annotated[tuple[Print, ...], Meta(min_length=1)]
    slip_title: Text


class Fetch(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fetch the result the platform issues."""


class Preview(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class PrintOut(Step, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="print"):
    """`without`: what to do when no printer works (the result stays with the platform)."""

    without: Text


class Rate(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


AnyStep = Identify | Consent | Form | Check | PreReview | Pay | Submit | Fetch | Preview | PrintOut | Rate


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """One service item. `needs`: device roles without which it cannot start; `alternative`: what to do then."""

    id: ItemId
    title: Text
    summary: Text
    icon: Annotated[str, Meta(min_length=1)]
    department: Text
    audience: Literal["person", "enterprise"]
    minutes: Annotated[int, Meta(ge=1, le=120)]
    fee_note: Text
    bring: tuple[Text, ...]
    alternative: Text
    needs: tuple[Role, ...]
    steps: Annotated[tuple[AnyStep, ...], Meta(min_length=1)]
    version: str = ""  # first 12 hex digits of the compiled item's SHA-256, set by the catalogue
    format: Literal[1] = 1
    hours: Hours = Hours()
    keywords: tuple[str, ...] = ()  # colloquial wording for search
    keys: tuple[str, ...] = ()  # search keys (pinyin, initials, English), set by the catalogue

    def __hash__(self) -> int:
        return hash((self.id, self.version))


class Catalogue(Struct, frozen=True):
    """All items and every sentence the runtime itself says (`flows/texts/*.yaml`), compiled."""

    items: tuple[Item, ...]
    texts: dict[str, Text]
    digest: str

    def __hash__(self) -> int:
        return hash(self.digest)

    def item(self, id: str) -> Item | None:
        return next((item for item in self.items if item.id == id), None)


__all__ = [
    "AnyStep",
    "Catalogue",
    "Check",
    "Consent",
    "Fetch",
    "Field",
    "Form",
    "Identify",
    "Item",
    "Pay",
    "PreReview",
    "Preview",
    "PrintOut",
    "Rate",
    "ReviewRule",
    "Source",
    "Step",
    "Submit",
]
