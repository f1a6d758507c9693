"""RSAES-OAEP, with which RSA keys encrypt: short plaintexts, without an encryption context.

Nothing in a ciphertext names its key. Who has the public key can encrypt elsewhere what KMS then decrypts.

Source: AWS KMS Developer Guide, "Key spec reference"; RFC 8017, section 7.1. The texts are as another emulator of KMS
has them.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from kmscourse.sandbox.call import AwsError

OAEP: Mapping[str, hashes.HashAlgorithm] = {
    "RSAES_OAEP_SHA_256": hashes.SHA256(),
    "RSAES_OAEP_SHA_1": hashes.SHA1(),  # noqa: S303 - offered because AWS offers it
}
"""By the algorithm, its hash, which its mask generation function has too."""


def refuse_context(context: Mapping[str, str] | None) -> None:
    """Raises AwsError ValidationException where there is an encryption context."""
    if context:
        raise AwsError(
            "ValidationException",
            "EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.",
        )


def encrypt(private_key: PrivateKeyTypes, spec: str, algorithm: str, plaintext: bytes) -> bytes:
    """A ciphertext, as long as the modulus. Raises AwsError ValidationException where the plaintext is too long."""
    public_key = _rsa(private_key).public_key()
    longest = public_key.key_size // 8 - 2 * OAEP[algorithm].digest_size - 2
    if len(plaintext) > longest:
        raise AwsError(
            "ValidationException",
            f"Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {longest} bytes.",
        )
    return public_key.encrypt(plaintext, _padding(algorithm))


def decrypt(private_key: PrivateKeyTypes, algorithm: str, encrypted: bytes) -> bytes:
    """The plaintext. Raises AwsError InvalidCiphertextException, whatever is wrong with a ciphertext."""
    try:
        return _rsa(private_key).decrypt(encrypted, _padding(algorithm))
    except ValueError:
        raise AwsError("InvalidCiphertextException", "") from None


def _rsa(private_key: PrivateKeyTypes) -> rsa.RSAPrivateKey:
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise TypeError("only RSA keys and symmetric keys encrypt")
    return private_key


def _padding(algorithm: str) -> padding.OAEP:
    return padding.OAEP(padding.MGF1(OAEP[algorithm]), OAEP[algorithm], None)
