"""Golden screens: each sample as text (exact) and as a small picture (tolerant).

After a change that is meant: `python -m tests.screens.update`, look at `python -m tests.screens.report OUT`, commit.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.screens import pictures
from tests.screens.composing import scene
from tests.screens.dump import dump
from tests.screens.panels import metrics
from tests.screens.samples import LANGUAGES, NAMES, sample

PANELS = ("portrait", "landscape")


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sample_says_and_places_what_its_golden_dump_does(lang: str, panel: str) -> None:
    for name in NAMES:
        page = sample(name, lang)  # type: ignore[arg-type]
        golden = pictures.GOLDEN / panel / f"{name}-{lang}.txt"
        now = dump(page, scene(page, panel), metrics(panel))
        assert now == golden.read_text(encoding="utf-8"), f"{golden}: python -m tests.screens.update if this is meant"


@pytest.mark.parametrize("panel", PANELS)
def test_every_sample_looks_like_its_golden_picture(panel: str, tmp_path: Path) -> None:
    pictures.draw(panel, tmp_path)
    wrong = []
    for now in sorted(tmp_path.glob("*.png")):
        golden = pictures.GOLDEN / panel / now.name
        share = pictures.differing(golden, now)
        if share > pictures.SHARE:
            told = tmp_path / f"differs-{now.name}"
            pictures.side_by_side(golden, now, told)
            wrong.append(f"{now.stem}: {share:.2%} of the pixels differ, see {told}")
    assert not wrong, "\n".join(wrong)
    assert {file.name for file in (pictures.GOLDEN / panel).glob("*.png")} == {
        f"{name}-{pictures.LANGS[panel]}.png" for name in NAMES
    }


def test_the_pictures_are_small() -> None:
    assert sum(file.stat().st_size for file in pictures.GOLDEN.rglob("*.png")) < 1_500_000


@pytest.mark.parametrize("mutant", ["moved key", "lost word", "other colour"])
def test_a_changed_picture_is_caught(mutant: str, tmp_path: Path) -> None:
    golden = pictures.GOLDEN / "portrait" / "form-zh.png"
    changed = Image.open(golden).convert("RGB")
    if mutant == "moved key":
        changed.paste(changed.crop((10, 438, 260, 455)), (10, 433))
    elif mutant == "lost word":
        ImageDraw.Draw(changed).rectangle((8, 82, 130, 101), fill=changed.getpixel((5, 90)))
    else:
        ImageDraw.Draw(changed).rectangle((14, 440, 255, 452), fill="#a8281b")
    changed.save(tmp_path / "now.png")
    assert pictures.differing(golden, tmp_path / "now.png") > pictures.SHARE
