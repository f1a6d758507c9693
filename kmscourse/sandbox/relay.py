"""How DynamoDB passes on what KMS refused while it used a key on the caller's behalf.

Source: recorded answers of AWS; DynamoDB Developer Guide, "Encryption at rest usage notes".
"""

from __future__ import annotations

from kmscourse.sandbox.call import Access, AwsError

# KMS's code: (DynamoDB's code, its status, how its text begins, the name of KMS's exception there).
_UNMODELLED = "AWSKMSException"
_PASSED_ON = {
    "AccessDeniedException": ("AccessDeniedException", 400, "KMS key access denied error", _UNMODELLED),
    "DisabledException": ("ValidationException", 400, "KMS key disabled error", "DisabledException"),
    "ValidationException": ("InternalServerError", 500, "KMS internal error", _UNMODELLED),
}


class RelayedError(AwsError):
    """A refusal of KMS in DynamoDB's words. ``inner`` is what KMS said, ``access`` the use of the key it said it of."""

    def __init__(self, inner: AwsError, access: Access, request_id: str) -> None:
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
        self.access = access
