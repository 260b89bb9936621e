"""What the catalogue lets through and what the platform may say can be told to the fleet, whose schema is closed."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk import catalogue
from kiosk.effects import Usage
from kiosk.fleet import messages
from kiosk.fleet.messages import fields
from kiosk.flow import items
from kiosk.gateway import wire
from kiosk.gateway.wire import RefusalCode

ROOT = Path(__file__).resolve().parents[1]


def meta(kind: Any) -> Any:
    return get_args(kind)[1]


def allowed(kind: Any) -> st.SearchStrategy[str]:
    """Texts that a type lets through, with digits in a row as likely as anything else."""
    longest = meta(kind).max_length or 64
    pattern = re.compile(meta(kind).pattern)
    parts = st.sampled_from(["a", "Z", "0", "7", "12345", "6789", "-", "_", "."])
    made = st.lists(parts, min_size=1, max_size=longest).map("".join) | st.from_regex(pattern, fullmatch=True)
    return made.filter(lambda text: len(text) <= longest and bool(pattern.fullmatch(text)))


def families() -> list[str]:
    """What stands before a code in a usage's reason: the first argument of every Trouble, by name or `print`."""
    found = {"print"}  # chosen by the printer's state
    for file in (ROOT / "kiosk" / "flow").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Trouble"
                and node.args
            ):
                first = node.args[0]
                found |= {first.value} if isinstance(first, ast.Constant) and isinstance(first.value, str) else set()
    return sorted(found)


def test_the_families_are_found() -> None:
    assert {"filing", "order", "print", "refusal", "unreachable"} <= set(families())


@given(allowed(items.ItemId))
@settings(max_examples=200, deadline=None)
def test_an_item_id_of_the_catalogue_is_one_for_fleet_and_platform(id: str) -> None:
    assert re.fullmatch(meta(fields.ItemId).pattern, id)
    assert re.fullmatch(meta(wire.ItemId).pattern, id)


@pytest.mark.parametrize("kind", [items.Code, wire.Code], ids=["of a rule", "of the platform"])
@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_code_can_be_told_to_the_fleet_behind_any_family(kind: Any, data: st.DataObject) -> None:
    code = data.draw(allowed(kind))
    for reason in (code, *(f"{family}.{code}" for family in families())):
        told = messages.usage(Usage("sample-item", "0" * 12, "failed", reason))
        assert told.reason == reason


@pytest.mark.parametrize("code", [*RefusalCode, "TIMEOUT", "CONNECTION", "SERVER", "CONTRACT", "BUSY"])
def test_every_refusal_of_the_contract_can_be_told(code: str) -> None:
    for family in ("refusal", "unreachable"):
        messages.usage(Usage("sample-item", "0" * 12, "failed", f"{family}.{code}"))


def test_every_item_that_ships_can_be_told() -> None:
    for item in catalogue.load(ROOT / "flows").items:
        messages.usage(Usage(item.id, item.version, "done"))
