"""What is put on paper or shown as a preview: a receipt as data, laid out by whoever draws it."""

from __future__ import annotations

import hashlib
from typing import Literal

from msgspec import Struct

from kiosk.secret import Words, reveal

Align = Literal["left", "centre", "right"]


class Line(Struct, frozen=True, tag=True):
    """One paragraph; the printer or the screen breaks it to its own width."""

    text: Words
    align: Align = "left"
    size: Literal[1, 2] = 1
    bold: bool = False


class Pair(Struct, frozen=True, tag=True):
    """A label at the left and its value at the right of one row."""

    label: str
    value: Words


class Rule(Struct, frozen=True, tag=True):
    """A dividing line across the paper."""


class Qr(Struct, frozen=True, tag=True):
    """A QR symbol with a caption under it."""

    data: Words
    caption: str = ""


Block = Line | Pair | Rule | Qr


class Document(Struct, frozen=True):
    """Title first; `blocks` top to bottom. `copy` marks a repeat of a job that was already out."""

    title: str
    blocks: tuple[Block, ...]
    copy: bool = False


def text_of(document: Document) -> tuple[str, ...]:
    """Every word of a document in order, without layout: what a receipt is compared by."""
    found: list[str] = [document.title]
    for block in document.blocks:
        match block:
            case Line(text=text):
                found.append(reveal(text))
            case Pair(label=label, value=value):
                found += [label, reveal(value)]
            case Qr(data=data, caption=caption):
                found += [reveal(data), caption]
            case Rule():
                pass
    return tuple(word for word in found if word)


def digest_of(document: Document) -> str:
    """SHA-256 (hex) of a document's words, one a line, UTF-8: platform, kiosk and receipt are compared by it."""
    return hashlib.sha256("\n".join(text_of(document)).encode()).hexdigest()
