"""A far end that is not our sandbox: raw bytes over TLS, from slightly wrong to malicious."""

from __future__ import annotations

import contextlib
import gzip
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk import platform
from kiosk.bench.authority import Authority
from kiosk.config import Platform, Tls
from kiosk.gateway import transport
from kiosk.gateway.client import Client
from kiosk.gateway.transport import CallError, Transport
from kiosk.platform import Refusal, Unreachable
from kiosk.records import FilingAnswer, OrderAnswer
from kiosk.secret import Secret

HEALTH = b'{"up":true,"sandbox":false}'
PERSONAL = "保密的姓名"


class FarEnd:
    """A TLS server that answers each request with whatever `answer(connection, request_id)` sends."""

    def __init__(self, authority: Authority, hosts: tuple[str, ...] = ("127.0.0.1",)) -> None:
        self.answer: Callable[[Any, bytes], None] = lambda connection, id: connection.sendall(whole(HEALTH, id))
        self.requests: list[bytes] = []
        self.connections = 0
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.ca))
        self._context.load_cert_chain(*authority.issue("far-end", hosts=hosts))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def client(self, authority: Authority, seconds: float = 5.0) -> Client:
        certificate, key = authority.issue("kiosk-000001", "client")
        tls = Tls(str(authority.ca), str(certificate), str(key))
        return Client(Platform(f"https://127.0.0.1:{self.port}", tls, "", True, seconds), "kiosk-000001")

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError), self._context.wrap_socket(plain, server_side=True) as connection:
            self.connections += 1
            while request := read_request(connection):
                self.requests.append(request)
                id = next(line[14:] for line in request.split(b"\r\n") if line.startswith(b"X-Request-Id: "))
                self.answer(connection, id)


