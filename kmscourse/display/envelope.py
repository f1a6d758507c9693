"""An envelope as a card, byte by byte, and who can open it."""

from __future__ import annotations

from kmscourse.display.card import Card, Facts
from kmscourse.display.layout import ByteRange, in_full, layout
from kmscourse.envelope import Envelope
from kmscourse.envelope.header import AES_256_GCM, TAG_SIZE, VERSION

WHO = (
    (
        "The data key",
        "is in it, encrypted by KMS. Its plaintext is nowhere: to open the envelope, you ask KMS for it.",
    ),
    (
        "The KMS key",
        "is not named: the encrypted data key is opaque, and KMS itself finds the key that decrypts it. Policies and "
        "grants say who may call kms:Decrypt with that key.",
    ),
    (
        "The encryption context",
        "is not in it, and you need it twice: KMS decrypts the data key only with it, and the tag authenticates it.",
    ),
    (
        "A changed byte",
        "is noticed, wherever it is: by the format, by KMS, or by AES-GCM.",
    ),
)


class EnvelopeCard(Card):
    """What is in an envelope, part by part. Takes an Envelope or its bytes; raises EnvelopeError for other bytes."""

    def __init__(self, envelope: Envelope | bytes) -> None:
        data = as_bytes(envelope)
        super().__init__(
            layout(f"An envelope of {len(data)} bytes", parts(data)),
            in_full(data),
            Facts("Who can open it", WHO),
        )


def as_bytes(envelope: Envelope | bytes) -> bytes:
    """An envelope as ``to_bytes`` writes it."""
    return envelope.to_bytes() if isinstance(envelope, Envelope) else bytes(envelope)


def parts(data: bytes) -> list[ByteRange]:
    """The parts of an envelope's bytes; together they are the bytes. Raises EnvelopeError for other bytes."""
    envelope = Envelope.from_bytes(data)
    encrypted = len(envelope.encrypted_data_key)
    fields = [
        (4, "kind", '"KMSE" in ASCII: an envelope.'),
        (1, "version", f"{VERSION}: the version of the format."),
        (1, "algorithm", f"{AES_256_GCM}: {envelope.algorithm}."),
        (2, "length", f"{encrypted}, big-endian: of the encrypted data key."),
        (
            encrypted,
            "encrypted data key",
            "As KMS gave it, and only KMS decrypts it. BlobCard shows its parts.",
        ),
        (len(envelope.nonce), "nonce", "Random, for this one encryption. It is not secret."),
        (len(envelope.ciphertext) - TAG_SIZE, "ciphertext", "As many bytes as the plaintext."),
        (TAG_SIZE, "tag", "Authenticates all that is before it, and the encryption context."),
    ]
    byte_ranges, offset = [], 0
    for size, name, meaning in fields:
        byte_ranges.append(ByteRange(offset, data[offset : offset + size], name, meaning))
        offset += size
    return byte_ranges
