"""What the encoder sends is read back by an interpreter that shares no code with it, and the words must be the same."""

from __future__ import annotations

import random

import msgspec
import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.escpos_printer import codec, layout
from drivers.escpos_printer.characters import CELL, columns, encode, in_font, paragraphs
from drivers.escpos_printer.codec import Paper, TooLong, encode_document
from drivers.escpos_printer.paper import Paper as Sheet
from drivers.escpos_printer.paper import Picture, Receipt, TextLine
from drivers.escpos_printer.picture import draw_receipt
from drivers.escpos_printer.raster import Bitmap, NoGlyph, draw
from drivers.escpos_printer.words import compare, same_words
from kiosk.document import Document, Line, Pair, Qr, Rule
from kiosk.secret import Secret

LINK = "https://verify.example.invalid/v?n=SB20260901000123456&c=7F3A9C"
CERTIFICATE = Document(
    "城乡居民基本养老保险参保证明",
    (
        Line("样例数据，不作任何凭证使用", align="centre"),
        Rule(),
        Pair("姓名", Secret("𬭎䶮")),
        Pair("公民身份号码", Secret("310***********1234")),
        Pair("住址", Secret("上海市浦东新区示例路1234弄56号7幢1203室（样例）")),
        Pair("个人账户余额", "¥12,345.60"),
        Pair("室温", "① 〇 36.5℃"),
        Rule(),
        Line("　　兹证明上述人员于2023年9月1日起参加城乡居民基本养老保险，累计缴费36个月。如有疑问，请拨打12345。"),
        Qr(LINK, "扫码核验，有效期三十日"),
    ),
)


def printed(document: Document, dots: int = 576) -> Receipt:
    sheet = Sheet(dots)
    (receipt,) = sheet.feed(b"".join(encode_document(document, Paper(dots))))
    assert sheet.notes == []
    return receipt


# --- the same words -----------------------------------------------------------------------------------------

CHARACTERS = st.one_of(
    st.sampled_from("中华人民共和国国务院张三李四养老保险，。、；：？！（）《》“”…—·￥〇①℃％ａ１×°é"),
    st.sampled_from("abc XYZ 0123456789 .,:;-/()[]{}$%&@#*"),
    st.sampled_from("䶮𬭎㙍𠮷ñ¥\t\n"),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
)
TEXTS = st.text(CHARACTERS, max_size=60)
BLOCKS = st.one_of(
    st.builds(Line, TEXTS, st.sampled_from(["left", "centre", "right"]), st.sampled_from([1, 2]), st.booleans()),
    st.builds(Pair, st.text(CHARACTERS, max_size=14), TEXTS.map(Secret)),
    st.just(Rule()),
    st.builds(Qr, st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=80), TEXTS),
)
DOCUMENTS = st.builds(Document, TEXTS, st.lists(BLOCKS, max_size=4).map(tuple), st.booleans())


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS, st.sampled_from([384, 576]))
def test_any_document_comes_out_with_its_own_words(document: Document, dots: int) -> None:
    assert same_words(document, printed(document, dots)) == []


@pytest.mark.parametrize("dots", [384, 576])
def test_a_certificate_with_a_rare_name(dots: int) -> None:
    found = compare(CERTIFICATE, printed(CERTIFICATE, dots))
    assert found.differences == ()
    assert [words.split() for words in found.pictures] == [["姓名", "𬭎䶮"]]


def test_a_repeat_says_so_in_both_languages_above_everything() -> None:
    repeat = msgspec.structs.replace(CERTIFICATE, copy=True)
    receipt = printed(repeat)
    assert receipt.text[0] == "补打 REPRINT"
    assert same_words(repeat, receipt) == []
    assert same_words(CERTIFICATE, receipt) != []


@pytest.mark.parametrize(
    "wrong",
    [
        Pair("姓名", Secret("䶮𬭎")),  # both characters, the wrong way round: only a picture on paper
        Pair("姓名", Secret("𬭎龚")),
        Pair("姓名", Secret("𬭎")),
    ],
)
def test_the_comparison_sees_a_wrong_name_though_it_is_a_picture(wrong: Pair) -> None:
    receipt = printed(CERTIFICATE)
    blocks = (*CERTIFICATE.blocks[:2], wrong, *CERTIFICATE.blocks[3:])
    assert same_words(msgspec.structs.replace(CERTIFICATE, blocks=blocks), receipt) != []


@pytest.mark.parametrize("line", range(3, 7))
def test_the_comparison_sees_a_line_that_is_missing(line: int) -> None:
    shorter = CERTIFICATE.blocks[:line] + CERTIFICATE.blocks[line + 1 :]
    assert same_words(msgspec.structs.replace(CERTIFICATE, blocks=shorter), printed(CERTIFICATE)) != []


# --- mutants: encoders that are wrong in ways that were seen in the field -----------------------------------


def test_mutant_without_chinese_mode_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "START", b"\x1b@")
    assert _differs()


def test_mutant_that_sends_four_byte_characters_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "in_font", lambda char: True)
    monkeypatch.setattr(codec, "encode", lambda text: text.encode("gb18030"))
    assert _differs()


def test_mutant_that_draws_with_another_bit_order_is_caught() -> None:
    def mirrored(text: str, size: int, bold: bool, left: int) -> Bitmap:
        bitmap = draw(text, size, bold, left)
        data = bytes(int(f"{byte:08b}"[::-1], 2) for byte in bitmap.data)
        return msgspec.structs.replace(bitmap, data=data)

    sheet = Sheet()
    (receipt,) = sheet.feed(b"".join(encode_document(CERTIFICATE, Paper(), mirrored)))
    assert same_words(CERTIFICATE, receipt) != []


