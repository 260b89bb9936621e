"""What one service item of the sandbox knows: its level, its fee, its prefill, its review and its paper."""

from __future__ import annotations

import datetime
from typing import Protocol

from msgspec import Struct

from kiosk.gateway.sandbox.core import ISSUER
from kiosk.gateway.sandbox.people import Person
from kiosk.gateway.wire import Block, Document, Finding, FormValue, Line, Pair, Personal, PrefillValue, Qr, Rule, Text
from kiosk.platform import Assurance
from kiosk.secret import mask


class Paper(Struct, frozen=True):
    """What every printed result carries besides its own content."""

    number: str
    verify_url: str
    issued: datetime.datetime
    lang: str

    def say(self, zh: str, en: str) -> str:
        return en if self.lang == "en" else zh


class Service(Protocol):
    item: str
    title: Text
    assurance: Assurance
    takes_filings: bool  # its result needs an accepted case

    def prefill(self, person: Person) -> dict[str, PrefillValue]:
        """Everything known, by field. Refused NOTHING_FOUND when there is nothing this item could work on."""
        ...

    def check(self, person: Person, values: tuple[FormValue, ...]) -> None:
        """Refused VALUES when a value is missing or impossible."""
        ...

    def fee_fen(self, values: tuple[FormValue, ...]) -> int:
        """The fee in fen, 0: free."""
        ...

    def review(self, person: Person, values: tuple[FormValue, ...]) -> list[Finding]: ...

    def paper(self, person: Person, values: tuple[FormValue, ...], paper: Paper) -> Document:
        """The result. Refused NOTHING_FOUND."""
        ...


def value_of(values: tuple[FormValue, ...], field: str) -> str:
    return next((value.value.strip() for value in values if value.field == field), "")


def laid_out(title: str, person: Person, paper: Paper, content: list[Block]) -> Document:
    """A result as all of them look: what it is, whose, the content, how to verify it, and that it is a sample."""
    say = paper.say
    head: list[Block] = [
        Line(say("沙盒样例 · 非政府文书", "SANDBOX SAMPLE · not a government document"), align="centre", bold=True),
        Rule(),
        Pair(say("姓名", "Name"), Personal(person.card.name)),
        Pair(say("证件号码", "ID number"), Personal(mask(person.card.number, 6, 4))),
        Rule(),
    ]
    foot: list[Block] = [
        Rule(),
        Pair(say("编号", "Number"), Personal(paper.number)),
        Pair(say("出具单位", "Issued by"), say(*ISSUER)),
        Pair(say("出具时间", "Issued at"), paper.issued.strftime("%Y-%m-%d %H:%M")),
        Qr(Personal(paper.verify_url), say("扫码核验", "Scan to verify")),
    ]
    return Document(title=title, blocks=[*head, *content, *foot])


def known_of(person: Person) -> dict[str, PrefillValue]:
    """What the sandbox's registers and licences (电子证照) say of a person, by form field."""
    population = Text("人口库（样例）", "Population register (sample)")
    insurance = Text("社会保险库（样例）", "Social insurance register (sample)")
    found = [
        PrefillValue("name", person.card.name, "registry", population),
        PrefillValue("number", person.card.number, "registry", population),
        PrefillValue(
            "phone", person.phone, "case", Text("您以前办件时留的电话（样例）", "From an earlier case (sample)")
        ),
    ]
    if person.card.address:
        found.append(PrefillValue("address", person.card.address, "registry", population))
    if person.insurance:
        found += [
            PrefillValue("employer", person.insurance[-1].unit, "registry", insurance),
            PrefillValue("social_insurance_months", str(person.paid_months()), "registry", insurance),
        ]
    if permit := person.permit:
        licence = Text("居住证电子证照（样例）", "Residence permit licence (sample)")
        found += [
            PrefillValue("address", permit.address, "licence", licence),
            PrefillValue("permit_number", permit.number, "licence", licence),
            PrefillValue("housing_kind", permit.housing_kind, "licence", licence),
        ]
    return {value.field: value for value in found}  # a licence's address stands for the register's
