"""What docs/items.md shows an author is true: its example loads, its table of keys is complete."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kiosk.catalogue import load
from kiosk.flow.items import Field, Item, Step

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "items.md").read_text(encoding="utf-8")


def test_the_example_of_the_guide_is_an_item(tmp_path: Path) -> None:
    example = GUIDE.split("```yaml\n")[1].split("```")[0]
    shutil.copytree(ROOT / "flows" / "shared", tmp_path / "shared")
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "social-insurance-record.yaml").write_text(example, encoding="utf-8")
    assert [item.id for item in load(tmp_path).items] == ["social-insurance-record"]


@pytest.mark.parametrize("cls", [Item, Field, *Step.__subclasses__()], ids=lambda cls: cls.__name__)
def test_the_guide_names_every_key(cls: type) -> None:
    named = set(re.findall(r"`(\w+)`", GUIDE))
    assert set(cls.__struct_fields__) - {"version", "keys"} <= named  # type: ignore[attr-defined]
