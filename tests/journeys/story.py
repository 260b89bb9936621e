"""One story: a citizen at the terminal, their phone, the machine's accidents, and what must be true afterwards."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from kiosk.bench import people
from kiosk.bench.control import ControlError
from kiosk.bench.demo import evidence
from kiosk.fleet.messages import Alert, Usage
from tests.journeys.place import LEDGER, Place, Seen, until

RECORD, EXTRACT, PERMIT = "social-insurance-record", "property-register-query", "residence-endorsement"
PEOPLE = people.load()
CARD, CODE = "请放身份证", "请出示登录码"


class Story:
    """Verbs of the citizen first, then what can be asked of the world. Rows and events are this story's own."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.sees = place.pages.sees
        self.who: set[str] = set()
        self._settle()
        self._events = len(place.fleet())
        self._rows = {table: len(rows) for table, rows in place.ledger().items()}
        self._platform = {name: len(rows) for name, rows in place.platform().items()}

    # --- the citizen ----------------------------------------------------------------------------------------

    def taps(self, key: str) -> None:
        self.place.kiosk.say(key)

    def begins(self, item: str, lang: str = "zh") -> None:
        """From the first touch to "place your card"."""
        self.taps("start")
        self.sees("home")
        if lang == "en":
            self.taps("language")
        self.sees("home", f"[{item}]") if lang == "en" else None
        self.taps(item)
        self.sees("consent", "[begin]")
        self.taps("begin")
        self.sees("identify")

    def lays_card(self, person: str) -> None:
        self.who.add(person)
        self.device("card_reader", "put", card=PEOPLE[person]["card"])

    def lifts_card(self) -> None:
        self.device("card_reader", "take")

    def reader_looks(self, times: int = 3) -> None:
        """The reader has looked so often since: an empty aerial is believed after the second time."""
        before = self.device("card_reader", "state")["asked"]
        until("the reader looks", lambda: self.device("card_reader", "state")["asked"] >= before + times)

    def shows_code(self, person: str) -> None:
        self.who.add(person)
        code = self.place.tell_platform("GET", f"/phone/code?person={person}")["code"]
        self.device("code_scanner", "put", text=code)

    def identifies(self, item: str, person: str, lang: str = "zh") -> None:
        """Up to the item's own questions: card, code where the item wants one, consent."""
        self.begins(item, lang)
        self.lays_card(person)
        if item == EXTRACT:
            self.sees("identify", CODE)
            self.shows_code(person)
        self.sees("consent", "[agree]")
        self.taps("agree")

    def answers(self, field: str, option: str) -> None:
        """One field of the form that stands there."""
        self.taps(f"change:{field}")
        self.sees("entry", f"[option:{option}]")
        self.taps(f"option:{option}")

    def chooses_property(self, person: str, purpose: str = "self") -> None:
        """The extract's form, to the page with the payment code or, for a court case, to the result."""
        self.sees("form")
        number = PEOPLE[person]["properties"][0]["number"]
        self.taps("change:property")
        entry = self.sees("entry")
        keys = [line.split("]")[0][1:] for line in entry.words.splitlines() if line.startswith("[option:")]
        assert number not in entry.words
        self.taps(keys[0])
        self.sees("form")
        self.answers("purpose", purpose)
        self.sees("form")
        self.taps("continue")
        self.sees("check")
        self.taps("confirm")

    def pays(self, page: Seen) -> None:
        """With the phone, by the code on the page."""
        url = next(line for line in page.words.splitlines() if "/phone/pay" in line)
        token = parse_qs(urlsplit(url).query)["order"][0]
        assert self.place.tell_platform("POST", "/phone/pay", order=token)["state"] == "taken"

    def prints_and_takes(self) -> None:
        self.sees("preview")
        self.taps("print")
        self.takes_paper()

    def takes_paper(self) -> None:
        self.sees("take", "[taken]")
        self.device("receipt_printer", "take")
        self.taps("taken")

    def rates_and_goes(self) -> None:
        self.sees("rate")
        self.taps("grade:5")
        self.sees("done")
        self.lifts_card()
        self.taps("finish")
        self.is_over()

    def gives_up(self, reason: str = "slow") -> None:
        self.taps("exit")
        self.sees("choose", f"[option:{reason}]")
        self.taps(f"option:{reason}")
        self.lifts_card()
        self.is_over()

    def ends_trouble(self, key: str = "finish") -> None:
        """From a page that says it cannot go on."""
        self.taps(key)
        self.lifts_card()
        self.is_over()

    def is_over(self) -> None:
        self.sees("attract")

    # --- accidents ------------------------------------------------------------------------------------------

    def device(self, role: str, verb: str, **args: Any) -> dict[str, Any]:
        return self.place.controls[role].send(verb, **args)

    def platform_fails(self, path: str, mode: str, **more: Any) -> None:
        self.place.tell_platform("POST", "/faults", path=path, mode=mode, **more)

    def platform_is_well(self) -> None:
        self.place.tell_platform("DELETE", "/faults")

    def fault_hits(self, mode: str, method: str = "") -> int:
        return sum(
            fault["hits"]
            for fault in self.place.tell_platform("GET", "/faults")
            if fault["mode"] == mode and fault.get("method", "") == method
        )

    def kiosk_is_killed(self) -> None:
        self.place.world.power_off()

    def kiosk_starts_again(self) -> None:
        self.place.open()
        self.sees("attract")

    # --- what is true now ------------------------------------------------------------------------------------

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.place.ledger()[table][self._rows[table] :]

    def states(self, table: str) -> list[str]:
        return [row["state"] for row in self.rows(table)]

    def comes_to(self, table: str, *states: str) -> list[dict[str, Any]]:
        """Wait until this story's rows of a ledger table have these states, in the order of their opening."""
        try:
            until("", lambda: self.states(table) == list(states))
        except AssertionError:
            raise AssertionError(f"{table} are {self.states(table)}, not {list(states)}") from None
        return self.rows(table)

    def at_platform(self, name: str) -> list[dict[str, Any]]:
        """This story's orders, payments, filings, notices or ratings."""
        rows: list[dict[str, Any]] = self.place.platform()[name]
        return rows[self._platform[name] :]

    def usage(self, count: int = 1) -> list[Usage]:
        """Wait until the fleet has committed so many uses; more than that is a fault."""

        def look() -> list[Usage]:
            found = [event for event in self.place.fleet()[self._events :] if isinstance(event, Usage)]
            return found if len(found) >= count else []

        found = until("usage at the fleet", look)
        assert len(found) == count, found
        return found

    def used(self, item: str, outcome: str, **more: Any) -> Usage:
        """The one use of this story."""
        (usage,) = self.usage()
        assert (usage.item, usage.outcome) == (item, outcome), usage
        assert {name: getattr(usage, name) for name in more} == more
        return usage

    def alerts(self, role: str) -> list[tuple[str, bool]]:
        """Faults of a device that the fleet was told of: code, and whether it came or went."""
        found = [event for event in self.place.fleet()[self._events :] if isinstance(event, Alert)]
        return [(alert.code, alert.raised) for alert in found if alert.role == role]

    def printer_is_well(self) -> None:
        until("the printer is well", self._devices_well)

    def late_answers(self) -> int:
        """Answers of the platform that came when nobody waited for them any more."""
        return sum(entry["kind"] == "Answered" for entry in self.place.log_entries("outcome.dropped"))

    def receipts(self) -> list[dict[str, Any]]:
        """What came out of the printer in this story, oldest first."""
        found: list[dict[str, Any]] = self.device("receipt_printer", "state")["receipts"]
        return found[self._papers :]

    def leaves_nothing_behind(self) -> None:
        """No word of anybody who was here is in a log, the ledger, the outbox, the fleet or on the wire to it."""
        self.place.flush_capture()
        state = self.place.platform()
        for person in self.who:
            words = evidence.planted(PEOPLE[person], state)
            assert evidence.leaks_on_disk(self.place.world, words, self.place.capture_file) == []

    # --------------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """All is well and nobody is here, whatever the story before left."""
        self.platform_is_well()
        for role in self.place.controls:
            self.device(role, "fail", mode="none")
            self.device(role, "plug")
        self.device("receipt_printer", "put", paper="full")
        self._take("card_reader")
        self._take("code_scanner")
        while self._take("receipt_printer"):
            pass
        printer = self.device("receipt_printer", "state")
        self._papers = len(printer["receipts"]) + bool(printer["hanging"])  # half a receipt is cut off before the next
        shown = self.place.pages.all()
        if not (self.place.kiosk.running and shown and shown[-1].kind == "attract"):
            self.place.kiosk.stop()
            self.kiosk_starts_again()
        until("every device is well", self._devices_well)

    def _take(self, role: str) -> bool:
        try:
            self.device(role, "take")
        except ControlError:
            return False
        return role == "receipt_printer"

    def _devices_well(self) -> bool:
        last: dict[str, str] = {}
        for entry in self.place.log_entries("device"):
            last[entry["role"]] = entry["state"]
        return len(last) == 3 and set(last.values()) == {"online"}


__all__ = ["CARD", "CODE", "EXTRACT", "LEDGER", "PEOPLE", "PERMIT", "RECORD", "Story"]
