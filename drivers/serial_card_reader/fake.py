"""A SAM_V module with an aerial and nobody's card: the far end of the card reader's cable. Everything is sample data.

put `{"sample": NAME}` (a file of samples/) or `{"card": {"kind": "resident", "name": ...}}` (words as printed; optional
`newest_address`) or `{"text": HEX}` (256 bytes, for broken cards); with `"lenient": true` "find" goes on seeing the
card after it was read. take: the card leaves. Own faults: moved (the card leaves during READ), unreadable (every READ
fails), rejected (the card refuses the module), sam_failed, not_authorised.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from drivers.far_end import FakeDevice, Json, Refused
from drivers.loop import Loop
from drivers.serial_card_reader.codec import (
    PHOTO_BYTES,
    TEXT_BYTES,
    Body,
    Command,
    Deframer,
    Frame,
    Sw3,
    encode_answer,
    encode_read,
    encode_sam_id,
)
from drivers.serial_card_reader.text_block import encode_address, encode_text

SAMPLES = Path(__file__).parent / "samples"
SAM_ID = "05.03-20151015-0000012345-0987654321"
PHOTO = b"WLf\x00\x7e\x002\x00" + bytes(PHOTO_BYTES - 8)  # a portrait's head with no portrait
_SET_BAUD = 0x60  # CMD of "set baud": PARA is the speed


class SampleCard:
    """What is on the card that lies there."""

    def __init__(self, text: bytes, newest_address: bytes = b"", lenient: bool = False) -> None:
        self.text = text
        self.newest_address = newest_address
        self.lenient = lenient
        self.was_read = False

    @classmethod
    def of(cls, request: Json) -> SampleCard:
        """From the arguments of `put`. Raises Refused, ValueError."""
        lenient = request.get("lenient") is True
        if "text" in request:
            text = bytes.fromhex(request["text"])
            if len(text) != TEXT_BYTES:
                raise Refused(f"text: {TEXT_BYTES} bytes as hex, not {len(text)}")
            return cls(text, lenient=lenient)
        words: dict[str, Any] = dict(_sample(request["sample"]) if "sample" in request else request.get("card") or {})
        try:
            newest = words.pop("newest_address", "")
            text = encode_text(words.pop("kind"), words)
        except KeyError as error:
            raise Refused(f"card: {error} is missing") from None
        return cls(text, encode_address(newest) if newest else b"", lenient)


def _sample(name: object) -> dict[str, Any]:
    names = sorted(file.stem for file in SAMPLES.glob("*.json"))
    if name not in names:
        raise Refused(f"no sample {name!r}: {', '.join(names)}")
    card: dict[str, Any] = msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes())["card"]
    return card


class FakeCardReader(FakeDevice):
    modes = ("moved", "unreadable", "rejected", "sam_failed", "not_authorised")

    def __init__(self, loop: Loop, wire: str, out: Path | None = None) -> None:
        super().__init__(loop, wire, out)
        self._card: SampleCard | None = None
        self._phase = "none"  # none, found, selected
        self._frames = Deframer(shortest=3)
        self._asked = 0
        self._reads = 0
        self._commands: dict[int, Callable[[], Frame]] = {
            Command.RESET: self._reset,
            Command.STATUS: lambda: Frame(Sw3.DONE),
            Command.SAM_ID: lambda: Frame(Sw3.DONE, encode_sam_id(SAM_ID)),
            Command.FIND: self._find,
            Command.SELECT: self._select,
            Command.READ: self._read,
            Command.READ_FINGER: self._read_finger,
            Command.READ_ADDRESS: self._read_address,
        }

    def received(self, data: bytes) -> None:
        for item in self._frames.feed(data):
            if isinstance(item, Body):
                self._asked += 1
                self.send(encode_answer(self._respond(int.from_bytes(item.content[:2], "big"))))
            elif item.why != "noise":
                self.send(encode_answer(Frame(Sw3.CHECK_WRONG if item.why == "check" else Sw3.LENGTH_WRONG)))

    def put(self, request: Json) -> Json:
        if self._card is not None:
            raise Refused("a card lies there already: take it first")
        self._card = SampleCard.of(request)
        self._phase = "none"
        return self.describe()

    def take(self, _request: Json) -> Json:
        if self._card is None:
            raise Refused("no card lies there")
        self._card_leaves()
        return self.describe()

    def describe(self) -> Json:
        return {"card": self._card is not None, "phase": self._phase, "asked": self._asked, "reads": self._reads}

    def powered(self, on: bool) -> None:
        """A module without power forgets how far it was with the card."""
        self._reset()
        if on:
            self._frames = Deframer(shortest=3)

    def _respond(self, command: int) -> Frame:
        if self.fault["mode"] == "sam_failed":
            return Frame(Sw3.SELF_TEST_FAILED)
        if self.fault["mode"] == "not_authorised":
            return Frame(Sw3.NOT_AUTHORISED)
        if command >> 8 == _SET_BAUD:
            return Frame(Sw3.DONE if command & 0xFF <= 4 else Sw3.COMMAND_WRONG)
        respond = self._commands.get(command)
        return respond() if respond else Frame(Sw3.COMMAND_WRONG)

    def _reset(self) -> Frame:
        self._phase = "none"
        if self._card is not None:
            self._card.was_read = False
        return Frame(Sw3.DONE)

    def _card_leaves(self) -> None:
        self._card = None
        self._phase = "none"

    def _find(self) -> Frame:
        if self._card is None or (self._card.was_read and not self._card.lenient):
            return Frame(Sw3.NO_CARD)  # a card that was read is active and does not answer the search
        self._phase = "found"
        return Frame(Sw3.FOUND, bytes(4))

    def _select(self) -> Frame:
        if self._card is None or self._phase != "found":
            return Frame(Sw3.SELECT_FAILED)
        if self.fault["mode"] == "rejected":
            return Frame(Sw3.CARD_REFUSED_SAM)
        self._phase = "selected"
        return Frame(Sw3.DONE, bytes(8))

    def _selected_card(self) -> SampleCard | None:
        if self.fault["mode"] == "moved":
            self._card_leaves()
        return self._card if self._phase == "selected" else None

    def _read(self) -> Frame:
        card = self._selected_card()
        if card is None or self.fault["mode"] == "unreadable":
            return Frame(Sw3.READ_FAILED)
        card.was_read = True
        self._reads += 1
        return Frame(Sw3.DONE, encode_read(card.text, PHOTO))

    def _read_finger(self) -> Frame:
        answer = self._read()
        no_finger = bytes(2)
        return Frame(Sw3.DONE, answer.data[:4] + no_finger + answer.data[4:]) if answer.data else answer

    def _read_address(self) -> Frame:
        card = self._selected_card()
        if card is None:
            return Frame(Sw3.READ_FAILED)
        return Frame(Sw3.DONE, card.newest_address) if card.newest_address else Frame(Sw3.ABSENT)
