"""A client of a fake device's control socket: one JSON line out, one JSON line back.

From a shell: `python -m kiosk.bench.control SOCKET VERB [NAME=VALUE ...]`; a value is JSON, or else a word.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec


class ControlError(Exception):
    """The fake refused the request, or is not there."""


class Control:
    """One connection, opened at the first `send` and reused. Not for two threads at once."""

    def __init__(self, path: Path | str, timeout_seconds: float = 10.0) -> None:
        self._path = str(path)
        self._timeout = timeout_seconds
        self._socket: socket.socket | None = None
        self._rest = b""

    def send(self, verb: str, **args: Any) -> dict[str, Any]:
        """put, take, unplug, plug, fail or state; returns the fake's answer. Raises ControlError."""
        try:
            answer = msgspec.json.decode(self._exchange({"verb": verb, **args}), type=dict[str, Any])
        except (OSError, msgspec.MsgspecError) as error:
            self.close()
            raise ControlError(f"{self._path}: {verb}: {error}") from None
        if not answer.pop("ok", False):
            raise ControlError(f"{self._path}: {verb}: {answer.get('error')}")
        return answer

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._rest = None, b""

    def __enter__(self) -> Control:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _exchange(self, request: dict[str, Any]) -> bytes:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.settimeout(self._timeout)
            self._socket.connect(self._path)
        self._socket.sendall(msgspec.json.encode(request) + b"\n")
        while b"\n" not in self._rest:
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionError("the fake closed the connection")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line


def _argument(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return name, value


def main(arguments: list[str]) -> int:
    """Prints the answer; exit code 1 when the far end refuses or is not there, 2 when called wrongly."""
    if len(arguments) < 2:
        print("usage: python -m kiosk.bench.control SOCKET VERB [NAME=VALUE ...]", file=sys.stderr)
        return 2
    path, verb, *rest = arguments
    try:
        with Control(path) as control:
            answer = control.send(verb, **dict(map(_argument, rest)))
    except ControlError as error:
        print(error, file=sys.stderr)
        return 1
    print(msgspec.json.format(msgspec.json.encode(answer)).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
