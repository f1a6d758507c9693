"""Bytes in memory: sealed into an Envelope, which travels as JSON or as bytes."""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kmscourse.envelope.data_key import DataKey, decrypt_data_key, generate_data_key
from kmscourse.envelope.header import (
    MAX_ENCRYPTED_KEY,
    NONCE_SIZE,
    TAG_SIZE,
    VERSION,
    cannot_open,
    context_bytes,
    read_header,
    write_header,
)
from kmscourse.errors import KmsCourseError

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient

KIND = b"KMSE"
WHAT = "This envelope"


@dataclass(frozen=True, repr=False)
class Envelope:
    """Sealed data with all that is needed to open it, except the KMS key and the encryption context.

    ``encrypted_data_key`` is the data key as KMS encrypted it, ``nonce`` has 12 bytes, ``ciphertext`` ends in the
    16-byte tag. Nothing in it is secret. Raises EnvelopeError where these sizes can't be right.
    """

    encrypted_data_key: bytes
    nonce: bytes
    ciphertext: bytes
    version: ClassVar[int] = VERSION
    algorithm: ClassVar[str] = "AES-256-GCM"

    def __post_init__(self) -> None:
        if (
            not 1 <= len(self.encrypted_data_key) <= MAX_ENCRYPTED_KEY
            or len(self.nonce) != NONCE_SIZE[KIND]
            or len(self.ciphertext) < TAG_SIZE
        ):
            raise cannot_open(WHAT)

    def __repr__(self) -> str:
        return (
            f"Envelope({self.algorithm}, encrypted_data_key=<{len(self.encrypted_data_key)} bytes>, "
            f"nonce=<{len(self.nonce)} bytes>, ciphertext=<{len(self.ciphertext)} bytes>)"
        )

    def to_bytes(self) -> bytes:
        """The header and the ciphertext, in the format of ``header.py``."""
        return write_header(KIND, self.encrypted_data_key, self.nonce) + self.ciphertext

    @classmethod
    def from_bytes(cls, data: bytes) -> Envelope:
        """What ``to_bytes`` wrote. Raises EnvelopeError for anything else."""
        stream = io.BytesIO(data)
        encrypted_data_key, nonce = read_header(KIND, stream, WHAT)
        return cls(encrypted_data_key, nonce, stream.read())

    def to_json(self) -> str:
        """A JSON object of version, algorithm, and the three byte strings in base64."""
        fields: dict[str, int | str] = {"version": self.version, "algorithm": self.algorithm}
        for name in ("encrypted_data_key", "nonce", "ciphertext"):
            fields[name] = base64.b64encode(getattr(self, name)).decode()
        return json.dumps(fields, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Envelope:
        """What ``to_json`` wrote, however it is spaced. Raises EnvelopeError for anything else."""
        try:
            fields = json.loads(text)
            envelope = cls(
                *(base64.b64decode(fields[name]) for name in ("encrypted_data_key", "nonce", "ciphertext"))
            )
        except (ValueError, TypeError, KeyError, RecursionError):
            raise cannot_open(WHAT) from None
        if fields != json.loads(envelope.to_json()):  # base64 and JSON know several spellings of one thing
            raise cannot_open(WHAT)
        return envelope


def seal(
    kms: KMSClient, key_id: str, plaintext: bytes, encryption_context: Mapping[str, str] | None = None
) -> Envelope:
    """Encrypt ``plaintext`` (bytes, less than 2 GiB) with a new data key, which KMS encrypts under ``key_id``.

    Raises ClientError if KMS refuses, and KmsCourseError if the plaintext is not bytes.
    """
    require_bytes(plaintext)
    context = context_bytes(encryption_context)
    return seal_under(generate_data_key(kms, key_id, encryption_context), plaintext, context)


def require_bytes(plaintext: bytes) -> None:
    """Raises KmsCourseError for what is not bytes."""
    if not isinstance(plaintext, bytes | bytearray | memoryview):
        raise KmsCourseError("seal takes bytes. If you have a text, pass text.encode().")


def seal_under(data_key: DataKey, plaintext: bytes, context: bytes) -> Envelope:
    """Encrypt ``plaintext`` with this data key and a new random nonce; ``context`` is of ``context_bytes``."""
    nonce = os.urandom(NONCE_SIZE[KIND])
    header = write_header(KIND, data_key.encrypted, nonce)
    ciphertext = AESGCM(data_key.plaintext).encrypt(nonce, plaintext, header + context)
    return Envelope(data_key.encrypted, nonce, ciphertext)


def unseal(
    kms: KMSClient,
    envelope: Envelope,
    encryption_context: Mapping[str, str] | None = None,
    *,
    key_id: str | None = None,
) -> bytes:
    """Open ``envelope`` with the encryption context of its sealing, and return the plaintext.

    With ``key_id``, only this KMS key may open it. Raises ClientError if KMS refuses, also because of another
    context. Raises EnvelopeError if any part was changed.
    """
    context = context_bytes(encryption_context)
    data_key = decrypt_data_key(kms, envelope.encrypted_data_key, encryption_context, key_id=key_id)
    return unseal_under(data_key, envelope, context)


def unseal_under(data_key: DataKey, envelope: Envelope, context: bytes) -> bytes:
    """Open ``envelope`` with its data key. Raises EnvelopeError if any part was changed, or the context is another."""
    header = write_header(KIND, envelope.encrypted_data_key, envelope.nonce)
    try:
        return AESGCM(data_key.plaintext).decrypt(envelope.nonce, envelope.ciphertext, header + context)
    except InvalidTag:
        raise cannot_open(WHAT) from None
