"""A real Chromium, driven over the WebDriver protocol by Debian's chromedriver (source: W3C WebDriver)."""

from __future__ import annotations

import base64
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from kiosk.bench.children import die_with_parent, free_port

PATIENCE = 60.0  # seconds until a story gives up; nothing depends on how much of them a busy machine needs
_FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
]
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """One window of `size` pixels. `script` runs JavaScript in the page and brings its result."""

    def __init__(self, profile: Path, size: tuple[int, int] = (1440, 900)) -> None:
        port = free_port()
        self._driver = subprocess.Popen(
            ["chromedriver", f"--port={port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )
        self._http = requests.Session()
        self._http.trust_env = False
        self._session = ""
        self._base = f"http://127.0.0.1:{port}"
        try:
            wait_until("chromedriver is up", self._ready)
            arguments = [*_FLAGS, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"]
            wish = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}}
            self._session = "/session/" + self._call("POST", "/session", wish)["sessionId"]
        except BaseException:
            self._driver.kill()
            self._driver.wait()
            raise

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._call("DELETE", "")
        finally:
            self._driver.terminate()
            self._driver.wait()
            self._http.close()

    def open(self, url: str) -> None:
        self._call("POST", "/url", {"url": url})

    def script(self, code: str, *arguments: Any) -> Any:
        return self._call("POST", "/execute/sync", {"script": code, "args": list(arguments)})

    def text(self, css: str) -> str:
        """What the first element that matches says, or nothing."""
        return str(self.script("return document.querySelector(arguments[0])?.textContent ?? ''", css))

    def sees(self, css: str, words: str) -> None:
        """Wait until some matching element says these words."""
        found = "return [...document.querySelectorAll(arguments[0])].some(e => e.textContent.includes(arguments[1]))"
        wait_until(f"{css} says {words!r}", lambda: bool(self.script(found, css, words)))

    def click(self, css: str, words: str = "") -> None:
        """A real click in the middle of the first enabled element that matches and says these words."""

        def find() -> Any:
            return self.script(
                "return [...document.querySelectorAll(arguments[0])]"
                ".find(e => !e.disabled && e.textContent.includes(arguments[1])) ?? null",
                css,
                words,
            )

        element = wait_until(f"{css} {words!r} can be clicked", find)[_ELEMENT]
        self._call("POST", f"/element/{element}/click", {})

    def tap(self, x: int, y: int) -> None:
        """Mouse down and up at a place in the window."""
        move = {"type": "pointerMove", "duration": 0, "x": x, "y": y}
        moves = [move, {"type": "pointerDown", "button": 0}, {"type": "pause", "duration": 40}]
        pointer = {"type": "pointer", "id": "mouse", "actions": [*moves, {"type": "pointerUp", "button": 0}]}
        self._call("POST", "/actions", {"actions": [pointer]})

    def picture(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))

    def resize(self, width: int, height: int) -> None:
        self._call("POST", "/window/rect", {"width": width, "height": height})

    def _ready(self) -> bool:
        try:
            return bool(self._call("GET", "/status")["ready"])
        except requests.ConnectionError:
            return False

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(method, self._base + self._session + path, json=body, timeout=30).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(f"{method} {path}: {answer['error']}: {answer['message'].splitlines()[0]}")
        return answer


def wait_until(what: str, look: Callable[[], Any]) -> Any:
    """The first result of `look` that is something."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.03)
    return found
