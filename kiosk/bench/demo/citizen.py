"""A citizen without a person: sees which page stands there, and does what a person would do, with real touches.

Cards and codes go through the far ends of the real cables; the payment is made by the phone that the QR code on the
*picture of the screen* leads to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from PIL import Image

from kiosk.bench.control import Control
from kiosk.bench.demo.hand import Hand
from kiosk.bench.demo.mirror import Mirror, Seen

# What a person reads off the form, a robot has to be told: the fields that the platform does not fill.
TO_ANSWER = {"property-register-query": ("property", "purpose")}
WAITING = ("wait", "identify", "pay", "take")  # these go on by themselves: what was done is not done twice
STEP_SECONDS = 30.0
AGAIN_SECONDS = 3.0  # a tap that led nowhere is made once more


class Lost(Exception):
    """The demonstration does not go on: which page, and what was expected."""


class Citizen:
    """`read_qr` finds the text of the QR code in a picture, or None."""

    def __init__(
        self,
        hand: Hand,
        mirror: Mirror,
        controls: Callable[[str], Control],
        phone_url: str,
        read_qr: Callable[[Image.Image], str | None],
    ) -> None:
        self._hand = hand
        self._mirror = mirror
        self._controls = controls
        self._phone = phone_url
        self._read_qr = read_qr
        self._answered: set[str] = set()
        self._served = False

    def visit(self, item: str, lang: str, person_id: str, person: dict[str, Any]) -> Iterator[Seen]:
        """Do a whole visit; yields every page once, when it stands on the panel, before acting on it."""
        done: set[tuple[int, str]] = set()
        seen = self._mirror.last or self._await("the first page")
        while True:
            if (seen.n, seen.question) not in done:
                done.add((seen.n, seen.question))
                yield seen
            if seen.kind == "attract" and self._served:
                return
            self._act(seen, item, lang, person_id, person)
            seen = self._await(f"a page after {seen.kind} ({seen.question})", unless=seen)

    def _await(self, what: str, unless: Seen | None = None) -> Seen:
        """The next settled page that is another one, or the same with other keys."""
        deadline = time.monotonic() + STEP_SECONDS
        while time.monotonic() < deadline:
            seen = self._mirror.next(min(AGAIN_SECONDS, deadline - time.monotonic()))
            if seen is not None and seen != unless:
                return seen
            if seen is None and unless is not None and unless.kind not in WAITING:
                return unless
        raise Lost(f"no page came within {STEP_SECONDS:.0f} s: expected {what}")

    def _tap(self, seen: Seen, key: str) -> None:
        if key not in seen.targets:
            raise Lost(f"{seen.kind} ({seen.question}) has no key {key!r}, only {sorted(seen.targets)}")
        self._hand.tap(seen.targets[key])

    def _act(self, seen: Seen, item: str, lang: str, person_id: str, person: dict[str, Any]) -> None:
        match seen.kind:
            case "attract":
                self._tap(seen, "start")
            case "home":
                self._home(seen, item, lang)
            case "consent":
                self._tap(seen, "begin" if "begin" in seen.targets else "agree")
            case "identify":
                self._identify(seen, person_id, person)
            case "form":
                self._form(seen, item)
            case "entry":
                self._tap(seen, next(key for key in seen.targets if key.startswith("option:")))
            case "check":
                self._tap(seen, "confirm")
            case "pay":
                self._pay()
            case "preview":
                self._tap(seen, "print")
            case "take":
                self._take(seen)
            case "rate":
                self._tap(seen, "grade:5")
            case "done":
                self._served = True
                self._controls("card_reader").send("take")
                self._tap(seen, "finish")
            case "wait":
                pass
            case _:
                raise Lost(f"{seen.kind} ({seen.question}) is no page of a visit that goes well")

    def _home(self, seen: Seen, item: str, lang: str) -> None:
        if lang == "en" and "language" not in self._answered:
            self._answered.add("language")
            self._tap(seen, "language")
        else:
            self._tap(seen, item)

    def _identify(self, seen: Seen, person_id: str, person: dict[str, Any]) -> None:
        if seen.question.endswith(".code"):
            answer = requests.get(
                f"{self._phone}/phone/code",
                params={"person": person_id},
                headers={"Accept": "application/json"},
                timeout=5,
            )
            self._controls("code_scanner").send("put", text=answer.json()["code"])
        else:
            self._controls("card_reader").send("put", card=person["card"])

    def _form(self, seen: Seen, item: str) -> None:
        missing = [field for field in TO_ANSWER.get(item, ()) if field not in self._answered]
        if missing:
            self._answered.add(missing[0])
            self._tap(seen, f"change:{missing[0]}")
        else:
            self._tap(seen, "continue")

    def _pay(self) -> None:
        text = self._read_qr(self._hand.picture())
        if text is None:
            raise Lost("the payment code on the screen cannot be read by a phone")
        token = parse_qs(urlsplit(text).query)["order"][0]
        answer = requests.post(f"{self._phone}/phone/pay", json={"order": token}, timeout=5)
        if answer.status_code != 200:
            raise Lost(f"the phone could not pay: {answer.status_code}")

    def _take(self, seen: Seen) -> None:
        """Paper is taken; a card is lifted already, and the page goes when the reader has noticed."""
        if "taken" in seen.targets:
            self._controls("receipt_printer").send("take")
            self._tap(seen, "taken")
