"""Make the screens' faces from Debian's font packages: `python -m screens.fonts.build [FOLDER]`.

Needs the Debian packages fonts-noto-cjk and fonts-hanazono and the Python package fonttools, at set-up only. Kivy opens
the first face of a collection, which for Noto CJK is the Japanese one (直 and 复 in the wrong shape): so the
simplified-Chinese face is taken out of the collection, and a small everyday subset of it for a quick start.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec
from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-untyped]

from screens.fonts import INDEX, Face, folder

NOTO = Path("/usr/share/fonts/opentype/noto")
HANAMIN = Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf")
SC_FACE = 2  # order inside Noto's collections: JP, KR, SC, TC, HK
PUNCTUATION = "、。〈〉《》「」『』【】〔〕！（），．：；？％￥～·—–…‘’“”°×÷±¥€£©®™→←↑↓✓✗●○■□①②③④⑤⑥⑦⑧⑨⑩㎡℃№"


class FontSourceMissing(Exception):
    """A Debian font package is not installed; the message names it."""


def everyday() -> set[int]:
    """Code points of GB 2312, Latin-1, common punctuation and every sentence of this repository's items."""
    codes = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | {ord(char) for char in PUNCTUATION}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                codes.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    root = Path(__file__).resolve().parents[2]
    for file in root.glob("flows/**/*.yaml"):
        codes |= {ord(char) for char in file.read_text(encoding="utf-8") if char.isprintable()}
    return codes


def build(target: Path) -> None:
    """Write the faces and their index into `target`. Raises FontSourceMissing."""
    target.mkdir(parents=True, exist_ok=True)
    for source, package in ((NOTO / "NotoSansCJK-Regular.ttc", "fonts-noto-cjk"), (HANAMIN, "fonts-hanazono")):
        if not source.is_file():
            raise FontSourceMissing(f"{source} is missing: apt-get install {package}")
    for weight in ("Regular", "Bold"):
        whole = TTCollection(NOTO / f"NotoSansCJK-{weight}.ttc", lazy=True).fonts[SC_FACE]
        whole.save(target / f"sc-{weight.lower()}.otf")
        _write_subset(target / f"sc-{weight.lower()}.otf", target / f"core-{weight.lower()}.otf")
    shutil.copyfile(HANAMIN, target / "hanamin-b.ttf")
    chain = [
        Face("core-regular.otf", "core-bold.otf", _covered(target / "core-regular.otf")),
        Face("sc-regular.otf", "sc-bold.otf", _covered(target / "sc-regular.otf")),
        Face("hanamin-b.ttf", "hanamin-b.ttf", _covered(target / "hanamin-b.ttf")),
    ]
    (target / INDEX).write_bytes(msgspec.json.encode(chain))


def _write_subset(source: Path, target: Path) -> None:
    options: Any = subset.Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.notdef_outline = True
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=everyday())
    subsetter.subset(font)
    subset.save_font(font, target, options)


def _covered(file: Path) -> tuple[tuple[int, int], ...]:
    ranges: list[tuple[int, int]] = []
    for code in sorted(TTFont(file, lazy=True).getBestCmap()):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return tuple(ranges)


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else folder()
    try:
        build(place)
    except FontSourceMissing as error:
        sys.exit(f"screens.fonts.build: {error}")
    print(f"fonts written to {place}")
