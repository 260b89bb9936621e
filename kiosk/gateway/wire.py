"""The bodies of `contract.yaml` as closed, bounded structs: what is not exactly this breaks the contract.

A test holds both together: the schema made from these structs equals the contract's. Unknown keys, longer texts and
control characters (a printer would obey them) are refused on both sides. No struct here shows its values in a repr.
"""

from __future__ import annotations

import enum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from kiosk.devices import CardKind
from kiosk.document import Align
from kiosk.platform import Source

BODY_LIMIT = 1 << 20  # bytes of one body, either way

_NO_CONTROL = r"\A[^\u0000-\u001f\u007f]*\Z"
Opaque = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\A[\u0021-\u007e]+\Z")]
RowId = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z")]
OptionalRowId = Annotated[str, Meta(pattern=r"\A([A-Za-z0-9][A-Za-z0-9._-]{0,79})?\Z")]
ItemId = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,63}\Z")]
FieldId = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,63}\Z")]
Version = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z._-]{0,64}\Z")]
Code = Annotated[str, Meta(pattern=r"\A(?![A-Z0-9_]{0,16}[0-9]{4})[A-Z][A-Z0-9_]{0,19}\Z")]
OptionalCode = Annotated[str, Meta(pattern=r"\A((?![A-Z0-9_]{0,16}[0-9]{4})[A-Z][A-Z0-9_]{0,19})?\Z")]
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Short = Annotated[str, Meta(max_length=120, pattern=_NO_CONTROL)]
Long = Annotated[str, Meta(max_length=1000, pattern=_NO_CONTROL)]
Number = Annotated[str, Meta(min_length=1, max_length=64, pattern=_NO_CONTROL)]
CaseNumber = Annotated[str, Meta(max_length=64, pattern=_NO_CONTROL)]
Sealed = Annotated[str, Meta(min_length=1, max_length=87384, pattern=r"\A[A-Za-z0-9+/]+={0,2}\Z")]  # 64 KiB in base64
Fen = Annotated[int, Meta(ge=1, le=100_000_00)]  # fen; a terminal charges at most 100,000 yuan


class Wire(Struct, frozen=True, forbid_unknown_fields=True):
    """Closed, and silent about its values."""

    def __repr__(self) -> str:
        return type(self).__name__


class RefusalCode(enum.StrEnum):
    """Why the platform said no. The meanings stand in contract.yaml."""

    MALFORMED = "MALFORMED"
    TERMINAL = "TERMINAL"
    CARD_INVALID = "CARD_INVALID"
    CARD_EXPIRED = "CARD_EXPIRED"
    PERSON_UNKNOWN = "PERSON_UNKNOWN"
    SUBJECT = "SUBJECT"
    ASSURANCE = "ASSURANCE"
    CODE_UNKNOWN = "CODE_UNKNOWN"
    CODE_EXPIRED = "CODE_EXPIRED"
    CODE_USED = "CODE_USED"
    CODE_OTHER_PERSON = "CODE_OTHER_PERSON"
    ITEM_UNKNOWN = "ITEM_UNKNOWN"
    VALUES = "VALUES"
    NOTHING_FOUND = "NOTHING_FOUND"
    SEAL = "SEAL"
    ORDER_AMOUNT = "ORDER_AMOUNT"
    ORDER_CONFLICT = "ORDER_CONFLICT"
    ORDER_UNKNOWN = "ORDER_UNKNOWN"
    ORDER_UNPAID = "ORDER_UNPAID"
    FILING_CONFLICT = "FILING_CONFLICT"
    FILING_UNKNOWN = "FILING_UNKNOWN"
    NUMBER_UNKNOWN = "NUMBER_UNKNOWN"


# --- shared parts -------------------------------------------------------------------------------------------


class Text(Wire, frozen=True):
    zh: Annotated[str, Meta(min_length=1, max_length=500, pattern=_NO_CONTROL)]
    en: Annotated[str, Meta(min_length=1, max_length=500, pattern=_NO_CONTROL)]


class Personal(Wire, frozen=True, tag="Secret"):
    """Words that only this citizen may see."""

    value: Long


Words = Long | Personal


class Line(Wire, frozen=True, tag="Line"):
    text: Words
    align: Align = "left"
    size: Literal[1, 2] = 1
    bold: bool = False


class Pair(Wire, frozen=True, tag="Pair"):
    label: Short
    value: Words


class Rule(Wire, frozen=True, tag="Rule"):
    pass


