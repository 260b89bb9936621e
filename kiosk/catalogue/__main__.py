"""`python -m kiosk.catalogue check [FOLDER]`: every problem, one a line. `... schema [FOLDER]`: the editors' schema."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kiosk.catalogue import check, load, shared_names, titles
from kiosk.catalogue.schema import schema


def main(arguments: list[str]) -> int:
    """0: no problem; 1: problems, printed; 2: not understood."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.catalogue", description=__doc__)
    parser.add_argument("command", choices=["check", "schema"])
    parser.add_argument("folder", type=Path, nargs="?", default=Path("flows"))
    given = parser.parse_args(arguments)
    if given.command == "schema":
        file = given.folder / "item.schema.json"
        text = json.dumps(schema(shared_names(given.folder)), ensure_ascii=False, indent=2)
        file.write_text(text + "\n", encoding="utf-8")
        return 0
    problems = check(given.folder)
    for problem in problems:
        print(problem)
    if not problems:
        print(f"{given.folder}: {len(titles(load(given.folder)))} items, no problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
