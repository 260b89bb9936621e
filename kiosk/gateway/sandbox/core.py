"""What every part of the sandbox stands on: the people, the store, a clock that a test can move, and refusals."""

from __future__ import annotations

import datetime
import hashlib
import time

import msgspec
from msgspec import Struct

from kiosk.gateway.sandbox.people import Person
from kiosk.gateway.sandbox.store import Store, Subject
from kiosk.gateway.wire import FormValue, RefusalCode, SealedForm
from kiosk.ledger.seal import SealError, open_sealed

ISSUER = ("沙盒平台（示例）", "Sandbox platform (sample)")


class Refused(Exception):
    """The platform says no."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code


class Settings(Struct, frozen=True):
    """Seconds, as a real platform would have them; a test moves the clock instead of changing these."""

    session_seconds: float = 1800.0  # an identification is good for questions
    keep_seconds: float = 7 * 86400.0  # and for sealed orders and filings that were delayed
    code_seconds: float = 120.0
    order_seconds: float = 300.0
    refund_seconds: float = 2.0
    phone_url: str = ""


class Clock:
    """Wall-clock seconds, moved forward by a test."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def local(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self.now()).astimezone()


class Core:
    def __init__(self, people: dict[str, Person], store: Store, seal_private: bytes, settings: Settings) -> None:
        self.people = people
        self.store = store
        self.settings = settings
        self.clock = Clock()
        self._seal_private = seal_private

    def subject(self, token: str, seconds: float | None = None) -> Subject:
        """The identification behind a token, not older than `seconds` (a session). Refused SUBJECT."""
        found = self.store.subjects.get(token)
        limit = self.settings.session_seconds if seconds is None else seconds
        if found is None or self.clock.now() - found.at > limit:
            raise Refused(RefusalCode.SUBJECT)
        return found

    def unseal(self, sealed: bytes, row: str) -> tuple[Subject, tuple[FormValue, ...]]:
        """Who and what is inside the sealed payload of an order or a filing. Refused SEAL, MALFORMED or SUBJECT."""
        try:
            form = msgspec.json.decode(open_sealed(self._seal_private, sealed, row.encode()), type=SealedForm)
        except SealError:
            raise Refused(RefusalCode.SEAL) from None
        except msgspec.DecodeError:
            raise Refused(RefusalCode.MALFORMED) from None
        return self.subject(form.subject, self.settings.keep_seconds), tuple(form.values)


def fingerprint(*parts: object) -> str:
    """SHA-256 of several values: whether two requests say the same."""
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
