"""Every kind of mistake an author can make, one file each: file, line, key, what is wrong and what to do.

A broken sample says at its end what is expected of it, in lines `# expect LINE: KEY: WHAT; REMEDY`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.catalogue import CatalogueError, check, load
from kiosk.catalogue.nodes import DEPTH_LIMIT, SIZE_LIMIT, read

SAMPLES = Path(__file__).parent / "catalogue_samples"
GOOD = (SAMPLES / "good.yaml").read_text(encoding="utf-8")
BROKEN = sorted((SAMPLES / "broken").glob("*.yaml"))


def folder_with(item: str, folder: Path) -> Path:
    shutil.copytree(SAMPLES / "shared", folder / "shared")
    (folder / "items").mkdir()
    (folder / "items" / "sample.yaml").write_text(item, encoding="utf-8")
    return folder


def told(folder: Path) -> list[str]:
    """The problems with file names counted from the folder."""
    return [str(problem).removeprefix(f"{folder}/") for problem in check(folder)]


def test_the_sample_that_the_broken_ones_are_made_from_is_good(tmp_path: Path) -> None:
    assert told(folder_with(GOOD, tmp_path)) == []


@pytest.mark.parametrize("sample", BROKEN, ids=lambda path: path.stem)
def test_a_mistake_is_told_with_its_place_and_its_remedy(sample: Path, tmp_path: Path) -> None:
    text = sample.read_text(encoding="utf-8")
    expected = [line.removeprefix("# expect ") for line in text.splitlines() if line.startswith("# expect ")]
    assert expected, "a broken sample says what is expected of it"
    assert told(folder_with(text, tmp_path)) == [f"items/sample.yaml:{line}" for line in expected]


def test_problems_of_all_files_come_in_one_error(tmp_path: Path) -> None:
    folder = folder_with(GOOD.replace("minutes: 3", "minutes: 0"), tmp_path)
    (folder / "items" / "other.yaml").write_text("format: 2\n", encoding="utf-8")
    (folder / "shared" / "fields.yaml").write_text("name: {label: {zh: 名, en: Name}}\n", encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load(folder)
    files = {Path(problem.file).name for problem in caught.value.problems}
    assert files == {"sample.yaml", "other.yaml", "fields.yaml"}
    assert list(caught.value.problems) == sorted(caught.value.problems)
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("departments.yaml", "office: {zh: 部门}\n", "1: office.en: missing; write the English beside the Chinese"),
        ("departments.yaml", "office: Office\n", "1: office: is text; write a mapping with zh, en, see docs/items.md"),
        ("fields.yaml", "name:\n  label: {zh: 名, en: Name}\n", "1: name.purpose: missing; add `purpose:`"),
        (
            "fields.yaml",
            "name:\n  id: name\n  label: {zh: 名, en: N}\n  purpose: {zh: 名, en: N}\n",
            "2: name.id: unknown key; known: editable, hint, invalid, label, masked, max_length, options, pad,"
            " personal, purpose, required, valid",
        ),
        (
            "fields.yaml",
            "Name:\n  label: {zh: 名, en: N}\n  purpose: {zh: 名, en: N}\n",
            "1: Name: Name does not fit ^[a-z][a-z0-9_]*$; use the letters and signs it allows",
        ),
        (
            "fields.yaml",
            "in:\n  label: {zh: 名, en: N}\n  purpose: {zh: 名, en: N}\n",
            "1: in: in has a meaning of its own in rules or receipts; choose another id",
        ),
        (
            "fields.yaml",
            "name:\n  label: {zh: 名, en: N}\n  purpose: {zh: 名, en: N}\n  valid: vale != ''\n",
            "4: name.valid: unknown name 'vale'; did you mean value?",
        ),
        ("steps.yaml", "form: {zh: 表, en: 12}\n", "1: form.en: is the number 12; put it in quotes"),
        ("steps.yaml", "fom: {zh: 表, en: Form}\n", "1: fom: unknown kind of step; did you mean form?"),
    ],
)
def test_a_mistake_in_a_shared_file(file: str, text: str, expected: str, tmp_path: Path) -> None:
    folder = folder_with(GOOD, tmp_path)
    (folder / "shared" / file).write_text(text, encoding="utf-8")
    assert f"shared/{file}:{expected}" in told(folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello: {zh: 你好}\n", ["1: hello.en: missing; write the English beside the Chinese"]),
        (
            "hello: {zh: '{n}次', en: '{m} times'}\n",
            ["1: hello: {m, n} stands in one language only; name the same values in both"],
        ),
        ("hello: {zh: '{', en: x}\n", ["1: hello.zh: braces do not hold a name; write {name}"]),
        (
            "hello: {zh: '{a.b}', en: '{a.b}'}\n",
            [
                "1: hello.en: braces do not hold a name; write {name}",
                "1: hello.zh: braces do not hold a name; write {name}",
            ],
        ),
        ("a: {zh: 甲, en: A}\na: {zh: 乙, en: B}\n", ["2: a: named twice, first in line 1; remove one"]),
        ("first: {zh: 甲, en: A}\n", ["1: first: is also in a.yaml; remove one"]),
    ],
)
def test_a_mistake_in_the_texts(text: str, expected: list[str], tmp_path: Path) -> None:
    folder = folder_with(GOOD, tmp_path)
    (folder / "texts").mkdir()
    (folder / "texts" / "a.yaml").write_text("first: {zh: 首, en: First}\n", encoding="utf-8")
    (folder / "texts" / "b.yaml").write_text(text, encoding="utf-8")
    assert told(folder) == [f"texts/b.yaml:{line}" for line in expected]


def test_a_folder_without_files_names_what_is_missing(tmp_path: Path) -> None:
    assert told(tmp_path) == [
        "items:1: no item files; write items/<id>.yaml",
        "shared/departments.yaml:1: cannot be read: No such file or directory; create it",
        "shared/fields.yaml:1: cannot be read: No such file or directory; create it",
        "shared/icons.txt:1: cannot be read; create it: names of icons, in UTF-8",
        "shared/steps.yaml:1: cannot be read: No such file or directory; create it",
    ]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xff\xfe", "1: not UTF-8; save the file as UTF-8"),
        (b"a: b\nc: \x07", "1: not valid YAML: a control character; remove it"),
        (b"", "1: not a mapping; write `key: value` lines"),
        (b"? [a]\n: b\n", "1: a key that is not a word; write `key: value` lines"),
        (b"a: " + b"[" * (DEPTH_LIMIT + 1), "1: too deeply nested; an item needs less"),
        (b"#" * (SIZE_LIMIT + 1), "1: larger than 256 KiB; split it"),
    ],
)
def test_a_file_that_is_no_item_at_all(data: bytes, what: str) -> None:
    source, problems = read("x.yaml", data)
    assert source.root is None
    assert [str(problem) for problem in problems] == [f"x.yaml:{what}"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_with(GOOD, tmp_path_factory.mktemp("folder"))


@given(st.binary(max_size=300))
@settings(max_examples=80, deadline=None)
def test_random_bytes_raise_nothing_but_a_catalogue_error(folder: Path, data: bytes) -> None:
    (folder / "items" / "sample.yaml").write_bytes(data)
    with pytest.raises(CatalogueError):
        load(folder)


PIECES = ["{", "}", "[", "]", ": ", "- ", "\n", "  ", "'", '"', "&a", "*a", "!!", "|", "null", "{name}", "\u2028", "💧"]


@given(
    st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=4)
)
@example([(0, len(GOOD), "- ")])
@settings(max_examples=80, deadline=None)
def test_a_damaged_item_loads_or_raises_a_catalogue_error(folder: Path, damage: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for start, length, piece in damage:
        text = text[:start] + piece + text[start + length :]
    (folder / "items" / "sample.yaml").write_text(text, encoding="utf-8")
    problems = check(folder)
    lines = len(text.splitlines()) + 2
    assert all(1 <= problem.line <= lines and problem.what and problem.remedy for problem in problems)


def test_the_command_prints_problems_one_a_line_and_fails(tmp_path: Path) -> None:
    def run(folder: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kiosk.catalogue", "check", str(folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    folder = folder_with(GOOD, tmp_path)
    good = run(folder)
    assert (good.returncode, good.stdout) == (0, f"{folder}: 1 items, no problems\n")
    (folder / "items" / "sample.yaml").write_text(GOOD.replace("audience: person", "audience: persn"), encoding="utf-8")
    bad = run(folder)
    expected = f"{folder}/items/sample.yaml:7: audience: unknown value persn; did you mean person?\n"
    assert (bad.returncode, bad.stdout) == (1, expected)