def _differs() -> bool:
    (receipt,) = Sheet().feed(b"".join(encode_document(CERTIFICATE, Paper())))
    return same_words(CERTIFICATE, receipt) != []


# --- characters and lines -----------------------------------------------------------------------------------


def test_what_a_printer_cannot_draw_is_never_sent_as_text() -> None:
    assert encode("养老A￥〇①℃，") == "养老A￥〇①℃，".encode("gbk")
    for char in "䶮𬭎ñ€\x1b\x10\u200b":
        assert not in_font(char)
        with pytest.raises(ValueError, match="not in the printer's font"):
            encode(char)


@given(st.text(max_size=40))
def test_no_text_steers_the_printer(text: str) -> None:
    for line in paragraphs(text):
        sent = b"".join(encode(char) for char in line if in_font(char))
        assert not any(byte < 0x20 or byte == 0x7F for byte in sent)


def test_a_name_with_a_command_in_it_is_only_a_name() -> None:
    receipt = printed(Document("x", (Pair("姓名", Secret("张\x1dV\x00三\x1b@")),)))
    assert receipt.text[1].split() == ["姓名", "张V三@"]


def test_a_character_that_no_font_has_stops_the_job_and_is_not_named_in_full() -> None:
    with pytest.raises(NoGlyph) as stopped:
        encode_document(Document("t", (Line("\U000f1234"),)), Paper())
    assert "F1234" not in str(stopped.value)


@given(TEXTS, st.integers(8, 60))
def test_lines_fit_and_lose_nothing_but_blanks(text: str, across: int) -> None:
    lines = layout.wrap(text, across)
    assert all(columns(line) <= across for line in lines)
    assert "".join("".join(lines).split()) == "".join("".join(paragraphs(text)).split())


def test_chinese_lines_break_as_a_reader_expects() -> None:
    lines = layout.wrap("兹证明上述人员（样例）于2026年9月1日起参加城乡居民“基本养老保险”，累计缴费36个月。", 24)
    assert lines == [
        "兹证明上述人员（样例）于",
        "2026年9月1日起参加城乡居",
        "民“基本养老保险”，累计",
        "缴费36个月。",
    ]
    assert not any(line[0] in layout.CLOSING or line[-1] in layout.OPENING for line in lines)


def test_a_long_value_stands_as_a_block_at_the_right_edge() -> None:
    assert layout.pair("Address", "Room 1203, 1234 Example Road, Pudong", 32) == [
        "Address  Room 1203, 1234 Example",
        "         Road, Pudong",
    ]


def test_a_centred_heading_breaks_into_even_halves() -> None:
    assert layout.balance("城乡居民基本养老保险参保证明", 24) == ["城乡居民基本养", "老保险参保证明"]


# --- pictures and symbols -----------------------------------------------------------------------------------


def test_a_drawn_line_stands_on_the_grid_of_the_printed_ones() -> None:
    receipt = printed(Document("t", (Pair("姓名", Secret("张三")), Pair("姓名", Secret("𬭎䶮")))))
    (picture,) = (mark for mark in receipt.marks if isinstance(mark, Picture))
    line = next(mark for mark in receipt.marks if isinstance(mark, TextLine) and "张三" in mark.text)
    assert line.dots == columns(line.text) * CELL == 576
    assert picture.bytes_across * 8 <= 576
    assert picture.bytes_across * 8 > 576 - 12


def test_no_picture_holds_a_real_time_command() -> None:
    noise = random.Random(7).randbytes(72 * 28 * 40)
    dots = noise.replace(b"\x00", b"\x10\x04").replace(b"\x01", b"\x10\x05").replace(b"\x02", b"\x10\x14")
    dots = dots[: 72 * 28]
    job = b"".join(encode_document(Document("t", (Line("䶮"),)), Paper(), lambda *_: Bitmap(72, 28, dots)))
    assert not any(pair in job for pair in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))


@pytest.mark.parametrize("dots", [384, 576])
@pytest.mark.parametrize("data", ["A", LINK, "核验" * 30, "x" * 300])
def test_the_symbol_on_the_paper_is_read_by_a_scanner(data: str, dots: int) -> None:
    receipt = printed(Document("t", (Qr(data, "扫码"),)), dots)
    (found,) = zxingcpp.read_barcodes(draw_receipt(receipt))
    assert found.text == data


def test_the_size_of_a_symbol_is_counted_as_an_encoder_counts_it() -> None:
    for version, capacity in enumerate(codec._QR_BYTES, 1):
        for length, expected in ((capacity, version), (capacity + 1, version + 1)):
            if expected <= 40:
                symbol = segno.make_qr(b"\xaa" * length, error="m", mode="byte", boost_error=False)
                assert symbol.version == expected
        if version > 12:
            return  # drawing larger ones takes long, and the rest of the table is the same standard's


def test_a_symbol_that_nobody_could_read_is_refused() -> None:
    for data, dots in (("x" * 2400, 576), ("x" * 1500, 384), ("a\x10b", 576)):
        with pytest.raises(TooLong):
            encode_document(Document("t", (Qr(data),)), Paper(dots))


def test_a_receipt_as_text_takes_a_seventh_of_a_second_on_the_line() -> None:
    """115,200 baud, ten bits a byte; the same receipt as one picture would take half a minute of dots' bytes."""
    plain = msgspec.structs.replace(CERTIFICATE, blocks=(*CERTIFICATE.blocks[:2], *CERTIFICATE.blocks[3:]))
    job = b"".join(encode_document(plain, Paper()))
    assert len(job) * 10 / 115_200 < 0.14
    picture = draw_receipt(printed(plain))
    assert len(job) * 30 < picture.width * picture.height // 8
