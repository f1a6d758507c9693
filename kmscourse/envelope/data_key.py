"""Data keys: made by KMS, handed out in the clear and encrypted, opened again by KMS alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

from kmscourse.errors import EnvelopeError

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient
    from types_boto3_kms.type_defs import DecryptRequestTypeDef

KEY_SIZE = 32  # bytes: AES-256


class DataKey:
    """An AES-256 data key: ``encrypted`` is to be kept, ``plaintext`` to be used and forgotten.

    ``key_id`` is the ARN of the KMS key that encrypts it. No repr and no pickle shows the plaintext.
    Raises EnvelopeError where the plaintext isn't 32 bytes long.
    """

    __slots__ = ("_plaintext", "encrypted", "key_id")

    def __init__(self, key_id: str, encrypted: bytes, plaintext: bytes) -> None:
        if len(plaintext) != KEY_SIZE:
            raise EnvelopeError(f"An AES-256 data key has {KEY_SIZE} bytes; this one has {len(plaintext)}.")
        self.key_id = key_id
        self.encrypted = encrypted
        self._plaintext = plaintext

    @property
    def plaintext(self) -> bytes:
        """The key in the clear, 32 bytes. Asking for it is deliberate: don't print it, don't store it."""
        return self._plaintext

    def __repr__(self) -> str:
        return f"DataKey(key_id={self.key_id!r}, encrypted=<{len(self.encrypted)} bytes>, plaintext=<hidden>)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A data key isn't pickled, its plaintext would be stored: keep what is encrypted.")


def generate_data_key(
    kms: KMSClient, key_id: str, encryption_context: Mapping[str, str] | None = None
) -> DataKey:
    """Get a new AES-256 data key from KMS, encrypted under ``key_id`` (id, ARN or alias) and bound to the context.

    Raises ClientError if KMS refuses. See the KMS API Reference, GenerateDataKey.
    """
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=dict(encryption_context or {})
    )
    return DataKey(answer["KeyId"], answer["CiphertextBlob"], answer["Plaintext"])


def decrypt_data_key(
    kms: KMSClient,
    encrypted_key: bytes,
    encryption_context: Mapping[str, str] | None = None,
    *,
    key_id: str | None = None,
) -> DataKey:
    """Have KMS decrypt ``encrypted_key`` with the encryption context of its making, and return the data key.

    KMS finds the KMS key by itself. With ``key_id``, only this KMS key may decrypt it: a stranger could give you a
    data key under a KMS key of their own. Raises ClientError if KMS refuses: InvalidCiphertextException because of
    another context, IncorrectKeyException because of another KMS key. See the KMS API Reference, Decrypt.
    """
    request: DecryptRequestTypeDef = {
        "CiphertextBlob": encrypted_key,
        "EncryptionContext": dict(encryption_context or {}),
    }
    if key_id is not None:
        request["KeyId"] = key_id
    answer = kms.decrypt(**request)
    return DataKey(answer["KeyId"], encrypted_key, answer["Plaintext"])
