"""`python -m drivers list` names the drivers; `python -m drivers fake NAME ...` is the far end of one's cable."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import drivers
from drivers import far_end


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m drivers", description="Device drivers and their fakes.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="every driver: roles, title, what it was tested with")
    fake = verbs.add_parser("fake", help="run a device that is not there, on a wire of its own")
    fake.add_argument("name")
    fake.add_argument("--wire", required=True, help="pty:/path/link or tcp:PORT (0 = any free port)")
    fake.add_argument("--control", required=True, type=Path, help="path of the control socket to make")
    fake.add_argument("--out", type=Path, help="directory for what the device produces")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.verb == "list":
            return _list()
        far_end.run(drivers.fake(chosen.name), chosen.wire, chosen.control, chosen.out)
    except (drivers.DriverUnknown, ValueError, OSError) as error:
        print(f"drivers: {error}", file=sys.stderr)
        return 2
    return 0


def _list() -> int:
    for name in drivers.names():
        about = drivers.about(name)
        print(f"{name}\n  {about.title}\n  roles: {', '.join(about.roles)}  url: {about.url_example}")
        print(f"  {about.tested_with}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