def read_request(connection: ssl.SSLSocket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found:
        more = connection.recv(65536)
        if not more:
            return b""
        found += more
    head, _, body = found.partition(b"\r\n\r\n")
    length = next((int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length: ")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head


def whole(body: bytes, id: bytes, status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    length = str(len(body)).encode()
    return b"HTTP/1.1 %s\r\nX-Request-Id: %s\r\nContent-Length: %s\r\n%s\r\n%s" % (status, id, length, more, body)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def far_end(authority: Authority) -> Iterator[FarEnd]:
    server = FarEnd(authority)
    yield server
    server.close()


# --- TLS is checked -----------------------------------------------------------------------------------------


def test_the_right_certificate_is_accepted(far_end: FarEnd, authority: Authority) -> None:
    assert far_end.client(authority).healthy()


def test_a_server_of_a_foreign_authority_is_no_platform(tmp_path: Path, authority: Authority) -> None:
    foreign = Authority.create(tmp_path)
    server = FarEnd(foreign)
    assert server.client(authority).query_order("o-1") == Unreachable("CONNECTION")
    assert server.requests == []
    server.close()


def test_a_certificate_for_another_host_is_no_platform(authority: Authority, tmp_path: Path) -> None:
    other = Authority.create(tmp_path)
    server = FarEnd(other, hosts=("elsewhere.example",))
    assert server.client(other).query_order("o-1") == Unreachable("CONNECTION")
    assert server.requests == []
    server.close()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_client_that_checked_nothing_would_be_noticed(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: verification switched off; then the foreign server does get the request."""
    made = Transport._open

    def careless(self: Transport) -> Any:
        session = made(self)
        self._context.check_hostname, session.verify = False, False
        return session

    monkeypatch.setattr(Transport, "_open", careless)
    server = FarEnd(Authority.create(tmp_path))
    server.answer = lambda connection, id: connection.sendall(whole(b'{"state":"paid"}', id))
    server._context.load_verify_locations(str(authority.ca))
    assert server.client(authority).query_order("o-1") == OrderAnswer("paid")
    server.close()


def test_a_port_without_tls_or_without_anyone_is_a_connection_error(far_end: FarEnd, authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        far_end.port = listener.getsockname()[1]
        client = far_end.client(authority)
        threading.Thread(target=lambda: listener.accept()[0].sendall(b"HTTP/1.1 200 OK\r\n\r\n"), daemon=True).start()
        assert client.query_order("o-1") == Unreachable("CONNECTION")
    assert client.query_order("o-1") == Unreachable("CONNECTION")


# --- deadlines ----------------------------------------------------------------------------------------------


def trickled_head(connection: Any, id: bytes) -> None:
    for at in range(len(answer := whole(b'{"state":"paid"}', id))):
        connection.sendall(answer[at : at + 1])
        time.sleep(0.01)


def test_trickling_headers_do_not_outlive_the_deadline(far_end: FarEnd, authority: Authority) -> None:
    far_end.answer = trickled_head
    assert far_end.client(authority, seconds=0.4).query_order("o-1") == Unreachable("TIMEOUT")


def test_a_client_without_a_total_deadline_would_be_noticed(
    far_end: FarEnd, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: each operation gets the whole time, as in plain requests; then the trickle arrives."""
    monkeypatch.setattr(transport.Deadline, "left", lambda _: 2.0)
    monkeypatch.setattr(transport.Deadline, "over", lambda _: False)
    far_end.answer = trickled_head
    assert far_end.client(authority, seconds=0.4).query_order("o-1") == OrderAnswer("paid")


def test_a_far_end_that_never_finishes_the_handshake_is_a_timeout(far_end: FarEnd, authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        far_end.port = silent.getsockname()[1]
        assert far_end.client(authority, seconds=0.3).query_order("o-1") == Unreachable("TIMEOUT")


def test_a_far_end_that_never_reads_is_a_timeout(far_end: FarEnd, authority: Authority) -> None:
    far_end.answer = lambda connection, id: threading.Event().wait(5)  # type: ignore[assignment, return-value]
    client = far_end.client(authority, seconds=0.4)
    assert client.open_order("o-1", "item", "1", 1, b"x" * 60_000) == Unreachable("TIMEOUT")
    assert client.open_order("o-1", "item", "1", 1, b"x" * 60_000) == Unreachable("TIMEOUT")


# --- connections --------------------------------------------------------------------------------------------


def test_a_connection_is_kept_until_the_visit_is_forgotten(far_end: FarEnd, authority: Authority) -> None:
    client = far_end.client(authority)
    assert client.healthy()
    assert client.healthy()
    assert far_end.connections == 1
    client.forget()
    assert client.healthy()
    assert far_end.connections == 2


def test_a_kept_connection_that_died_is_replaced_once_for_what_may_come_twice(
    far_end: FarEnd, authority: Authority
) -> None:
    def once_then_gone(connection: Any, id: bytes) -> None:
        if len(far_end.requests) % 2:
            connection.sendall(whole(HEALTH, id))
        else:
            connection.unwrap()
            connection.close()

    far_end.answer = once_then_gone
    client = far_end.client(authority)
    assert client.healthy()
    assert client.healthy()
    assert len(far_end.requests) == 3
    code = platform.AddCode(Secret("s"), Secret("c"))
    assert client.ask(code) == Unreachable("CONNECTION")
    assert len(far_end.requests) == 4


def test_an_answer_to_another_call_is_none(far_end: FarEnd, authority: Authority) -> None:
    far_end.answer = lambda connection, id: connection.sendall(whole(b'{"state":"paid"}', id[::-1] + b"0"))
    assert far_end.client(authority).query_order("o-1") == Unreachable("CONTRACT")


def test_a_redirect_is_not_followed(far_end: FarEnd, authority: Authority) -> None:
    location = b"Location: https://127.0.0.1:%d/v1/health\r\n" % far_end.port
    far_end.answer = lambda connection, id: connection.sendall(whole(b"", id, b"307 Elsewhere", location))
    assert far_end.client(authority).query_order("o-1") == Unreachable("CONTRACT")
    assert len(far_end.requests) == 1


def test_a_huge_redirect_is_not_read(far_end: FarEnd, authority: Authority) -> None:
    """requests reads a redirect's body to its end, even when told not to follow it."""
    sent, over = [0], threading.Event()

    def flood(connection: Any, id: bytes) -> None:
        try:
            connection.sendall(b"HTTP/1.1 307 Elsewhere\r\nX-Request-Id: %s\r\nLocation: https://a/\r\n\r\n" % id)
            for _ in range(1024):
                connection.sendall(b" " * 65536)
                sent[0] += 65536
        finally:
            over.set()
            connection.close()

    far_end.answer = flood
    assert far_end.client(authority, seconds=20).query_order("o-1") == Unreachable("CONTRACT")
    assert over.wait(20)
    assert sent[0] < 32 << 20  # what fits into the sockets' buffers, not the 64 MiB that were on offer


def test_no_cookie_is_kept(far_end: FarEnd, authority: Authority) -> None:
    far_end.answer = lambda connection, id: connection.sendall(whole(HEALTH, id, more=b"Set-Cookie: a=b; Path=/\r\n"))
    client = far_end.client(authority)
    assert client.healthy()
    assert client.healthy()
    assert not any(b"cookie" in request.lower() for request in far_end.requests)


def test_a_packed_answer_is_not_unpacked(far_end: FarEnd, authority: Authority) -> None:
    packed = gzip.compress(b'{"state":"paid"}')
    far_end.answer = lambda connection, id: connection.sendall(whole(packed, id, more=b"Content-Encoding: gzip\r\n"))
    assert far_end.client(authority).query_order("o-1") == Unreachable("CONTRACT")


def test_a_changed_document_is_no_result(far_end: FarEnd, authority: Authority) -> None:
    body = {"number": "1", "document": {"title": "t", "blocks": [{"type": "Rule"}]}, "digest": "0" * 64}
    far_end.answer = lambda connection, id: connection.sendall(whole(json.dumps(body).encode(), id))
    found = far_end.client(authority).ask(platform.FetchNotice(Secret("s"), "item", ()))
    assert found == Unreachable("CONTRACT")


def test_a_printer_command_in_a_document_is_no_result(far_end: FarEnd, authority: Authority) -> None:
    body = {"number": "1", "document": {"title": "t", "blocks": [{"type": "Line", "text": "\x1bp\0"}]}, "digest": ""}
    far_end.answer = lambda connection, id: connection.sendall(whole(json.dumps(body).encode(), id))
    found = far_end.client(authority).ask(platform.FetchNotice(Secret("s"), "item", ()))
    assert found == Unreachable("CONTRACT")


# --- fuzzed answers -----------------------------------------------------------------------------------------

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
states = st.sampled_from(["absent", "waiting", "paid", "accepted", "ORDER_AMOUNT", "TERMINAL", PERSONAL])
keys = st.sampled_from(["state", "qr", "code", "number", "values", "findings", "up", "sandbox", "subject"])
objects = st.recursive(
    leaves | states,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
bodies = st.binary(max_size=200) | objects.map(lambda found: json.dumps(found).encode())
lines = st.sampled_from(
    [b"200 OK", b"201 Made", b"204 Nothing", b"400 No", b"403 No", b"503 Ill", b"999 ?", b"-1 x", b""]
)
headers = st.lists(
    st.sampled_from(
        [
            b"Transfer-Encoding: chunked\r\n",
            b"Content-Length: 5\r\n",
            b"Content-Length: -5\r\n",
            b"Content-Length: 99999999999999999999\r\n",
            b"Connection: close\r\n",
            b"Location: https://127.0.0.1:1/\r\n",
            b"Content-Encoding: br\r\n",
            b"no colon\r\n",
            b": empty\r\n",
            b"X: \xff\xfe\r\n",
            b"Set-Cookie: \x01\r\n",
            "X-Name: 保密的姓名\r\n".encode(),
        ]
    ),
    max_size=3,
).map(b"".join)
USUAL = (Unreachable, Refusal, OrderAnswer, FilingAnswer, platform.Identified, platform.Prefilled, platform.PreReviewed)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.none() | st.binary(max_size=300), line=lines, more=headers, body=bodies, which=st.integers(0, 4))
def test_whatever_bytes_come_the_client_answers_in_its_own_words(
    far_end: FarEnd, authority: Authority, raw: bytes | None, line: bytes, more: bytes, body: bytes, which: int
) -> None:
    def send(connection: Any, id: bytes) -> None:
        connection.sendall(whole(body, id, line, more) if raw is None else raw)
        connection.close()

    far_end.answer = send
    client = far_end.client(authority)
    subject = Secret("s")
    calls: list[Callable[[], Any]] = [
        lambda: client.query_order("o-1"),
        lambda: client.open_filing("f-1", "item", "1", b"x", ""),
        lambda: client.ask(platform.GetPrefill(subject, "item", ("name",))),
        lambda: client.ask(platform.PreReview(subject, "item", ())),
        lambda: client.ask(platform.AddCode(subject, Secret("c"))),
    ]
    found = calls[which]()
    client.forget()
    assert isinstance(found, USUAL)
    assert not isinstance(found, Unreachable) or found.code in {"CONNECTION", "CONTRACT", "SERVER", "TIMEOUT"}
    assert PERSONAL not in repr(found)


@pytest.mark.parametrize(
    "answer",
    [
        lambda id: f"HTTP/1.1 {PERSONAL}\r\n\r\n".encode(),
        lambda id: whole(b"{}", id, more=f"{PERSONAL}\r\n".encode()),
        lambda id: whole(json.dumps({"state": PERSONAL}).encode(), id),
        lambda id: whole(json.dumps({PERSONAL: 1, "state": "paid"}).encode(), id),
        lambda id: whole(json.dumps({"code": PERSONAL}).encode(), id, b"400 No"),
        lambda id: whole(b"zz\r\n", id, more=f"Transfer-Encoding: chunked\r\nX: {PERSONAL}\r\n".encode()),
    ],
)
def test_an_error_carries_nothing_of_the_answer(
    far_end: FarEnd, authority: Authority, caplog: Any, capsys: Any, answer: Callable[[bytes], bytes]
) -> None:
    caplog.set_level(logging.DEBUG)

    def send(connection: Any, id: bytes) -> None:
        connection.sendall(answer(id))
        connection.close()

    far_end.answer = send
    assert isinstance(far_end.client(authority).query_order("o-1"), Unreachable)
    said = "\n".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records)
    said += capsys.readouterr().err
    assert "platform.refused" in said
    assert PERSONAL not in said
    assert repr(PERSONAL.encode())[2:-1] not in said


def test_a_call_error_has_no_history(far_end: FarEnd, authority: Authority) -> None:
    """requests' own exception would hold the request, and with it the body."""
    far_end.answer = lambda connection, id: connection.close()
    certificate, key = authority.issue("kiosk-000001", "client")
    tls = Tls(str(authority.ca), str(certificate), str(key))
    bare = Transport(f"https://127.0.0.1:{far_end.port}", tls, "kiosk-000001")
    with pytest.raises(CallError) as caught:
        bare.call("POST", "/v1/identifications", PERSONAL.encode(), 5.0, again=True)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert PERSONAL not in repr(vars(caught.value))
