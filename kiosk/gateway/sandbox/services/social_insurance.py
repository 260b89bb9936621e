"""社会保险个人权益记录（参保缴费证明）: issued at once."""

from __future__ import annotations

from kiosk.gateway.sandbox.core import Refused
from kiosk.gateway.sandbox.people import Person, Span, month_ago
from kiosk.gateway.sandbox.services.service import Paper, known_of, laid_out, value_of
from kiosk.gateway.wire import (
    Block,
    Document,
    Finding,
    FormValue,
    Line,
    Pair,
    Personal,
    PrefillValue,
    RefusalCode,
    Text,
)
from kiosk.platform import Assurance

_MONTHS = {"": 10_000, "all": 10_000, "last_12": 12, "last_24": 24, "last_60": 60}


class SocialInsuranceRecord:
    item = "social-insurance-record"
    title = Text("社会保险个人权益记录（参保缴费证明）", "Social insurance record")
    assurance = Assurance.CARD
    takes_filings = False

    def prefill(self, person: Person) -> dict[str, PrefillValue]:
        return known_of(person)

    def check(self, person: Person, values: tuple[FormValue, ...]) -> None:
        if value_of(values, "period") not in _MONTHS:
            raise Refused(RefusalCode.VALUES)

    def fee_fen(self, values: tuple[FormValue, ...]) -> int:
        return 0

    def review(self, person: Person, values: tuple[FormValue, ...]) -> list[Finding]:
        return []

    def paper(self, person: Person, values: tuple[FormValue, ...], paper: Paper) -> Document:
        last = _MONTHS[value_of(values, "period")]
        spans = [span for span in person.insurance if span.until <= last]
        if not spans:
            raise Refused(RefusalCode.NOTHING_FOUND)
        content: list[Block] = []
        for span in spans:
            content += _span(span, last, paper)
        say = paper.say
        content += [
            Pair(say("累计缴费月数", "Months paid in all"), Personal(str(person.paid_months()))),
            Pair(say("近12个月缴费月数", "Of the last 12 months"), Personal(str(person.paid_months(12)))),
        ]
        return laid_out(say(self.title.zh, self.title.en), person, paper, content)


def _span(span: Span, last: int, paper: Paper) -> list[Block]:
    """One employer: the months within the period that was asked for."""
    say = paper.say
    since = min(span.since, last)
    today = paper.issued.date()
    months = f"{month_ago(today, since)} – {month_ago(today, span.until)}"
    return [
        Line(Personal(span.unit), bold=True),
        Pair(say("缴费时段", "Period"), Personal(months)),
        Pair(say("缴费月数", "Months"), Personal(str(since - span.until + 1))),
        Pair(say("缴费基数（元/月）", "Base (yuan a month)"), Personal(f"{span.base_yuan:,}")),
    ]
