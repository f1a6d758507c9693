"""What IAM works out of a request before the operation itself, and what of it the practice account has not got.

Source: IAM API Reference, the UserName parameter of the operations that may leave it out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kmscourse.errors import PolicyError
from kmscourse.policy.read import parse
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
    if not re.fullmatch(r"[0-9]{0,9}", call.parameters.get("Marker", "")):
        raise AwsError("ValidationError", "Invalid Marker.")
    if call.operation not in ABOUT_ONESELF:
        return call
    return replace(call, parameters={**call.parameters, "UserName": user_name(call, caller)})


def check_readable(call: Call) -> None:
    """Raises AwsError MalformedPolicyDocument for a policy that could not be evaluated later.

    Asked after moto has taken the document, as its texts for AWS's own refusals are the finer ones.
    """
    document = call.parameters.get("PolicyDocument")
    if document is not None:
        try:
            parse(document)
        except PolicyError as error:
            raise AwsError("MalformedPolicyDocument", str(error)) from None
