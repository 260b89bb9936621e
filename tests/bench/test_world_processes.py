"""`main.py simulate` as it is started by hand: two at once, on loopback alone, and nothing left when they end."""

from __future__ import annotations

import base64
import io
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import requests
from PIL import Image

from kiosk.bench.children import ROOT, die_with_parent
from kiosk.bench.display import fitted
from tests.bench.browser import Browser, wait_until
from tests.bench.processes import family

LOOPBACK = ("0100007F", "00000000000000000000000001000000")  # 127.0.0.1 and ::1, as /proc/net writes them
LISTENING = "0A"


class Simulation:
    """One `main.py simulate` without a display of its own."""

    def __init__(self, run_dir: Path) -> None:
        self.dir = run_dir
        self._said = run_dir.with_suffix(".out")
        environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
        command = [sys.executable, "main.py", "simulate", "--dir", str(run_dir), "--size", "540x960"]
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=said, stderr=said, preexec_fn=die_with_parent
            )

    @property
    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    def stands(self) -> str:
        """The address of its page."""
        wait_until(f"the world stands: {self.said}", lambda: "Ctrl-C ends" in self.said or self.process.poll())
        found = re.search(r"Touchscreen and bench +(http://\S+)", self.said)
        assert found, self.said
        return found[1]

    def processes(self) -> dict[int, str]:
        """Every process that it started, and those that these started: id and command line."""
        return {pid: _read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ") for pid in family(self.process.pid)}

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


def test_two_worlds_stand_side_by_side_and_end_without_a_trace(tmp_path: Path) -> None:
    one, two = Simulation(tmp_path / "one"), Simulation(tmp_path / "two")
    try:
        pages = one.stands(), two.stands()
        assert pages[0] != pages[1]
        both = one.processes(), two.processes()
        for each in both:
            running = " ".join(each.values())
            for part in (
                "mosquitto",
                "kiosk.gateway.sandbox",
                "Xvfb",
                "x11vnc",
                "websockify",
                "main.py run",
                "screens",
            ):
                assert part in running, running
        assert listens_beyond_loopback(both[0] | both[1]) == []

        a_card_in_one_world_is_not_in_the_other(*pages)
        with Browser(tmp_path / "profile") as browser:
            browser.open(pages[0])
            a_tap_on_the_page_reaches_the_kiosk(browser)
            the_plug_of_the_kiosk_is_pulled_and_put_back(browser, one)
            a_part_that_falls_is_named(browser, one)

        both = one.processes(), two.processes()
        assert one.end(signal.SIGINT) == 0
        assert two.end(signal.SIGTERM) == 0
        left = {pid: line for each in both for pid, line in each.items() if Path(f"/proc/{pid}").exists()}
        assert not left
    finally:
        for simulation in (one, two):
            simulation.process.kill()
            simulation.process.wait()


def a_card_in_one_world_is_not_in_the_other(here: str, there: str) -> None:
    wish = {"role": "card_reader", "verb": "put", "person": "lin-xiaoman"}
    assert requests.post(f"{here}/do", json=wish, headers={"X-Bench": "1"}, timeout=10).ok
    assert requests.get(f"{here}/state", timeout=10).json()["devices"]["card_reader"]["card"] is True
    assert requests.get(f"{there}/state", timeout=10).json()["devices"]["card_reader"]["card"] is False


def a_tap_on_the_page_reaches_the_kiosk(browser: Browser) -> None:
    wait_until(
        "the touchscreen is connected", lambda: browser.script("return document.getElementById('curtain').hidden")
    )
    wait_until("the home page has colours", lambda: len(colours(browser)) > 3)
    before = panel(browser).tobytes()
    x, y = browser.script(
        "const box = document.querySelector('#panel canvas').getBoundingClientRect();"
        "return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]"
    )
    browser.tap(x, y)
    wait_until("another page is shown", lambda: panel(browser).tobytes() != before)


def the_plug_of_the_kiosk_is_pulled_and_put_back(browser: Browser, simulation: Simulation) -> None:
    browser.sees("#kiosk", "Kiosk open")
    browser.click("#power", "Pull")
    browser.sees("#dark", "Kiosk has no power")
    assert "main.py run" not in " ".join(simulation.processes().values())
    browser.click("#power", "Switch")
    browser.sees("#kiosk", "Kiosk open")
    assert "ended by itself" not in simulation.said


def a_part_that_falls_is_named(browser: Browser, simulation: Simulation) -> None:
    console = next(pid for pid, line in simulation.processes().items() if "-m console" in line)
    os.kill(console, signal.SIGKILL)
    expected = f"console has ended by itself (signal SIGKILL): {simulation.dir}/logs/console.log"
    browser.sees("#fallen", "console has ended by itself (signal SIGKILL)")
    wait_until("the terminal says it too", lambda: expected in simulation.said)


def test_a_panel_that_does_not_fit_on_the_display_keeps_its_shape() -> None:
    assert fitted((1080, 1920), (1080, 1920)) == (1080, 1920)
    assert fitted((1080, 1920), (3840, 2160)) == (1080, 1920)
    width, height = fitted((1080, 1920), (1920, 1080))
    assert height < 1080 and abs(width / height - 1080 / 1920) < 0.002


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "main.py", "simulate", "--dir", str(tmp_path / "run"), "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (2, f"simulate: port {port} is taken: name another with --port\n")


# --- looking ------------------------------------------------------------------------------------------------


def panel(browser: Browser) -> Image.Image:
    drawn = browser.script("return document.querySelector('#panel canvas').toDataURL()")
    return Image.open(io.BytesIO(base64.b64decode(drawn.partition(",")[2]))).convert("RGB")


def colours(browser: Browser) -> set[tuple[int, int, int]]:
    small = panel(browser).resize((20, 36), Image.Resampling.NEAREST)
    return {small.getpixel((x, y)) for x in range(20) for y in range(36)}  # type: ignore[misc]


def listens_beyond_loopback(processes: dict[int, str]) -> list[str]:
    """Command lines of the processes with a listening socket that another machine could reach."""
    owners: dict[str, str] = {}
    for pid, line in processes.items():
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                owners[os.readlink(descriptor)] = line
            except OSError:
                continue
    found = []
    for table in ("tcp", "tcp6"):
        for row in _read(Path("/proc/net") / table).splitlines()[1:]:
            columns = row.split()
            address, inode = columns[1].partition(":")[0], f"socket:[{columns[9]}]"
            if columns[3] == LISTENING and address not in LOOPBACK and inode in owners:
                found.append(f"{owners[inode]}: {columns[1]}")
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
