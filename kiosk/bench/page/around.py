"""What stands around the terminal, and what a person does there: cards, codes, paper, plugs, faults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from kiosk.bench import children, people
from kiosk.bench.control import ControlError
from kiosk.bench.display import Display
from kiosk.bench.world import DEVICES, World

Json = dict[str, Any]
VERBS = ("put", "take", "unplug", "plug", "fail")
_SHOWN = ("fault", "card", "code", "looking", "paper", "lines_left", "cover", "offline")
_PHONE_SECONDS = 3.0


class Wrong(Exception):
    """A wish that cannot be fulfilled: the text is a sentence for the page."""


class Around:
    """One world as the bench page shows it. Remembers who laid the card and who holds up a code."""

    def __init__(self, world: World, display: Display) -> None:
        self._world = world
        self._display = display
        self._people = people.load()
        self._who: dict[str, str] = {}  # role -> person, as long as the far end says that something is there

    def about(self) -> Json:
        """What does not change while the world stands."""
        return {
            "touchscreen": self._display.socket,
            "size": self._world.size,
            "phone": self._world.phone_url,
            "directory": str(self._world.dir),
            "people": [
                {"id": id, "name": person["card"]["name"], "note": person["note"]}
                for id, person in self._people.items()
            ],
        }

    def state(self) -> Json:
        devices = {role: self._device(role) for role in DEVICES}
        printed = devices["receipt_printer"].pop("receipts", [])
        return {
            "world": self._world.phone_url,  # another world behind the same port: the page starts anew
            "kiosk": self._kiosk(),
            "devices": devices,
            "orders": self._orders(),
            "receipts": [_receipt(one) for one in reversed(printed)],
            "fallen": [
                {"name": part.name, "how": part.how, "log": str(part.log)}
                for part in self._world.fallen() + children.fallen(self._display.parts)
            ],
        }

    def do(self, wish: Json) -> Json:
        """`{"role", "verb", ...}` as the far ends understand it; cards and codes are named by whose they are.

        Raises Wrong, ControlError; KeyError, TypeError, ValueError: no such wish.
        """
        role, verb = wish.pop("role"), wish.pop("verb")
        if role == "kiosk":
            return self._power(verb)
        if role not in DEVICES or verb not in VERBS:
            raise ValueError(role)
        person = wish.pop("person", "")
        if verb == "put" and person:
            wish |= self._brings(role, person)
        with self._world.control(role) as control:
            if role == "card_reader" and verb == "put" and control.send("state")["card"]:
                control.send("take")  # one hand takes the old card away, the other lays the new one
            answer = control.send(verb, **wish)
        if verb in ("put", "take"):
            self._who[role] = person
        return {"did": verb, "fault": answer.get("fault")}

    # --- the parts ------------------------------------------------------------------------------------------

    def _device(self, role: str) -> Json:
        try:
            with self._world.control(role) as control:
                told = control.send("state")
        except (ControlError, OSError) as error:
            return {"error": str(error)}
        if not (told.get("card") or told.get("code")):
            self._who.pop(role, None)  # it was taken, or read: what comes next may be somebody else's
        shown = {name: told[name] for name in _SHOWN if name in told}
        return {
            **shown,
            "plugged": told["wire"]["plugged"],
            "who": self._who.get(role, ""),
            "receipts": told.get("receipts", []),
        }

    def _kiosk(self) -> str:
        kiosk = self._world.kiosk
        if kiosk is None:
            return "off"
        if not kiosk.running:
            return "ended"
        return "open" if kiosk.has_logged(b'"screen.up"') else "starting"

    def _power(self, verb: str) -> Json:
        if verb == "unplug":
            self._world.power_off()
        elif verb == "plug":
            if self._world.kiosk is None or not self._world.kiosk.running:
                self._world.start_kiosk({"DISPLAY": self._display.name})
        else:
            raise ValueError(verb)
        return {"did": verb}

    def _orders(self) -> list[Json]:
        try:
            told = requests.get(f"{self._world.phone_url}/state", timeout=_PHONE_SECONDS).json()
        except (requests.RequestException, ValueError):
            return []
        return [
            {"id": one["id"], "item": one["item"], "amount_fen": one["amount_fen"], "url": one["pay_url"]}
            | {"who": one["person"]}
            for one in told["orders"]
            if one["state"] == "waiting"
        ]

    def _brings(self, role: str, person: str) -> Json:
        """What this person puts there: the card, or a fresh code from their phone."""
        if person not in self._people:
            raise Wrong("This person is not in the sample data.")
        if role == "card_reader":
            return {"card": self._people[person]["card"]}
        if role == "code_scanner":
            return {"text": self._code(person)}
        raise ValueError(role)

    def _code(self, person: str) -> str:
        try:
            answer = requests.get(
                f"{self._world.phone_url}/phone/code",
                params={"person": person},
                headers={"Accept": "application/json"},
                timeout=_PHONE_SECONDS,
            )
            return str(answer.json()["code"])
        except (requests.RequestException, ValueError, KeyError):
            raise Wrong("The platform gave no code: is the sandbox running?") from None


def _receipt(printed: Json) -> Json:
    picture = printed["picture"]
    return {"id": printed["id"], "taken": printed["taken"], "picture": Path(picture).stem if picture else ""}
