"""Sealing: only the platform opens it, only for the row it was made for, and any HPKE library can."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ledger.seal import SealError, check_public_key, open_sealed, seal
from tests.ledger.keys import PRIVATE, PUBLIC, pair


@given(st.binary(max_size=4000), st.binary(max_size=60))
def test_the_platform_reads_what_the_kiosk_sealed(plaintext: bytes, context: bytes) -> None:
    assert open_sealed(PRIVATE, seal(PUBLIC, plaintext, context), context) == plaintext


def test_sealing_twice_gives_different_bytes_so_equal_forms_cannot_be_recognised() -> None:
    assert seal(PUBLIC, b"same", b"row") != seal(PUBLIC, b"same", b"row")


def test_a_payload_moved_to_another_row_is_refused() -> None:
    with pytest.raises(SealError, match="wrong row"):
        open_sealed(PRIVATE, seal(PUBLIC, b"form", b"boot-1-1"), b"boot-1-2")


def test_another_platform_cannot_open_it() -> None:
    with pytest.raises(SealError, match="wrong key"):
        open_sealed(pair()[0], seal(PUBLIC, b"form", b"row"), b"row")


@given(st.data())
@settings(max_examples=50)
def test_any_changed_bit_or_cut_is_a_seal_error(data: st.DataObject) -> None:
    sealed = bytearray(seal(PUBLIC, b"form", b"row"))
    where = data.draw(st.integers(0, len(sealed) - 1))
    if data.draw(st.booleans()):
        sealed[where] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del sealed[where:]
    # bit 255 of an X25519 point is ignored by RFC 7748, but HPKE hashes `enc` into the key: still refused
    with pytest.raises(SealError):
        open_sealed(PRIVATE, bytes(sealed), b"row")


def test_wrong_keys_are_named_at_the_start() -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    other = curve.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(SealError, match="not an X25519 key"):
        check_public_key(other)
    with pytest.raises(SealError, match="not a public key in PEM"):
        check_public_key(b"nothing")
    with pytest.raises(SealError, match="not an unencrypted private key"):
        open_sealed(PUBLIC, seal(PUBLIC, b"", b""), b"")
    check_public_key(PUBLIC)


def test_the_bytes_follow_rfc_9180_as_written() -> None:
    """An independent receiver made from the RFC's own formulas (sections 4 and 5.1) opens what we seal."""
    sealed = seal(PUBLIC, b"form", b"boot-1-1")
    private = load_pem_private_key(PRIVATE, None)
    assert isinstance(private, X25519PrivateKey)
    assert sealed[0] == 1
    assert _rfc9180_open(private, sealed[1:33], sealed[33:], b"kiosk-seal-1" + b"boot-1-1") == b"form"


def _rfc9180_open(private: X25519PrivateKey, enc: bytes, ciphertext: bytes, info: bytes) -> bytes:
    def extract(salt: bytes, suite: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, hashlib.sha256)

    def expand(prk: bytes, suite: bytes, label: bytes, about: bytes, length: int) -> bytes:
        text = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + about
        return hmac.digest(prk, text + b"\x01", hashlib.sha256)[:length]

    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"
    mine = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = private.exchange(X25519PublicKey.from_public_bytes(enc))
    secret = expand(extract(b"", kem, b"eae_prk", shared), kem, b"shared_secret", enc + mine, 32)
    about = b"\x00" + extract(b"", suite, b"psk_id_hash", b"") + extract(b"", suite, b"info_hash", info)
    schedule = extract(secret, suite, b"secret", b"")
    key = expand(schedule, suite, b"key", about, 32)
    nonce = expand(schedule, suite, b"base_nonce", about, 12)
    return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, b"")
