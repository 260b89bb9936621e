"""One real sandbox process for each test worker, and what a terminal has to talk to it."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk import platform
from kiosk.bench.authority import Authority
from kiosk.config import Platform, Tls
from kiosk.devices import Card
from kiosk.gateway.client import Client
from kiosk.gateway.sandbox import people
from kiosk.ledger.seal import seal
from kiosk.secret import Secret

PEOPLE = people.load()
ORIGIN = platform.Text("样例", "sample")
TERMINAL = "kiosk-000001"
_ids = itertools.count(1)


class SandboxProcess:
    """The sandbox in a process of its own, its authority, and the robots' port."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.directory = directory
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kiosk.gateway.sandbox", "--dir", str(directory), "--refund-seconds", "5", *options],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())
        self.url, self.phone_url = ready["url"], ready["phone"]
        self.authority = Authority.open(directory / "authority")
        self._clients: list[Client] = []

    def close(self) -> None:
        self.forget()
        self.process.kill()
        self.process.wait()

    def forget(self) -> None:
        while self._clients:
            self._clients.pop().forget()

    def settings(self, terminal: str = TERMINAL, seconds: float = 10.0) -> Platform:
        certificate, key = self.authority.issue(terminal, "client")
        tls = Tls(str(self.authority.ca), str(certificate), str(key))
        return Platform(self.url, tls, str(self.authority.seal_public), True, seconds)

    def client(self, terminal: str = TERMINAL, seconds: float = 10.0) -> Client:
        made = Client(self.settings(terminal, seconds), terminal)
        self._clients.append(made)
        return made

    def robot(self, method: str, path: str, body: Any = None) -> Any:
        """A call on the phone port; the JSON it answers, also when it refuses."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        request = urllib.request.Request(self.phone_url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            return json.load(refused)

    def fault(self, mode: str, path: str = "/v1/", **more: Any) -> None:
        assert isinstance(self.robot("POST", "/faults", {"mode": mode, "path": path, **more}), list)

    def advance(self, seconds: float) -> None:
        self.robot("POST", "/clock", {"seconds": seconds})

    def row(self, kind: str, id: str) -> dict[str, Any]:
        found = [row for row in self.robot("GET", "/state")[kind] if row.get("id", row.get("number")) == id]
        assert len(found) == 1, f"{len(found)} rows for one id"
        return found[0]

    def pay(self, qr: str, **more: Any) -> str:
        answer: str = self.robot("POST", "/phone/pay", {"order": qr.rpartition("=")[2], **more})["state"]
        return answer

    def sealed(self, row: str, subject: Secret, values: dict[str, str]) -> bytes:
        payload = platform.payload(subject, form(values)).reveal().encode()
        return seal(self.authority.seal_public.read_bytes(), payload, row.encode())

    def identify(self, client: Client, person: str, with_code: bool = False) -> Secret:
        answer = client.ask(platform.IdentifyCard(card(person)))
        assert isinstance(answer, platform.Identified), answer
        subject = answer.person.subject
        if with_code:
            code = Secret(self.robot("GET", f"/phone/code?person={person}")["code"])
            assert isinstance(client.ask(platform.AddCode(subject, code)), platform.Identified)
        return subject

    @staticmethod
    def new_id() -> str:
        return f"b00t-{next(_ids)}-1"


def card(person: str, **changed: str) -> Card:
    """What the reader reports for a sample person."""
    words = PEOPLE[person].card
    fields = ("number", "name", "birth", "sex", "nation", "address", "issuer", "valid_from", "valid_to", "english_name")
    return Card(words.kind, *(Secret(changed.get(field, getattr(words, field))) for field in fields))


def form(values: dict[str, str]) -> tuple[platform.Value, ...]:
    return tuple(platform.Value(field, Secret(value), "typed", ORIGIN) for field, value in values.items())


@pytest.fixture(name="form")
def _form() -> Any:
    return form


@pytest.fixture(name="card")
def _card() -> Any:
    return card


@pytest.fixture(scope="session")
def _sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox"))
    yield process
    process.close()


@pytest.fixture
def sandbox(_sandbox_process: SandboxProcess) -> Iterator[SandboxProcess]:
    """Without faults, whatever the test before left."""
    yield _sandbox_process
    _sandbox_process.forget()
    _sandbox_process.robot("DELETE", "/faults")


@pytest.fixture
def start_sandbox() -> Iterator[Any]:
    """For a test that stops and starts its own."""
    started: list[SandboxProcess] = []

    def start(directory: Path, *options: str) -> SandboxProcess:
        started.append(SandboxProcess(directory, *options))
        return started[-1]

    yield start
    for process in started:
        process.close()
