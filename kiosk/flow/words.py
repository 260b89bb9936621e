"""Every sentence the runtime says comes from `flows/texts/`, by key, in the visitor's language."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.page import Lang
from kiosk.platform import Text


class Speaker:
    """Says texts of a catalogue in one language. A personal value has a row of its own, never a place in a sentence."""

    def __init__(self, texts: Mapping[str, Text], lang: Lang) -> None:
        self._texts = texts
        self.lang = lang

    def __call__(self, key: str, **values: str | int) -> str:
        text = self._texts[key].say(self.lang)
        return text.format(**values) if values else text

    def knows(self, key: str) -> bool:
        return key in self._texts

    def code(self, family: str, code: str) -> str:
        """The sentence for an enumerated code (`refusal.CARD_EXPIRED`), or the family's general one."""
        key = f"{family}.{code}"
        return self(key if key in self._texts else f"{family}.other")

    def text(self, text: Text | None) -> str:
        return text.say(self.lang) if text else ""


def clock(seconds: float) -> str:
    """`4:05`, never negative."""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def yuan(fen: int) -> str:
    """Integer fen as money: 1000 -> `¥10.00`."""
    return f"¥{fen // 100}.{fen % 100:02d}"
