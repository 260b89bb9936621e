"""python -m console: receive what the terminals say, and show it.

receive    --broker HOST:PORT --ca PEM --cert PEM --key PEM --db FILE    (the word may be left out)
events     --db FILE [--terminal NAME] [--limit N] [--json]
terminals  --db FILE [--json]
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path

from console import show
from console.receiver import Receiver, Settings
from console.store import Store, StoreError


def main(arguments: list[str]) -> int:
    if not arguments or (arguments[0].startswith("--") and arguments[0] != "--help"):
        arguments = ["receive", *arguments]
    options = _parser().parse_args(arguments)
    try:
        if options.command == "receive":
            return _receive(options)
        return _show(options)
    except StoreError as error:
        print(f"console: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader (head, less) has seen enough
        sys.stderr.close()
        return 0


def _receive(options: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for path in (options.ca, options.cert, options.key):
        if not path.is_file():
            print(f"console: {path}: no such file", file=sys.stderr)
            return 2
    host, port = options.broker
    store = Store(options.db)
    receiver = Receiver(Settings(host, port, options.ca, options.cert, options.key), store)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: receiver.stop())
    receiver.run()
    store.close()
    return 0


def _show(options: argparse.Namespace) -> int:
    if not options.db.is_file():
        print(f"console: {options.db}: no such file; the receiver makes it", file=sys.stderr)
        return 2
    store = Store(options.db)
    if options.command == "events":
        lines = show.events(store, options.terminal, options.limit, options.json)
    else:
        lines = show.terminals(store, options.json)
    for line in lines:
        print(line)
    store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("console", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    receive = commands.add_parser("receive", help="from the broker into the store, until SIGTERM")
    receive.add_argument("--broker", type=_address, required=True, metavar="HOST:PORT")
    for name in ("ca", "cert", "key"):
        receive.add_argument(f"--{name}", type=Path, required=True, metavar="PEM")
    events = commands.add_parser("events", help="events in the order in which they came")
    events.add_argument("--terminal", default="", metavar="NAME")
    events.add_argument("--limit", type=int, default=1_000, metavar="N", help="the last N (1000)")
    terminals = commands.add_parser("terminals", help="every terminal as last known")
    for command in (events, terminals):
        command.add_argument("--json", action="store_true", help="one JSON object a line")
    for command in (receive, events, terminals):
        command.add_argument("--db", type=Path, required=True, metavar="FILE")
    return parser


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, int(port)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