class Qr(Wire, frozen=True, tag="Qr"):
    data: Words
    caption: Short = ""


Block = Line | Pair | Rule | Qr


class Document(Wire, frozen=True):
    title: Annotated[str, Meta(min_length=1, max_length=120, pattern=_NO_CONTROL)]
    blocks: Annotated[list[Block], Meta(min_length=1, max_length=200)]
    copy: Literal[False] = False


class FormValue(Wire, frozen=True):
    field: FieldId
    value: Long
    source: Source


# --- requests -----------------------------------------------------------------------------------------------


class IdentifyRequest(Wire, frozen=True):
    kind: CardKind
    number: Number
    name: Short
    english_name: Short
    valid_to: Annotated[str, Meta(pattern=r"\A([0-9]{8}|长期)\Z")]


class AddCodeRequest(Wire, frozen=True):
    subject: Opaque
    code: Annotated[str, Meta(min_length=1, max_length=512)]


class PrefillRequest(Wire, frozen=True):
    subject: Opaque
    item: ItemId
    fields: Annotated[list[FieldId], Meta(max_length=60)]


class PreReviewRequest(Wire, frozen=True):
    subject: Opaque
    item: ItemId
    values: Annotated[list[FormValue], Meta(max_length=60)]


class NoticeRequest(Wire, frozen=True):
    subject: Opaque
    item: ItemId
    values: Annotated[list[FormValue], Meta(max_length=60)]
    order: OptionalRowId = ""
    filing: OptionalRowId = ""
    lang: Literal["zh", "en"] = "zh"


class RatingRequest(Wire, frozen=True):
    subject: Opaque
    item: ItemId
    number: Number
    grade: Annotated[int, Meta(ge=1, le=5)]


class OrderRequest(Wire, frozen=True):
    item: ItemId
    version: Version
    amount_fen: Fen
    sealed: Sealed


class FilingRequest(Wire, frozen=True):
    item: ItemId
    version: Version
    sealed: Sealed
    order: OptionalRowId = ""


class SealedForm(Wire, frozen=True):
    """What is inside `sealed`, as JSON: who, and the form."""

    subject: Opaque
    values: Annotated[list[FormValue], Meta(max_length=60)]


# --- answers ------------------------------------------------------------------------------------------------


class PersonAnswer(Wire, frozen=True):
    subject: Opaque
    name: Annotated[str, Meta(min_length=1, max_length=120, pattern=_NO_CONTROL)]
    number: Number
    assurance: Literal["CARD", "CARD_AND_CODE", "CARD_AND_FACE", "ATTENDED"]


class Option(Wire, frozen=True):
    value: Annotated[str, Meta(min_length=1, max_length=200, pattern=_NO_CONTROL)]
    label: Words
    note: Words = ""


class PrefillValue(Wire, frozen=True):
    field: FieldId
    value: Long
    source: Literal["card", "licence", "case", "registry"]
    origin: Text
    options: Annotated[list[Option], Meta(max_length=100)] = []


class PrefillAnswer(Wire, frozen=True):
    values: Annotated[list[PrefillValue], Meta(max_length=60)]


class Finding(Wire, frozen=True):
    field: FieldId
    code: Code
    text: Text


class PreReviewAnswer(Wire, frozen=True):
    findings: Annotated[list[Finding], Meta(max_length=60)]


class NoticeAnswer(Wire, frozen=True):
    number: Number
    document: Document
    digest: Digest


class RatingAnswer(Wire, frozen=True):
    grade: Annotated[int, Meta(ge=1, le=5)]


class OrderAnswer(Wire, frozen=True):
    state: Literal["absent", "waiting", "paid", "reversed", "refunding", "refunded"]
    qr: Annotated[str, Meta(max_length=500, pattern=r"\A[\u0021-\u007e]*\Z")] = ""


class FilingAnswer(Wire, frozen=True):
    state: Literal["absent", "pending", "accepted", "rejected"]
    number: CaseNumber = ""
    code: OptionalCode = ""


class HealthAnswer(Wire, frozen=True):
    up: bool
    sandbox: bool


class SealKeyAnswer(Wire, frozen=True):
    algorithm: Literal["HPKE-X25519-SHA256-ChaCha20Poly1305"]
    public_key: Annotated[str, Meta(min_length=1, max_length=1000)]  # PEM


class RefusalAnswer(Wire, frozen=True):
    code: RefusalCode
