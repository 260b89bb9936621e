"""A technician's typing error costs one line to read, not an afternoon."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk import config
from kiosk.bench.authority import Authority
from kiosk.birth import VERSION
from kiosk.ledger.store import Store

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "firmware-config" / "kiosk.toml"


def broken(folder: Path, old: str, new: str) -> Path:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    path = folder / "kiosk.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_documented_example_is_read() -> None:
    loaded = config.load(EXAMPLE)
    assert loaded.terminal.catalogue == "/opt/kiosk/flows"
    assert [device.role.value for device in loaded.device] == ["card_reader", "code_scanner", "receipt_printer"]


def test_relative_paths_count_from_the_files_own_folder(tmp_path: Path) -> None:
    path = broken(tmp_path, '"/opt/kiosk/flows"', '"items"')
    assert Path(config.load(path).terminal.catalogue) == tmp_path / "items"


MISTAKES = [
    ("port = 8883", "port = 70000", "fleet.port: 70000 is not a port"),
    ("port = 8883", 'port = "8883"', "fleet.port: Expected `int`, got `str`"),
    ("heartbeat_seconds", "heartbeet_seconds", "fleet: Object contains unknown field `heartbeet_seconds`"),
    ("width = 1080", "width = 0", "screen: 0x1920 is smaller than 480 pixels"),
    ("diagonal_inches = 27.0", "diagonal_inches = 0", "screen.diagonal_inches: must be more than 0"),
    ('role = "card_reader"', 'role = "toaster"', "device[0].role: Invalid enum value 'toaster'"),
    ('role = "code_scanner"', 'role = "card_reader"', "device[0].role: card_reader is named twice"),
    ('url = "serial:/dev/ttyS2?baud=9600"', 'url = "COM3"', "device[1].url: 'COM3' is neither"),
    ("https://platform", "http://platform", "platform.url: 'http://platform.sample.invalid' is not https://host:port"),
    ("https://platform.sample.invalid", "https://[::1", "platform.url: 'https://[::1' is not https://host:port"),
    (
        'sample.invalid"\nseal',
        'sample.invalid:99999"\nseal',
        "platform.url: 'https://platform.sample.invalid:99999' is",
    ),
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
    refused(broken(tmp_path, old, new), said)


def refused(path: Path, said: str) -> None:
    ended = subprocess.run(
        [sys.executable, "main.py", "run", "--config", str(path), "--headless"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2, ended.stderr
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr


@pytest.fixture
def complete(tmp_path: Path) -> Path:
    """A config whose files are all there and right: nothing listens at its addresses."""
    authority = Authority.create(tmp_path / "authority")
    certificate, key = authority.issue("kiosk-000001", kind="client")
    text = EXAMPLE.read_text(encoding="utf-8").partition("# One block a device")[0]
    for old, new in [
        ("/var/lib/kiosk", tmp_path / "data"),
        ("/opt/kiosk/flows", ROOT / "flows"),
        ("/etc/kiosk/platform-seal.pem", authority.seal_public),
        ("/etc/kiosk/platform-ca.pem", authority.ca),
        ("/etc/kiosk/fleet-ca.pem", authority.ca),
        ("/etc/kiosk/kiosk-000001.pem", certificate),
        ("/etc/kiosk/kiosk-000001.key", key),
    ]:
        assert old in text
        text = text.replace(old, str(new))
    path = tmp_path / "kiosk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_complete_config_passes(complete: Path) -> None:
    config.check_files(complete, config.load(complete))


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("ca", "platform.tls.ca"),
        ("certificate", "platform.tls.certificate"),
        ("key", "platform.tls.key"),
        ("seal_key", "platform.seal_key"),
        ("catalogue", "terminal.catalogue"),
    ],
)
def test_a_file_that_is_named_and_not_there(complete: Path, key: str, said: str) -> None:
    text = complete.read_text(encoding="utf-8")
    complete.write_text(re.sub(rf'(?m)^{key} = "[^"]*"', f'{key} = "/nowhere/file"', text), encoding="utf-8")
    with pytest.raises(config.ConfigError, match=rf"{re.escape(said)}: /nowhere/file ") as raised:
        config.check_files(complete, config.load(complete))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("key", "said"), [("ca", "platform.tls.ca"), ("certificate", "platform.tls.certificate")])
def test_a_file_that_is_something_else(complete: Path, key: str, said: str) -> None:
    text = complete.read_text(encoding="utf-8")
    complete.write_text(re.sub(rf'(?m)^{key} = "[^"]*"', f'{key} = "{EXAMPLE}"', text), encoding="utf-8")
    with pytest.raises(config.ConfigError, match=said):
        config.check_files(complete, config.load(complete))


def test_run_without_its_pem_files_is_one_line(tmp_path: Path) -> None:
    refused(
        broken(tmp_path, '"/opt/kiosk/flows"', f'"{ROOT / "flows"}"'), "platform.seal_key: /etc/kiosk/platform-seal.pem"
    )


def test_run_with_a_sealing_key_that_is_none_is_one_line(complete: Path) -> None:
    settings = config.load(complete)
    Path(settings.platform.seal_key).write_bytes(Path(settings.platform.tls.ca).read_bytes())
    refused(complete, "sealing key")


def test_run_twice_over_one_ledger_is_one_line(complete: Path) -> None:
    first = Store(Path(config.load(complete).terminal.data) / "ledger.sqlite")
    refused(complete, "BUSY")
    first.close()


def test_the_runtime_says_the_version_of_the_project() -> None:
    found = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    assert found[1] == VERSION
