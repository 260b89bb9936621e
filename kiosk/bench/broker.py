"""The fleet's broker on this machine: Debian's mosquitto as a child process, with the configuration of the field."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import string
import subprocess
import time
from pathlib import Path
from types import TracebackType

from kiosk.bench.children import die_with_parent, ending

_CONFIG = Path(__file__).resolve().parents[2] / "firmware-config" / "mosquitto"
_START_SECONDS = 10.0
OBSERVER = "bench-observer"  # common name of who may hear everything, on the bench alone: the demo's witness
_STOP_SECONDS = 5.0


class BrokerError(Exception):
    """mosquitto is not installed, or did not start. Holds the last lines of its log."""


class Broker:
    """One mosquitto in `run_dir` (configuration, log, persistence). port 0 chooses a free one, kept over restarts.

    ca, certificate, key: PEM files. Root or not makes no difference: it runs as whoever started it.
    """

    def __init__(
        self, run_dir: Path | str, ca: Path | str, certificate: Path | str, key: Path | str, port: int = 0
    ) -> None:
        self.run_dir = Path(run_dir).resolve()
        self.host = "127.0.0.1"
        self.port = port or _free_port(self.host)
        self.log = self.run_dir / "mosquitto.log"
        self._data = self.run_dir / "data"
        self._tls = {"ca": ca, "certificate": certificate, "key": key}
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Return once it listens. Raises BrokerError."""
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if program is None:
            raise BrokerError("mosquitto is not installed: apt install mosquitto")
        self._data.mkdir(parents=True, exist_ok=True)
        config = self._write_config()
        start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            # Not in our process group: Ctrl-C in a terminal is for whoever started it, who ends the broker last.
            self._child = subprocess.Popen(
                [program, "-c", str(config)], stdout=log, stderr=log, cwd=self.run_dir, preexec_fn=die_with_parent
            )
        self._wait_until_listening(start)

    @property
    def ended(self) -> str:
        """How it ended by itself, in words; empty while it runs or after `stop`."""
        return "" if self._child is None else ending(self._child.poll())

    def stop(self) -> None:
        """End it in good order; what it holds is on its disk."""
        if self._child is not None:
            self._child.terminate()
            try:
                self._child.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
        self._reap()

    def kill(self) -> None:
        """kill -9."""
        if self._child is not None:
            self._child.kill()
        self._reap()

    def wipe(self) -> None:
        """Lose everything that it kept: sessions, queues, retained messages. Only while it is stopped."""
        if self._child is not None:
            raise BrokerError("the broker is running: stop it first")
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._data)

    def __enter__(self) -> Broker:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _write_config(self) -> Path:
        template = string.Template((_CONFIG / "mosquitto.conf.template").read_text(encoding="utf-8"))
        config = self.run_dir / "mosquitto.conf"
        acl = self.run_dir / "acl"
        acl.write_text(
            f"{(_CONFIG / 'acl').read_text(encoding='utf-8')}\nuser {OBSERVER}\ntopic read #\n", encoding="utf-8"
        )
        values = {
            # mosquitto started by root becomes another user, who may not read files below a private run directory.
            "user": pwd.getpwuid(os.geteuid()).pw_name,
            "address": self.host,
            "port": self.port,
            "acl": acl,
            "data": self._data,
            **{name: Path(path).resolve() for name, path in self._tls.items()},
        }
        # Only at this level does mosquitto log that it is running; in the field it would log each save as well.
        config.write_text(template.substitute(values) + "log_type information\n", encoding="utf-8")
        return config

    def _wait_until_listening(self, log_start: int) -> None:
        """mosquitto logs `running` after it has opened its listeners and read its files."""
        assert self._child is not None
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._child.poll() is None:
            if b" running\n" in self.log.read_bytes()[log_start:]:
                return
            time.sleep(0.02)
        self.kill()
        tail = self.log.read_text(encoding="utf-8", errors="replace")[-1000:]
        raise BrokerError(f"mosquitto did not start on {self.host}:{self.port}: {tail}")

    def _reap(self) -> None:
        if self._child is not None:
            self._child.wait()
            self._child = None


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
