"""The invented citizens of `people.yaml`, typed."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Literal

import msgspec
import yaml
from msgspec import Struct

from kiosk.devices import CardKind
from kiosk.platform import Text

PEOPLE = Path(__file__).with_name("people.yaml")


class Card(Struct, frozen=True, forbid_unknown_fields=True):
    """The words as they stand on the card."""

    kind: CardKind
    number: str
    name: str
    sex: str
    nation: str
    birth: str
    address: str
    issuer: str
    valid_from: str
    valid_to: str
    english_name: str = ""


class Span(Struct, frozen=True, forbid_unknown_fields=True):
    """Paid months of social insurance with one employer, counted back from this month: `since` 12 to `until` 1."""

    unit: str
    base_yuan: int
    since: int = msgspec.field(name="from")
    until: int = msgspec.field(name="to")


class Permit(Struct, frozen=True, forbid_unknown_fields=True):
    """A residence permit (居住证)."""

    number: str
    address: str
    housing_kind: Literal["rented", "owned", "dormitory", "relatives"]
    employer: str
    expires_in_days: int


class Property(Struct, frozen=True, forbid_unknown_fields=True):
    """One registered real property (不动产单元)."""

    number: str
    address: str
    area_m2: float
    use: str
    share: str
    registered: str
    encumbrance: str


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """An earlier case (办件)."""

    item: str
    number: str
    days_ago: int


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    note: Text
    card: Card
    phone: str
    insurance: tuple[Span, ...]
    properties: tuple[Property, ...]
    cases: tuple[Case, ...]
    permit: Permit | None = None

    def paid_months(self, last: int = 10_000) -> int:
        """Months of social insurance paid within the last `last` months."""
        return sum(max(0, min(span.since, last) - span.until + 1) for span in self.insurance)


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal[1]
    people: tuple[Person, ...]


def load(path: Path = PEOPLE) -> dict[str, Person]:
    """Every person by id."""
    found = msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), _File)
    return {person.id: person for person in found.people}


def month_ago(today: datetime.date, months: int) -> str:
    """`2026-10` for one month before 22 November 2026."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return f"{year}-{month + 1:02d}"
