"""The demonstration: each item once, on a panel of its own, from touch to receipt, and what its report says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from kiosk.bench.children import ROOT, python
from tests.journeys.story import EXTRACT, PERMIT, RECORD


@pytest.mark.parametrize(
    ("item", "lang", "size"), [(RECORD, "zh", "1080x1920"), (EXTRACT, "en", "1920x1080"), (PERMIT, "zh", "1280x1024")]
)
def test_an_item_is_done_by_touch_and_nothing_stays(item: str, lang: str, size: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = python("main.py", "demo", "--item", item, "--lang", lang, "--size", size, "--out", str(out))
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert told.returncode == 0, told.stdout + told.stderr
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert (report["outcome"], report["problems"]) == ("done", [])
    assert [step["page"] for step in report["steps"]][-1] == "attract"
    assert len(list(out.glob("receipt-*.png"))) == 1
    assert all(row["state"] in ("closed", "accepted", "printed", "taken") for row in _rows(out))


def _rows(out: Path) -> list[dict[str, str]]:
    tables = json.loads((out / "ledger.json").read_text(encoding="utf-8"))
    return [row for table in ("orders", "filings", "outputs") for row in tables[table]]
