"""Change one bit of something sealed, and see who notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from kmscourse.display.card import Card, Grid
from kmscourse.display.envelope import as_bytes, parts
from kmscourse.display.table import Code
from kmscourse.envelope import Envelope, unseal
from kmscourse.errors import EnvelopeError, KmsCourseError

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient

HEAD = ("Part", "Offset", "Byte", "Answer", "Who noticed")


def flip(sealed: Envelope | bytes, offset: int, bit: int = 0) -> bytes:
    """The same bytes with one bit turned over: bit 0 (the lowest) to 7 of the byte at ``offset``.

    A negative offset counts from the end. Raises KmsCourseError where there is no such byte or bit.
    """
    data = bytearray(as_bytes(sealed))
    if not -len(data) <= offset < len(data) or bit not in range(8):
        raise KmsCourseError(
            f"There is no bit {bit} at {offset}: there are {len(data)} bytes, of bits 0 to 7."
        )
    data[offset] ^= 1 << bit
    return bytes(data)


class FlipCard(Card):
    """Of each part of an envelope, one bit is turned over, and the rest opened as ever: who refuses, and how.

    ``encryption_context`` is the one that opens the envelope as it is. KMS is asked for each change that the format
    lets pass, so the trail shows it. Raises as ``unseal`` does where the envelope doesn't open even unchanged.
    """

    def __init__(
        self, kms: KMSClient, envelope: Envelope | bytes, encryption_context: Mapping[str, str] | None = None
    ) -> None:
        data = as_bytes(envelope)
        unseal(kms, Envelope.from_bytes(data), encryption_context)
        rows = [
            _row(
                kms, data, byte_range.offset + len(byte_range.data) // 2, byte_range.name, encryption_context
            )
            for byte_range in parts(data)
            if byte_range.data
        ]
        super().__init__(Grid("One bit turned over, part by part", HEAD, rows))


def _row(
    kms: KMSClient, data: bytes, offset: int, name: str, encryption_context: Mapping[str, str] | None
) -> tuple[str, ...]:
    changed = flip(data, offset)
    answer, who = _tried(kms, changed, encryption_context)
    return name, str(offset), Code(f"{data[offset]:02x} → {changed[offset]:02x}"), answer, who


def _tried(kms: KMSClient, data: bytes, encryption_context: Mapping[str, str] | None) -> tuple[str, str]:
    """What came of opening it, and whose answer that is."""
    try:
        envelope = Envelope.from_bytes(data)
    except EnvelopeError:
        return "✗ EnvelopeError", "the envelope's format"
    try:
        unseal(kms, envelope, encryption_context)
    except ClientError as error:
        return f"✗ {error.response['Error']['Code']}", "KMS"
    except EnvelopeError:
        return "✗ EnvelopeError", "AES-GCM, in the application"
    return "✓ opened", "nobody"
