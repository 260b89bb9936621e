"""A world without a kiosk and its bench page on a real port, for the stories about the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from msgspec import Struct

from kiosk.bench.display import Display
from kiosk.bench.page.app import make
from kiosk.bench.world import World
from tests.bench.browser import Browser, wait_until


class Bench(Struct):
    world: World
    url: str


@pytest.fixture(scope="session", name="bench")
def _bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    world = World(tmp_path_factory.mktemp("world"), (1080, 1920))
    server = None
    try:
        for _ in world.start():
            pass
        server = uvicorn.Server(uvicorn.Config(make(world, Display("", [])), port=0, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run)
        thread.start()
        wait_until("the page is served", lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Bench(world, f"http://127.0.0.1:{port}")
    finally:
        if server is not None:
            server.should_exit = True
            thread.join()
        world.stop()


@pytest.fixture(scope="session", name="browser")
def _browser(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser") / Path("profile")) as browser:
        browser.open(bench.url)
        browser.sees("#device-card_reader .pill", "Plugged in")
        yield browser
