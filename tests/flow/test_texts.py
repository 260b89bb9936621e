"""Every key that the machines say stands in flows/texts, and every sentence there is said by somebody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from kiosk.devices import Role
from tests.flow.play import items

ROOT = Path(__file__).resolve().parents[2]
SAID = re.compile(r'(?:say(?:\.personal)?\(\s*|(?:plain|primary)\(say, "[a-z]+", )(f?)"([a-zA-Z0-9_.{}]+)"')
# Families whose members are named by codes or steps at run time.
FAMILIES = (
    "refusal",
    "unreachable",
    "card",
    "code",
    "print",
    "print_doubt",
    "order",
    "filing",
    "device",
    "trouble",
    "leaving",
    "unavailable",
    "help",
    "rate",
)


def said() -> tuple[set[str], list[str]]:
    """Literal keys, and patterns for the ones with a part filled in."""
    literal: set[str] = set()
    patterns: list[str] = []
    for source in (ROOT / "kiosk" / "flow").rglob("*.py"):
        for computed, key in SAID.findall(source.read_text(encoding="utf-8")):
            if computed:
                patterns.append(re.sub(r"\\{[^}]*\\}", r"[a-zA-Z0-9_]+", re.escape(key)))
            else:
                literal.add(key)
    return literal, patterns


def test_whatever_is_said_has_a_sentence() -> None:
    literal, patterns = said()
    known = set(items().texts)
    assert literal <= known
    for pattern in patterns:
        assert any(re.fullmatch(pattern, key) for key in known), pattern


def test_every_sentence_is_said() -> None:
    literal, patterns = said()
    spare = [
        key
        for key in items().texts
        if key not in literal
        and not any(re.fullmatch(pattern, key) for pattern in patterns)
        and key.partition(".")[0] not in FAMILIES
    ]
    assert spare == []


@pytest.mark.parametrize(
    "family", ["refusal", "unreachable", "card", "code", "print", "print_doubt", "order", "filing"]
)
def test_a_code_that_nobody_foresaw_has_a_general_sentence(family: str) -> None:
    assert f"{family}.other" in items().texts


def test_every_device_that_can_be_missing_is_named() -> None:
    for role in Role:
        assert f"unavailable.{role.value}" in items().texts


def test_refusals_with_a_sentence_of_their_own_are_codes_of_the_contract() -> None:
    contract = yaml.safe_load((ROOT / "kiosk" / "gateway" / "contract.yaml").read_text(encoding="utf-8"))
    codes = set(contract["components"]["schemas"]["RefusalCode"]["enum"])
    own = {key.partition(".")[2] for key in items().texts if key.startswith("refusal.")} - {"other"}
    assert own <= codes
