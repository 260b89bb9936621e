"""Results (notices): issued once for what they are about, numbered, and fetched again by whoever they belong to."""

from __future__ import annotations

import secrets

from kiosk.document import digest_of
from kiosk.gateway import convert
from kiosk.gateway.sandbox import filings, orders, services
from kiosk.gateway.sandbox.core import Core, Refused, fingerprint
from kiosk.gateway.sandbox.services.service import Paper, Service
from kiosk.gateway.sandbox.store import IssuedNotice, Rating, Subject
from kiosk.gateway.wire import (
    FormValue,
    NoticeAnswer,
    NoticeRequest,
    RatingAnswer,
    RatingRequest,
    RefusalCode,
)


def fetch(core: Core, request: NoticeRequest) -> NoticeAnswer:
    """The result. The same order, case or question, in the same language, gives the same number and words."""
    subject = core.subject(request.subject)
    service = services.allowed(request.item, subject)
    values = _what_about(core, service, subject, request)
    about = request.order or request.filing or fingerprint(subject.token, values)
    key = fingerprint(subject.person, request.item, about, request.lang)
    known = core.store.notices.by(key)
    issued = known[0] if known else _issue(core, service, subject, request, values, key)
    return NoticeAnswer(issued.number, issued.document, issued.digest)


def rate(core: Core, request: RatingRequest) -> RatingAnswer:
    """好差评, once for each number (一事一评): what comes again is answered with the first."""
    subject = core.subject(request.subject)
    services.named(request.item)
    if not _belongs(core, request.number, subject.person, request.item):
        raise Refused(RefusalCode.NUMBER_UNKNOWN)
    rating = core.store.ratings.get(request.number)
    if rating is None:
        rating = Rating(request.number, request.item, subject.person, request.grade, core.clock.now())
        core.store.ratings.put(rating.number, rating)
    return RatingAnswer(rating.grade)


def _what_about(core: Core, service: Service, subject: Subject, request: NoticeRequest) -> tuple[FormValue, ...]:
    """The form behind the result: of the paid order, of the accepted case, or of the request itself."""
    if request.order:
        return orders.paid_order(core, request.order, subject.person, service.item).values
    if service.takes_filings:
        return filings.accepted_filing(core, request.filing, subject.person, service.item).values
    values = tuple(request.values)
    service.check(core.people[subject.person], values)
    if service.fee_fen(values):
        raise Refused(RefusalCode.ORDER_UNPAID)
    return values


def _issue(
    core: Core, service: Service, subject: Subject, request: NoticeRequest, values: tuple[FormValue, ...], key: str
) -> IssuedNotice:
    person = core.people[subject.person]
    now = core.clock.local()
    number = f"SAMPLE-N-{now:%Y%m%d}-{core.store.notices.count() + 1:06d}"
    token = secrets.token_urlsafe(16)
    verify = f"{core.settings.phone_url}/phone/notice?token={token}"
    document = service.paper(person, values, Paper(number, verify, now, request.lang))
    issued = IssuedNotice(
        number=number,
        key=key,
        item=service.item,
        person=person.id,
        order=request.order,
        filing=request.filing,
        lang=request.lang,
        digest=digest_of(convert.document_from(document)),
        document=document,
        verify_token=token,
        at=now.timestamp(),
    )
    core.store.notices.put(number, issued, key, token, f"order {request.order}" if request.order else "")
    return issued


def _belongs(core: Core, number: str, person: str, item: str) -> bool:
    notice = core.store.notices.get(number)
    if notice is not None:
        return notice.person == person and notice.item == item
    return any(filing.person == person and filing.item == item for filing in core.store.filings.by(number))
