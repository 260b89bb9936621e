"""Not yet on hardware: written from public SAM_V (SDT protocol) documents and the programs published for it.

Card reader for 居民身份证 and its kin. Per card: find, select, read text (and photo), read the newest address.

How it knows that a card is still there: on most modules "find" stops seeing a card once it was read, until the card
leaves the field; on some it goes on seeing it. So after a read each look asks "find" first. Found at once: a module
of the second kind, and the card is there as long as it is found. Not found: "read newest address" tells, because a
card that was read stays active and answers it; its data is dropped unread. If "find" sees a card again on a module of
the first kind, the old card had left. Two looks without a card make a CardLeft, as one can be a glitch of the field.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from drivers.link import Link, open_link, parse_url
from drivers.serial_card_reader.codec import CodecError, Command, Frame, Sw3, decode_sam_id, text_block
from drivers.serial_card_reader.module import SamModule
from drivers.serial_card_reader.text_block import CardUnusable, decode_text
from kiosk import devices
from kiosk.devices import (
    Arm,
    Card,
    CardLeft,
    CardProblem,
    CardSeen,
    Condition,
    DeviceError,
    Disarm,
    Report,
    Role,
    Status,
)

FIND_SECONDS = 0.15  # between looks while a card is awaited
WATCH_SECONDS = 0.4  # between looks while a card that was read lies there
IDLE_SECONDS = 1.0
CHECK_SECONDS = 5.0  # between questions that only prove that the module is there
READ_ATTEMPTS = 3
MISSES = 2

_REJECTED = (Sw3.CARD_REFUSED_SAM, Sw3.SAM_REFUSED_CARD, Sw3.VERIFICATION_FAILED)
_NO_ADDRESS = (Sw3.ABSENT, Sw3.COMMAND_WRONG)  # older modules do not know the command


def create(url: str) -> CardReader:
    """A driver for the module at `url`. Raises drivers.link.UrlError."""
    parse_url(url)
    return CardReader(url)


@dataclass
class _Present:
    """The card that was reported and lies there still."""

    read: bool  # reported as CardSeen, otherwise as a CardProblem
    habit: Literal["unknown", "finds", "hides"] = "unknown"
    misses: int = 0


class _ReadFailed(Exception):
    def __init__(self, sw3: int) -> None:
        self.sw3 = sw3


class CardReader:
    role = Role.CARD_READER

    def __init__(self, url: str) -> None:
        self._url = url
        self._link: Link | None = None
        self._sam: SamModule | None = None
        self._armed = False
        self._present: _Present | None = None
        self._checked = 0.0
        self.sam_id = ""  # as printed on the module; known after open()

    def open(self) -> Status:
        self.close()
        self._link = open_link(self._url)
        self._sam = SamModule(self._link)
        self._prove()
        answer = self._sam.ask(Command.SAM_ID)
        self.sam_id = decode_sam_id(answer.data[:16]) if answer.sw3 == Sw3.DONE else ""
        return Status(Condition.ONLINE)

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link = self._sam = self._present = None
        self._armed = False

    def do(self, command: devices.Command) -> Iterable[Report]:
        match command:
            case Arm():
                self._armed = True
                if self._present is not None and not self._present.read:
                    self._present = None  # asked for again after a problem: the same card may be tried again
                return self._look()
            case Disarm():
                self._armed = False
                return ()
        raise TypeError(f"a card reader cannot {type(command).__name__}")

    def poll(self) -> Iterable[Report]:
        self._module.idle()
        if self._armed or self._present is not None:
            return self._look()
        if time.monotonic() - self._checked > CHECK_SECONDS:
            self._prove()
        return ()

    def pause(self) -> float:
        if self._present is not None:
            return WATCH_SECONDS if self._present.misses == 0 else FIND_SECONDS
        return FIND_SECONDS if self._armed else IDLE_SECONDS

    @property
    def _module(self) -> SamModule:
        if self._sam is None:
            raise DeviceError("NO_DEVICE", f"{self._url}: not open")
        return self._sam

    def _prove(self) -> None:
        """The module answers and its self test passed."""
        answer = self._module.ask(Command.STATUS)
        if answer.sw3 != Sw3.DONE:
            raise DeviceError("PROTOCOL", f"{self._url}: the module says {answer.sw3:02X} to STATUS")
        self._checked = time.monotonic()

    def _look(self) -> list[Report]:
        found = self._module.ask(Command.FIND).sw3 == Sw3.FOUND
        self._checked = time.monotonic()
        reports: list[Report] = []
        if self._present is not None:
            if not self._has_left(self._present, found):
                return reports
            self._present = None
            reports.append(CardLeft())
        if found and self._armed:
            reports.append(self._read())
        return reports

    def _has_left(self, card: _Present, found: bool) -> bool:
        if found:
            if card.habit == "hides" or (card.misses and card.habit == "unknown"):
                return True
            card.habit, card.misses = "finds", 0
            return False
        if card.habit != "finds" and self._module.ask(Command.READ_ADDRESS).sw3 in (Sw3.DONE, Sw3.ABSENT):
            card.habit, card.misses = "hides", 0
            return False
        card.misses += 1
        return card.misses >= MISSES

    def _read(self) -> Report:
        """Read the card that was just found: its words, or why not."""
        try:
            card = self._read_patiently()
        except CardUnusable as error:
            self._present = _Present(read=False)
            return CardProblem(error.code)
        except _ReadFailed as error:
            if error.sw3 == Sw3.NO_CARD:
                return CardProblem("MOVED")
            self._present = _Present(read=False)
            if error.sw3 in _REJECTED:
                return CardProblem("REJECTED")
            return CardProblem("UNKNOWN_KIND" if error.sw3 == Sw3.UNKNOWN_CARD_TYPE else "UNREADABLE")
        self._present = _Present(read=True)
        return CardSeen(card)

    def _read_patiently(self) -> Card:
        """Several attempts while the card stays. Raises _ReadFailed (NO_CARD when it went away), CardUnusable."""
        for attempt in range(READ_ATTEMPTS):
            try:
                return self._read_once()
            except _ReadFailed as error:
                if error.sw3 in (*_REJECTED, Sw3.UNKNOWN_CARD_TYPE, Sw3.NO_CARD) or attempt == READ_ATTEMPTS - 1:
                    raise
                if self._module.ask(Command.FIND).sw3 != Sw3.FOUND:
                    raise _ReadFailed(Sw3.NO_CARD) from None
        raise AssertionError("unreachable")

    def _read_once(self) -> Card:
        self._demand(Command.SELECT)
        # The module sends the portrait along. It is not kept: no item needs it (a face is compared by the platform
        # with its own picture), and what is not held cannot leak. It is also in a closed format.
        try:
            text = text_block(self._demand(Command.READ).data)
        except CodecError as error:
            raise CardUnusable("UNREADABLE", str(error)) from None
        return decode_text(text, self._newest_address())

    def _newest_address(self) -> bytes:
        """Empty when the card has none. Without an answer the printed one may be out of date: then no card at all."""
        for _ in range(2):
            answer = self._module.ask(Command.READ_ADDRESS)
            if answer.sw3 == Sw3.DONE:
                return answer.data
            if answer.sw3 in _NO_ADDRESS:
                return b""
        # Some modules do not find a card again once it was read, so a further attempt needs the card laid anew.
        raise _ReadFailed(Sw3.NO_CARD)

    def _demand(self, command: Command) -> Frame:
        answer = self._module.ask(command)
        if answer.sw3 != Sw3.DONE:
            raise _ReadFailed(answer.sw3)
        return answer
