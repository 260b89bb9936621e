"""The invented citizens' phones: pages that a QR code opens, on the plain loopback port. All say 沙盒."""

from __future__ import annotations

import secrets

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from kiosk.gateway.sandbox import identity, orders, pages, services
from kiosk.gateway.sandbox.core import Core
from kiosk.gateway.sandbox.store import IssuedNotice, Order


def routes(core: Core) -> list[Route]:
    async def home(_: Request) -> Response:
        return HTMLResponse(pages.home(tuple(core.people.values())))

    async def show_code(request: Request) -> Response:
        """A fresh signed-in code of `?person=`; as JSON for robots that say so in Accept."""
        person = core.people.get(request.query_params.get("person", ""))
        if person is None:
            return HTMLResponse(pages.message("没有这个样例人物", "No such sample person"), 404)
        code = identity.issue_code(core, person)
        seconds = core.settings.code_seconds
        if "application/json" in request.headers.get("Accept", ""):
            return Response(msgspec.json.encode({"code": code.code, "seconds": seconds}), media_type="application/json")
        return HTMLResponse(pages.code(person, code.code, seconds))

    async def show_order(request: Request) -> Response:
        order = orders.find_by_token(core, request.query_params.get("order", ""))
        if order is None:
            return HTMLResponse(pages.message("没有这笔订单", "No such order"), 404)
        return HTMLResponse(pages.pay(order, _title(order), secrets.token_hex(8)))

    async def pay(request: Request) -> Response:
        """From the page's form, or JSON of a robot: {"order": token, "payment": id (optional), "times": 1}."""
        robot = request.headers.get("Content-Type", "").startswith("application/json")
        try:
            told = msgspec.json.decode(await request.body(), type=_Pay) if robot else _form(await request.form())
        except msgspec.MsgspecError:
            return HTMLResponse(pages.message("请求不完整", "Incomplete request"), 400)
        paid = None
        for _ in range(max(1, min(told.times, 10))):
            paid = orders.pay(core, told.order, told.payment or secrets.token_hex(8))
        if robot:
            answer = {"state": paid.state if paid else "unknown"}
            return Response(msgspec.json.encode(answer), 200 if paid else 404, media_type="application/json")
        if paid is None:
            return HTMLResponse(pages.message("没有这笔订单", "No such order"), 404)
        return HTMLResponse(pages.paid(paid))

    async def verify(request: Request) -> Response:
        notice = _notice(core, request.query_params.get("token", ""))
        if notice is None:
            return HTMLResponse(pages.message("没有这份文书", "No such document"), 404)
        return HTMLResponse(pages.notice(notice, core.people[notice.person]))

    return [
        Route("/", home),
        Route("/phone/code", show_code),
        Route("/phone/pay", show_order),
        Route("/phone/pay", pay, methods=["POST"]),
        Route("/phone/notice", verify),
    ]


class _Pay(msgspec.Struct, forbid_unknown_fields=True):
    """`times`: how often the payment channel tells of the same payment."""

    order: str
    payment: str = ""
    times: int = 1

    def __post_init__(self) -> None:
        if self.times > 1 and not self.payment:
            self.payment = secrets.token_hex(8)


def _form(form: object) -> _Pay:
    assert hasattr(form, "get")
    return _Pay(order=str(form.get("order", "")), payment=str(form.get("payment", ""))[:64])


def _title(order: Order) -> str:
    return services.named(order.item).title.zh


def _notice(core: Core, token: str) -> IssuedNotice | None:
    return next((notice for notice in core.store.notices.by(token) if notice.verify_token == token), None)
