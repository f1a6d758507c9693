"""Data keys kept in memory for a while, so that many messages need few calls of KMS.

The two bounds are those of the AWS Encryption SDK's cache: how many messages are sealed under a data key, and how long
it is kept. With random nonces of 12 bytes, AES-GCM takes at most 2 to the power of 32 messages under one key.

Source: AWS Encryption SDK Developer Guide, "Data key caching", "Setting cache security thresholds"; NIST SP 800-38D,
section 8.3.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmscourse.envelope.data_key import DataKey, decrypt_data_key, generate_data_key
from kmscourse.envelope.header import context_bytes
from kmscourse.envelope.message import Envelope, require_bytes, seal_under, unseal_under
from kmscourse.errors import KmsCourseError

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient

MOST_USES = 2**32


@dataclass
class _Kept:
    """A data key in memory: until when, and how many messages it may still seal."""

    data_key: DataKey
    until: float
    uses_left: int = 0


class DataKeyCache:
    """Seals and unseals as ``seal`` and ``unseal`` do, with data keys that it keeps.

    A data key seals at most ``max_uses`` messages of one encryption context; it is used for ``max_age`` seconds at
    most, to seal and to unseal. ``clock`` tells the time in seconds. Raises KmsCourseError for bounds that can't be.
    """

    def __init__(
        self,
        kms: KMSClient,
        key_id: str,
        *,
        max_uses: int,
        max_age: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 1 <= max_uses <= MOST_USES or max_age <= 0:
            raise KmsCourseError(
                f"A data key seals 1 to {MOST_USES:,} messages, and is kept for more than 0 seconds."
            )
        self._kms, self._key_id, self._clock = kms, key_id, clock
        self._max_uses, self._max_age = max_uses, max_age
        self._to_seal: dict[bytes, _Kept] = {}
        self._to_unseal: dict[tuple[bytes, bytes], _Kept] = {}

    def seal(self, plaintext: bytes, encryption_context: Mapping[str, str] | None = None) -> Envelope:
        """Encrypt ``plaintext``. A new data key is made where the kept one has reached a bound.

        Raises ClientError where KMS refuses that, and KmsCourseError if the plaintext is not bytes.
        """
        require_bytes(plaintext)
        context = context_bytes(encryption_context)
        kept = self._to_seal.get(context)
        if kept is None or kept.uses_left == 0 or self._clock() >= kept.until:
            data_key = generate_data_key(self._kms, self._key_id, encryption_context)
            kept = _Kept(data_key, self._clock() + self._max_age, self._max_uses)
            self._to_seal[context] = kept
        kept.uses_left -= 1
        return seal_under(kept.data_key, plaintext, context)

    def unseal(self, envelope: Envelope, encryption_context: Mapping[str, str] | None = None) -> bytes:
        """Open ``envelope``. KMS is asked where its data key is not kept, or was kept for too long.

        Raises ClientError where KMS refuses, and EnvelopeError if any part was changed.
        """
        context = context_bytes(encryption_context)
        name = (envelope.encrypted_data_key, context)
        kept = self._to_unseal.get(name)
        if kept is None or self._clock() >= kept.until:
            self._to_unseal.pop(name, None)
            data_key = decrypt_data_key(
                self._kms, envelope.encrypted_data_key, encryption_context, key_id=self._key_id
            )
            kept = self._to_unseal[name] = _Kept(data_key, self._clock() + self._max_age)
        return unseal_under(kept.data_key, envelope, context)
