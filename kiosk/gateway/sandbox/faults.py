"""Faults that a test turns on: what a real platform does on a bad day, on a real socket.

slow: does the work, answers `seconds` later · status: does nothing, answers `status` · drop_answer: does the work,
closes the connection · duplicate: the request arrives twice · break_contract: a wrong answer · trickle: one byte of
the answer every `seconds` · huge: an answer far over the limit · hold: a filing is decided `seconds` later.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Mode = Literal["slow", "status", "drop_answer", "duplicate", "break_contract", "trickle", "huge", "hold"]
HUGE = 64 << 20  # bytes: enough to see whether the other side reads it


class Fault(Struct, forbid_unknown_fields=True):
    """`path`: a beginning of the request's path, such as /v1/orders. `times`: how often, 0 = until deleted."""

    path: Annotated[str, Meta(pattern=r"\A/v1/?")]
    mode: Mode
    method: Literal["", "GET", "PUT", "POST"] = ""
    seconds: Annotated[float, Meta(ge=0, le=600)] = 1.0
    times: Annotated[int, Meta(ge=0, le=1000)] = 1
    status: Annotated[int, Meta(ge=500, le=599)] = 503
    hits: int = 0


class Faults:
    def __init__(self) -> None:
        self.active: list[Fault] = []

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, counted."""
        for fault in self.active:
            if path.startswith(fault.path) and fault.method in ("", method) and fault.hits < (fault.times or 1 << 30):
                fault.hits += 1
                return fault
        return None


class FaultyPlatform:
    """ASGI in front of the routes: lets a request through, or spoils it."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._faults.take(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        match fault.mode:
            case "status":
                await _answer(send, fault.status, [], b'{"error":"sandbox fault"}')
            case "hold":
                scope["state"]["hold_seconds"] = fault.seconds
                await self._app(scope, receive, send)
            case "huge":
                await _huge(send, _echo(scope))
            case _:
                await self._spoiled(fault, scope, receive, send)

    async def _spoiled(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """The platform does its work; its answer does not arrive as it should."""
        request = await _whole(receive)
        status, headers, body = await self._work(scope, request)
        match fault.mode:
            case "drop_answer":
                scope["state"]["transport"].abort()
                await receive()  # until the server has noticed: it would complain of a missing answer
                return
            case "duplicate":
                status, headers, body = await self._work(scope, request)
            case "slow":
                await asyncio.sleep(fault.seconds)
            case "break_contract":
                headers, body = _echo(scope), _broken(body, fault.hits)
            case "trickle":
                await _trickle(send, status, headers, body, fault.seconds)
                return
        await _answer(send, status, headers, body)

    async def _work(self, scope: Scope, body: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message: Message) -> None:
            sent.append(message)

        await self._app({**scope, "state": dict(scope["state"])}, receive, keep)
        answer = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], sent[0]["headers"], answer


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more and len(body) < 4 << 20:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    lengthless = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*lengthless, length]})
    await send({"type": "http.response.body", "body": body})


async def _trickle(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, seconds: float) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    for at in range(len(body)):
        await send({"type": "http.response.body", "body": body[at : at + 1], "more_body": True})
        await asyncio.sleep(seconds)
    await send({"type": "http.response.body", "body": b""})


async def _huge(send: Send, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for _ in range(HUGE >> 16):
        await send({"type": "http.response.body", "body": b" " * (1 << 16), "more_body": True})
    await send({"type": "http.response.body", "body": b"{}"})


def _echo(scope: Scope) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in scope["headers"] if name == b"x-request-id"]
    return [*kept, (b"content-type", b"application/json")]


def _broken(body: bytes, hit: int) -> bytes:
    """A different break each time: not JSON, a key too many, a key too few, a wrong type, no object."""
    try:
        answer: dict[str, Any] = json.loads(body)
    except ValueError:
        answer = {}
    first = next(iter(answer), "state")
    breaks: list[Any] = [
        body[: len(body) // 2],
        {**answer, "surprise": 1},
        {key: value for key, value in answer.items() if key != first},
        {**answer, first: {"nested": [[[]]]}},
        [answer],
    ]
    chosen = breaks[(hit - 1) % len(breaks)]
    return chosen if isinstance(chosen, bytes) else json.dumps(chosen).encode()
