"""Search keys of an item: pinyin of its title and keywords, and English words. `kiosk.flow.search` reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kiosk.flow.items import Item

_HAN = re.compile(r"[\u3007\u3400-\u9fff\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[a-z0-9]+", re.ASCII)
_IDLE = frozenset(["a", "an", "and", "at", "for", "from", "in", "of", "on", "or", "the", "to", "with", "your"])


def search_keys(item: Item) -> tuple[str, ...]:
    """Pinyin with an apostrophe between syllables (`she'bao`, ü as v), title first; then English words."""
    spoken = [_pinyin(text) for text in (item.title.zh, *item.keywords)]
    words = [word for text in (item.title.en, item.summary.en, *item.keywords) for word in _words(text)]
    return tuple(dict.fromkeys(key for key in [*spoken, *words] if key))


def _pinyin(text: str) -> str:
    from pypinyin import lazy_pinyin  # 140 ms to import: only who compiles a catalogue pays them

    syllables = [syllable for part in _HAN.findall(text) for syllable in lazy_pinyin(part, errors="ignore")]
    return "'".join(syllables) if len(syllables) > 1 else ""


def _words(text: str) -> Iterator[str]:
    return (word for word in _WORD.findall(text.casefold()) if word not in _IDLE)
