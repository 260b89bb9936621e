"""Line breaking, with a measure in which a Chinese character is two wide and a Latin one is one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from screens.typeset import NOT_FIRST, NOT_LAST, break_lines, plain_quotes, tokens


def measure(text: str) -> float:
    return sum(1 if ord(char) < 0x2000 else 2 for char in text)


def lines(text: str, width: int, balance: bool = False) -> tuple[str, ...]:
    return break_lines(text, width, measure, balance)


def test_closing_punctuation_never_starts_a_line() -> None:
    assert lines("请放置身份证，谢谢", 12) == ("请放置身份", "证，谢谢")


def test_opening_punctuation_never_ends_a_line() -> None:
    assert lines("出国出国（境）", 10) == ("出国出国", "（境）")


def test_numbers_words_and_dates_stay_whole() -> None:
    assert lines("金额 ¥1,234.00 元", 12) == ("金额", "¥1,234.00 元")
    assert "2026-11-22" in lines("办理日期 2026-11-22 上午", 14)


def test_a_short_quoted_name_stays_whole() -> None:
    assert tokens("点“修改”可以") == ["点", "“修改”", "可", "以"]


def test_a_title_is_balanced() -> None:
    assert lines("您好今天想办什么", 14, balance=True) == ("您好今天", "想办什么")


def test_a_lonely_last_character_gets_company() -> None:
    assert all(len(line) > 1 for line in lines("一二三四五六七八九十百", 20))


def test_english_gets_typewriter_quotes_and_chinese_keeps_its_own() -> None:
    assert plain_quotes("Press “Help”") == 'Press "Help"'
    assert plain_quotes("请点“帮助”") == "请点“帮助”"


TEXTS = st.text(alphabet="一丁七，。、（）“”abcXYZ019 -.¥\n", max_size=60)


@given(TEXTS, st.integers(8, 40), st.booleans())
def test_no_character_is_lost_and_no_line_is_too_wide(text: str, width: int, balance: bool) -> None:
    broken = lines(text, width, balance)
    kept = "".join(broken)
    assert [char for char in kept if not char.isspace()] == [char for char in text if not char.isspace()]
    for line in broken:
        assert measure(line) <= width


@given(TEXTS, st.integers(20, 40))
def test_breaks_keep_the_rules_unless_a_piece_is_longer_than_a_line(text: str, width: int) -> None:
    if "\n" in text or any(measure(piece) > width for piece in tokens(text)):
        return
    broken = lines(text, width)
    for before, after in pairwise(broken):
        if before + after in text:  # no blank stood between them
            assert after[0] not in NOT_FIRST
            assert before[-1] not in NOT_LAST


def test_a_number_keeps_its_unit_and_english_breaks_after_a_hyphen() -> None:
    assert tokens("请到 2 号窗口")[:4] == ["请", "到", " ", "2 号"]
    assert tokens("Self-service")[:2] == ["Self-", "service"]
