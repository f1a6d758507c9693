"""Private keys and HMAC keys: how one of each spec is made, and the bytes in which it is kept.

A private key is kept as PKCS #8 in DER, an HMAC key as its bytes, which are as many as the output of its hash has.

Source: AWS KMS Developer Guide, "Key spec reference", "HMAC keys in AWS KMS".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)


def _rsa(bits: int) -> Callable[[], PrivateKeyTypes]:
    return lambda: rsa.generate_private_key(65537, bits)


def _elliptic(curve: ec.EllipticCurve) -> Callable[[], PrivateKeyTypes]:
    return lambda: ec.generate_private_key(curve)


PRIVATE_KEYS: Mapping[str, Callable[[], PrivateKeyTypes]] = {
    "RSA_2048": _rsa(2048),
    "RSA_3072": _rsa(3072),
    "RSA_4096": _rsa(4096),
    "ECC_NIST_P256": _elliptic(ec.SECP256R1()),
    "ECC_NIST_P384": _elliptic(ec.SECP384R1()),
    "ECC_NIST_P521": _elliptic(ec.SECP521R1()),
    "ECC_SECG_P256K1": _elliptic(ec.SECP256K1()),
    "ECC_NIST_EDWARDS25519": ed25519.Ed25519PrivateKey.generate,
    "ML_DSA_44": mldsa.MLDSA44PrivateKey.generate,
    "ML_DSA_65": mldsa.MLDSA65PrivateKey.generate,
    "ML_DSA_87": mldsa.MLDSA87PrivateKey.generate,
    "ML_KEM_768": mlkem.MLKEM768PrivateKey.generate,
    "ML_KEM_1024": mlkem.MLKEM1024PrivateKey.generate,
}
"""By spec, what makes a private key."""

MAC_KEY_BYTES: Mapping[str, int] = {f"HMAC_{bits}": bits // 8 for bits in (224, 256, 384, 512)}
"""By spec, the length of an HMAC key."""


def new_secret(spec: str) -> bytes:
    """What a new key of this spec keeps secret: any but that of symmetric encryption keys."""
    if spec in MAC_KEY_BYTES:
        return secrets.token_bytes(MAC_KEY_BYTES[spec])
    return to_bytes(PRIVATE_KEYS[spec]())


def to_bytes(private_key: PrivateKeyTypes) -> bytes:
    """A private key as PKCS #8 in DER."""
    return private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@lru_cache(maxsize=32)  # An RSA key that has signed before signs in half the time.
def of_bytes(secret: bytes) -> PrivateKeyTypes:
    """What ``to_bytes`` was given. RSA's primes are not tested again, which takes longer than to sign."""
    return load_der_private_key(secret, None, unsafe_skip_rsa_key_validation=True)


def public_bytes(private_key: PrivateKeyTypes) -> bytes:
    """The public key of a private key, as SubjectPublicKeyInfo in DER (RFC 5280)."""
    return private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
