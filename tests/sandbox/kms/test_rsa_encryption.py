"""Encrypt, Decrypt and ReEncrypt with RSA keys, here and elsewhere with the public key."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.sandbox.conftest import Gate

HASHES: dict[str, hashes.HashAlgorithm] = {
    "RSAES_OAEP_SHA_1": hashes.SHA1(),  # noqa: S303 - it is what AWS has
    "RSAES_OAEP_SHA_256": hashes.SHA256(),
}
LONGEST = {"RSAES_OAEP_SHA_1": 214, "RSAES_OAEP_SHA_256": 190}
"""How many bytes RSA_2048 encrypts ("Key spec reference" in the developer guide)."""
ALGORITHMS = pytest.mark.parametrize("algorithm", HASHES)
SHA_256 = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
HELLO = {"Plaintext": "aGVsbG8="}


class Keys(Gate):
    """An account with two RSA keys."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = (self.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT") for _ in range(2))


@pytest.fixture(scope="module")
def keys() -> Iterator[Keys]:
    made = Keys()
    yield made
    made.application.close()


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@ALGORITHMS
@pytest.mark.parametrize("size", [1, 32, 0])
def test_encrypt_then_decrypt(keys: Keys, algorithm: str, size: int) -> None:
    plaintext = encoded(bytes(range(size or LONGEST[algorithm])))
    sealed = keys("kms:Encrypt", KeyId=keys.one, Plaintext=plaintext, EncryptionAlgorithm=algorithm)
    blob = sealed.pop("CiphertextBlob")
    assert len(base64.b64decode(blob)) == 256
    assert sealed == {"KeyId": keys.one, "EncryptionAlgorithm": algorithm}
    opened = keys("kms:Decrypt", KeyId=keys.one, CiphertextBlob=blob, EncryptionAlgorithm=algorithm)
    assert opened == {**sealed, "Plaintext": plaintext}, "only a symmetric key tells its KeyMaterialId"


@ALGORITHMS
def test_what_was_encrypted_elsewhere_with_the_public_key(keys: Keys, algorithm: str) -> None:
    shown = keys("kms:GetPublicKey", KeyId=keys.one)
    public = load_der_public_key(base64.b64decode(shown.pop("PublicKey")))
    assert shown == {
        "KeyId": keys.one,
        "KeySpec": "RSA_2048",
        "CustomerMasterKeySpec": "RSA_2048",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "EncryptionAlgorithms": ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
    }
    assert isinstance(public, rsa.RSAPublicKey)
    digest = HASHES[algorithm]
    blob = encoded(public.encrypt(b"hello", padding.OAEP(padding.MGF1(digest), digest, None)))
    opened = keys("kms:Decrypt", KeyId=keys.one, CiphertextBlob=blob, EncryptionAlgorithm=algorithm)
    assert opened["Plaintext"] == "aGVsbG8="


@ALGORITHMS
def test_a_plaintext_has_a_longest_length(keys: Keys, algorithm: str) -> None:
    longest = LONGEST[algorithm]
    refusal = keys.refused(
        "kms:Encrypt", KeyId=keys.one, Plaintext=encoded(bytes(longest + 1)), EncryptionAlgorithm=algorithm
    )
    text = f"Algorithm {algorithm} and key spec RSA_2048 cannot encrypt data larger than {longest} bytes."
    assert (refusal.code, refusal.message) == ("ValidationException", text)


def test_what_does_not_open(keys: Keys) -> None:
    blob = keys("kms:Encrypt", KeyId=keys.one, **HELLO, **SHA_256)["CiphertextBlob"]
    symmetric = keys.key()
    for parameters, code in (
        ({"KeyId": keys.other, **SHA_256}, "InvalidCiphertextException"),
        ({"KeyId": keys.one, "EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}, "InvalidCiphertextException"),
        ({"KeyId": keys.one, "CiphertextBlob": "AAAA", **SHA_256}, "InvalidCiphertextException"),
        # Nothing in the ciphertext names its key, and by default it is taken for a symmetric key's.
        ({"KeyId": keys.one}, "InvalidCiphertextException"),
        ({}, "InvalidCiphertextException"),
        (SHA_256, "ValidationException"),
        ({"KeyId": symmetric, **SHA_256}, "InvalidKeyUsageException"),
    ):
        refusal = keys.refused("kms:Decrypt", **{"CiphertextBlob": blob, **parameters})
        assert refusal.code == code, parameters
        assert code != "InvalidCiphertextException" or refusal.message == ""


def test_there_is_no_encryption_context(keys: Keys) -> None:
    blob = keys("kms:Encrypt", KeyId=keys.one, **HELLO, **SHA_256, EncryptionContext={})["CiphertextBlob"]
    text = "EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs."
    for operation, parameters in (("Encrypt", HELLO), ("Decrypt", {"CiphertextBlob": blob})):
        refusal = keys.refused(
            f"kms:{operation}", KeyId=keys.one, **SHA_256, **parameters, EncryptionContext={"a": "b"}
        )
        assert (refusal.code, refusal.message) == ("ValidationException", text)


def test_re_encrypt_from_and_to(keys: Keys) -> None:
    symmetric, blob = keys.key(), keys("kms:Encrypt", KeyId=keys.one, **HELLO, **SHA_256)["CiphertextBlob"]
    source = {"SourceKeyId": keys.one, "SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    moved = keys("kms:ReEncrypt", CiphertextBlob=blob, **source, DestinationKeyId=symmetric)
    sealed = moved.pop("CiphertextBlob")
    assert len(moved.pop("DestinationKeyMaterialId")) == 64
    assert moved == {**source, "KeyId": symmetric, "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    assert keys("kms:Decrypt", CiphertextBlob=sealed)["Plaintext"] == "aGVsbG8="
    algorithm = {"DestinationEncryptionAlgorithm": "RSAES_OAEP_SHA_1"}
    back = keys("kms:ReEncrypt", CiphertextBlob=sealed, DestinationKeyId=keys.other, **algorithm)
    assert back.keys() >= {"SourceKeyMaterialId"}
    assert "DestinationKeyMaterialId" not in back
    opened = keys(
        "kms:Decrypt",
        KeyId=keys.other,
        CiphertextBlob=back["CiphertextBlob"],
        EncryptionAlgorithm="RSAES_OAEP_SHA_1",
    )
    assert opened["Plaintext"] == "aGVsbG8="
    refusal = keys.refused(
        "kms:ReEncrypt",
        CiphertextBlob=blob,
        SourceEncryptionAlgorithm="RSAES_OAEP_SHA_256",
        DestinationKeyId=symmetric,
    )
    assert refusal.code == "ValidationException"
    assert "SourceKeyId" in refusal.message


def test_a_dry_run_may_ask_for_the_permission_alone(keys: Keys) -> None:
    modified = {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
    refusal = keys.refused("kms:Decrypt", KeyId=keys.one, **SHA_256, **modified)
    assert refusal.code == "DryRunOperationException"
