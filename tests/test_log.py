"""The log lets through what is plainly technical, and nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from kiosk import log


@pytest.fixture
def library_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    log.install()
    yield
    root.handlers[:], root.level = handlers, level


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize("text", ["样例甲", "310199199001010018", "19900000001", "Zhang San", "a" * 121, "line\nbreak"])
def test_what_may_name_a_person_becomes_a_question_mark(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    log.write("device", hint=text)
    assert lines(capsys)[0]["hint"] == "?"


def test_codes_versions_and_numbers_pass(capsys: pytest.CaptureFixture[str]) -> None:
    log.write("device", role="card_reader", url="serial:/dev/ttyS1", ms=12, up=True)
    assert {"role": "card_reader", "url": "serial:/dev/ttyS1", "ms": 12, "up": True}.items() <= lines(capsys)[0].items()


def test_an_exception_leaves_its_class_and_place_but_not_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("样例甲 310199199001010018")
    except ValueError as error:
        log.crash("worker.crashed", error, worker="ledger")
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "test_log.py" in told
    assert "310199" not in told
    assert "\\u6837" not in told


@pytest.mark.usefixtures("library_logging")
def test_libraries_keep_their_name_and_lose_their_message(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("requests").warning("POST /v1/persons body=%s", "样例甲")
    assert lines(capsys)[0] == {
        "t": pytest.approx(0, abs=1e12),
        "code": "library",
        "logger": "requests",
        "level": "WARNING",
        "error": None,
    }
