"""The kiosk's one program. `python main.py --help` lists what it does; each command imports only what it needs."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.config import Config
    from kiosk.devices import Driver, Role
    from kiosk.document import Document
    from kiosk.flow.items import Catalogue
    from kiosk.runtime import Runtime
    from kiosk.shell import Face, Shell

ROOT = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 done, 1 something found wrong (demo, items) or broken (run), 2 cannot start: one line says why."""
    options = _options().parse_args(arguments)
    commands = {"run": run, "simulate": simulate, "demo": demo, "items": items}
    return commands[options.command](options)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python main.py", description="An open runtime for self-service terminals.")
    commands = parser.add_subparsers(dest="command", required=True)
    real = commands.add_parser("run", help="the kiosk on real hardware, from one TOML file")
    real.add_argument("--config", type=Path, required=True, help="see firmware-config/kiosk.toml")
    real.add_argument("--headless", action="store_true", help="no window: pages as text, keys on standard input")
    real.add_argument("--mirror", type=Path, help=argparse.SUPPRESS)  # for the bench: where the keys are, no words
    world = commands.add_parser("simulate", help="the whole world on this machine (what `make run` calls)")
    world.add_argument("--size", type=_size, default=(1080, 1920), help="panel in pixels, 1080x1920 unless told")
    world.add_argument("--dir", type=Path, default=ROOT / "run", help="run directory, made anew")
    world.add_argument("--port", type=_port, default=0, help="port of the bench page; 0: 8800 or the next free one")
    trip = commands.add_parser("demo", help="one visit without a person, checked from the card to the receipt")
    trip.add_argument("--item", default="social-insurance-record", help="id of an item (`main.py items`)")
    trip.add_argument("--lang", choices=("zh", "en"), default="zh")
    trip.add_argument("--size", type=_size, default=(1080, 1920), help="panel in pixels, 1080x1920 unless told")
    trip.add_argument("--out", type=Path, required=True, help="directory for pictures, receipt, messages, report")
    listing = commands.add_parser("items", help="id and title of every item, a line each")
    listing.add_argument("--catalogue", type=Path, default=ROOT / "flows")
    listing.add_argument("--lang", choices=("zh", "en"), default="zh")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, such as 1080x1920") from None
    if not (480 <= width <= 7680 and 480 <= height <= 7680):
        raise argparse.ArgumentTypeError(f"{text!r}: each side is 480 to 7680 pixels")
    return width, height


# --- commands -----------------------------------------------------------------------------------------------


def items(options: argparse.Namespace) -> int:
    from kiosk import catalogue

    try:
        loaded = catalogue.load(options.catalogue)
    except catalogue.CatalogueError as error:
        print(error, file=sys.stderr)
        return 1
    for item in loaded.items:
        print(f"{item.id}\t{item.title.say(options.lang)}")
    return 0


def simulate(options: argparse.Namespace) -> int:
    from kiosk.bench import simulate as bench

    return bench.run(options.dir, options.size, options.port)


def demo(options: argparse.Namespace) -> int:
    from kiosk.bench.demo import demo as trip

    return trip.run(options.item, options.lang, options.size, options.out, _on_paper)


def _on_paper(document: Document, printed: bytes) -> list[str]:
    """How what was printed differs from a document, read back from the bytes by an interpreter of its own."""
    from drivers.escpos_printer.paper import Paper
    from drivers.escpos_printer.words import same_words

    receipts = Paper().feed(printed)
    return same_words(document, receipts[0]) if len(receipts) == 1 else [f"{len(receipts)} receipts"]


def run(options: argparse.Namespace) -> int:
    from kiosk import catalogue, config, log, memory
    from kiosk.ledger.seal import SealError
    from kiosk.ledger.store import LedgerError
    from kiosk.screen import ScreenError

    memory.ensure()
    try:
        settings = config.load(options.config)
        drivers = _drivers(options.config, settings)
        config.check_files(options.config, settings)
        items = catalogue.load(Path(settings.terminal.catalogue))
        log.install()
        return asyncio.run(_serve(settings, drivers, items, options))
    except (config.ConfigError, catalogue.CatalogueError, LedgerError, SealError, ScreenError) as error:
        print(error, file=sys.stderr)
        return 2


# --- what `run` joins ---------------------------------------------------------------------------------------


def _drivers(path: Path, settings: Config) -> dict[Role, Driver]:
    """A driver for each device of the config. Raises ConfigError: unknown driver, bad url, or one of another role."""
    import drivers
    from kiosk.config import ConfigError
    from kiosk.devices import DeviceError

    found: dict[Role, Driver] = {}
    for number, device in enumerate(settings.device):
        try:
            driver = drivers.load(device.driver, device.url)
        except (drivers.DriverUnknown, DeviceError, ValueError) as error:
            raise ConfigError(f"{path}: device[{number}]: {error}") from None
        if driver.role is not device.role:
            raise ConfigError(
                f"{path}: device[{number}].role: {device.driver} is a {driver.role.value}, not a {device.role.value}"
            )
        found[device.role] = driver
    return found


async def _serve(settings: Config, drivers: dict[Role, Driver], items: Catalogue, options: argparse.Namespace) -> int:
    """Until a signal (0), or until a part of the runtime has died and nobody is there (1: systemd starts it anew)."""
    from kiosk.flow.state import Surroundings
    from kiosk.runtime import Runtime

    loop = asyncio.get_running_loop()
    terminal = settings.terminal
    around = Surroundings(items, terminal.point, settings.platform.sandbox, terminal.idle_seconds)
    runtime = Runtime(around, loop)
    shell = _shell(settings, drivers, items, runtime, _face(settings, runtime, options))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, shell.over.set)
    try:
        await shell.start()
        await shell.over.wait()
    finally:
        await shell.stop()
    return 1 if shell.broken else 0


def _face(settings: Config, runtime: Runtime, options: argparse.Namespace) -> Face:
    from kiosk import log

    if options.headless:
        from kiosk.headless import Headless

        return Headless(current_page=lambda: runtime.page, on_event=runtime.post)
    from kiosk.screen import Screen

    return Screen(
        settings.screen,
        current_page=lambda: runtime.page,
        on_event=runtime.post,
        on_lost=lambda code: log.write("screen.lost", reason=code),
        mirror=options.mirror,
    )


def _shell(settings: Config, drivers: dict[Role, Driver], items: Catalogue, runtime: Runtime, face: Face) -> Shell:
    import time

    from kiosk import log
    from kiosk.birth import birth
    from kiosk.fleet.agent import Agent
    from kiosk.gateway.client import Client
    from kiosk.ledger.clerk import Clerk
    from kiosk.ledger.seal import check_public_key
    from kiosk.ledger.store import Store
    from kiosk.shell import Shell

    data = Path(settings.terminal.data)
    seal_key = Path(settings.platform.seal_key).read_bytes()
    check_public_key(seal_key)
    store = Store(data / "ledger.sqlite")
    for note in store.notes:
        log.write("ledger.note", reason=note)

    def client() -> Client:
        return Client(settings.platform, settings.terminal.id)

    def clerk() -> Clerk:
        return Clerk(store, client(), seal_key, time.monotonic)

    def agent() -> Agent:
        return Agent(
            settings.fleet, settings.terminal.id, data / "outbox.sqlite", birth(items, settings), lambda _: None
        )

    return Shell(runtime, face, drivers, client, clerk, agent)


if __name__ == "__main__":
    sys.exit(main())
