"""How many requests a second KMS takes for cryptographic operations with symmetric and HMAC keys: any, or a quota.

These operations share one quota in each Region. All requests count, whoever makes them, also those that a service
makes for a caller. Operations with asymmetric keys and on data key pairs have quotas of their own on AWS, and so has
every other operation: here those are not limited.

AWS says that the quota applies "in each one-second interval", and not where an interval begins. Here it is any second:
a request is refused where the second before it has had as many as the quota allows. That a refused request does not
count itself, and that KMS counts before it decides who may, is inference.

Source: AWS KMS Developer Guide, "Request quotas", "Throttling AWS KMS requests". The code and the text were recorded.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from kmscourse.sandbox.call import AwsError

MAX_REQUESTS = 100_000  # AWS's own quota in us-east-1
# One request each; of ReEncrypt, which two permissions are asked for, the first stands for it.
SHARED = frozenset(
    f"kms:{name}"
    for name in (
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "ReEncryptFrom",
        "VerifyMac",
    )
)
_INTERVAL = timedelta(seconds=1)


class RequestQuota:
    """The shared quota of an account: ``requests`` a second in each Region, None for no limit."""

    def __init__(self, requests: int | None = None) -> None:
        self.set(requests)

    def set(self, requests: int | None) -> None:
        """Another quota from now on; what came before does not count."""
        self.requests = requests
        self._taken: dict[str, deque[datetime]] = {}

    def take(self, region: str, now: datetime) -> None:
        """Count a request. Raises AwsError ThrottlingException where the last second has had too many already."""
        if self.requests is None:
            return
        taken = self._taken.setdefault(region, deque())
        while taken and not timedelta() <= now - taken[0] < _INTERVAL:
            taken.popleft()
        if len(taken) >= self.requests:
            raise AwsError(
                "ThrottlingException",
                "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
            )
        taken.append(now)
