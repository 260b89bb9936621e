"""The whole world on one machine, in one run directory on free ports; several worlds can stand side by side.

authority   certificates made on the spot        broker     mosquitto with the field's configuration
sandbox     the platform                         console    the fleet's receiver
far ends    the devices at the other end of their cables
kiosk       `main.py run` with the config that the world wrote
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from kiosk.bench import children
from kiosk.bench.authority import Authority
from kiosk.bench.broker import Broker
from kiosk.bench.children import ROOT, Child, Fallen, fallen, python
from kiosk.bench.control import Control

TERMINAL = "kiosk-000001"
DEVICES = {
    "card_reader": ("serial_card_reader", "?baud=115200"),
    "code_scanner": ("serial_code_scanner", "?baud=9600"),
    "receipt_printer": ("escpos_printer", "?baud=115200"),
}


class World:
    """Start it step by step (`for step in world.start()` names each), use it, stop it. `size` in pixels."""

    def __init__(self, run_dir: Path, size: tuple[int, int], diagonal: float = 27.0) -> None:
        self.dir = run_dir.resolve()
        self.size = size
        self.diagonal = diagonal
        self.receipts = self.dir / "receipts"
        self.config = self.dir / "kiosk.toml"
        self.console_db = self.dir / "console.sqlite"
        self.mirror = self.dir / "mirror.sock"
        self.platform_url = ""
        self.phone_url = ""
        self.broker: Broker | None = None
        self.authority: Authority | None = None
        self.children: list[Child] = []
        self.kiosk: Child | None = None

    def start(self) -> Iterator[str]:
        """Start all but the kiosk; yields the name of each part before it is started."""
        for folder in (self.dir, self.receipts, self.dir / "logs", self.dir / "data"):
            folder.mkdir(parents=True, exist_ok=True)
        yield "certificates"
        self.authority = Authority.create(self.dir / "authority")
        yield "broker"
        self._start_broker(self.authority)
        yield "platform"
        self._start_sandbox(self.authority)
        yield "receiver"
        self._start_console(self.authority)
        yield "devices"
        for role in DEVICES:
            self._start_far_end(role)
        self._write_config(self.authority)
        for child in self.children:  # all of them come up at the same time
            child.await_ready()

    def start_kiosk(self, env: dict[str, str], *, headless: bool = False, mirror: bool = False) -> Child:
        """`main.py run`, as in the field; `env` names the display. With `mirror`, somebody must listen there.

        headless: no display; pages come as lines in the child's `out`, keys go in by its `say`.
        """
        extra = ["--headless"] if headless else []
        extra += ["--mirror", str(self.mirror)] if mirror else []
        command = python("main.py", "run", "--config", str(self.config), *extra)
        self.children = [child for child in self.children if child is not self.kiosk]
        self.kiosk = self._child("kiosk", command, env=os.environ | env, talk=headless)
        return self.kiosk

    def power_off(self) -> None:
        """Pull the kiosk's plug: it has no time to say anything. `start_kiosk` is the plug going in again."""
        if self.kiosk is not None:
            self.kiosk.kill()
            self.children = [child for child in self.children if child is not self.kiosk]
            self.kiosk = None

    def stop(self) -> None:
        """End everything that was started, the kiosk first, so that it can say goodbye to the broker."""
        if self.kiosk is not None:
            self.kiosk.stop()
        for child in self.children:
            child.ask_to_end()
        for child in self.children:
            child.stop()
        if self.broker:
            self.broker.stop()

    def control(self, role: str) -> Control:
        """The control socket of a far end."""
        return Control(self.dir / f"{role}.ctl")

    def fallen(self) -> list[Fallen]:
        """The parts that ended by themselves."""
        found = fallen(self.children)
        if self.broker and self.broker.ended:
            found.append(Fallen("broker", self.broker.ended, self.broker.log))
        return found

    # --- parts ------------------------------------------------------------------------------------------

    def _child(
        self,
        name: str,
        command: list[str],
        ready: bytes | None = None,
        env: dict[str, str] | None = None,
        talk: bool = False,
    ) -> Child:
        child = children.start(name, command, self.dir / "logs", env=env, ready=ready, talk=talk)
        self.children.append(child)
        return child

    def _start_broker(self, authority: Authority) -> None:
        certificate, key = authority.issue("broker")
        self.broker = Broker(self.dir / "broker", authority.ca, certificate, key)
        self.broker.run_dir.mkdir(exist_ok=True)
        self.broker.start()

    def _start_sandbox(self, authority: Authority) -> None:
        certificate, key = authority.issue("platform")
        port, phone = children.free_port(), children.free_port()
        command = python("-m", "kiosk.gateway.sandbox", "--dir", str(self.dir / "sandbox"))
        command += ["--port", str(port), "--phone-port", str(phone), "--tls-ca", str(authority.ca)]
        command += ["--cert", str(certificate), "--key", str(key), "--seal-key", str(authority.seal_private)]
        self._child("sandbox", command, ready=b"phone")
        self.platform_url, self.phone_url = f"https://127.0.0.1:{port}", f"http://127.0.0.1:{phone}"

    def _start_console(self, authority: Authority) -> None:
        assert self.broker is not None
        certificate, key = authority.issue("console", kind="client")
        command = python("-m", "console", "--broker", f"127.0.0.1:{self.broker.port}", "--ca", str(authority.ca))
        self._child("console", [*command, "--cert", str(certificate), "--key", str(key), "--db", str(self.console_db)])

    def _start_far_end(self, role: str) -> None:
        driver, _ = DEVICES[role]
        command = python("-m", "drivers", "fake", driver, "--wire", f"pty:{self.dir / role}.tty")
        command += ["--control", str(self.dir / f"{role}.ctl"), "--out", str(self.receipts)]
        self._child(role, command, ready=b"ready")

    def _write_config(self, authority: Authority) -> None:
        assert self.broker is not None
        certificate, key = authority.issue(TERMINAL, kind="client")
        tls = f'tls = {{ca = "{authority.ca}", certificate = "{certificate}", key = "{key}"}}'
        width, height = self.size
        devices = "".join(
            f'\n[[device]]\nrole = "{role}"\ndriver = "{driver}"\nurl = "serial:{self.dir / role}.tty{options}"\n'
            for role, (driver, options) in DEVICES.items()
        )
        self.config.write_text(
            f"""# Written by the world on one machine; firmware-config/kiosk.toml is the documented example.
[terminal]
id = "{TERMINAL}"
point = {{zh = "示例路24小时自助服务点", en = "Sample Road 24-hour service point"}}
data = "{self.dir / "data"}"
catalogue = "{ROOT / "flows"}"

[screen]
width = {width}
height = {height}
diagonal_inches = {self.diagonal}

[platform]
url = "{self.platform_url}"
{tls}
seal_key = "{authority.seal_public}"
sandbox = true

[fleet]
host = "127.0.0.1"
port = {self.broker.port}
{tls}
heartbeat_seconds = 10.0
{devices}""",
            encoding="utf-8",
        )


def fresh(run_dir: Path) -> Path:
    """An empty run directory: what an earlier run left there is removed, if it looks like one of ours."""
    marker = run_dir / "world.json"
    if run_dir.exists() and not marker.exists() and any(run_dir.iterdir()):
        raise FileExistsError(f"{run_dir} is not empty and no earlier run made it")
    shutil.rmtree(run_dir, ignore_errors=True)
    run_dir.mkdir(parents=True)
    marker.write_text(json.dumps({"made_by": "kiosk.bench.world"}), encoding="utf-8")
    return run_dir
