"""A personal value that shows itself to nobody by accident."""

from __future__ import annotations

from msgspec import Struct


class Secret(Struct, frozen=True, tag=True):
    """A citizen's personal value: prints as `***`, is read only by `reveal()`.

    `Words` on a Page are either `str` (everyone may see it) or `Secret` (this citizen alone); the type is
    the mark, so no value can be unmarked.
    """

    value: str

    def reveal(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self.value)

    def __len__(self) -> int:
        return len(self.value)


Words = str | Secret


def reveal(words: Words) -> str:
    """The text itself, for the one place that draws, prints or sends it."""
    return words.value if isinstance(words, Secret) else words


def mask(value: str, head: int = 3, tail: int = 4) -> str:
    """`310101199001011234` -> `310***********1234`; short values keep their first character alone."""
    if len(value) <= head + tail:
        return value[:1] + "*" * (len(value) - 1)
    return value[:head] + "*" * (len(value) - head - tail) + value[len(value) - tail :]
