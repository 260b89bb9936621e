"""What a demonstration leaves behind, and whether it is what it should be: each check names what it found."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import apsw
import msgspec
import requests

from kiosk.bench.children import ROOT, python
from kiosk.bench.demo import canary
from kiosk.bench.world import World
from kiosk.document import Document

ENDS = {"orders": {"closed"}, "filings": {"accepted"}, "outputs": {"printed", "taken"}}


def planted(person: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, str]:
    """Everything that names this person: what stands on the card, and what the platform issued about them."""
    card = person["card"]
    words = {name: str(card[name]) for name in ("name", "number", "address") if card.get(name)}
    words["phone"] = str(person["phone"])
    for name in ("number", "address"):
        if person.get("permit"):
            words[f"permit.{name}"] = str(person["permit"][name])
    for count, owned in enumerate(person.get("properties", ())):
        words |= {f"property{count}.{name}": str(owned[name]) for name in ("number", "address")}
    for count, notice in enumerate(state["notices"]):
        words[f"notice{count}"] = str(notice["number"])
    for count, filing in enumerate(state["filings"]):
        words[f"case{count}"] = str(filing["number"])
    return words


def platform_state(world: World) -> dict[str, Any]:
    state: dict[str, Any] = requests.get(f"{world.phone_url}/state", timeout=5).json()
    return state


Compare = Callable[[Document, bytes], list[str]]


def receipt_differs(world: World, state: Mapping[str, Any], compare: Compare) -> list[str]:
    """How the one receipt differs from what the platform issued. `compare` decodes the paper from its bytes.

    An acceptance slip is the item's own template around the platform's case number: that number must be on it.
    """
    papers = sorted(world.receipts.glob("*.bin"))
    if len(papers) != 1:
        return [f"{len(papers)} receipts instead of 1"]
    if state["notices"]:
        issued = msgspec.convert(state["notices"][-1]["document"], Document)
        return compare(issued, papers[0].read_bytes())
    words = "".join(json.loads(papers[0].with_suffix(".json").read_text(encoding="utf-8"))["text"])
    numbers = [str(filing["number"]) for filing in state["filings"] if filing["number"]]
    if not numbers:
        return ["the platform issued nothing"]
    return [] if numbers[-1] in "".join(words.split()) else ["the case number is not on the slip"]


def ledger_rows(world: World) -> dict[str, list[dict[str, Any]]]:
    """Every row of the kiosk's ledger; sealed payloads as their length, for nobody here can read them."""
    db = apsw.Connection(str(world.dir / "data" / "ledger.sqlite"), flags=apsw.SQLITE_OPEN_READONLY)
    tables = [str(row[0]) for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    rows: dict[str, list[dict[str, Any]]] = {}
    for table in tables:
        names = [str(column[1]) for column in db.execute(f'PRAGMA table_info("{table}")')]
        rows[table] = [
            dict(zip(names, map(_shown, row), strict=True)) for row in db.execute(f'SELECT * FROM "{table}"')
        ]
    db.close()
    return rows


def _shown(value: Any) -> Any:
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else value


def ledger_open(rows: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    """Rows that have not come to a good end."""
    found = []
    for table, good in ENDS.items():
        for row in rows.get(table, ()):
            if row["state"] not in good:
                found.append(f"{table}: {row['state']}")
    return found


def fleet_events(world: World) -> list[dict[str, Any]]:
    """What the fleet's receiver committed."""
    told = subprocess.run(
        python("-m", "console", "events", "--db", str(world.console_db), "--json"),
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=20,
    )
    return [json.loads(line) for line in told.stdout.splitlines() if line.strip()]


def leaks_on_disk(world: World, words: Mapping[str, str], capture: Path) -> list[str]:
    """Files of the kiosk, the broker and the fleet that hold a planted word. The platform and the paper may."""
    sought = canary.needles(words)
    own = [path for name in ("data", "logs", "broker") for path in (world.dir / name).rglob("*") if path.is_file()]
    own += [path for path in world.dir.glob("console.sqlite*") if path.is_file()]
    own = [path for path in own if path.name not in ("sandbox.log",)] + [capture]
    return [f"{path.name}: {hit}" for path in own for hit in canary.in_file(path, sought)]


def leaks_in_memory(pid: int, words: Mapping[str, str]) -> list[str]:
    sought = canary.needles(words)
    return [f"process {one}: {hit}" for one in canary.family(pid) for hit in canary.in_memory(one, sought)]
