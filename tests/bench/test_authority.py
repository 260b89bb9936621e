"""The sample authority: what it issues really opens a TLS connection, and nothing else does."""

from __future__ import annotations

import datetime
import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from kiosk.bench.authority import MARK, Authority, AuthorityError


def test_a_server_and_a_client_know_each_other_by_their_certificates(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path)
    assert handshake(authority, authority) == "kiosk-000001"


def test_a_client_of_another_authority_is_turned_away(tmp_path: Path) -> None:
    ours, foreign = Authority.create(tmp_path / "ours"), Authority.create(tmp_path / "foreign")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(ours, foreign)


def test_making_everything_twice_changes_no_file(tmp_path: Path) -> None:
    first = Authority.create(tmp_path)
    first.issue("platform")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    second = Authority.create(tmp_path)
    second.issue("platform")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_other_hosts_need_another_certificate(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path)
    before = authority.issue("platform")[0].read_bytes()
    assert authority.issue("platform", hosts=("127.0.0.1", "sandbox.local"))[0].read_bytes() != before


def test_a_new_authority_issues_anew(tmp_path: Path) -> None:
    before = Authority.create(tmp_path).issue("platform")[0].read_bytes()
    (tmp_path / "ca-key.pem").unlink()
    assert Authority.create(tmp_path).issue("platform")[0].read_bytes() != before


def test_keys_are_private_short_lived_and_marked_as_samples(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path)
    certificate_path, _ = authority.issue("kiosk-000001", "client")
    keys = [*tmp_path.glob("*-key.pem"), authority.seal_private]
    assert [stat.S_IMODE(path.stat().st_mode) for path in keys] == [0o600] * 3
    leaf = x509.load_pem_x509_certificate(certificate_path.read_bytes())
    root = x509.load_pem_x509_certificate(authority.ca.read_bytes())
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= datetime.timedelta(days=91)
    assert root.not_valid_after_utc - root.not_valid_before_utc <= datetime.timedelta(days=731)
    assert all(MARK in cert.subject.rfc4514_string() for cert in (leaf, root))


def test_the_seal_keys_belong_together(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path)
    private = load_pem_private_key(authority.seal_private.read_bytes(), None)
    assert load_pem_public_key(authority.seal_public.read_bytes()) == private.public_key()


def test_an_empty_directory_and_a_path_as_a_name_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match=r"ca\.pem"):
        Authority.open(tmp_path)
    with pytest.raises(AuthorityError, match="common name"):
        Authority.create(tmp_path).issue("../elsewhere")


def handshake(server_side: Authority, client_side: Authority) -> str:
    """The client's common name as the server saw it, over a real loopback connection."""
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=server_side.ca)
    server_context.verify_mode = ssl.CERT_REQUIRED
    server_context.load_cert_chain(*server_side.issue("platform"))
    client_context = ssl.create_default_context(cafile=client_side.ca)
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT
    client_context.load_cert_chain(*client_side.issue("kiosk-000001", "client"))
    if server_side is not client_side:
        client_context.load_verify_locations(server_side.ca)
    seen: list[str] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        try:
            with server_context.wrap_socket(connection, server_side=True) as secured:
                subject = secured.getpeercert()["subject"]
                seen.append(dict(pair[0] for pair in subject)["commonName"])
                secured.sendall(b"!")
        except (ssl.SSLError, OSError):
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        try:
            with (
                socket.create_connection(listener.getsockname()) as plain,
                client_context.wrap_socket(plain, server_hostname="localhost") as secured,
            ):
                if not secured.recv(1):
                    raise ConnectionError("turned away")
        finally:
            thread.join(5)
    return seen[0]
