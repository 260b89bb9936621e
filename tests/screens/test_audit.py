"""Every sample page, on every panel, in both languages and 40 per cent longer, keeps the rules of a public screen."""

from __future__ import annotations

import msgspec
import pytest

from kiosk.page import Page
from kiosk.secret import reveal
from screens import theme
from screens.scene import Box, Icon, Rect, Scene, Target, Text
from screens.typeset import plain_quotes
from tests.screens import audit
from tests.screens.composing import pencil, scene, sheets
from tests.screens.panels import PANELS, metrics
from tests.screens.samples import LANGUAGES, NAMES, sample
from tests.screens.words import words

TIGHT = ("portrait-small", "landscape", "desk")  # where longer words would not fit first
VARIANTS = (("zh", False), ("en", False), ("en", True))


def faults(page: Page, panel: str) -> list[str]:
    ruler, faces = pencil()
    m = metrics(panel)
    found: list[str] = []
    for number, drawn in enumerate(sheets(page, panel)):
        for fault in (
            *audit.targets(drawn, m),
            *audit.texts(drawn, m, ruler),
            *audit.colours(drawn),
            *audit.glyphs(drawn, faces),
        ):
            found.append(f"sheet {number}: {fault}")
    return found


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_keeps_the_rules(name: str, panel: str) -> None:
    found = {
        f"{lang}{'+40%' if stretch else ''}": said
        for lang, stretch in VARIANTS
        if (panel in TIGHT or not stretch) and (said := faults(sample(name, lang, stretch), panel))  # type: ignore[arg-type]
    }
    assert not found


@pytest.mark.parametrize("panel", PANELS)
def test_the_bar_stands_at_the_same_place_on_every_page(panel: str) -> None:
    places: dict[str, set[Rect]] = {}
    for lang in LANGUAGES:
        for name in NAMES:
            page = sample(name, lang)
            keys = {button.key for button in page.bar}
            for target in scene(page, panel).targets:
                if target.key in keys:
                    places.setdefault(target.key, set()).add(target.rect)
    assert set(places) == {"back", "exit", "help", "language"}
    assert all(len(rects) == 1 for rects in places.values()), places


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_a_page_is_on_one_of_its_sheets(panel: str, lang: str) -> None:
    for name in NAMES:
        page = sample(name, lang)  # type: ignore[arg-type]
        shown = "\n".join(
            "\n".join(reveal(line) for line in mark.lines)
            for drawn in sheets(page, panel)
            for mark in drawn.marks
            if isinstance(mark, Text)
        )
        missing = [word for word in words(page) if squeeze(word) not in squeeze(shown)]
        assert not missing, name
        if lang == "en":
            whole = plain_quotes(shown.replace("-\n", "-"))
            cut = [part for word in words(page) for part in plain_quotes(word).split() if part not in whole]
            assert not cut, name


@pytest.mark.parametrize("panel", PANELS)
def test_the_page_opens_on_the_sheet_with_the_problem(panel: str) -> None:
    page = sample("form-problem", "en")
    drawn = scene(page, panel)
    assert any("11 digits" in " ".join(map(reveal, mark.lines)) for mark in drawn.marks if isinstance(mark, Text))
    assert "circle-alert" in {mark.name for mark in drawn.marks if isinstance(mark, Icon)}


def squeeze(text: str) -> str:
    """Without blanks and quotes: lines are broken at the first and draw the second plainly."""
    return "".join(char for char in text if not char.isspace() and char not in "“”‘’\"'")


def test_theme_inks_are_readable_on_their_grounds() -> None:
    for ink, ground, _ in theme.TONES.values():
        assert audit.contrast(ink, ground) >= theme.CONTRAST_FLOOR
    assert audit.contrast(theme.EDGE, theme.PAPER) >= 3
    assert audit.contrast(theme.INK_OFF, theme.SUNKEN) >= theme.CONTRAST_FLOOR


# --- the audit itself: each mutant must be caught -----------------------------------------------------------


def drawn_home() -> Scene:
    return scene(sample("home", "zh"), "portrait")


def with_target(drawn: Scene, target: Target) -> Scene:
    return msgspec.structs.replace(drawn, targets=(*drawn.targets, target))


@pytest.mark.parametrize(
    "target",
    [
        Target("small", Rect(500, 700, 30, 30)),
        Target("touching", Rect(0, 600, 1080, 200)),
        Target("off", Rect(1000, 1700, 200, 100)),
        Target("high", Rect(400, 100, 200, 100)),
    ],
    ids=lambda target: target.key,
)
def test_a_bad_target_is_caught(target: Target) -> None:
    assert list(audit.targets(with_target(drawn_home(), target), metrics("portrait")))


@pytest.mark.parametrize(
    "mutant",
    [
        Text(Rect(10, 900, 300, 20), ("太小",), "fine", 12, 20, theme.INK),
        Text(Rect(10, 900, 20, 60), ("这一行放不下",), "body", 40, 60, theme.INK),
        Text(Rect(900, 1880, 600, 60), ("伸出屏幕的一行文字",), "body", 40, 60, theme.INK),
        Text(Rect(100, 500, 600, 120), ("断得不对", "，这样"), "body", 40, 60, theme.INK),
    ],
    ids=["small", "wide", "off", "broken"],
)
def test_a_bad_text_is_caught(mutant: Text) -> None:
    drawn = Scene((Box(Rect(0, 0, 1080, 1920), theme.PAPER), mutant), ())
    assert list(audit.texts(drawn, metrics("portrait"), pencil()[0]))


def test_a_covered_text_is_caught() -> None:
    ground = Box(Rect(0, 0, 1080, 1920), theme.PAPER)
    text = Text(Rect(100, 500, 600, 60), ("盖住了",), "body", 40, 60, theme.INK)
    lid = Box(Rect(100, 500, 60, 60), theme.CARD)
    assert not list(audit.texts(Scene((ground, text), ()), metrics("portrait"), pencil()[0]))
    assert list(audit.texts(Scene((ground, text, lid), ()), metrics("portrait"), pencil()[0]))


def test_pale_text_and_a_missing_glyph_are_caught() -> None:
    ground = Box(Rect(0, 0, 1080, 1920), theme.PAPER)
    pale = Text(Rect(100, 500, 600, 60), ("浅\U000e0041",), "body", 40, 60, "#cccccc")
    assert list(audit.colours(Scene((ground, pale), ())))
    assert list(audit.glyphs(Scene((ground, pale), ()), pencil()[1]))
