"""Cases (办件): filed once, decided by the service's own rules, at once or after a while."""

from __future__ import annotations

from kiosk.gateway.sandbox import orders, services
from kiosk.gateway.sandbox.core import Core, Refused, fingerprint
from kiosk.gateway.sandbox.store import Filing
from kiosk.gateway.wire import FilingAnswer, FilingRequest, RefusalCode


def open_filing(
    core: Core, terminal: str, id: str, request: FilingRequest, sealed: bytes, hold_seconds: float
) -> FilingAnswer:
    """hold_seconds: how long the decision takes."""
    content = fingerprint(request.item, request.version, request.sealed, request.order)
    known = _find(core, terminal, id)
    if known is not None:
        if known.content != content:
            raise Refused(RefusalCode.FILING_CONFLICT)
        return _answer(core, known)
    subject, values = core.unseal(sealed, id)
    service = services.allowed(request.item, subject)
    if not service.takes_filings:
        raise Refused(RefusalCode.ITEM_UNKNOWN)
    if request.order:
        orders.paid_order(core, request.order, subject.person, request.item)
    person = core.people[subject.person]
    service.check(person, values)
    findings = service.review(person, values)
    now = core.clock.local()
    filing = Filing(
        id=id,
        terminal=terminal,
        item=request.item,
        version=request.version,
        content=content,
        person=subject.person,
        values=values,
        order=request.order,
        decided_at=now.timestamp() + hold_seconds,
        number="" if findings else f"SAMPLE-{now.year}-{core.store.filings.count() + 1:06d}",
        code=findings[0].code if findings else "",
    )
    core.store.filings.put(id, filing, filing.number)
    return _answer(core, filing)


def query(core: Core, terminal: str, id: str) -> FilingAnswer:
    filing = _find(core, terminal, id)
    return FilingAnswer("absent") if filing is None else _answer(core, filing)


def accepted_filing(core: Core, id: str, person: str, item: str) -> Filing:
    """The accepted case of this person. Refused FILING_UNKNOWN."""
    filing = core.store.filings.get(id)
    if filing is None or filing.person != person or filing.item != item or state(core, filing) != "accepted":
        raise Refused(RefusalCode.FILING_UNKNOWN)
    return filing


def state(core: Core, filing: Filing) -> str:
    return _answer(core, filing).state


def _find(core: Core, terminal: str, id: str) -> Filing | None:
    filing = core.store.filings.get(id)
    if filing is not None and filing.terminal != terminal:
        raise Refused(RefusalCode.TERMINAL)
    return filing


def _answer(core: Core, filing: Filing) -> FilingAnswer:
    if core.clock.now() < filing.decided_at:
        return FilingAnswer("pending")
    return FilingAnswer("rejected", code=filing.code) if filing.code else FilingAnswer("accepted", filing.number)
