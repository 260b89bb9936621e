from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.bench.authority import Authority
from tests.fleet.world import World


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def world(tmp_path: Path, authority: Authority) -> Iterator[World]:
    world = World(tmp_path, authority)
    world.broker.start()
    try:
        yield world
    finally:
        world.end()
