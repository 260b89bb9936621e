"""A technician's typing error costs one line to read, not an afternoon."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk import config
from kiosk.birth import VERSION

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "firmware-config" / "kiosk.toml"


def broken(folder: Path, old: str, new: str) -> Path:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    path = folder / "kiosk.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_documented_example_is_read_and_its_paths_count_from_its_own_folder() -> None:
    loaded = config.load(EXAMPLE)
    assert Path(loaded.terminal.catalogue) == ROOT / "flows"
    assert [device.role.value for device in loaded.device] == ["card_reader", "code_scanner", "receipt_printer"]


MISTAKES = [
    ("port = 8883", "port = 70000", "fleet.port: 70000 is not a port"),
    ("port = 8883", 'port = "8883"', "fleet.port: Expected `int`, got `str`"),
    ("heartbeat_seconds", "heartbeet_seconds", "fleet: Object contains unknown field `heartbeet_seconds`"),
    ("width = 1080", "width = 0", "screen: 0x1920 is smaller than 480 pixels"),
    ("diagonal_inches = 27.0", "diagonal_inches = 0", "screen.diagonal_inches: must be more than 0"),
    ('role = "card_reader"', 'role = "toaster"', "device[0].role: Invalid enum value 'toaster'"),
    ('role = "code_scanner"', 'role = "card_reader"', "device[0].role: card_reader is named twice"),
    ('url = "serial:/dev/ttyS2?baud=9600"', 'url = "COM3"', "device[1].url: 'COM3' is neither"),
    ("[screen]", "[screen", "not valid TOML"),
    ('id = "kiosk-000001" ', "# ", "terminal: Object missing required field `id`"),
]


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[said.split(":")[0] for _, _, said in MISTAKES])
def test_a_mistake_is_one_line_with_file_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = broken(tmp_path, old, new)
    with pytest.raises(config.ConfigError) as raised:
        config.load(path)
    line = str(raised.value)
    assert line.startswith(f"{path}: ")
    assert said in line
    assert "\n" not in line


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="cannot be read"):
        config.load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("port = 8883", "port = 70000", "fleet.port"),
        ('driver = "serial_card_reader"', 'driver = "serial_card_raeder"', "serial_card_raeder"),
        ('driver = "serial_card_reader"', 'driver = "serial_code_scanner"', "not a card_reader"),
        ("reader?baud=115200", "reader?baud=fast", "device[0]"),
    ],
)
def test_run_ends_with_2_and_says_why_before_anything_starts(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = broken(tmp_path, old, new)
    ended = subprocess.run(
        [sys.executable, "main.py", "run", "--config", str(path), "--headless"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_the_runtime_says_the_version_of_the_project() -> None:
    found = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    assert found[1] == VERSION
