"""What stands before every ciphertext, and what the ciphertext is authenticated together with.

    offset  bytes  meaning
    0       4      kind: "KMSE" an envelope, "KMSF" a file
    4       1      version of the format, 1
    5       1      algorithm: 1 is AES-256-GCM
    6       2      length of the encrypted data key, big-endian
    8       …      encrypted data key, as KMS gave it
    …       12|7   nonce (an envelope) or the nonces' prefix (a file)

The associated data is the header followed by the encryption context. Every part has a length that is fixed
or stands before it, so no two pairs of header and context make the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import BinaryIO

from kmscourse.errors import EnvelopeError, KmsCourseError

VERSION = 1
AES_256_GCM = 1
TAG_SIZE = 16  # bytes that AES-GCM adds
NONCE_SIZE = {b"KMSE": 12, b"KMSF": 7}
MAX_ENCRYPTED_KEY = 6144  # bytes: what Decrypt takes

_FIXED = struct.Struct(">4sBBH")


def cannot_open(subject: str) -> EnvelopeError:
    """The one error for all that can be wrong with something sealed: the exact reason helps only a forger."""
    return EnvelopeError(
        f"{subject} can't be opened: it isn't sealed, or was damaged, cut short, or sealed for another context."
    )


def write_header(kind: bytes, encrypted_data_key: bytes, nonce: bytes) -> bytes:
    """The header as it is stored."""
    return _FIXED.pack(kind, VERSION, AES_256_GCM, len(encrypted_data_key)) + encrypted_data_key + nonce


def read_header(kind: bytes, reader: BinaryIO, subject: str) -> tuple[bytes, bytes]:
    """The encrypted data key and the nonce from the header at which ``reader`` stands.

    Raises EnvelopeError, about ``subject``, where there is no such header.
    """
    fixed = reader.read(_FIXED.size)
    if len(fixed) < _FIXED.size:
        raise cannot_open(subject)
    *identity, length = _FIXED.unpack(fixed)
    if identity != [kind, VERSION, AES_256_GCM] or not 1 <= length <= MAX_ENCRYPTED_KEY:
        raise cannot_open(subject)
    encrypted_data_key, nonce = reader.read(length), reader.read(NONCE_SIZE[kind])
    if len(encrypted_data_key) < length or len(nonce) < NONCE_SIZE[kind]:
        raise cannot_open(subject)
    return encrypted_data_key, nonce


def context_bytes(encryption_context: Mapping[str, str] | None) -> bytes:
    """The context as bytes: the same for the same pairs in any order, different for any other pairs.

    The number of pairs, then each pair in the order of its keys: the key's length and UTF-8, the value's
    length and UTF-8; numbers have 4 bytes, big-endian. Raises KmsCourseError for what isn't text.
    """
    try:
        pairs = sorted((key.encode(), value.encode()) for key, value in (encryption_context or {}).items())
    except (AttributeError, UnicodeEncodeError):
        raise KmsCourseError(
            "An encryption context maps text to text, as in {'purpose': 'backup'}; this one doesn't."
        ) from None
    texts = [text for pair in pairs for text in pair]
    return struct.pack(">I", len(pairs)) + b"".join(struct.pack(">I", len(text)) + text for text in texts)
