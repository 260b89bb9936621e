from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.place import Place
from tests.journeys.story import Story


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    try:
        yield place
    finally:
        place.close()


@pytest.fixture
def story(place: Place) -> Iterator[Story]:
    story = Story(place)
    yield story
    story.leaves_nothing_behind()
