"""What Kivy is told before it is imported, tried in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KIVY_")}
    environment |= {"HOME": str(folder), "TMPDIR": str(folder), "SDL_VIDEODRIVER": "offscreen"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def test_kivy_reads_writes_and_says_nothing_and_takes_one_input(tmp_path: Path) -> None:
    done = run(
        "from screens.kivy_setup import prepare; prepare(640, 480, False)\n"
        "from kivy.core.window import Window; from kivy.config import Config\n"
        "print(Window.size, dict(Config.items('input')), Config.get('graphics', 'multisamples'))",
        tmp_path,
    )
    assert done.stdout == "(640, 480) {'mouse': 'mouse,disable_multitouch'} 0\n"
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_screen_left_is_swept(tmp_path: Path) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    stale = Path(tempfile.mkdtemp(prefix=f"kiosk-kivy-{gone.stdout.strip()}-", dir=tmp_path))
    ours = Path(tempfile.mkdtemp(prefix=f"kiosk-kivy-{os.getpid()}-", dir=tmp_path))
    done = run("from screens.kivy_setup import prepare; prepare(640, 480, False)", tmp_path)
    assert done.returncode == 0, done.stderr
    assert not stale.exists()
    assert ours.exists()


def test_after_kivy_was_imported_it_is_too_late(tmp_path: Path) -> None:
    code = (
        "import os; os.environ['KIVY_NO_CONFIG'] = '1'; import kivy\n"
        "from screens.kivy_setup import prepare; prepare(640, 480, False)"
    )
    assert "must run before Kivy is imported" in run(code, tmp_path).stderr
