"""The routes of contract.yaml: HTTP in, the sandbox's own functions, HTTP out."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.gateway import wire
from kiosk.gateway.sandbox import filings, identity, notices, orders, services
from kiosk.gateway.sandbox.core import Core, Refused
from kiosk.gateway.wire import RefusalCode

STATUS: dict[RefusalCode, int] = {
    RefusalCode.MALFORMED: 400,
    RefusalCode.SUBJECT: 401,
    RefusalCode.TERMINAL: 403,
    RefusalCode.ASSURANCE: 403,
    RefusalCode.PERSON_UNKNOWN: 404,
    RefusalCode.ITEM_UNKNOWN: 404,
    RefusalCode.NOTHING_FOUND: 404,
    RefusalCode.ORDER_UNKNOWN: 404,
    RefusalCode.FILING_UNKNOWN: 404,
    RefusalCode.NUMBER_UNKNOWN: 404,
    RefusalCode.ORDER_CONFLICT: 409,
    RefusalCode.ORDER_UNPAID: 409,
    RefusalCode.FILING_CONFLICT: 409,
}  # every other code: 422

_REQUEST_ID = re.compile(r"[0-9a-f]{32}")
_ROW_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
R = TypeVar("R", bound=wire.Wire)
Answerer = Callable[["Call"], Awaitable[wire.Wire]]


class Call:
    """One request: who asks, and its body once it is checked."""

    def __init__(self, core: Core, request: Request) -> None:
        self.core = core
        self._request = request
        self.hold_seconds: float = getattr(request.state, "hold_seconds", 0.0)

    @property
    def terminal(self) -> str:
        """The terminal of the client certificate; the header must name the same. Refused TERMINAL."""
        name: str = self._request.state.terminal
        if self._request.headers.get("X-Terminal") != name:
            raise Refused(RefusalCode.TERMINAL)
        return name

    def id(self, name: str) -> str:
        found: str = self._request.path_params[name]
        if not _ROW_ID.fullmatch(found):
            raise Refused(RefusalCode.MALFORMED)
        return found

    async def body(self, type_: type[R]) -> R:
        found = bytearray()
        async for chunk in self._request.stream():
            found += chunk
            if len(found) > wire.BODY_LIMIT:
                raise Refused(RefusalCode.MALFORMED)
        try:
            return msgspec.json.decode(found, type=type_)
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise Refused(RefusalCode.MALFORMED) from None


async def health(_: Call) -> wire.Wire:
    return wire.HealthAnswer(up=True, sandbox=True)


async def identify(call: Call) -> wire.Wire:
    return identity.identify(call.core, await call.body(wire.IdentifyRequest))


async def add_code(call: Call) -> wire.Wire:
    return identity.add_code(call.core, await call.body(wire.AddCodeRequest))


async def prefill(call: Call) -> wire.Wire:
    request = await call.body(wire.PrefillRequest)
    subject = call.core.subject(request.subject)
    known = services.allowed(request.item, subject).prefill(call.core.people[subject.person])
    return wire.PrefillAnswer([known[field] for field in dict.fromkeys(request.fields) if field in known])


async def pre_review(call: Call) -> wire.Wire:
    request = await call.body(wire.PreReviewRequest)
    subject = call.core.subject(request.subject)
    service = services.allowed(request.item, subject)
    return wire.PreReviewAnswer(service.review(call.core.people[subject.person], tuple(request.values)))


async def fetch_notice(call: Call) -> wire.Wire:
    return notices.fetch(call.core, await call.body(wire.NoticeRequest))


async def rate(call: Call) -> wire.Wire:
    return notices.rate(call.core, await call.body(wire.RatingRequest))


async def open_order(call: Call) -> wire.Wire:
    request = await call.body(wire.OrderRequest)
    return orders.open_order(call.core, call.terminal, call.id("order"), request, _bytes(request.sealed))


async def query_order(call: Call) -> wire.Wire:
    return orders.query(call.core, call.terminal, call.id("order"))


async def reverse_order(call: Call) -> wire.Wire:
    return orders.reverse(call.core, call.terminal, call.id("order"))


async def refund_order(call: Call) -> wire.Wire:
    return orders.refund(call.core, call.terminal, call.id("order"), call.id("refund"))


async def open_filing(call: Call) -> wire.Wire:
    request = await call.body(wire.FilingRequest)
    id, sealed = call.id("filing"), _bytes(request.sealed)
    return filings.open_filing(call.core, call.terminal, id, request, sealed, call.hold_seconds)


async def query_filing(call: Call) -> wire.Wire:
    return filings.query(call.core, call.terminal, call.id("filing"))


ROUTES: tuple[tuple[str, str, Answerer], ...] = (
    ("GET", "/v1/health", health),
    ("POST", "/v1/identifications", identify),
    ("POST", "/v1/assurances", add_code),
    ("POST", "/v1/prefills", prefill),
    ("POST", "/v1/pre-reviews", pre_review),
    ("POST", "/v1/notices", fetch_notice),
    ("POST", "/v1/ratings", rate),
    ("PUT", "/v1/orders/{order}", open_order),
    ("GET", "/v1/orders/{order}", query_order),
    ("PUT", "/v1/orders/{order}/reversal", reverse_order),
    ("PUT", "/v1/orders/{order}/refunds/{refund}", refund_order),
    ("PUT", "/v1/filings/{filing}", open_filing),
    ("GET", "/v1/filings/{filing}", query_filing),
)


def make(core: Core, seal_public: Path) -> Starlette:
    key = wire.SealKeyAnswer("HPKE-X25519-SHA256-ChaCha20Poly1305", seal_public.read_text(encoding="ascii"))

    async def seal_key(_: Call) -> wire.Wire:
        return key

    table = (*ROUTES, ("GET", "/v1/seal-key", seal_key))
    routes = [Route(path, _endpoint(core, answer), methods=[method]) for method, path, answer in table]
    return Starlette(routes=routes, exception_handlers={HTTPException: _no_such_route})


def _endpoint(core: Core, answer: Answerer) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            if not _REQUEST_ID.fullmatch(request.headers.get("X-Request-Id", "")):
                raise Refused(RefusalCode.MALFORMED)
            call = Call(core, request)
            call.terminal  # noqa: B018 - refuses a terminal that is not the certificate's
            return _response(request, 200, await answer(call))
        except Refused as refused:
            return _refusal(request, refused.code)

    return endpoint


async def _no_such_route(request: Request, _: Any) -> Response:
    return _refusal(request, RefusalCode.MALFORMED)


def _refusal(request: Request, code: RefusalCode) -> Response:
    return _response(request, STATUS.get(code, 422), wire.RefusalAnswer(code))


def _response(request: Request, status: int, answer: wire.Wire) -> Response:
    request_id = request.headers.get("X-Request-Id", "")
    headers = {"Cache-Control": "no-store"}
    if _REQUEST_ID.fullmatch(request_id):
        headers["X-Request-Id"] = request_id
    return Response(msgspec.json.encode(answer), status, headers, media_type="application/json")


def _bytes(sealed: str) -> bytes:
    try:
        return base64.b64decode(sealed, validate=True)
    except binascii.Error:
        raise Refused(RefusalCode.MALFORMED) from None
