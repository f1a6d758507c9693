"""How DynamoDB passes on what KMS refused while it used a key on the caller's behalf.

Source: recorded answers of AWS; DynamoDB Developer Guide, "Encryption at rest usage notes".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.operation import PermissionCheck

DYNAMODB = "dynamodb.amazonaws.com"  # DynamoDB, as the principal that it is

# KMS's code: (DynamoDB's code, its status, how its text begins, the name of KMS's exception there).
_UNMODELLED = "AWSKMSException"
_PASSED_ON = {
    "AccessDeniedException": ("AccessDeniedException", 400, "KMS key access denied error", _UNMODELLED),
    "DisabledException": ("ValidationException", 400, "KMS key disabled error", "DisabledException"),
    # DynamoDB's own code for what is to be tried again later; how it passes on a throttled request was not recorded.
    "ThrottlingException": ("ThrottlingException", 400, "KMS throttling error", _UNMODELLED),
    "ValidationException": ("InternalServerError", 500, "KMS internal error", _UNMODELLED),
}
# Refusals that an item's state brings about, which only an opened table shows.
_AFTER_OPENING = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})


class RelayedError(AwsError):
    """A refusal of KMS in DynamoDB's words. ``inner`` is what KMS said, ``check`` the use of a key that it refused."""

    def __init__(self, inner: AwsError, check: PermissionCheck, request_id: str) -> None:
        code, status, beginning, exception = _PASSED_ON.get(
            inner.code, ("ValidationException", 400, "KMS validation error", inner.code)
        )
        super().__init__(
            code,
            f"{beginning}: com.amazonaws.services.kms.model.{exception}: {inner.message} (Service: AWSKMS; Status "
            f"Code: {inner.status}; Error Code: {inner.code}; Request ID: {request_id}; Proxy: null)",
            status,
        )
        self.inner = inner
        self.check = check


def attempted_key_uses(checks: Sequence[PermissionCheck], error: AwsError | None) -> list[PermissionCheck]:
    """The uses of keys that DynamoDB came to before the call ended, the one that KMS refused the last, if one was."""
    uses = [check for check in checks if check.via is not None]
    if isinstance(error, RelayedError):
        refused = error.check
        return [*takewhile(lambda use: use != refused, uses), refused]
    return uses if error is None or error.code in _AFTER_OPENING else []


def allowed_key_uses(checks: Sequence[PermissionCheck], error: AwsError | None) -> list[PermissionCheck]:
    """The uses of keys that KMS has allowed DynamoDB."""
    return [] if isinstance(error, RelayedError) else attempted_key_uses(checks, error)
