"""`python main.py demo`: one visit from the first touch to the receipt, and everything about it checked."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests
import zxingcpp
from msgspec import Struct
from PIL import Image

from kiosk import catalogue
from kiosk.bench import people
from kiosk.bench.capture import Capture
from kiosk.bench.children import ROOT, ChildError
from kiosk.bench.control import ControlError
from kiosk.bench.demo import evidence
from kiosk.bench.demo.citizen import Citizen, Lost
from kiosk.bench.demo.evidence import Compare
from kiosk.bench.demo.hand import Hand
from kiosk.bench.demo.mirror import Mirror, Seen
from kiosk.bench.display import Display
from kiosk.bench.world import World

# Who needs what: each has data for the item in the sandbox's store of invented people.
WHO = {"property-register-query": "wang-yan"}
ANYBODY = "lin-xiaoman"
SETTLE_SECONDS = 20.0  # for the ledger and the fleet to finish after the visit


def run(item: str, lang: str, size: tuple[int, int], out: Path, compare: Compare) -> int:
    """Exit code 0 only when the visit ended well and every check passed."""
    known = [one.id for one in catalogue.load(ROOT / "flows").items]
    if item not in known:
        print(f"demo: --item: no item {item!r}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise OSError("the directory is not empty")
    except OSError as error:
        print(f"demo: --out {out}: {error}", file=sys.stderr)
        return 2
    run_dir = Path(tempfile.mkdtemp(prefix="kiosk-demo-"))
    world = World(run_dir, size)
    display: Display | None = None
    began = time.monotonic()
    try:
        for part in world.start():
            print(f"  {part}", flush=True)
        display = Display.virtual(size, run_dir / "logs", browser=False)
        report = _visit(world, display, item, lang, out, compare)
    except (ChildError, Lost, ControlError, OSError, requests.RequestException) as error:
        report = {"item": item, "outcome": "failed", "problems": [str(error)]}
    finally:
        world.stop()
        if display:
            display.stop()
    report["seconds"] = round(time.monotonic() - began, 1)
    _keep(world, report, out)
    shutil.rmtree(run_dir, ignore_errors=True)
    print(f"{report['outcome']}: {out / 'report.json'}")
    for problem in report["problems"]:
        print(f"  {problem}", file=sys.stderr)
    return 0 if report["outcome"] == "done" else 1


def _visit(world: World, display: Display, item: str, lang: str, out: Path, compare: Compare) -> dict[str, Any]:
    person_id = WHO.get(item, ANYBODY)
    person = people.load()[person_id]
    mirror = Mirror(world.mirror)
    hand = Hand(display.name)
    capture = Capture(world, out / "mqtt.jsonl")
    kiosk = world.start_kiosk({"DISPLAY": display.name}, mirror=True)
    citizen = Citizen(hand, mirror, world.control, world.phone_url, read_qr)
    steps: list[dict[str, Any]] = []
    before = time.monotonic()
    try:
        for seen in citizen.visit(item, lang, person_id, person):
            now = time.monotonic()
            _picture(hand, seen, out, len(steps))
            steps.append({"page": seen.kind, "question": seen.question, "after_ms": round((now - before) * 1000)})
            before = now
        state = _settled(world, item, capture, out)
        problems = _problems(world, kiosk.process.pid, person, state, out, compare)
    except (Lost, ControlError, requests.RequestException) as error:
        hand.picture().save(out / "99-lost.png")
        problems = [str(error)]
    finally:
        capture.close()
        mirror.close()
    outcome = "failed" if problems else "done"
    return {
        "item": item,
        "lang": lang,
        "size": "x".join(map(str, world.size)),
        "person": person_id,
        "outcome": outcome,
        "problems": problems,
        "steps": steps,
    }


class Settled(Struct, frozen=True):
    """The world after the visit: is its usage at the fleet, the ledger's rows, what the platform knows."""

    usage: bool
    rows: dict[str, list[dict[str, Any]]]
    platform: dict[str, Any]


def _settled(world: World, item: str, capture: Capture, out: Path) -> Settled:
    usage = _await_usage(world, item)
    rows = _await_closed(world)
    capture.flush()
    (out / "ledger.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return Settled(usage, rows, evidence.platform_state(world))


def _problems(world: World, pid: int, person: dict[str, Any], after: Settled, out: Path, compare: Compare) -> list[str]:
    words = evidence.planted(person, after.platform)
    problems = [f"receipt: {text}" for text in evidence.receipt_differs(world, after.platform, compare)]
    problems += [f"ledger: {text}" for text in evidence.ledger_open(after.rows)]
    problems += [] if after.usage else ["fleet: no usage event of this item arrived"]
    problems += [f"left on disk: {hit}" for hit in evidence.leaks_on_disk(world, words, out / "mqtt.jsonl")]
    problems += [f"left in memory: {hit}" for hit in evidence.leaks_in_memory(pid, words)]
    return problems


def _await_usage(world: World, item: str) -> bool:
    """The fleet has committed that this item was used and done."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        if any(_is_usage(event, item) for event in evidence.fleet_events(world)):
            return True
        time.sleep(0.3)
    return False


def _is_usage(event: dict[str, Any], item: str) -> bool:
    text = json.dumps(event)
    return '"usage"' in text and item in text and '"done"' in text


def _await_closed(world: World) -> dict[str, list[dict[str, Any]]]:
    deadline = time.monotonic() + SETTLE_SECONDS
    rows = evidence.ledger_rows(world)
    while evidence.ledger_open(rows) and time.monotonic() < deadline:
        time.sleep(0.3)
        rows = evidence.ledger_rows(world)
    return rows


def read_qr(picture: Image.Image) -> str | None:
    """What a phone's camera would read off the screen."""
    found = zxingcpp.read_barcodes(picture.convert("L"))
    return found[0].text if found else None


def _picture(hand: Hand, seen: Seen, out: Path, number: int) -> None:
    hand.picture().save(out / f"{number:02d}-{seen.kind}.png")


def _keep(world: World, report: dict[str, Any], out: Path) -> None:
    for receipt in sorted(world.receipts.glob("receipt-*")):
        shutil.copy(receipt, out / receipt.name)
    logs = out / "logs"
    logs.mkdir(exist_ok=True)
    for log in (world.dir / "logs").glob("*.log"):
        shutil.copy(log, logs / log.name)
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
