"""Writes samples/*.json: what a module would answer while an invented person's card is read, and what it means.

    python -m drivers.serial_card_reader.record PEOPLE.yaml

PEOPLE.yaml is the sandbox platform's file of invented people, so that a sample card is somebody whom it knows. Beside
these, cards that the decoder must get right and that no sandbox person needs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import yaml

from drivers.serial_card_reader.codec import Decoder, Frame, Sw3, encode_answer, encode_read, encode_sam_id
from drivers.serial_card_reader.fake import PHOTO, SAM_ID, SAMPLES
from drivers.serial_card_reader.text_block import check_digit, decode_text, encode_address, encode_text
from kiosk.devices import Card
from kiosk.secret import reveal


def _resident(first17: str, **words: str) -> dict[str, str]:
    common = {
        "kind": "resident",
        "sex": "男" if int(first17[16]) % 2 else "女",
        "nation": "汉",
        "birth": first17[6:14],
        "address": "上海市样例区示范路1号",
        "issuer": "上海市公安局样例分局",
        "valid_from": "20160229",
        "valid_to": "20360228",
    }
    return {**common, "number": first17 + check_digit(first17), **words}


EXTRA: dict[str, dict[str, str]] = {
    "moved-house": _resident("31019919900101001", name="样例甲", newest_address="上海市样例区新居路2号3室"),
    "unknown-nation": _resident("31019919900101002", name="样例乙", nation="57"),
    "no-sex": _resident("31019919900101003", name="沙示例", sex="9"),
    "fullest": _resident(
        "31019919900101004",
        name="买买提·沙示例·阿卜杜·样例甲",
        nation="维吾尔",
        address="上海市样例区" + "很长的示范路名" * 4 + "弄",
        valid_to="长期",
    ),
}


def words_of(card: Card) -> dict[str, str]:
    """A card as it is written in a sample file."""
    return {name: reveal(value) for name, value in msgspec.structs.asdict(card).items()}


def record(words: dict[str, str]) -> dict[str, Any]:
    """One sample file."""
    newest = words.get("newest_address", "")
    text = encode_text(words["kind"], words)  # type: ignore[arg-type]  # a wrong kind is a KeyError
    address = encode_address(newest) if newest else b""
    answers = [
        Frame(Sw3.DONE),
        Frame(Sw3.DONE, encode_sam_id(SAM_ID)),
        Frame(Sw3.FOUND, bytes(4)),
        Frame(Sw3.DONE, bytes(8)),
        Frame(Sw3.DONE, encode_read(text, PHOTO)),
        Frame(Sw3.DONE, address) if newest else Frame(Sw3.ABSENT),
    ]
    stream = b"".join(encode_answer(answer) for answer in answers)
    decoder = Decoder()
    return {
        "about": "sample data, invented person: answers to STATUS, SAM_ID, FIND, SELECT, READ, READ_ADDRESS",
        "card": words,
        "expected": words_of(decode_text(text, address)),
        "personal": sorted({words["number"], words["name"], words["address"]} - {""}),
        "bytes": stream.hex(),
        "events": msgspec.to_builtins([*decoder.feed(stream), *decoder.gap()]),
    }


def main(people: Path) -> None:
    cards: dict[str, dict[str, str]] = {
        person["id"]: person["card"] for person in yaml.safe_load(people.read_text(encoding="utf-8"))["people"]
    }
    for name, words in {**cards, **EXTRA}.items():
        (SAMPLES / f"{name}.json").write_bytes(
            msgspec.json.format(msgspec.json.encode(record(words)), indent=1) + b"\n"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
