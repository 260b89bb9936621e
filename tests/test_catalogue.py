"""The three items as they are compiled, their schema, and what an author may write shorter."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TypeVar

import jsonschema
import msgspec
import pytest
import yaml

from kiosk.catalogue import CatalogueError, load, shared_names, titles
from kiosk.catalogue.schema import schema
from kiosk.devices import Role
from kiosk.flow.fields import evaluate
from kiosk.flow.items import Catalogue, Field, Form, Identify, Item, Pay, PreReview, Step, Submit
from kiosk.flow.rules import compile_rule
from kiosk.flow.state import Case
from kiosk.platform import Text, Value
from kiosk.secret import Secret

ROOT = Path(__file__).parent.parent
FLOWS = ROOT / "flows"
SAMPLES = Path(__file__).parent / "catalogue_samples"
ITEM_FILES = sorted((FLOWS / "items").glob("*.yaml"))
S = TypeVar("S", bound=Step)
HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(FLOWS)


def item(catalogue: Catalogue, id: str) -> Item:
    found = catalogue.item(id)
    assert found is not None
    return found


def form(made: Item) -> dict[str, Field]:
    return {field.id: field for step in made.steps if isinstance(step, Form) for field in step.fields}


def kinds(made: Item) -> list[str]:
    return [str(step.__struct_config__.tag) for step in made.steps]


def step(made: Item, kind: type[S]) -> S:
    return next(step for step in made.steps if isinstance(step, kind))


# --- the three items ----------------------------------------------------------------------------------------


def test_the_items_and_the_order_of_their_steps(catalogue: Catalogue) -> None:
    assert {made.id: kinds(made) for made in catalogue.items} == {
        "social-insurance-record": ["identify", "consent", "fetch", "preview", "print", "rate"],
        "residence-endorsement": [
            *("identify", "consent", "form", "check", "prereview", "submit", "print", "rate"),
        ],
        "property-register-query": [
            *("identify", "consent", "form", "check", "pay", "fetch", "preview", "print", "rate"),
        ],
    }


def test_a_found_card_does_not_open_the_property_register(catalogue: Catalogue) -> None:
    made = item(catalogue, "property-register-query")
    assert step(made, Identify).assurance == "card_and_code"
    assert {Role.CARD_READER, Role.CODE_SCANNER} <= set(made.needs)


def test_the_fields_carry_the_platforms_own_ids(catalogue: Catalogue) -> None:
    assert list(form(item(catalogue, "residence-endorsement"))) == [
        *("name", "number", "permit_number", "address", "housing_kind", "employer"),
        *("social_insurance_months", "phone"),
    ]
    assert list(form(item(catalogue, "property-register-query"))) == ["property", "purpose"]


def case(made: Item, **answers: str) -> Case:
    own = Text("本人填写", "Entered by you")
    values = tuple(Value(field, Secret(text), "typed", own) for field, text in answers.items())
    return Case(made, 0.0, values=values)


@pytest.mark.parametrize(("purpose", "fen"), [("court", 0), ("self", 1000), ("loan", 1000), ("", 1000)])
def test_the_fee_of_a_property_query(catalogue: Catalogue, purpose: str, fen: int) -> None:
    made = item(catalogue, "property-register-query")
    assert evaluate(step(made, Pay).fee, case(made, purpose=purpose)) == fen


@pytest.mark.parametrize(
    ("months", "housing", "employer", "found"),
    [
        ("6", "rented", "", []),
        ("41", "dormitory", "样例软件（上海）有限公司", []),
        ("5", "owned", "", ["INSURANCE_SHORT"]),
        ("", "owned", "", ["INSURANCE_SHORT"]),
        ("6 months", "owned", "", ["INSURANCE_SHORT"]),
        ("0", "dormitory", "", ["INSURANCE_SHORT", "EMPLOYER_MISSING"]),
    ],
)
def test_pre_review_of_a_residence_endorsement(
    catalogue: Catalogue, months: str, housing: str, employer: str, found: list[str]
) -> None:
    made = item(catalogue, "residence-endorsement")
    filled = case(made, social_insurance_months=months, housing_kind=housing, employer=employer)
    assert [rule.code for rule in step(made, PreReview).rules if evaluate(rule.rule, filled) is not True] == found


@pytest.mark.parametrize(
    ("phone", "valid"),
    [
        ("19900000001", True),
        ("13800138000", True),
        ("12800138000", False),
        ("1380013800", False),
        ("138001380000", False),
    ],
)
def test_a_mobile_number(catalogue: Catalogue, phone: str, valid: bool) -> None:
    field = form(item(catalogue, "residence-endorsement"))["phone"]
    assert compile_rule(field.valid, {"value": "str"})({"value": phone}) is valid


def test_whatever_names_a_person_is_marked_personal_and_numbers_are_masked(catalogue: Catalogue) -> None:
    fields = form(item(catalogue, "residence-endorsement")) | form(item(catalogue, "property-register-query"))
    assert {id for id, field in fields.items() if not field.personal} == {"housing_kind", "purpose"}
    assert {id for id, field in fields.items() if field.masked} == {"number", "permit_number", "phone"}


def test_every_language_is_written_in_its_own_letters(catalogue: Catalogue) -> None:
    """A Chinese sentence holds Chinese characters, an English one none."""

    def texts(value: object) -> list[Text]:
        if isinstance(value, Text):
            return [value]
        if isinstance(value, tuple):
            return [text for one in value for text in texts(one)]
        if isinstance(value, msgspec.Struct):
            return texts(tuple(getattr(value, name) for name in value.__struct_fields__))
        return []

    for text in texts(catalogue.items):
        assert HAN.search(text.zh), text
        assert not HAN.search(text.en), text


@pytest.mark.parametrize("file", ITEM_FILES, ids=lambda file: file.stem)
def test_an_item_file_names_its_schema_and_says_that_it_is_a_sample(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../item.schema.json"
    assert "示例流程" in lines[1]


def test_the_icons_on_offer_are_those_that_the_screens_have() -> None:
    drawn = json.loads((ROOT / "screens" / "icons" / "icons.json").read_text(encoding="utf-8"))
    assert shared_names(FLOWS).icons == set(drawn)


def test_titles_for_the_command_line(catalogue: Catalogue) -> None:
    assert ("residence-endorsement", "上海市居住证签注 · Residence permit endorsement (Shanghai)") in titles(catalogue)


# --- compiling ----------------------------------------------------------------------------------------------


def sample(folder: Path, change: tuple[str, str] = ("", "")) -> Path:
    shutil.copytree(SAMPLES / "shared", folder / "shared", dirs_exist_ok=True)
    (folder / "items").mkdir(exist_ok=True)
    text = (SAMPLES / "good.yaml").read_text(encoding="utf-8")
    (folder / "items" / "sample.yaml").write_text(text.replace(*change) if change[0] else text, encoding="utf-8")
    return folder


def test_a_version_follows_what_the_author_wrote_and_nothing_else(tmp_path: Path) -> None:
    first = load(sample(tmp_path)).items[0]
    assert re.fullmatch("[0-9a-f]{12}", first.version)
    assert load(sample(tmp_path)).items[0].version == first.version
    assert load(sample(tmp_path, ("steps:", "# a comment\nsteps:"))).items[0].version == first.version
    assert load(sample(tmp_path, ("minutes: 3", "minutes: 4"))).items[0].version != first.version


def test_a_shared_change_changes_the_version_of_who_uses_it(tmp_path: Path) -> None:
    first = load(sample(tmp_path))
    shared = tmp_path / "shared" / "departments.yaml"
    shared.write_text("sample-office: {zh: 示例部门, en: Another office}\n", encoding="utf-8")
    second = load(tmp_path)
    assert second.items[0].version != first.items[0].version
    assert second.digest != first.digest


def test_a_shared_field_may_be_changed_where_it_is_used(tmp_path: Path) -> None:
    used = ("      - months\n", "      - {use: months, required: false, label: {zh: 年数, en: Years}}\n")
    field = form(load(sample(tmp_path, used)).items[0])["months"]
    assert (field.required, field.label.en, field.pad) == (False, "Years", "digits")


def test_a_steps_own_title_comes_before_the_kinds(tmp_path: Path) -> None:
    own = ("  - kind: rate", "  - kind: rate\n    title: {zh: 好差评, en: Feedback}")
    steps = load(sample(tmp_path, own)).items[0].steps
    assert [one.title.en for one in steps[-2:]] == ["Print", "Feedback"]


def test_a_compiled_item_is_a_value(catalogue: Catalogue) -> None:
    assert {made: made.id for made in load(FLOWS).items} == {made: made.id for made in catalogue.items}
    slip = step(item(catalogue, "residence-endorsement"), Submit).slip
    assert any("{case_number}" in block.qr for block in slip)


# --- the schema ---------------------------------------------------------------------------------------------


def test_the_published_schema_is_current() -> None:
    published = json.loads((FLOWS / "item.schema.json").read_text(encoding="utf-8"))
    assert published == schema(shared_names(FLOWS)), "run: python -m kiosk.catalogue schema"


def test_the_schema_command_writes_that_file(tmp_path: Path) -> None:
    sample(tmp_path)
    subprocess.run([sys.executable, "-m", "kiosk.catalogue", "schema", str(tmp_path)], check=True, cwd=ROOT)
    written = json.loads((tmp_path / "item.schema.json").read_text(encoding="utf-8"))
    assert written["$defs"]["Item"]["properties"]["department"]["enum"] == ["sample-office"]


@pytest.mark.parametrize("file", ITEM_FILES, ids=lambda file: file.stem)
def test_the_items_fit_the_schema(file: Path) -> None:
    published = json.loads((FLOWS / "item.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate(yaml.safe_load(file.read_text(encoding="utf-8")), published)


def test_the_schema_is_never_stricter_than_the_catalogue(tmp_path: Path) -> None:
    """What the schema refuses among the broken samples, the catalogue refuses too; and it sees most of the mistakes."""
    validator = jsonschema.Draft202012Validator(schema(shared_names(SAMPLES)))
    good = yaml.safe_load((SAMPLES / "good.yaml").read_text(encoding="utf-8"))
    validator.validate(good)
    refused = set()
    for file in sorted((SAMPLES / "broken").glob("*.yaml")):
        try:
            value = yaml.safe_load(file.read_text(encoding="utf-8"))
        except yaml.YAMLError:
            continue
        if not validator.is_valid(value):
            refused.add(file.stem)
            with pytest.raises(CatalogueError):
                load(sample_of(file, tmp_path / file.stem))
    assert {"unknown-key", "unknown-step", "missing-english", "unknown-field-used", "out-of-range"} <= refused


def sample_of(file: Path, folder: Path) -> Path:
    shutil.copytree(SAMPLES / "shared", folder / "shared")
    (folder / "items").mkdir()
    shutil.copy(file, folder / "items" / "sample.yaml")
    return folder
