"""A sample certificate authority for one machine: the bench, the tests and `make run` live on its certificates.

It makes what a city's own authority makes for a real terminal: a CA certificate, server and client certificates
(EC P-256), and the platform's seal key pair (X25519). Every certificate says `sample authority for one machine` in
its subject. All files are PEM in one directory; keys have mode 0600. Calling anything twice reuses valid files.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import re
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

MARK = "sample authority for one machine"
CA_DAYS = 730
LEAF_DAYS = 90
RENEW_DAYS = 14  # what would expire sooner is made anew

Kind = Literal["server", "client"]
_USAGE = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class AuthorityError(Exception):
    """The directory holds no usable authority, or a name cannot be issued. Says where."""


class Authority:
    """The authority in one directory: `ca.pem`, `ca-key.pem`, `seal-public.pem`, `seal-private.pem`, and leaves."""

    def __init__(self, directory: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self.directory = directory
        self.ca = directory / "ca.pem"
        self.seal_public = directory / "seal-public.pem"
        self.seal_private = directory / "seal-private.pem"
        self._key = key
        self._certificate = certificate

    @classmethod
    def create(cls, directory: Path | str) -> Authority:
        """Make the authority, or open the one that is there and still valid."""
        directory = Path(directory)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _load_pair(directory / "ca.pem", directory / "ca-key.pem") is None:
            key = ec.generate_private_key(ec.SECP256R1())
            _write_key(directory / "ca-key.pem", key)
            _write(directory / "ca.pem", _self_signed(key).public_bytes(Encoding.PEM))
        if not _seal_pair_fits(directory / "seal-public.pem", directory / "seal-private.pem"):
            _write_seal_pair(directory / "seal-public.pem", directory / "seal-private.pem")
        return cls.open(directory)

    @classmethod
    def open(cls, directory: Path | str) -> Authority:
        """Open an existing authority. Raises AuthorityError when it is missing, broken or about to expire."""
        directory = Path(directory)
        pair = _load_pair(directory / "ca.pem", directory / "ca-key.pem")
        if pair is None:
            raise AuthorityError(f"{directory}: no valid ca.pem with its ca-key.pem; make them with Authority.create")
        if not _seal_pair_fits(directory / "seal-public.pem", directory / "seal-private.pem"):
            raise AuthorityError(f"{directory}: no fitting seal-public.pem and seal-private.pem; Authority.create")
        return cls(directory, *pair)

    def issue(
        self, common_name: str, kind: Kind = "server", hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    ) -> tuple[Path, Path]:
        """Certificate and key file of one party; `hosts` (names or addresses) count for servers alone."""
        if not _NAME.fullmatch(common_name):
            raise AuthorityError(f"{common_name!r}: a common name is 1 to 64 of A-Z a-z 0-9 . _ -")
        certificate_path = self.directory / f"{kind}-{common_name}.pem"
        key_path = self.directory / f"{kind}-{common_name}-key.pem"
        names = tuple(_general_name(host) for host in hosts) if kind == "server" else ()
        pair = _load_pair(certificate_path, key_path)
        if pair is None or not self._still_good(pair[1], kind, names):
            key = ec.generate_private_key(ec.SECP256R1())
            _write_key(key_path, key)
            _write(certificate_path, self._sign(common_name, kind, names, key).public_bytes(Encoding.PEM))
        return certificate_path, key_path

    def _still_good(self, certificate: x509.Certificate, kind: Kind, names: tuple[x509.GeneralName, ...]) -> bool:
        try:
            certificate.verify_directly_issued_by(self._certificate)
        except Exception:  # a foreign, older or damaged certificate: make a new one
            return False
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        return _USAGE[kind] in usage and _names_of(certificate) == names

    def _sign(
        self, common_name: str, kind: Kind, names: tuple[x509.GeneralName, ...], key: ec.EllipticCurvePrivateKey
    ) -> x509.Certificate:
        usage = x509.ExtendedKeyUsage([_USAGE[kind]])
        builder = (
            _builder(_subject(common_name), self._certificate.subject, key, LEAF_DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(usage, critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _subject(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    # A random tail keeps two authorities apart: a client that trusts one must not accept the other's chain by name.
    subject = _subject(f"sample-ca-{os.urandom(4).hex()}")
    return (
        _builder(subject, subject, key, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))  # another clock on this desk may be a little behind
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _names_of(certificate: x509.Certificate) -> tuple[x509.GeneralName, ...]:
    try:
        return tuple(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return ()


def _load_pair(certificate_path: Path, key_path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None:
    """The pair, if both files are there, fit each other and will not expire within RENEW_DAYS."""
    try:
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        key = load_pem_private_key(key_path.read_bytes(), password=None)
    except (OSError, ValueError):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        return None
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=RENEW_DAYS)
    return (key, certificate) if certificate.not_valid_after_utc > soon else None


def _seal_pair_fits(public_path: Path, private_path: Path) -> bool:
    try:
        public = load_pem_public_key(public_path.read_bytes())
        private = load_pem_private_key(private_path.read_bytes(), password=None)
    except (OSError, ValueError):
        return False
    return isinstance(private, x25519.X25519PrivateKey) and private.public_key() == public


def _write_seal_pair(public_path: Path, private_path: Path) -> None:
    private = x25519.X25519PrivateKey.generate()
    _write_key(private_path, private)
    _write(public_path, private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey | x25519.X25519PrivateKey) -> None:
    _write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.replace(fresh, path)
