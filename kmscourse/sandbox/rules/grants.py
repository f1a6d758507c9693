"""What KMS checks of a grant's terms.

Source: AWS KMS API Reference, "CreateGrant".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Access, AwsError, Call, Caller
from kmscourse.sandbox.rules import key_policy

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend


def check(call: Call, caller: Caller, accesses: Sequence[Access], backend: Backend) -> None:
    """Grantee and retiring principal must exist; constraints stay within AWS's bounds."""
    parameters = call.parameters
    for name in ("GranteePrincipal", "RetiringPrincipal"):
        arn = parameters.get(name)
        if arn is not None and not key_policy.exists(arn, backend):
            raise AwsError("InvalidArnException", f"ARN does not refer to a valid principal: {arn}")
    for pairs in (parameters.get("Constraints") or {}).values():
        if isinstance(pairs, dict) and (len(pairs) > 8 or any(len(value) > 384 for value in pairs.values())):
            raise AwsError(
                "ValidationException",
                "A grant's constraint holds at most 8 pairs, with values of at most 384 characters.",
            )
