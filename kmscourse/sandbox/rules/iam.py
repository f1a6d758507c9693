"""What IAM works out of a request before the operation itself, and what of it the practice account has not got.

Source: IAM API Reference, the UserName parameter of the operations that may leave it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Access, AwsError, Call, Caller
from kmscourse.sandbox.resources.iam import ABOUT_ONESELF, user_name

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend


def check(call: Call, caller: Caller, accesses: Sequence[Access], backend: Backend) -> Call:
    """The call with the caller's own name where it names no user. Raises AwsError where a rule forbids it."""
    if call.operation == "CreateUser" and call.parameters.get("PermissionsBoundary"):
        raise AwsError(
            "UnsupportedOperationException",
            "The practice account does not offer PermissionsBoundary for users.",
        )
    if call.operation not in ABOUT_ONESELF:
        return call
    return replace(call, parameters={**call.parameters, "UserName": user_name(call, caller)})
