"""Citizens at the terminal: the client, over mutual TLS, against the real sandbox process."""

from __future__ import annotations

import io
import re
import urllib.parse
import urllib.request
from typing import Any

import pytest
import segno
import zxingcpp
from PIL import Image

from kiosk import platform
from kiosk.document import text_of
from kiosk.gateway.sandbox import people
from kiosk.gateway.sandbox.identity import check_digit_fits
from kiosk.platform import Assurance, Refusal
from kiosk.records import FilingAnswer
from kiosk.secret import Secret

PEOPLE = people.load()
VALID = [person for person in PEOPLE if person != "zhao-mingyuan"]
RESIDENCE = "residence-endorsement"
INSURANCE = "social-insurance-record"
PROPERTY = "property-register-query"


@pytest.mark.parametrize("person", VALID)
def test_every_kind_of_card_is_known(sandbox: Any, card: Any, person: str) -> None:
    found = sandbox.client().ask(platform.IdentifyCard(card(person)))
    assert isinstance(found, platform.Identified)
    assert found.person.assurance is Assurance.CARD
    assert found.person.name.reveal() == PEOPLE[person].card.name


@pytest.mark.parametrize(
    ("person", "changed", "code"),
    [
        ("zhao-mingyuan", {}, "CARD_EXPIRED"),
        ("wang-yan", {"number": "310199198502120115"}, "CARD_INVALID"),
        ("wang-yan", {"name": "王某"}, "PERSON_UNKNOWN"),
        ("wang-yan", {"valid_to": "soon"}, "MALFORMED"),
        ("wang-yan", {"name": "\ud86d"}, "MALFORMED"),
    ],
)
def test_a_card_that_will_not_do(sandbox: Any, card: Any, person: str, changed: dict[str, str], code: str) -> None:
    assert sandbox.client().ask(platform.IdentifyCard(card(person, **changed))) == Refusal(code)


def test_the_sample_people_are_plainly_samples_with_right_check_digits() -> None:
    for person in PEOPLE.values():
        assert "样例" in person.note.zh
        assert person.card.kind == "foreign_2017" or check_digit_fits(person.card.number)
        # area codes that were never assigned, or the specimen nationality: nobody's number
        assert person.card.number.startswith(("310199", "340199", "810000199407160", "UTO", "931900"))


# --- 社会保险个人权益记录 -------------------------------------------------------------------------------------


def test_an_insurance_record_is_issued_and_can_be_verified(sandbox: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "lin-xiaoman")
    found = client.ask(platform.FetchNotice(subject, INSURANCE, ()))
    assert isinstance(found, platform.Fetched)
    words = text_of(found.notice.document)
    assert {"林小满", "样例软件（上海）有限公司", "41", "12,500"} <= set(words)
    assert "沙盒样例 · 非政府文书" in words
    assert list(words) == sandbox.row("notices", found.notice.number.reveal())["words"]


def test_asked_again_in_a_visit_it_is_the_same_record(sandbox: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "chan-kaming")
    first, second = (client.ask(platform.FetchNotice(subject, INSURANCE, ())) for _ in range(2))
    english = client.ask(platform.FetchNotice(subject, INSURANCE, (), lang="en"))
    assert first == second
    assert english.notice.document.title == "Social insurance record"


def test_a_period_of_twelve_months_counts_twelve(sandbox: Any, form: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "wang-yan")
    found = client.ask(platform.FetchNotice(subject, INSURANCE, form({"period": "last_12"})))
    words = text_of(found.notice.document)
    assert "样例设计院有限公司" in words
    assert "样例港口机械厂" not in words
    assert words[words.index("缴费月数") + 1] == "12"


def test_a_result_can_be_rated_once(sandbox: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "ken-sample")
    number = client.ask(platform.FetchNotice(subject, INSURANCE, ())).notice.number
    for grade in (5, 1):
        assert client.ask(platform.SendRating(subject, INSURANCE, number, grade)) == platform.Rated()
    assert sandbox.row("ratings", number.reveal())["grade"] == 5
    other = sandbox.identify(client, "lin-xiaoman")
    assert client.ask(platform.SendRating(other, INSURANCE, number, 1)) == Refusal("NUMBER_UNKNOWN")


