"""Who is there: identification by card, and the signed-in code that raises its assurance."""

from __future__ import annotations

import secrets

from msgspec.structs import replace

from kiosk.gateway.sandbox.core import Core, Refused
from kiosk.gateway.sandbox.people import Person
from kiosk.gateway.sandbox.store import SignedInCode, Subject
from kiosk.gateway.wire import AddCodeRequest, IdentifyRequest, PersonAnswer, RefusalCode
from kiosk.platform import Assurance

MOST_WRONG_CODES = 5
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identify(core: Core, request: IdentifyRequest) -> PersonAnswer:
    if request.kind != "foreign_2017" and not check_digit_fits(request.number):
        raise Refused(RefusalCode.CARD_INVALID)
    if request.valid_to != "长期" and request.valid_to < core.clock.local().strftime("%Y%m%d"):
        raise Refused(RefusalCode.CARD_EXPIRED)
    person = next((person for person in core.people.values() if _is(person, request)), None)
    if person is None:
        raise Refused(RefusalCode.PERSON_UNKNOWN)
    subject = Subject(secrets.token_urlsafe(24), person.id, Assurance.CARD, core.clock.now())
    core.store.subjects.put(subject.token, subject)
    return _answer(person, subject)


def add_code(core: Core, request: AddCodeRequest) -> PersonAnswer:
    """A code of the same person, in time, once. Whatever comes of it, a code that was shown is used up."""
    subject = core.subject(request.subject)
    if subject.wrong_codes >= MOST_WRONG_CODES:
        raise Refused(RefusalCode.SUBJECT)
    try:
        _use(core, request.code.strip(), subject)
    except Refused:
        core.store.subjects.put(subject.token, replace(subject, wrong_codes=subject.wrong_codes + 1))
        raise
    raised = replace(subject, assurance=max(subject.assurance, Assurance.CARD_AND_CODE))
    core.store.subjects.put(subject.token, raised)
    return _answer(core.people[subject.person], raised)


def issue_code(core: Core, person: Person) -> SignedInCode:
    """What the person's signed-in phone shows now."""
    text = f"SANDBOX-CODE-{secrets.token_hex(10).upper()}"
    code = SignedInCode(text, person.id, core.clock.now() + core.settings.code_seconds)
    core.store.codes.put(text, code)
    return code


def _use(core: Core, text: str, subject: Subject) -> None:
    code = core.store.codes.get(text)
    if code is None:
        raise Refused(RefusalCode.CODE_UNKNOWN)
    core.store.codes.put(text, replace(code, used=True))
    if code.used:
        raise Refused(RefusalCode.CODE_USED)
    if core.clock.now() >= code.until:
        raise Refused(RefusalCode.CODE_EXPIRED)
    if code.person != subject.person:
        raise Refused(RefusalCode.CODE_OTHER_PERSON)


def _is(person: Person, request: IdentifyRequest) -> bool:
    card = person.card
    names = {card.name, card.english_name} - {""}
    return (
        card.kind == request.kind
        and card.number == request.number
        and bool(names & {request.name, request.english_name})
    )


def _answer(person: Person, subject: Subject) -> PersonAnswer:
    level = Assurance(subject.assurance)
    assert level is Assurance.CARD or level is Assurance.CARD_AND_CODE
    name = "CARD" if level is Assurance.CARD else "CARD_AND_CODE"
    return PersonAnswer(subject.token, person.card.name, person.card.number, name)  # type: ignore[arg-type]


def check_digit_fits(number: str) -> bool:
    """GB 11643, MOD 11-2, also over 81/82/83 and 9-prefixed numbers."""
    if len(number) != 18 or not number[:17].isdigit() or not number.isascii():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return number[17] == "10X98765432"[total % 11]
