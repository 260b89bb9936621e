"""The 256 bytes of text on a card: four layouts of UTF-16LE fields, told apart by one character at byte 248.

Sources: resident layout, six public implementations that agree; permit, three; foreign 2017, a vendor's table and
three implementations; foreign 2023, two implementations (they differ in 242..247: letters or digits of the country).
A card issued long ago may hold a rare character as a private-use one (GB18030-2000): it is passed on as it is.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

from drivers.serial_card_reader.codec import ADDRESS_BYTES, TEXT_BYTES
from drivers.serial_card_reader.nations import nation_code, nation_name
from kiosk.devices import Card, CardKind
from kiosk.secret import Secret

FLAG_AT = 248
FOR_EVER = "长期"

# field: first byte, bytes. A name ending in "+" continues the field before it.
_COMMON = {"name": (0, 30), "sex": (30, 2), "birth": (36, 16), "number": (122, 36)}
_VALID = {"valid_from": (188, 16), "valid_to": (204, 16)}
_LAYOUTS: dict[CardKind, dict[str, tuple[int, int]]] = {
    "resident": {**_COMMON, "nation": (32, 4), "address": (52, 70), "issuer": (158, 30), **_VALID},
    "permit": {**_COMMON, "address": (52, 70), "issuer": (158, 30), **_VALID},
    "foreign_2017": {
        "english_name": (0, 120),
        "sex": (120, 2),
        "number": (122, 30),
        "nation": (152, 6),
        "name": (158, 30),
        **_VALID,
        "birth": (220, 16),
        "issuer": (240, 8),
    },
    "foreign_2023": {**_COMMON, "english_name": (52, 70), **_VALID, "english_name+": (220, 22), "nation": (242, 6)},
}
_FLAGS: dict[str, CardKind] = {
    " ": "resident",
    "\0": "resident",
    "J": "permit",
    "I": "foreign_2017",
    "Y": "foreign_2023",
}
_SEXES = {"1": "男", "2": "女"}
_NUMBERS: dict[CardKind, re.Pattern[str]] = {
    "resident": re.compile(r"[1-8][0-9]{16}[0-9X]"),
    "permit": re.compile(r"8[123]0000[0-9]{11}[0-9X]"),
    "foreign_2017": re.compile(r"[A-Z]{3}[0-9]{12}"),  # its check digit's rule is not public
    "foreign_2023": re.compile(r"9[0-9]{16}[0-9X]"),
}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class CardUnusable(ValueError):
    """A text block that must not be used. `code`: UNREADABLE or UNKNOWN_KIND. Holds nothing of its contents."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


def check_digit(first17: str) -> str:
    """The 18th character of a citizen number (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def decode_text(block: bytes, newest_address: bytes = b"") -> Card:
    """A card's words. `newest_address`: 70 bytes that replace the printed address. Raises CardUnusable."""
    if len(block) != TEXT_BYTES:
        raise CardUnusable("UNREADABLE", f"{len(block)} bytes of text instead of {TEXT_BYTES}")
    kind = _FLAGS.get(_text(block[FLAG_AT : FLAG_AT + 2], "flag", keep=True))
    if kind is None:
        raise CardUnusable("UNKNOWN_KIND", "the flag at byte 248 is none of space, J, I, Y")
    words = _fields(kind, block)
    if newest_address:
        words["address"] = _text(newest_address[:ADDRESS_BYTES], "newest address") or words.get("address", "")
    _check(kind, words)
    words["sex"] = _SEXES.get(words["sex"], f"未知（{words['sex']}）")
    if kind == "resident":
        words["nation"] = nation_name(words["nation"])
    optional = {"nation", "address", "issuer", "english_name"}
    return Card(kind, **{name: Secret(words.get(name, "")) for name in {*words, *optional}})


def encode_text(kind: CardKind, words: Mapping[str, str]) -> bytes:
    """The block that a card with these words holds, padded with spaces. Raises ValueError when they do not fit."""
    block = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    for name, (at, size) in _LAYOUTS[kind].items():
        value = words.get(name.rstrip("+"), "").encode("utf-16-le")
        if name.endswith("+"):
            value = value[_LAYOUTS[kind][name.rstrip("+")][1] :]
        elif name == "nation" and kind == "resident":
            value = nation_code(words["nation"]).encode("utf-16-le")
        elif name == "sex":
            value = {"男": "1", "女": "2"}.get(words["sex"], words["sex"]).encode("utf-16-le")
        if f"{name}+" in _LAYOUTS[kind]:
            value = value[:size]
        if len(value) > size:
            raise ValueError(f"{name}: {len(value)} bytes, the card has room for {size}")
        block[at : at + len(value)] = value
    flag = next(flag for flag, known in _FLAGS.items() if known == kind)
    block[FLAG_AT : FLAG_AT + 2] = flag.encode("utf-16-le")
    return bytes(block)


def encode_address(address: str) -> bytes:
    """A newest address as the module answers it: 70 bytes, padded with spaces."""
    data = address.encode("utf-16-le")
    if len(data) > ADDRESS_BYTES:
        raise ValueError(f"address: {len(data)} bytes, the card has room for {ADDRESS_BYTES}")
    return data + " ".encode("utf-16-le") * ((ADDRESS_BYTES - len(data)) // 2)


def _fields(kind: CardKind, block: bytes) -> dict[str, str]:
    layout = _LAYOUTS[kind]
    words: dict[str, str] = {}
    for name, (at, size) in layout.items():
        if not name.endswith("+"):
            more = layout.get(f"{name}+")
            rest = block[more[0] : more[0] + more[1]] if more else b""
            words[name] = _text(block[at : at + size] + rest, name)
    return words


def _text(data: bytes, name: str, keep: bool = False) -> str:
    """One field without its padding. Half a character or a control character means damage: nothing is guessed."""
    try:
        text = data.decode("utf-16-le")
    except UnicodeDecodeError:
        raise CardUnusable("UNREADABLE", f"{name}: not UTF-16") from None
    if keep:
        return text
    text = text.rstrip(" \0")
    if any(char < " " or "\x7f" <= char < "\xa0" or char in "\ufffe\uffff" for char in text):
        raise CardUnusable("UNREADABLE", f"{name}: a control character")
    return text


def _check(kind: CardKind, words: Mapping[str, str]) -> None:
    number = words["number"]
    if not _NUMBERS[kind].fullmatch(number):
        raise CardUnusable("UNREADABLE", "number: wrong form")
    if len(number) == 18 and check_digit(number[:17]) != number[17]:
        raise CardUnusable("UNREADABLE", "number: wrong check digit")
    if not (words["name"] or words.get("english_name")):
        raise CardUnusable("UNREADABLE", "name: empty")
    for name in ("birth", "valid_from", "valid_to"):
        if not (_is_date(words[name]) or (name == "valid_to" and words[name] == FOR_EVER)):
            raise CardUnusable("UNREADABLE", f"{name}: not a date")


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{8}", text):
        return False
    try:
        datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
