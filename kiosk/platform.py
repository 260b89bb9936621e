"""What the kiosk asks of the government platform, and what it answers: values, no wire format.

The wire format is `kiosk/gateway/contract.yaml`; the client turns these into HTTP and back. Every answer may
instead be a `Refusal` (the platform said no, with a code) or `Unreachable` (nobody knows what it did).
"""

from __future__ import annotations

import enum
from typing import Literal

import msgspec
from msgspec import Struct

from kiosk.devices import Card
from kiosk.document import Document
from kiosk.secret import Secret, Words


class Assurance(enum.IntEnum):
    """How sure the platform is who stands here; an item's `identify` step states the level it needs."""

    NONE = 0
    CARD = 1  # a card was shown: it may be a found one
    CARD_AND_CODE = 2  # and the code of a signed-in phone of the same person
    CARD_AND_FACE = 3  # and the face compared by the platform (needs a camera)
    ATTENDED = 4  # a clerk looked


class Text(Struct, frozen=True):
    """One sentence in both languages."""

    zh: str
    en: str

    def say(self, lang: str) -> str:
        return self.en if lang == "en" else self.zh


class Person(Struct, frozen=True):
    """Who the platform says is here. `subject` is its opaque token for this visit: worth keeping secret."""

    subject: Secret
    name: Secret
    number: Secret
    assurance: Assurance


Source = Literal["card", "licence", "case", "registry", "typed"]


class Option(Struct, frozen=True):
    """One choice of a field. `value` is what is submitted, `label` what is shown."""

    value: str
    label: Words
    note: Words = ""


class Prefill(Struct, frozen=True):
    """A field's value as the platform knows it. source: licence (电子证照), case (earlier case), registry, card."""

    field: str
    value: Secret
    source: Source
    origin: Text  # which licence or register, in words
    options: tuple[Option, ...] = ()


class Value(Struct, frozen=True):
    """A form field as it stands in a visit."""

    field: str
    value: Secret
    source: Source
    origin: Text


class Finding(Struct, frozen=True):
    """What pre-review (智能预审) found: which field, what is wrong and what to do."""

    field: str
    code: str
    text: Text


class Notice(Struct, frozen=True):
    """An issued result: the document to print and its number; `digest` is the SHA-256 of its words."""

    number: Secret
    document: Document
    digest: str


# --- questions ----------------------------------------------------------------------------------------------


class IdentifyCard(Struct, frozen=True, tag=True):
    card: Card


class AddCode(Struct, frozen=True, tag=True):
    """A signed-in code (随申码) shown by the person already identified by card: raises the assurance."""

    subject: Secret
    code: Secret


class GetPrefill(Struct, frozen=True, tag=True):
    subject: Secret
    item: str
    fields: tuple[str, ...]


class PreReview(Struct, frozen=True, tag=True):
    subject: Secret
    item: str
    values: tuple[Value, ...]


class FetchNotice(Struct, frozen=True, tag=True):
    """Ask for an item's result. `order` is the paid order's number where the item has a fee."""

    subject: Secret
    item: str
    values: tuple[Value, ...]
    order: str = ""
    filing: str = ""
    lang: str = "zh"


class SendRating(Struct, frozen=True, tag=True):
    """好差评: grade 1 (very dissatisfied) to 5 (very satisfied), bound to a case or result number."""

    subject: Secret
    item: str
    number: Secret
    grade: int


Question = IdentifyCard | AddCode | GetPrefill | PreReview | FetchNotice | SendRating


# --- answers ------------------------------------------------------------------------------------------------


class Identified(Struct, frozen=True, tag=True):
    person: Person


class Prefilled(Struct, frozen=True, tag=True):
    values: tuple[Prefill, ...]


class PreReviewed(Struct, frozen=True, tag=True):
    findings: tuple[Finding, ...]  # none: passed


class Fetched(Struct, frozen=True, tag=True):
    notice: Notice


class Rated(Struct, frozen=True, tag=True):
    pass


class Refusal(Struct, frozen=True, tag=True):
    """The platform understood and said no. code: enumerated in contract.yaml, nothing personal."""

    code: str


class Unreachable(Struct, frozen=True, tag=True):
    """No usable answer. code: TIMEOUT, CONNECTION, SERVER, CONTRACT (it breaks the contract), BUSY (not asked)."""

    code: str


Answer = Identified | Prefilled | PreReviewed | Fetched | Rated | Refusal | Unreachable


def payload(subject: Secret, values: tuple[Value, ...]) -> Secret:
    """What an order or a filing carries, as JSON text: who, and the form. The ledger seals it before the disk."""
    form = [{"field": value.field, "value": value.value.reveal(), "source": value.source} for value in values]
    return Secret(msgspec.json.encode({"subject": subject.reveal(), "values": form}).decode())
