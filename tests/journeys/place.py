"""A service point of real processes without a window, and all that can be looked up about it from outside."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import requests
from msgspec import Struct

from console.store import Store
from kiosk.bench.capture import Capture
from kiosk.bench.children import ROOT, Child
from kiosk.bench.control import Control
from kiosk.bench.demo import evidence
from kiosk.bench.world import DEVICES, World
from kiosk.fleet.messages import Event

PATIENCE = 40.0  # seconds until a story gives up; nothing depends on how much of them a busy machine needs
PLATFORM_SECONDS = 3.0  # what this terminal's config allows the platform: a story of a slow one waits so long
LEDGER = ("orders", "filings", "outputs")
Found = TypeVar("Found")

# One rule more than the sample item has: no invented person meets a finding that they could mend at the terminal.
_RULE = """      - code: HOUSING_UNUSUAL
        field: housing_kind
        rule: housing_kind != 'relatives'
        text: {zh: 测试规则。请改选住房性质。, en: Test rule. Please choose another kind of housing.}
"""


class Seen(Struct, frozen=True):
    """One page as the headless kiosk printed it."""

    kind: str
    words: str


def until(what: str, look: Callable[[], Found], pause: float = 0.05) -> Found:
    """Wait until `look` finds something; `pause`: seconds between two looks."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"never came: {what}")
        time.sleep(pause)
    return found


class Pages:
    """The pages that were shown, in order. `sees` goes on from the page that it found last."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._at = 0  # bytes read
        self._rest = ""
        self._shown: list[Seen] = []
        self._looked = 0

    def all(self) -> list[Seen]:
        with self._out.open("rb") as file:
            file.seek(self._at)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._at += len(whole)
        self._rest += whole.decode()
        *pages, self._rest = re.split(r"\n\n(?=== \w+ \d+ ==\n)|(?<=\n)\n\Z", self._rest)
        self._shown += [Seen(page.split()[1], page) for page in pages if page.startswith("== ")]
        return self._shown

    def sees(self, kind: str, *words: str) -> Seen:
        """The next page of this kind that says all these words, now or later; pages between are passed over."""

        def look() -> Seen | None:
            for number, page in enumerate(self.all()[self._looked :], self._looked + 1):
                if page.kind == kind and all(word in page.words for word in words):
                    self._looked = number
                    return page
            return None

        try:
            return until(f"{kind} {words}", look, 0.01)
        except AssertionError as error:
            shown = "\n".join(page.words for page in self._shown[-3:])
            raise AssertionError(f"{error}; the last pages were\n{shown}") from None


class Place:
    """The world in one directory, with a headless kiosk that can be killed and started again."""

    def __init__(self, run_dir: Path) -> None:
        self.world = World(run_dir, (1080, 1920))
        for _ in self.world.start():
            pass
        self._furnish()
        self.capture_file = run_dir / "mqtt.jsonl"
        self._capture = Capture(self.world, self.capture_file)
        self.controls: dict[str, Control] = {role: self.world.control(role) for role in DEVICES}
        self.pages = Pages(run_dir / "logs" / "kiosk.out")
        self.kiosk = self.open()

    def open(self) -> Child:
        """Start the kiosk; it says what it shows, and soon it is open."""
        log = self.world.dir / "logs" / "kiosk.log"
        self._log_start = log.stat().st_size if log.exists() else 0
        self.kiosk = self.world.start_kiosk({}, headless=True)
        return self.kiosk

    def close(self) -> None:
        for control in self.controls.values():
            control.close()
        self._capture.close()
        self.world.stop()

    def flush_capture(self) -> None:
        self._capture.flush()

    def capture_anew(self) -> None:
        """After the broker was away: what passes it from now on goes to the same file."""
        self._capture.close()
        kept = self.capture_file.read_bytes()
        self._capture = Capture(self.world, self.capture_file)
        self.capture_file.with_suffix(".before").write_bytes(kept)

    # --- what can be looked up ------------------------------------------------------------------------------

    def platform(self) -> dict[str, Any]:
        return evidence.platform_state(self.world)

    def tell_platform(self, method: str, url: str, /, **body: Any) -> Any:
        """A call on the sandbox's phone port: faults, clock, phones."""
        headers = {"Accept": "application/json"}
        answer = requests.request(method, self.world.phone_url + url, json=body or None, headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def ledger(self) -> dict[str, list[dict[str, Any]]]:
        rows = evidence.ledger_rows(self.world)
        return {table: rows[table] for table in LEDGER}

    def fleet(self) -> list[Event]:
        """Every event that the fleet has committed, in the order of its coming."""
        if not self.world.console_db.exists():
            return []
        store = Store(self.world.console_db)
        try:
            return [row.entry.event for row in store.events()]
        finally:
            store.close()

    def presence(self) -> str:
        """on, off or lost: what the fleet's receiver holds of this terminal."""
        with sqlite3.connect(self.world.console_db) as db:
            row = db.execute("SELECT presence FROM terminal").fetchone()
        return str(row[0]) if row else ""

    def log_entries(self, code: str) -> list[dict[str, Any]]:
        """What the kiosk logged under this code since its last start."""
        text = (self.world.dir / "logs" / "kiosk.log").read_bytes()[self._log_start :].decode()
        entries = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("}\n")]
        return [entry for entry in entries if entry["code"] == code]

    # ----------------------------------------------------------------------------------------------------------

    def _furnish(self) -> None:
        flows = self.world.dir / "flows"
        shutil.copytree(ROOT / "flows", flows)
        item = flows / "items" / "residence-endorsement.yaml"
        text = item.read_text(encoding="utf-8")
        item.write_text(text.replace("    rules:\n", f"    rules:\n{_RULE}", 1), encoding="utf-8")
        config = self.world.config.read_text(encoding="utf-8")
        config = config.replace(str(ROOT / "flows"), str(flows))
        config = config.replace("sandbox = true", f"sandbox = true\ntimeout_seconds = {PLATFORM_SECONDS}")
        self.world.config.write_text(config, encoding="utf-8")
