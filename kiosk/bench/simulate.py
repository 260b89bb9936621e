"""`python main.py simulate` (what `make run` calls): the whole world on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path

import uvicorn

from kiosk.bench.children import ChildError
from kiosk.bench.display import Display
from kiosk.bench.page.app import make
from kiosk.bench.world import World, fresh

FIRST_PORT = 8800


def run(run_dir: Path, size: tuple[int, int], port: int) -> int:
    """Exit code 0 after Ctrl-C, 2 when a part does not start: one line says which and why."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        world = World(fresh(run_dir), size)
        page = _listen(port)
    except OSError as error:
        print(f"simulate: {error}", file=sys.stderr)
        return 2
    display: Display | None = None
    began = time.monotonic()
    try:
        display = _start(world)
        _tell(world, display, page, time.monotonic() - began)
        server = uvicorn.Server(uvicorn.Config(make(world, display), log_level="error", lifespan="off"))
        server.run(sockets=[page])
    except ChildError as error:
        print(f"simulate: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    finally:
        print("\nStopping everything ...", flush=True)
        world.stop()
        if display:
            display.stop()
    return 0


def _start(world: World) -> Display:
    for part in world.start():
        print(f"  starting {part}", flush=True)
    print("  starting the kiosk", flush=True)
    own = os.environ.get("DISPLAY")
    display = Display(own, []) if own else Display.virtual(world.size, world.dir / "logs", browser=True)
    world.start_kiosk({"DISPLAY": display.name})
    return display


def _tell(world: World, display: Display, page: socket.socket, seconds: float) -> None:
    address = f"http://127.0.0.1:{page.getsockname()[1]}"
    print(f"\nThe world stands ({seconds:.1f} s).")
    if display.socket:
        print(f"  Touchscreen and bench  {address}")
    else:
        print(f"  The kiosk is the window on display {display.name}.")
        print(f"  Bench                  {address}")
    print(f"  Phone                  {world.phone_url}")
    print(f"  Files and logs         {world.dir}")
    print("Ctrl-C ends everything.", flush=True)


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
