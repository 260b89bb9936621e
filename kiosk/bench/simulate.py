"""`python main.py simulate` (what `make run` calls): the whole world on this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

import uvicorn

from kiosk.bench import children
from kiosk.bench.broker import BrokerError
from kiosk.bench.children import ChildError, Fallen
from kiosk.bench.display import Display, fitted, size_of
from kiosk.bench.page.app import make
from kiosk.bench.world import World, fresh

FIRST_PORT = 8800
KIOSK_SECONDS = 40.0  # from its start to the home page, on a slow and busy machine


def run(run_dir: Path, size: tuple[int, int], port: int) -> int:
    """Exit code 0 after Ctrl-C, 2 when a part does not start: one line says which and why."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    bench: _Bench | None = None
    try:
        page = _listen(port)
        bench = _Bench(World(fresh(run_dir), size))
        bench.start(page)
        asyncio.run(bench.serve(page))
    except (OSError, ChildError, BrokerError) as error:
        print(f"simulate: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # it is ending already
        if bench is not None:
            print("\nStopping everything ...", flush=True)
            bench.stop()
    return 0


class _Bench:
    """The world, the display it is shown on, and the page around it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._display: Display | None = None

    def start(self, page: socket.socket) -> None:
        """Returns when the home page is up. Raises ChildError, BrokerError."""
        began = time.monotonic()
        world, logs = self._world, self._world.dir / "logs"
        logs.mkdir(exist_ok=True)
        display = self._display = self._own_display() or Display.launch(world.size, logs)
        for part in world.start():
            print(f"  starting {part}", flush=True)
        display.wait()
        print("  starting the kiosk", flush=True)
        world.start_kiosk({"DISPLAY": display.name})
        if display.parts:
            display.share(logs)
            display.shared()
        self._await_home_page()
        self._tell(display, page, time.monotonic() - began)

    async def serve(self, page: socket.socket) -> None:
        """The bench page until a signal; says on the terminal when a part ends by itself."""
        assert self._display is not None
        app = make(self._world, self._display)
        config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        watch = asyncio.create_task(self._watch())
        await uvicorn.Server(config).serve(sockets=[page])
        watch.cancel()

    def stop(self) -> None:
        self._world.stop()
        if self._display:
            self._display.stop()

    def _own_display(self) -> Display | None:
        """The display of whoever sits here; the panel is shrunk to fit on it."""
        name = os.environ.get("DISPLAY")
        if not name:
            return None
        there = size_of(name)
        if there is None:
            print(f"  DISPLAY is {name}, but nothing answers there: the touchscreen will be on the bench page")
            return None
        self._world.size = fitted(self._world.size, there)
        return Display(name, [])

    def _await_home_page(self) -> None:
        kiosk = self._world.kiosk
        assert kiosk is not None
        deadline = time.monotonic() + KIOSK_SECONDS
        while not kiosk.has_logged(b'"screen.up"'):
            if not kiosk.running:
                raise ChildError(f"the kiosk ended with {kiosk.process.returncode}:\n{kiosk.tail()}")
            if time.monotonic() > deadline:
                raise ChildError(f"the kiosk showed nothing within {KIOSK_SECONDS:.0f} s: {kiosk.log}")
            time.sleep(0.03)

    def _tell(self, display: Display, page: socket.socket, seconds: float) -> None:
        address = f"http://127.0.0.1:{page.getsockname()[1]}"
        print(f"\nThe world stands ({seconds:.1f} s).")
        if display.socket:
            print(f"  Touchscreen and bench  {address}")
        else:
            width, height = self._world.size
            print(f"  The kiosk is the window on display {display.name}, {width}x{height}.")
            print(f"  Bench                  {address}")
        print(f"  Phones                 {self._world.phone_url}")
        print(f"  Files and logs         {self._world.dir}")
        print("Ctrl-C ends everything.", flush=True)

    async def _watch(self) -> None:
        told: list[Fallen] = []
        while True:
            await asyncio.sleep(0.5)
            assert self._display is not None
            for part in self._world.fallen() + children.fallen(self._display.parts):
                if part not in told:
                    told.append(part)
                    print(f"! {part}", file=sys.stderr, flush=True)


def _listen(port: int) -> socket.socket:
    """The wished port, or the first free one from 8800 on."""
    wished = [port] if port else list(range(FIRST_PORT, FIRST_PORT + 50))
    for one in wished:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", one))
        except OSError:
            listener.close()
            continue
        listener.listen(64)
        return listener
    raise OSError(f"port {wished[0]} is taken: name another with --port")


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
