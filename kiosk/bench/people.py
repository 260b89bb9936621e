"""The sandbox's invented people, as the bench puts them in front of the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).resolve().parents[1] / "gateway" / "sandbox" / "people.yaml"


def load() -> dict[str, dict[str, Any]]:
    """Person id -> what stands in people.yaml."""
    return {person["id"]: person for person in yaml.safe_load(_FILE.read_text(encoding="utf-8"))["people"]}