# --- 居住证签注 -----------------------------------------------------------------------------------------------


def residence_form(client: Any, subject: Secret) -> dict[str, str]:
    names = ("name", "number", "address", "phone", "permit_number", "employer", "housing_kind")
    found = client.ask(platform.GetPrefill(subject, RESIDENCE, (*names, "social_insurance_months")))
    assert {value.field for value in found.values} == {*names, "social_insurance_months"}
    assert {value.source for value in found.values} == {"licence", "registry", "case"}
    return {value.field: value.value.reveal() for value in found.values}


def test_a_prefilled_endorsement_passes_and_is_accepted_once(sandbox: Any, form: Any) -> None:
    client, filing = sandbox.client(), sandbox.new_id()
    subject = sandbox.identify(client, "lin-xiaoman")
    values = residence_form(client, subject)
    assert client.ask(platform.PreReview(subject, RESIDENCE, form(values))) == platform.PreReviewed(())
    sealed = sandbox.sealed(filing, subject, values)
    first = client.open_filing(filing, RESIDENCE, "1", sealed, "")
    again = client.open_filing(filing, RESIDENCE, "1", sealed, "")
    assert first.state == "accepted"
    assert again == first == client.query_filing(filing)
    assert sandbox.row("filings", filing)["number"] == first.number.reveal()
    slip = client.ask(platform.FetchNotice(subject, RESIDENCE, (), filing=filing))
    assert slip.notice.document.title == "受理通知书"


def test_pre_review_says_what_is_wrong_and_the_filing_is_rejected_for_it(sandbox: Any, form: Any) -> None:
    client, filing = sandbox.client(), sandbox.new_id()
    subject = sandbox.identify(client, "ma-lixin")
    values = {**residence_form(client, subject), "address": "别处", "phone": "12"}
    found = client.ask(platform.PreReview(subject, RESIDENCE, form(values)))
    assert [(finding.field, finding.code) for finding in found.findings] == [
        ("address", "ADDRESS_DIFFERS"),
        ("phone", "PHONE_INVALID"),
        ("social_insurance_months", "INSURANCE_MONTHS"),
    ]
    assert client.open_filing(filing, RESIDENCE, "1", sandbox.sealed(filing, subject, values), "") == FilingAnswer(
        "rejected", code="ADDRESS_DIFFERS"
    )
    assert client.ask(platform.FetchNotice(subject, RESIDENCE, (), filing=filing)) == Refusal("FILING_UNKNOWN")


def test_a_decision_may_take_a_while(sandbox: Any) -> None:
    client, filing = sandbox.client(), sandbox.new_id()
    subject = sandbox.identify(client, "lin-xiaoman")
    sandbox.fault("hold", "/v1/filings", seconds=60)
    sealed = sandbox.sealed(filing, subject, residence_form(client, subject))
    assert client.open_filing(filing, RESIDENCE, "1", sealed, "") == FilingAnswer("pending")
    sandbox.advance(61)
    assert client.query_filing(filing).state == "accepted"


def test_who_has_no_permit_has_nothing_to_endorse(sandbox: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "zhou-guilan")
    assert client.ask(platform.GetPrefill(subject, RESIDENCE, ("address",))) == Refusal("NOTHING_FOUND")


def test_a_payload_sealed_for_another_row_is_refused(sandbox: Any) -> None:
    client, filing = sandbox.client(), sandbox.new_id()
    subject = sandbox.identify(client, "lin-xiaoman")
    sealed = sandbox.sealed("another-row", subject, residence_form(client, subject))
    assert client.open_filing(filing, RESIDENCE, "1", sealed, "") == FilingAnswer("rejected", code="SEAL")
    assert client.query_filing(filing) == FilingAnswer("absent")


# --- assurance ----------------------------------------------------------------------------------------------


