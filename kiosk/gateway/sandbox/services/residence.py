"""上海市居住证签注: prefilled from the permit, reviewed, filed; the paper is the acceptance slip."""

from __future__ import annotations

import datetime

from kiosk.gateway.sandbox.core import Refused
from kiosk.gateway.sandbox.people import Permit, Person
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

INSURED_MONTHS = 6  # of the last 12
_REQUIRED = ("address", "phone")


class ResidenceEndorsement:
    item = "residence-endorsement"
    title = Text("上海市居住证签注", "Residence permit endorsement")
    assurance = Assurance.CARD
    takes_filings = True

    def prefill(self, person: Person) -> dict[str, PrefillValue]:
        _permit(person)
        return known_of(person)

    def check(self, person: Person, values: tuple[FormValue, ...]) -> None:
        _permit(person)
        if not all(value_of(values, field) for field in _REQUIRED):
            raise Refused(RefusalCode.VALUES)

    def fee_fen(self, values: tuple[FormValue, ...]) -> int:
        return 0

    def review(self, person: Person, values: tuple[FormValue, ...]) -> list[Finding]:
        permit = _permit(person)
        found: list[Finding] = []
        if value_of(values, "address") != permit.address:
            found.append(Finding("address", "ADDRESS_DIFFERS", _ADDRESS))
        number = value_of(values, "permit_number")
        if number and number != permit.number:
            found.append(Finding("permit_number", "PERMIT_DIFFERS", _PERMIT))
        phone = value_of(values, "phone")
        if not (phone.isascii() and phone.isdigit() and 8 <= len(phone) <= 12):
            found.append(Finding("phone", "PHONE_INVALID", _PHONE))
        months = person.paid_months(12)
        if months < INSURED_MONTHS:
            text = Text(
                f"近12个月社会保险缴费{months}个月，不足{INSURED_MONTHS}个月。请带就业、就学或居住证明到社区事务受理中心办理。",
                f"Only {months} of the last 12 months of social insurance are paid; {INSURED_MONTHS} are needed. "
                "Please bring proof of work, study or residence to the community service centre.",
            )
            found.append(Finding("social_insurance_months", "INSURANCE_MONTHS", text))
        return found

    def paper(self, person: Person, values: tuple[FormValue, ...], paper: Paper) -> Document:
        say = paper.say
        permit = _permit(person)
        until = paper.issued.date() + datetime.timedelta(days=permit.expires_in_days + 365)
        content: list[Block] = [
            Line(say("您的申请已受理。", "Your application has been accepted.")),
            Pair(say("事项", "Item"), say(self.title.zh, self.title.en)),
            Pair(say("居住证号", "Permit number"), Personal(permit.number)),
            Pair(say("居住地址", "Address"), Personal(value_of(values, "address"))),
            Pair(say("签注后有效期至", "Valid until after endorsement"), Personal(until.isoformat())),
            Pair(say("承诺办结", "To be decided within"), say("3个工作日", "3 working days")),
        ]
        return laid_out(say("受理通知书", "Notice of acceptance"), person, paper, content)


def _permit(person: Person) -> Permit:
    if person.permit is None:
        raise Refused(RefusalCode.NOTHING_FOUND)
    return person.permit


_ADDRESS = Text(
    "填写的地址与居住登记的地址不一致。请改为登记地址，或先到居住地社区办理居住登记变更。",
    "The address differs from the registered one. Please use the registered address, or change the registration first.",
)
_PERMIT = Text(
    "居住证号与证照不一致，请核对。", "The permit number differs from the permit on record. Please check it."
)
_PHONE = Text("电话号码应为8至12位数字。", "A phone number has 8 to 12 digits.")
