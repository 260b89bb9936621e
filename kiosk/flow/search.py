"""Find an item by what a citizen types: Chinese, pinyin whole or by initials, English, with one slip forgiven.

`Item.keys` (made by the catalogue) are of two forms: pinyin with an apostrophe between syllables (`she'bao`), from
the title and the colloquial keywords; and single English words. Everything else is taken from the item itself.
"""

from __future__ import annotations

import functools
import unicodedata

from msgspec import Struct

from kiosk.flow.items import Catalogue, Item

QUERY_LIMIT = 40  # characters that are looked at
FORGIVEN_FROM = 5  # letters of a query from which one typing error is forgiven
LOOSE_FROM = 3  # letters of a query from which initials may be left out

# Ranks, best first. Pinyin and English swap places with the language of the screen.
_EXACT, _TITLE_START, _TITLE, _KEYWORD, _FIRST, _SECOND, _MIXED, _SLIP, _LOOSE = range(9)


class _Entry(Struct, frozen=True):
    """One item as it is searched. `titles` and `keywords` are folded; the title's own pinyin and words come first."""

    item: Item
    titles: tuple[str, ...]
    keywords: tuple[str, ...]
    pinyin: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]


def find(catalogue: Catalogue, query: str, lang: str) -> tuple[Item, ...]:
    """Items that fit, best first; equal ones in the catalogue's order. An empty query finds nothing."""
    folded = _fold(query[:QUERY_LIMIT])
    if not folded:
        return ()
    ranked = [(_rank(entry, folded, lang), number) for number, entry in enumerate(_index(catalogue))]
    found = sorted((rank, number) for rank, number in ranked if rank is not None)
    if any(rank[0] < _LOOSE for rank, _ in found):
        found = [(rank, number) for rank, number in found if rank[0] < _LOOSE]
    return tuple(catalogue.items[number] for _, number in found)


@functools.lru_cache(maxsize=2)
def _index(catalogue: Catalogue) -> tuple[_Entry, ...]:
    return tuple(_entry(item) for item in catalogue.items)


def _entry(item: Item) -> _Entry:
    return _Entry(
        item=item,
        titles=(_fold(item.title.zh), _fold(item.title.en)),
        keywords=tuple(_fold(keyword) for keyword in item.keywords),
        pinyin=tuple(tuple(key.split("'")) for key in item.keys if "'" in key),
        words=tuple(key for key in item.keys if "'" not in key),
    )


def _fold(text: str) -> str:
    """Full width becomes half, capitals small, apostrophes and spare blanks go."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    return " ".join(plain.split())


def _rank(entry: _Entry, query: str, lang: str) -> tuple[int, int] | None:
    """How well an item fits, smaller is better; None when it does not. The second figure is where in its keys."""
    if query in entry.titles or query in entry.keywords:
        return _EXACT, 0
    titles = entry.titles if lang == "en" else entry.titles[:1]
    if any(title.startswith(query) for title in titles):
        return _TITLE_START, 0
    if any(_holds(title, query) for title in titles):
        return _TITLE, 0
    if any(_holds(keyword, query) for keyword in entry.keywords):
        return _KEYWORD, 0
    letters = query.replace(" ", "")
    if not letters.isascii():
        return (_LOOSE, 0) if _left_out(query.replace(" ", ""), entry.titles[0]) else None
    return _rank_letters(entry, query, letters, lang)


def _holds(text: str, query: str) -> bool:
    """Chinese anywhere, letters from the beginning of a word."""
    return f" {query}" in f" {text}" if query.isascii() else query in text


def _rank_letters(entry: _Entry, query: str, letters: str, lang: str) -> tuple[int, int] | None:
    english, pinyin = (_FIRST, _SECOND) if lang == "en" else (_SECOND, _FIRST)
    ranks: list[tuple[int, int]] = []
    if all(any(word.startswith(part) for word in entry.words) for part in query.split()):
        ranks.append((english, 0))
    for place, syllables in enumerate(entry.pinyin):
        starts = range(len(syllables))
        initials = "".join(syllable[0] for syllable in syllables)
        if any("".join(syllables[start:]).startswith(letters) for start in starts) or letters in initials:
            ranks.append((pinyin, place))
        elif any(_abbreviates(letters, syllables[start:]) for start in starts):
            ranks.append((_MIXED, place))
        elif len(letters) >= FORGIVEN_FROM and any(_near(letters, "".join(syllables[start:])) for start in starts):
            ranks.append((_SLIP, place))
        elif len(letters) >= LOOSE_FROM and _left_out(letters, initials):
            ranks.append((_LOOSE, place))
    if len(letters) >= FORGIVEN_FROM and any(_near(letters, word) for word in entry.words):
        ranks.append((_SLIP, 0))
    return min(ranks, default=None)


def _abbreviates(letters: str, syllables: tuple[str, ...]) -> bool:
    """Whole syllables and initials mixed: `shebzm` for she bao zheng ming."""
    if not letters:
        return True
    if not syllables:
        return False
    first, rest = syllables[0], syllables[1:]
    return any(
        letters.startswith(part) and _abbreviates(letters[len(part) :], rest)
        for part in (first, first[:2] if first[1:2] == "h" else "", first[0])
        if part
    )


def _near(typed: str, word: str) -> bool:
    """Is `typed` the beginning of `word` but for one letter wrong, too many, missing, or two changed about?"""
    at = next((n for n, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), min(len(typed), len(word)))
    return (
        word[at + 1 :].startswith(typed[at + 1 :])
        or word[at:].startswith(typed[at + 1 :])
        or word[at + 1 :].startswith(typed[at:])
        or (typed[at : at + 2] == word[at : at + 2][::-1] and word[at + 2 :].startswith(typed[at + 2 :]))
    )


def _left_out(typed: str, whole: str) -> bool:
    """Does `typed` follow from `whole` by leaving characters out, the first one kept? 社保 from 社会保险."""
    if len(typed) < 2 or whole[:1] != typed[0]:
        return False
    rest = iter(whole)
    return all(character in rest for character in typed)
