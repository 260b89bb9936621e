"""The government platform as the kiosk calls it: questions of a visit, and the ledger's orders and filings.

Blocking; one Client belongs to one worker thread. No method raises for anything the network or the platform does:
it answers `Refusal` or `Unreachable`. A city with interfaces of its own replaces this file (docs/platform.md).
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import msgspec

from kiosk import log, platform, records
from kiosk.config import Platform
from kiosk.gateway import convert, wire
from kiosk.gateway.transport import CallError, Transport
from kiosk.platform import Answer, Question, Refusal, Unreachable

HEALTH_SECONDS = 3.0
# A refusal that says "wrong terminal" or "this id is another row" tells nothing about the row itself.
_NOT_ABOUT_THE_ROW = {wire.RefusalCode.TERMINAL, wire.RefusalCode.ORDER_CONFLICT, wire.RefusalCode.FILING_CONFLICT}

T = TypeVar("T", bound=wire.Wire)
A = TypeVar("A", records.OrderAnswer, records.FilingAnswer)
_refusals = msgspec.json.Decoder(wire.RefusalAnswer)


class Client:
    """`ask` for the visit, the six methods of `records.LedgerPort` for the ledger, `healthy` for the tiles."""

    def __init__(self, settings: Platform, terminal_id: str) -> None:
        """Raises OSError, ssl.SSLError or ValueError when the certificates or the address of the config are wrong."""
        self._seconds = settings.timeout_seconds
        self._transport = Transport(settings.url, settings.tls, terminal_id)

    # --- the visit ------------------------------------------------------------------------------------------

    def ask(self, question: Question) -> Answer:
        match question:
            case platform.IdentifyCard(card=card):
                return self._ask("identifications", convert.identify(card), wire.PersonAnswer, convert.identified)
            case platform.AddCode():
                # Not sent twice: the code is good for one use, and the first sending may have used it.
                code = convert.add_code(question)
                return self._ask("assurances", code, wire.PersonAnswer, convert.identified, again=False)
            case platform.GetPrefill():
                return self._ask("prefills", convert.get_prefill(question), wire.PrefillAnswer, convert.prefilled)
            case platform.PreReview():
                form = convert.pre_review(question)
                return self._ask("pre-reviews", form, wire.PreReviewAnswer, convert.pre_reviewed)
            case platform.FetchNotice():
                return self._ask("notices", convert.fetch_notice(question), wire.NoticeAnswer, convert.fetched)
            case platform.SendRating():
                return self._ask("ratings", convert.rating(question), wire.RatingAnswer, lambda _: platform.Rated())

    def healthy(self) -> bool:
        """The platform answers within HEALTH_SECONDS and says that it is up."""
        found = self._call("GET", "health", None, wire.HealthAnswer, seconds=min(self._seconds, HEALTH_SECONDS))
        return isinstance(found, wire.HealthAnswer) and found.up

    def seal_key(self) -> bytes | None:
        """The platform's public sealing key (PEM), to compare with the one in the config; None: no answer."""
        found = self._call("GET", "seal-key", None, wire.SealKeyAnswer)
        return found.public_key.encode() if isinstance(found, wire.SealKeyAnswer) else None

    def forget(self) -> None:
        """The visit is over: close connections, drop their buffers. The next call opens a new one."""
        self._transport.forget()

    # --- the ledger (records.LedgerPort) --------------------------------------------------------------------

    def open_order(
        self, order: str, item: str, version: str, amount_fen: int, sealed: bytes
    ) -> records.OrderAnswer | Unreachable:
        request = wire.OrderRequest(item, version, amount_fen, base64.b64encode(sealed).decode())
        return self._order("PUT", f"orders/{quote(order, safe='')}", request, final=True)

    def query_order(self, order: str) -> records.OrderAnswer | Unreachable:
        return self._order("GET", f"orders/{quote(order, safe='')}")

    def reverse_order(self, order: str) -> records.OrderAnswer | Unreachable:
        return self._order("PUT", f"orders/{quote(order, safe='')}/reversal")

    def refund_order(self, order: str, refund: str) -> records.OrderAnswer | Unreachable:
        return self._order("PUT", f"orders/{quote(order, safe='')}/refunds/{quote(refund, safe='')}")

    def open_filing(
        self, filing: str, item: str, version: str, sealed: bytes, order: str
    ) -> records.FilingAnswer | Unreachable:
        request = wire.FilingRequest(item, version, base64.b64encode(sealed).decode(), order)
        return self._filing("PUT", f"filings/{quote(filing, safe='')}", request, final=True)

    def query_filing(self, filing: str) -> records.FilingAnswer | Unreachable:
        return self._filing("GET", f"filings/{quote(filing, safe='')}")

    # --- one call -------------------------------------------------------------------------------------------

    def _ask(
        self, path: str, request: wire.Wire, type_: type[T], convert_: Callable[[T], Answer], again: bool = True
    ) -> Answer:
        found = self._call("POST", path, request, type_, again=again)
        if isinstance(found, Refusal | Unreachable):
            return found
        try:
            return convert_(found)
        except ValueError:
            return Unreachable("CONTRACT")

    def _order(
        self, method: Literal["GET", "PUT"], path: str, request: wire.Wire | None = None, final: bool = False
    ) -> records.OrderAnswer | Unreachable:
        found = self._call(method, path, request, wire.OrderAnswer)
        if isinstance(found, Refusal):
            return _refused(found, final, lambda code: records.OrderAnswer("refused", code=code))
        return found if isinstance(found, Unreachable) else records.OrderAnswer(found.state, qr=found.qr)

    def _filing(
        self, method: Literal["GET", "PUT"], path: str, request: wire.Wire | None = None, final: bool = False
    ) -> records.FilingAnswer | Unreachable:
        found = self._call(method, path, request, wire.FilingAnswer)
        if isinstance(found, Refusal):
            return _refused(found, final, lambda code: records.FilingAnswer("rejected", code=code))
        return found if isinstance(found, Unreachable) else convert.filing(found)

    def _call(
        self,
        method: str,
        path: str,
        request: wire.Wire | None,
        type_: type[T],
        again: bool = True,
        seconds: float | None = None,
    ) -> T | Refusal | Unreachable:
        began = time.monotonic()
        found: T | Refusal | Unreachable
        try:
            body = None if request is None else msgspec.json.encode(request)
        except UnicodeEncodeError:  # half a surrogate pair, as a damaged card can say: nobody would take it
            return Refusal(wire.RefusalCode.MALFORMED.value)
        try:
            reply = self._transport.call(method, f"/v1/{path}", body, seconds or self._seconds, again)
            found = _decode(reply.status, reply.body, type_)
        except CallError as error:
            found = Unreachable(error.code)
        if not isinstance(found, wire.Wire) and path != "health":  # the pulse tells when that changes
            # The first part of the path is the operation; an id after it stays out of the log.
            spent = round((time.monotonic() - began) * 1000)
            log.write("platform.refused", method=method, call=path.partition("/")[0], reason=found.code, ms=spent)
        return found


def _decode(status: int, body: bytes, type_: type[T]) -> T | Refusal | Unreachable:
    if status >= 500 or status in (408, 429):
        return Unreachable("SERVER")
    try:
        if status == 200:
            return _decoder(type_).decode(body)
        if 400 <= status < 500:
            return Refusal(_refusals.decode(body).code.value)
    except (msgspec.DecodeError, ValueError, RecursionError):  # their text may hold a value: it goes no further
        pass
    return Unreachable("CONTRACT")


def _refused(refusal: Refusal, final: bool, make: Callable[[str], A]) -> A | Unreachable:
    """Only the answer to an opening call is the row's end; any other refusal leaves its state unknown."""
    return make(refusal.code) if final and refusal.code not in _NOT_ABOUT_THE_ROW else Unreachable("CONTRACT")


_decoders: dict[type, msgspec.json.Decoder[Any]] = {}


def _decoder(type_: type[T]) -> msgspec.json.Decoder[T]:
    if type_ not in _decoders:
        _decoders[type_] = msgspec.json.Decoder(type_)
    return _decoders[type_]
