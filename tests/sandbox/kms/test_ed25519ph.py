"""Ed25519ph beside the test vector of its standard, and beside the package ``cryptography`` where that knows better."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.kms import ed25519ph

# RFC 8032, section 7.3.
SEED = bytes.fromhex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42")
PUBLIC = bytes.fromhex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf")
SIGNATURE = bytes.fromhex(
    "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
    "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
)
ORDER = 2**252 + 27742317777372353535851937790883648493


def test_the_standards_vector() -> None:
    assert ed25519ph.sign(SEED, b"abc") == SIGNATURE
    assert ed25519ph.verifies(PUBLIC, SIGNATURE, b"abc")


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_what_is_signed_verifies_and_is_no_ed25519_signature(seed: bytes, message: bytes) -> None:
    private_key = Ed25519PrivateKey.from_private_bytes(seed)
    signature = ed25519ph.sign(seed, message)
    assert ed25519ph.verifies(private_key.public_key().public_bytes_raw(), signature, message)
    for signed in (message, hashlib.sha512(message).digest()):
        with pytest.raises(InvalidSignature):
            private_key.public_key().verify(signature, signed)
        public = private_key.public_key().public_bytes_raw()
        assert not ed25519ph.verifies(public, private_key.sign(signed), message)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 63), st.integers(1, 255))
def test_no_changed_signature_or_public_key_verifies(place: int, difference: int) -> None:
    signature, public = bytearray(SIGNATURE), bytearray(PUBLIC)
    signature[place] ^= difference
    public[place % 32] ^= difference
    assert not ed25519ph.verifies(PUBLIC, bytes(signature), b"abc")
    assert not ed25519ph.verifies(bytes(public), SIGNATURE, b"abc")


def test_a_signature_has_one_form() -> None:
    """The same number modulo the order of the base point is another signature (RFC 8032, section 5.1.7)."""
    same = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    assert not ed25519ph.verifies(PUBLIC, SIGNATURE[:32] + same.to_bytes(32, "little"), b"abc")


@pytest.mark.parametrize("signature", [b"", SIGNATURE[:-1], SIGNATURE + b"\0"])
def test_a_signature_has_64_bytes(signature: bytes) -> None:
    assert not ed25519ph.verifies(PUBLIC, signature, b"abc")
