"""What tests, robots and the bench ask of the sandbox on its phone port: state, faults, clock."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.document import text_of
from kiosk.gateway import convert
from kiosk.gateway.sandbox import filings, orders
from kiosk.gateway.sandbox.core import Core
from kiosk.gateway.sandbox.faults import Fault, Faults


class Advance(Struct, forbid_unknown_fields=True):
    seconds: Annotated[float, Meta(ge=0, le=86400 * 30)]


def routes(core: Core, faults: Faults) -> list[Route]:
    async def get_state(_: Request) -> Response:
        return _json(state_of(core))

    async def get_faults(_: Request) -> Response:
        return _json(faults.active)

    async def post_fault(request: Request) -> Response:
        if not _from_a_program(request):
            return _json({"error": "Content-Type: application/json"}, 415)
        try:
            faults.active.append(msgspec.json.decode(await request.body(), type=Fault))
        except msgspec.DecodeError as error:
            return _json({"error": str(error)}, 400)
        return _json(faults.active)

    async def delete_faults(_: Request) -> Response:
        faults.active.clear()
        return _json(faults.active)

    async def post_clock(request: Request) -> Response:
        if not _from_a_program(request):
            return _json({"error": "Content-Type: application/json"}, 415)
        try:
            core.clock.ahead += msgspec.json.decode(await request.body(), type=Advance).seconds
        except msgspec.DecodeError as error:
            return _json({"error": str(error)}, 400)
        return _json({"ahead": core.clock.ahead})

    return [
        Route("/state", get_state),
        Route("/faults", get_faults),
        Route("/faults", post_fault, methods=["POST"]),
        Route("/faults", delete_faults, methods=["DELETE"]),
        Route("/clock", post_clock, methods=["POST"]),
    ]


def state_of(core: Core) -> dict[str, Any]:
    """Everything of the invented citizens that a demo compares with: notices with every word they carry."""
    return {
        "orders": [
            {
                "id": order.id,
                "item": order.item,
                "person": order.person,
                "amount_fen": order.amount_fen,
                "state": order.state,
                "refund": order.refund,
                "pay_url": f"{core.settings.phone_url}/phone/pay?order={order.pay_token}",
                "values": _plain(order.values),
            }
            for order in orders.aged(core)
        ],
        "payments": [msgspec.to_builtins(payment) for payment in core.store.payments.all()],
        "filings": [
            {
                "id": filing.id,
                "item": filing.item,
                "person": filing.person,
                "state": filings.state(core, filing),
                "number": filing.number,
                "code": filing.code,
                "values": _plain(filing.values),
            }
            for filing in core.store.filings.all()
        ],
        "notices": [
            {
                "number": notice.number,
                "item": notice.item,
                "person": notice.person,
                "order": notice.order,
                "filing": notice.filing,
                "digest": notice.digest,
                "words": text_of(convert.document_from(notice.document)),
                "document": msgspec.to_builtins(convert.document_from(notice.document)),
                "revoked": notice.revoked,
            }
            for notice in core.store.notices.all()
        ],
        "ratings": [msgspec.to_builtins(rating) for rating in core.store.ratings.all()],
    }


def _from_a_program(request: Request) -> bool:
    """A foreign web page cannot send this type without asking first, and nobody here answers that question."""
    return request.headers.get("content-type", "").startswith("application/json")


def _plain(values: tuple[Any, ...]) -> dict[str, str]:
    return {value.field: value.value for value in values}


def _json(content: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")
