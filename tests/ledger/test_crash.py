"""kill -9 of a real process while it takes money: the books agree afterwards, and every mutant is found out.

The harness forks, so it runs as a program of its own; see `tests/ledger/crash.py` for its long version.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def harness(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.ledger.crash", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_eighty_kills_lose_nothing_and_double_nothing() -> None:
    run = harness("--kills", "80", "--seed", "20260101")
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_kill_at_every_commit_call_and_sheet_of_three_short_stories() -> None:
    run = harness("--points")
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("mutant", ["FreshOrderNumber", "RowAfterTheCharge", "BlindReprint", "RefundInDoubt"])
def test_the_harness_finds_the_mutant(mutant: str) -> None:
    run = harness("--kills", "1500", "--seed", "3", "--mutant", mutant)
    assert run.returncode == 0, f"{mutant} was not found: {run.stdout}{run.stderr}"
