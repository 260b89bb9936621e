"""SDT frames and the 256 bytes of text on a card."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import drivers.serial_card_reader
from drivers.serial_card_reader.codec import (
    MAX_LENGTH,
    PREAMBLE,
    Body,
    CodecError,
    Command,
    Decoder,
    Deframer,
    Frame,
    Garbage,
    checksum,
    decode_sam_id,
    encode_answer,
    encode_command,
    encode_sam_id,
    text_block,
)
from drivers.serial_card_reader.nations import NATIONS, nation_code, nation_name
from drivers.serial_card_reader.text_block import (
    FLAG_AT,
    CardUnusable,
    check_digit,
    decode_text,
    encode_address,
    encode_text,
)
from kiosk.devices import Card
from kiosk.secret import reveal

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((Path(drivers.serial_card_reader.__file__).parent / "samples").glob("*.json"))
# Complete frames as the public documents print them.
PRINTED = {
    Command.RESET: "AA AA AA 96 69 00 03 10 FF EC",
    Command.STATUS: "AA AA AA 96 69 00 03 11 FF ED",
    Command.SAM_ID: "AA AA AA 96 69 00 03 12 FF EE",
    Command.FIND: "AA AA AA 96 69 00 03 20 01 22",
    Command.SELECT: "AA AA AA 96 69 00 03 20 02 21",
    Command.READ: "AA AA AA 96 69 00 03 30 01 32",
    Command.READ_ADDRESS: "AA AA AA 96 69 00 03 30 03 30",
    Command.READ_FINGER: "AA AA AA 96 69 00 03 30 10 23",
}


def words() -> dict[str, str]:
    return {
        "name": "样例甲",
        "sex": "男",
        "nation": "汉",
        "birth": "19900101",
        "address": "上海市样例区示范路1号",
        "number": "31019919900101001" + check_digit("31019919900101001"),
        "issuer": "上海市公安局样例分局",
        "valid_from": "20160229",
        "valid_to": "20360228",
    }


def shown(card: Card) -> dict[str, str]:
    return {name: reveal(value) for name, value in msgspec.structs.asdict(card).items()}


# --- frames -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", Command)
def test_commands_are_the_printed_ones(command: Command) -> None:
    assert encode_command(command) == bytes.fromhex(PRINTED[command])


@given(st.binary(max_size=3000))
def test_the_folded_checksum_is_the_xor_of_all_bytes(data: bytes) -> None:
    plain = 0
    for byte in data:
        plain ^= byte
    assert checksum(data) == plain


@given(st.binary(max_size=MAX_LENGTH - 4), st.integers(0, 255), st.binary(max_size=30))
def test_an_answer_is_found_behind_any_noise(data: bytes, sw3: int, noise: bytes) -> None:
    frame = Frame(sw3, data)
    decoder = Decoder()
    found = [*decoder.feed(noise + encode_answer(frame)), *decoder.gap()]
    assert frame in found


def test_a_frame_with_one_wrong_bit_is_garbage_and_the_next_one_is_not() -> None:
    frame = encode_answer(Frame(0x90, b"0123456789"))
    for bit in range(5 * 8, len(frame) * 8):
        broken = bytearray(frame)
        broken[bit // 8] ^= 1 << bit % 8
        decoder = Decoder()
        found = [*decoder.feed(bytes(broken) + frame), *decoder.gap()]
        assert [item for item in found if isinstance(item, Frame)] == [Frame(0x90, b"0123456789")]


def test_a_false_preamble_with_a_long_length_hides_no_answer_for_longer_than_a_gap() -> None:
    decoder = Decoder()
    assert decoder.feed(PREAMBLE + b"\x05\x08" + encode_answer(Frame(0x9F, bytes(4)))) == []
    assert decoder.gap() == [Garbage(7, "noise"), Frame(0x9F, bytes(4))]


def test_the_reason_of_garbage_is_told() -> None:
    deframer = Deframer(shortest=3)
    assert deframer.feed(b"\0\0") == [Garbage(2, "noise")]
    assert deframer.feed(bytes.fromhex("AAAAAA9669 0003 2001 21"))[0] == Garbage(1, "check")
    deframer.gap()
    assert deframer.feed(bytes.fromhex("AAAAAA9669 FFFF"))[0] == Garbage(1, "length")
    deframer.gap()
    assert deframer.feed(encode_command(Command.FIND)) == [Body(b"\x20\x01")]


def test_nothing_of_a_frame_is_in_its_repr() -> None:
    text = "样例甲".encode("utf-16-le")
    assert repr(Frame(0x90, text)) == "Frame(sw3=90, 6 bytes)"
    assert repr(Body(text)) == "Body(6 bytes)"


def test_a_sam_id_is_what_is_printed_on_the_module() -> None:
    printed = "05.03-20151015-0000012345-0987654321"
    assert decode_sam_id(encode_sam_id(printed)) == printed
    with pytest.raises(CodecError):
        decode_sam_id(bytes(15))


def test_an_answer_to_read_without_its_text_is_no_card() -> None:
    for data in (b"", bytes(4), b"\x01\x00\x04\x00" + bytes(255), b"\x02\x00\x04\x00" + bytes(1280)):
        with pytest.raises(CodecError):
            text_block(data)


# --- text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_a_sample_card_reads_as_its_words(file: Path) -> None:
    sample: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    frames = [item for item in Decoder().feed(bytes.fromhex(sample["bytes"])) if isinstance(item, Frame)]
    card = decode_text(text_block(frames[4].data), frames[5].data)
    assert shown(card) == sample["expected"]
    assert frames[1].data == encode_sam_id("05.03-20151015-0000012345-0987654321")


def test_the_samples_hold_every_person_of_the_sandbox_and_all_four_kinds() -> None:
    people = yaml.safe_load((ROOT / "kiosk/gateway/sandbox/people.yaml").read_text(encoding="utf-8"))["people"]
    cards = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in SAMPLES}
    for person in people:
        assert cards[person["id"]]["card"] == person["card"]
        assert cards[person["id"]]["expected"] == {"english_name": "", **person["card"]}
    assert {card["card"]["kind"] for card in cards.values()} == {"resident", "permit", "foreign_2017", "foreign_2023"}


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=7))
def test_any_name_comes_back_whole(name: str) -> None:
    name = name.replace("\ufffe", "").replace("\uffff", "").rstrip(" \0") or "甲"
    assert reveal(decode_text(encode_text("resident", {**words(), "name": name})).name) == name


def test_padding_may_be_spaces_or_nul() -> None:
    block = bytearray(encode_text("resident", words()))
    block[6:30] = bytes(24)
    block[FLAG_AT : FLAG_AT + 2] = bytes(2)
    assert reveal(decode_text(bytes(block)).name) == "样例甲"


def test_a_newest_address_replaces_the_printed_one_and_an_empty_one_does_not() -> None:
    block = encode_text("resident", words())
    assert reveal(decode_text(block, encode_address("上海市样例区新居路2号")).address) == "上海市样例区新居路2号"
    assert reveal(decode_text(block, encode_address("")).address) == words()["address"]


def test_codes_outside_the_tables_are_shown_as_unknown() -> None:
    card = decode_text(encode_text("resident", {**words(), "nation": "81", "sex": "9"}))
    assert (reveal(card.nation), reveal(card.sex)) == ("未知（81）", "未知（9）")
    assert nation_name("") == "未知"


def test_the_table_of_nations_is_whole() -> None:
    assert len(NATIONS) == 58
    assert all(nation_code(nation_name(code)) == code for code in NATIONS)


def broken(at: int, data: bytes) -> bytes:
    block = bytearray(encode_text("resident", words()))
    block[at : at + len(data)] = data
    return bytes(block)


@pytest.mark.parametrize(
    ("block", "code", "why"),
    [
        (broken(FLAG_AT, b"Q\0"), "UNKNOWN_KIND", "flag"),
        (broken(0, b"\x00\xd8"), "UNREADABLE", "name: not UTF-16"),  # half of a surrogate pair
        (broken(28, b"\x00\xd8"), "UNREADABLE", "name: not UTF-16"),  # the same at the field's end
        (broken(0, b"\x07\x00"), "UNREADABLE", "name: a control character"),
        (broken(2, b"\x00\x00"), "UNREADABLE", "name: a control character"),  # NUL inside
        (broken(0, b"\x20\x00" * 15), "UNREADABLE", "name: empty"),
        (broken(36, "19901301".encode("utf-16-le")), "UNREADABLE", "birth: not a date"),
        (broken(36, "长期".encode("utf-16-le")), "UNREADABLE", "birth: not a date"),
        (broken(204, "２０３６".encode("utf-16-le")), "UNREADABLE", "valid_to: not a date"),
        (broken(156, b"\x41\x00"), "UNREADABLE", "number: wrong form"),
        (bytes(256), "UNREADABLE", "number: wrong form"),
        (bytes(255), "UNREADABLE", "255 bytes"),
    ],
)
def test_damage_is_refused_and_nothing_is_guessed(block: bytes, code: str, why: str) -> None:
    with pytest.raises(CardUnusable) as error:
        decode_text(block)
    assert error.value.code == code
    assert why in str(error.value)
    assert not re.search(r"[0-9]{6}|样例", str(error.value)), "nothing of the card is in the error"


@pytest.mark.parametrize("at", range(17))
def test_one_wrong_digit_of_the_number_is_caught(at: int) -> None:
    number = words()["number"]
    wrong = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
    with pytest.raises(CardUnusable):
        decode_text(encode_text("resident", {**words(), "number": wrong}))


def test_words_that_do_not_fit_are_refused_when_a_card_is_made() -> None:
    with pytest.raises(ValueError, match="name"):
        encode_text("resident", {**words(), "name": "很" * 16})
    with pytest.raises(ValueError, match="address"):
        encode_address("很" * 36)
