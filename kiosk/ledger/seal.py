"""Sealing: what must wait on this disk is readable by the platform alone.

HPKE (RFC 9180) base mode, single shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. Sealed bytes are
`0x01 || enc (32 bytes) || ciphertext || tag (16 bytes)`; `info` is `kiosk-seal-1` followed by the context, the aad is
empty. The context is the id of the row that carries the payload, so a payload cannot be moved to another row.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

VERSION = b"\x01"
_INFO = b"kiosk-seal-1"
_OVERHEAD = len(VERSION) + 32 + 16
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class SealError(Exception):
    """A key or a sealed payload that cannot be used. The text never holds any of the payload."""


def seal(public_pem: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Seal to an X25519 public key in PEM. Twice the same plaintext gives different bytes. Raises SealError."""
    return VERSION + _SUITE.encrypt(plaintext, _public(public_pem), _INFO + context)


def open_sealed(private_pem: bytes, sealed: bytes, context: bytes) -> bytes:
    """The platform's side: the plaintext, or SealError if the key, the context or a single bit is wrong."""
    key = _private(private_pem)
    if sealed[:1] != VERSION:
        raise SealError("sealed payload: unknown version")
    if len(sealed) < _OVERHEAD:
        raise SealError("sealed payload: cut short")
    try:
        return _SUITE.decrypt(sealed[1:], key, _INFO + context)
    except InvalidTag:
        raise SealError("sealed payload: wrong key, wrong row or changed bytes") from None


def check_public_key(public_pem: bytes) -> None:
    """Raise SealError unless `public_pem` can be sealed to: done once at the start, not at the first payment."""
    _public(public_pem)


def _public(pem: bytes) -> X25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise SealError("sealing key: not a public key in PEM") from None
    if not isinstance(key, X25519PublicKey):
        raise SealError("sealing key: not an X25519 key")
    return key


def _private(pem: bytes) -> X25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SealError("opening key: not an unencrypted private key in PEM") from None
    if not isinstance(key, X25519PrivateKey):
        raise SealError("opening key: not an X25519 key")
    return key
