"""The chain of faces: simplified-Chinese shapes, rare characters of names, and what happens without fonts."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens import icons
from screens.fonts import Faces, FontsMissing, faces

RARE = "㛃䶮𬭎𫖯𠅤"  # characters of names outside GB 2312; the last three outside the first plane


def test_everyday_text_is_one_run_of_the_small_face() -> None:
    assert faces().runs("请放置身份证 ¥10.00") == ((0, "请放置身份证 ¥10.00"),)


def test_a_rare_character_of_a_name_is_drawn_from_a_face_that_has_it() -> None:
    runs = faces().runs("王𬭎样")
    assert [text for _, text in runs] == ["王", "𬭎", "样"]
    assert runs[1][0] > 0


@pytest.mark.parametrize("char", RARE)
def test_no_rare_name_character_is_an_empty_box(char: str) -> None:
    assert faces().covers(char)


def test_a_character_of_the_last_extension_comes_from_the_last_face() -> None:
    assert faces().runs("\U0002a6d0")[0][0] == 2


def test_what_no_face_has_is_known() -> None:
    assert not faces().covers("\U000e0041")


def test_missing_fonts_name_the_command(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing, match=r"python -m screens\.fonts\.build"):
        Faces(tmp_path)


def test_an_unknown_icon_is_a_sheet_of_paper() -> None:
    assert icons.glyph("no-such-icon") == icons.glyph("file-text")
    assert icons.glyph("printer") != icons.glyph("file-text")


def test_every_icon_that_the_screens_name_exists() -> None:
    from tests.screens.composing import scene
    from tests.screens.samples import NAMES, sample

    used = {
        mark.name for name in NAMES for mark in scene(sample(name, "zh"), "portrait").marks if hasattr(mark, "name")
    }
    assert used <= icons.names()
