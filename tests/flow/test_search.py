"""Search: what people type at a terminal, and which items come first."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kiosk.catalogue import load
from kiosk.catalogue.keys import search_keys
from kiosk.flow.items import Catalogue, Item
from kiosk.flow.search import QUERY_LIMIT, find
from kiosk.platform import Text

SOCIAL, PERMIT, PROPERTY = "social-insurance-record", "residence-endorsement", "property-register-query"


@functools.cache
def city() -> Catalogue:
    """The three items, and invented ones near them that have to rank below or beside."""
    base = load(Path(__file__).parents[2] / "flows")
    model = base.items[0]

    def invented(id: str, zh: str, en: str, *keywords: str) -> Item:
        made = replace(model, id=id, title=Text(zh, en), summary=Text(zh, en), keywords=keywords, keys=())
        return replace(made, keys=search_keys(made))

    others = (
        invented("card", "社会保障卡补领", "Replace a lost social security card", "社保卡丢了"),
        invented("permit-new", "上海市居住证办理", "Apply for a residence permit", "办居住证"),
        invented("fund", "住房公积金提取", "Withdraw from the housing fund", "公积金"),
        invented("tax", "重复缴税查询", "Tax paid twice", "税"),
    )
    return Catalogue(items=base.items + others, texts={}, digest="city")


def ids(query: str, lang: str = "zh") -> list[str]:
    return [item.id for item in find(city(), query, lang)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        # Chinese: title, keyword, characters left out
        ("居住证签注", PERMIT),
        ("不动产", PROPERTY),
        ("交了几年社保", SOCIAL),
        ("居住证到期", PERMIT),
        ("房产证", PROPERTY),
        ("公积金", "fund"),
        ("社保记录", SOCIAL),
        ("社会记录", SOCIAL),
        # pinyin: whole, from the middle, initials, mixed, with blanks and apostrophes, one slip
        ("shebaozhengming", SOCIAL),
        ("gongjijin", "fund"),
        ("sbjl", SOCIAL),
        ("bdcdj", PROPERTY),
        ("jzzdq", PERMIT),
        ("shebzm", SOCIAL),
        ("fangchan zheng", PROPERTY),
        ("fang'chan'zheng", PROPERTY),
        ("chongfu", "tax"),
        ("shebaozhengmign", SOCIAL),
        ("gongjjin", "fund"),
        # English: beginnings of words in any order, one slip
        ("social insurance", SOCIAL),
        ("insur", SOCIAL),
        ("renewal", PERMIT),
        ("deed", PROPERTY),
        ("extract prop", PROPERTY),
        ("insurence", SOCIAL),
        ("wihtdraw", "fund"),
        # full width, capitals
        ("ＳＢＪＬ", SOCIAL),
        ("House", PROPERTY),
    ],
)
def test_what_people_type_finds_what_they_mean(query: str, first: str) -> None:
    assert ids(query)[:1] == [first]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("居住证", [PERMIT, "permit-new"]),
        ("社会", [SOCIAL, "card"]),  # both titles begin with it: the catalogue's order
        ("社保", [SOCIAL, "card"]),  # both by a keyword
        ("上海市居住证办理", ["permit-new"]),
        ("gjj", ["fund"]),
        ("social", [SOCIAL, "card"]),
    ],
)
def test_several_that_fit_come_best_first(query: str, found: list[str]) -> None:
    assert ids(query) == found


@pytest.mark.parametrize("query", ["", "   ", "'", "火车票", "xyzzy", "qqqq", "护照!"])
def test_what_fits_nothing_finds_nothing(query: str) -> None:
    assert ids(query) == []


def test_one_slip_is_forgiven_only_in_longer_words() -> None:
    assert ids("huose") == [PROPERTY]
    assert ids("huse") == []
    assert ids("insrnce") == []


def test_leaving_characters_out_counts_only_when_nothing_else_fits() -> None:
    assert ids("上居办") == ["permit-new"]
    assert ids("shjzzbl") == ["permit-new"]


def test_the_language_decides_between_pinyin_and_english() -> None:
    """`fu` begins both fu'bao'jin and `fund`."""
    model = city().items[0]
    pinyin = replace(model, id="pinyin", title=Text("福保金", "Grant"), keywords=(), keys=("fu'bao'jin", "grant"))
    english = replace(model, id="english", title=Text("提取", "My fund"), keywords=(), keys=("ti'qu", "fund"))
    both = Catalogue(items=(english, pinyin), texts={}, digest="both")
    assert [item.id for item in find(both, "fu", "zh")] == ["pinyin", "english"]
    swapped = Catalogue(items=(pinyin, english), texts={}, digest="swapped")
    assert [item.id for item in find(swapped, "fu", "en")] == ["english", "pinyin"]


def test_keys_are_pinyin_with_apostrophes_and_single_english_words() -> None:
    keys = city().items[-1].keys
    assert keys == ("chong'fu'jiao'shui'cha'xun", "tax", "paid", "twice")


@given(st.text(max_size=QUERY_LIMIT + 10), st.sampled_from(["zh", "en"]))
@settings(max_examples=100, deadline=None)
def test_any_query_gives_the_same_answer_twice_and_no_item_twice(query: str, lang: str) -> None:
    found = ids(query, lang)
    assert found == ids(query, lang)
    assert len(found) == len(set(found))
    assert ids(f"  {query[: QUERY_LIMIT - 2]} ", lang) == ids(query[: QUERY_LIMIT - 2], lang)


@given(st.sampled_from(["gongjijin", "insurance", "residence", "zhufang", "property"]), st.data())
@settings(max_examples=80, deadline=None)
def test_any_single_slip_still_finds_it(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    slip = data.draw(st.sampled_from(["drop", "double", "swap", "wrong"]))
    typed = {
        "drop": word[:at] + word[at + 1 :],
        "double": word[:at] + word[at] + word[at:],
        "swap": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        "wrong": word[:at] + "x" + word[at + 1 :],
    }[slip]
    assert set(ids(word)) <= set(ids(typed))
