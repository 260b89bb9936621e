"""The console is deployed without the kiosk: three packages, its own folder and the fleet's messages."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE = {"apsw": "apsw", "msgspec": "msgspec", "paho-mqtt": "paho"}

IMPORT_ALL = """
import pkgutil, sys
import console
for found in pkgutil.iter_modules(console.__path__):
    if found.name != "__main__":
        __import__(f"console.{found.name}")
import console.__main__
foreign = sorted(
    name for name in sys.modules
    if name.split(".")[0] == "kiosk" and not f"{name}.".startswith("kiosk.fleet.messages.")
)
print(foreign)
"""


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A folder with the console's declared dependencies linked, and the code that is deployed with it; no more."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["optional-dependencies"]["console"]:
        spec = importlib.util.find_spec(MODULE[requirement])
        assert spec is not None
        assert spec.submodule_search_locations
        package = Path(next(iter(spec.submodule_search_locations)))
        (tmp_path / package.name).symlink_to(package)
    shutil.copytree(ROOT / "console", tmp_path / "console", ignore=shutil.ignore_patterns("__pycache__"))
    messages = tmp_path / "kiosk" / "fleet" / "messages"
    shutil.copytree(ROOT / "kiosk" / "fleet" / "messages", messages, ignore=shutil.ignore_patterns("__pycache__"))
    for package in ("kiosk", "kiosk/fleet"):
        assert (ROOT / package / "__init__.py").read_bytes() == b""
        (tmp_path / package / "__init__.py").touch()
    return tmp_path


def run(environment: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python without its site-packages (-S) and without the caller's paths."""
    command = [sys.executable, "-S", *arguments]
    return subprocess.run(
        command, cwd=environment, env={"PYTHONPATH": str(environment)}, capture_output=True, text=True, check=False
    )


def test_the_whole_console_imports_with_its_own_dependencies_alone(environment: Path) -> None:
    done = run(environment, "-c", IMPORT_ALL)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['kiosk', 'kiosk.fleet']"


def test_the_environment_really_holds_nothing_else(environment: Path) -> None:
    for module in ("cryptography", "serial", "kiosk.config", "kiosk.devices"):
        assert "ModuleNotFoundError" in run(environment, "-c", f"import {module}").stderr


def test_the_console_runs_there(environment: Path) -> None:
    done = run(environment, "-m", "console", "terminals", "--db", "missing.db")
    assert done.returncode == 2
    assert "missing.db: no such file" in done.stderr