def test_a_found_card_opens_no_property_register(sandbox: Any) -> None:
    client, order = sandbox.client(), sandbox.new_id()
    subject = sandbox.identify(client, "wang-yan")
    assert client.ask(platform.GetPrefill(subject, PROPERTY, ("property",))) == Refusal("ASSURANCE")
    sealed = sandbox.sealed(order, subject, {"purpose": "school"})
    assert client.open_order(order, PROPERTY, "1", 1000, sealed).code == "ASSURANCE"


def test_a_code_raises_the_assurance_once(sandbox: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "wang-yan")
    code = Secret(sandbox.robot("GET", "/phone/code?person=wang-yan")["code"])
    raised = client.ask(platform.AddCode(subject, code))
    assert raised.person.assurance is Assurance.CARD_AND_CODE
    assert client.ask(platform.AddCode(subject, code)) == Refusal("CODE_USED")


def test_a_code_of_somebody_else_is_refused_and_used_up(sandbox: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "wang-yan")
    code = Secret(sandbox.robot("GET", "/phone/code?person=zhou-guilan")["code"])
    assert client.ask(platform.AddCode(subject, code)) == Refusal("CODE_OTHER_PERSON")
    owner = sandbox.identify(client, "zhou-guilan")
    assert client.ask(platform.AddCode(owner, code)) == Refusal("CODE_USED")


def test_a_code_does_not_last(sandbox: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "wang-yan")
    code = Secret(sandbox.robot("GET", "/phone/code?person=wang-yan")["code"])
    sandbox.advance(121)
    assert client.ask(platform.AddCode(subject, code)) == Refusal("CODE_EXPIRED")


def test_guessing_codes_ends_the_identification(sandbox: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "wang-yan")
    answers = [client.ask(platform.AddCode(subject, Secret(f"GUESS-{n}"))).code for n in range(6)]
    assert answers == ["CODE_UNKNOWN"] * 5 + ["SUBJECT"]


def test_an_identification_is_over_after_half_an_hour(sandbox: Any) -> None:
    client = sandbox.client()
    subject = sandbox.identify(client, "lin-xiaoman")
    sandbox.advance(1801)
    assert client.ask(platform.FetchNotice(subject, INSURANCE, ())) == Refusal("SUBJECT")


# --- the phone's pages --------------------------------------------------------------------------------------


def test_the_code_page_shows_a_code_that_a_scanner_reads(sandbox: Any) -> None:
    page = urllib.request.urlopen(f"{sandbox.phone_url}/phone/code?person=wang-yan").read().decode()
    assert "沙盒" in page
    assert "<script" not in page
    text = re.findall(r"SANDBOX-CODE-[0-9A-F]{20}", page)[0]
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="png", scale=6, border=2)
    assert segno.make(text, error="m").svg_inline(border=2, omitsize=True) in page
    assert [found.text for found in zxingcpp.read_barcodes(Image.open(drawn))] == [text]


def test_two_taps_on_the_pay_page_are_one_payment(sandbox: Any, form: Any) -> None:
    client, order = sandbox.client(), sandbox.new_id()
    subject = sandbox.identify(client, "anna-sample", with_code=True)
    choice = client.ask(platform.GetPrefill(subject, PROPERTY, ("property",))).values[0].value.reveal()
    sealed = sandbox.sealed(order, subject, {"property": choice, "purpose": "loan"})
    qr = client.open_order(order, PROPERTY, "1", 1000, sealed).qr
    page = urllib.request.urlopen(qr).read().decode()
    assert "¥10.00" in page
    assert "确认支付（演示，不扣款）" in page
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', page))
    body = urllib.parse.urlencode(fields).encode()
    answers = [urllib.request.urlopen(f"{sandbox.phone_url}/phone/pay", body).read().decode() for _ in range(2)]
    assert all("支付成功" in answer for answer in answers)
    assert [row["state"] for row in sandbox.robot("GET", "/state")["payments"] if row["order"] == order] == ["taken"]
    assert "确认支付" not in urllib.request.urlopen(qr).read().decode()
