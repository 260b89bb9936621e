"""Find an item by what a citizen types: Chinese, pinyin whole or by initials, English, with one slip forgiven.

`Item.keys` (made by the catalogue) are of two forms: pinyin with an apostrophe between syllables (`she'bao`), from
the title and the colloquial keywords; and single English words. Everything else is taken from the item itself.
The index of a catalogue is made at the first query (about 0.1 ms an item) and kept.
"""

from __future__ import annotations

import bisect
import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator

from msgspec import Struct

from kiosk.flow.items import Catalogue, Item

QUERY_LIMIT = 40  # characters that are looked at
FORGIVEN_FROM = 5  # letters of a query from which one typing error is forgiven
LOOSE_FROM = 3  # letters of a query from which initials may be left out
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"

# Ranks, best first. Pinyin and English swap places with the language of the screen.
_EXACT, _TITLE_START, _TITLE, _KEYWORD, _FIRST, _SECOND, _MIXED, _SLIP, _LOOSE = range(9)
Rank = tuple[int, int]  # and, within a rank, which of the item's keys: the title's own come first
Place = tuple[int, int]  # number of the item, which of its keys


class _Places(Struct, frozen=True):
    """Sorted texts, and beside each where it stands."""

    texts: tuple[str, ...]
    places: tuple[Place, ...]

    def beginning(self, text: str) -> Iterator[Place]:
        """Where a text stands that begins so."""
        for at in range(bisect.bisect_left(self.texts, text), len(self.texts)):
            if not self.texts[at].startswith(text):
                return
            yield self.places[at]


class _Entry(Struct, frozen=True):
    """One item as it is searched; all texts folded. `pinyin`: one key a line, apostrophes kept."""

    titles: tuple[str, ...]
    keywords: tuple[str, ...]
    pinyin: str
    initials: tuple[str, ...]


class _Index(Struct, frozen=True):
    """`pinyin` and `initials` hold what begins at any syllable, `words` whole English words."""

    entries: tuple[_Entry, ...]
    pinyin: _Places
    initials: _Places
    words: _Places


def find(catalogue: Catalogue, query: str, lang: str) -> tuple[Item, ...]:
    """Items that fit, best first; equal ones in the catalogue's order. An empty query finds nothing."""
    folded = _fold(query[:QUERY_LIMIT])
    if not folded:
        return ()
    ranks = _ranks(_index(catalogue), folded, lang)
    return tuple(catalogue.items[number] for _, number in sorted((rank, number) for number, rank in ranks.items()))


def _ranks(index: _Index, query: str, lang: str) -> dict[int, Rank]:
    """The best rank of each item that fits. Each looser way of fitting counts only when no stricter one does."""
    ranks: dict[int, Rank] = {}
    letters = query.replace(" ", "")
    _take(ranks, ((number, _written(entry, query, lang)) for number, entry in enumerate(index.entries)))
    if letters.isascii():
        _take(ranks, _typed(index, query, letters, lang))
        if not ranks and letters.isalpha():
            _take(ranks, _mixed(index, letters))
        if not ranks and len(letters) >= FORGIVEN_FROM:
            _take(ranks, _slips(index, letters))
    if not ranks:
        _take(ranks, _loose(index, letters))
    return ranks


def _take(ranks: dict[int, Rank], found: Iterable[tuple[int, Rank | None]]) -> None:
    for number, rank in found:
        if rank is not None and rank < ranks.get(number, (_LOOSE + 1, 0)):
            ranks[number] = rank


# --- the index ----------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=2)
def _index(catalogue: Catalogue) -> _Index:
    pinyin: list[tuple[str, Place]] = []
    initials: list[tuple[str, Place]] = []
    words: list[tuple[str, Place]] = []
    entries = []
    for number, item in enumerate(catalogue.items):
        spoken = [key.split("'") for key in item.keys if "'" in key]
        words += [(key, (number, place)) for place, key in enumerate(item.keys) if "'" not in key]
        for place, syllables in enumerate(spoken):
            first = "".join(syllable[0] for syllable in syllables)
            for start in range(len(syllables)):
                pinyin.append(("".join(syllables[start:]), (number, place)))
                initials.append((first[start:], (number, place)))
        entries.append(_entry(item, spoken))
    return _Index(tuple(entries), _sorted(pinyin), _sorted(initials), _sorted(words))


