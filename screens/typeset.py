"""Line breaking for Chinese and Latin text: pure, measured by whoever draws.

Words, numbers and short quoted names stay whole, closing punctuation never starts a line, opening punctuation never
ends one, and a last line of a few characters takes company from the line above.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Measure = Callable[[str], float]
"""Width in px of a text set in one line; the width of two texts together is the sum of theirs."""

NOT_FIRST = frozenset("，。、；：？！）》」』】〉〕”’…—·％℃,.;:?!)]}%")
NOT_LAST = frozenset("（《「『【〈〔“‘([{¥￥")
_CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef\U00020000-\U0003ffff]")
_QUOTES = str.maketrans("“”‘’", "\"\"''")
_WIDOW = 0.3  # a last line shorter than this part of the width takes company from the line above
_TOKEN = re.compile(
    r"\n|\s+"
    r"|“[^”\n]{1,6}”"  # a short quoted name
    r"|[0-9][0-9.,]* (?=[\u3400-\u9fff])"  # a number before its Chinese unit
    r"|[A-Za-z]+-(?=[a-z]{3})"  # English may break after a hyphen
    r"|[A-Za-z0-9À-ɏ_'’\"@#&+*=¥$€./:,%\-]+|."
)


def plain_quotes(text: str) -> str:
    """Text without Chinese gets typewriter quotes: the Chinese face draws curly ones as wide as a character."""
    return text if _CHINESE.search(text) else text.translate(_QUOTES)


def tokens(text: str) -> list[str]:
    """Pieces that must not be broken; blanks are pieces of their own and may vanish at a line's end."""
    found: list[str] = []
    for piece in _TOKEN.findall(text):
        glue = bool(found) and not found[-1].isspace() and piece != "\n"
        if glue and found[-1].endswith(" "):  # a number and its unit: 3 个, 2 号
            found[-1] += piece
            continue
        if glue and not piece.isspace() and (piece[0] in NOT_FIRST or found[-1][-1] in NOT_LAST):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def break_lines(text: str, width: float, measure: Measure, balance: bool = False) -> tuple[str, ...]:
    """`text` in lines of at most `width` px. `balance` makes lines of similar length (titles, centred text)."""
    pieces = [(piece, measure(piece)) for piece in tokens(text)]
    lines = _fill(pieces, width, measure)
    if len(lines) < 2:
        return lines
    if balance:
        return _balanced(pieces, width, measure, lines)
    if "\n" not in text and measure(lines[-1]) < width * _WIDOW:
        return _balanced(pieces, width, measure, lines, floor=0.75)
    return lines


_Pieces = list[tuple[str, float]]


def _fill(pieces: _Pieces, width: float, measure: Measure) -> tuple[str, ...]:
    lines: list[str] = []
    line, used = "", 0.0
    for piece, wide in pieces:
        if piece == "\n":
            lines.append(line.rstrip())
            line, used = "", 0.0
        elif piece.isspace():
            if line:
                line, used = line + " ", used + wide / len(piece)
        elif used + wide <= width:
            line, used = line + piece, used + wide
        else:
            if line.strip():
                lines.append(line.rstrip())
            line, used = piece, wide
            if wide > width:
                *whole, line = _cut(piece, width, measure)
                lines += whole
                used = measure(line)
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return tuple(lines)


def _cut(piece: str, width: float, measure: Measure) -> list[str]:
    """A piece wider than a whole line is cut where it must be."""
    parts: list[str] = [""]
    for char in piece:
        if parts[-1] and measure(parts[-1] + char) > width:
            parts.append("")
        parts[-1] += char
    return parts


def _balanced(
    pieces: _Pieces, width: float, measure: Measure, lines: tuple[str, ...], floor: float = 0.5
) -> tuple[str, ...]:
    """The narrowest setting with as many lines that cuts no word, found by halving."""
    widest = max((wide for _, wide in pieces if wide <= width), default=0.0)
    low, high, best = max(width * floor, widest), width, lines
    for _ in range(6):
        middle = (low + high) / 2
        tried = _fill(pieces, middle, measure)
        if len(tried) == len(lines):
            high, best = middle, tried
        else:
            low = middle
    return best