def _sorted(found: list[tuple[str, Place]]) -> _Places:
    found.sort()
    return _Places(tuple(text for text, _ in found), tuple(place for _, place in found))


def _entry(item: Item, spoken: list[list[str]]) -> _Entry:
    return _Entry(
        titles=(_fold(item.title.zh), _fold(item.title.en)),
        keywords=tuple(_fold(keyword) for keyword in item.keywords),
        pinyin="\n".join("'".join(syllables) for syllables in spoken),
        initials=tuple("".join(syllable[0] for syllable in syllables) for syllables in spoken),
    )


def _fold(text: str) -> str:
    """Full width becomes half, capitals small, apostrophes and spare blanks go."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    return " ".join(plain.split())


# --- what fits ----------------------------------------------------------------------------------------------


def _written(entry: _Entry, query: str, lang: str) -> Rank | None:
    """The query as it stands in titles and keywords."""
    if query in entry.titles or query in entry.keywords:
        return _EXACT, 0
    titles = entry.titles if lang == "en" else entry.titles[:1]
    if any(title.startswith(query) for title in titles):
        return _TITLE_START, 0
    if any(_holds(title, query) for title in titles):
        return _TITLE, 0
    return (_KEYWORD, 0) if any(_holds(keyword, query) for keyword in entry.keywords) else None


def _holds(text: str, query: str) -> bool:
    """Chinese anywhere, letters from the beginning of a word."""
    return f" {query}" in f" {text}" if query.isascii() else query in text


def _typed(index: _Index, query: str, letters: str, lang: str) -> Iterator[tuple[int, Rank]]:
    """Pinyin whole or by initials, from any syllable on; English words in any order."""
    english, pinyin = (_FIRST, _SECOND) if lang == "en" else (_SECOND, _FIRST)
    for places in (index.pinyin, index.initials):
        yield from ((number, (pinyin, place)) for number, place in places.beginning(letters))
    items = [{number for number, _ in index.words.beginning(part)} for part in query.split()]
    yield from ((number, (english, 0)) for number in set.intersection(*items))


def _mixed(index: _Index, letters: str) -> Iterator[tuple[int, Rank]]:
    """Each letter goes on with its syllable or begins the next one: `shebzm` for she bao zheng ming."""
    pattern = re.compile("(?:^|')" + "(?:[a-z]*')?".join(letters), re.MULTILINE)
    for number, entry in enumerate(index.entries):
        if match := pattern.search(entry.pinyin):
            yield number, (_MIXED, entry.pinyin.count("\n", 0, match.start()))


def _slips(index: _Index, letters: str) -> Iterator[tuple[int, Rank]]:
    """One letter wrong, missing, too many, or two changed about, in pinyin or in an English word."""
    cuts = [(letters[:at], letters[at:]) for at in range(len(letters) + 1)]
    meant = {left + right[1:] for left, right in cuts if right}
    meant |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    meant |= {left + letter + right[1:] for left, right in cuts if right for letter in _ALPHABET}
    meant |= {left + letter + right for left, right in cuts for letter in _ALPHABET}
    for text in meant:
        for places in (index.pinyin, index.words):
            yield from ((number, (_SLIP, place)) for number, place in places.beginning(text))


def _loose(index: _Index, typed: str) -> Iterator[tuple[int, Rank]]:
    """Characters left out, the first one kept: 社保 from 社会保险, `sbjl` from its initials."""
    for number, entry in enumerate(index.entries):
        if not typed.isascii():
            if len(typed) > 1 and _left_out(typed, entry.titles[0]):
                yield number, (_LOOSE, 0)
        elif len(typed) >= LOOSE_FROM:
            places = (place for place, initials in enumerate(entry.initials) if _left_out(typed, initials))
            yield from ((number, (_LOOSE, place)) for place in places)


def _left_out(typed: str, whole: str) -> bool:
    rest = iter(whole)
    return whole[:1] == typed[0] and all(character in rest for character in typed)
