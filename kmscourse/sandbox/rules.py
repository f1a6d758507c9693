"""What AWS checks beyond permissions, and moto does not: key states, key usage, limits, key policies, tables' keys.

One module for each subject. A rule refuses by raising AwsError with AWS's code and text, or writes into the
parameters what AWS would have worked out (a key's ARN, a caller's own user name).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Access, AwsError, Call, Caller
from kmscourse.sandbox.dynamodb import validation as dynamodb
from kmscourse.sandbox.iam import validation as iam
from kmscourse.sandbox.kms import validation as kms
from kmscourse.sandbox.kms.key_access import is_key
from kmscourse.sandbox.kms.key_state import check_state
from kmscourse.sandbox.kms.key_usage import check_origin, check_usage
from kmscourse.sandbox.relay import RelayedError

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Backend

Rule = Callable[[Call, Caller, Sequence[Access], "Backend"], Call]

_OF_SERVICE: Mapping[str, Rule] = {"kms": kms.check, "dynamodb": dynamodb.check, "iam": iam.check}


def check(call: Call, caller: Caller, accesses: Sequence[Access], backend: Backend) -> Call:
    """The call with its parameters made exact. Raises AwsError where a rule of its service forbids it."""
    rule = _OF_SERVICE.get(call.service)
    checked = rule(call, caller, accesses, backend) if rule else call
    for access in accesses:
        try:
            _check_key(call, access, backend)
        except AwsError as error:
            raise RelayedError(error, access, call.request_id) if access.via else error from None
    return checked


def _check_key(call: Call, access: Access, backend: Backend) -> None:
    """State and usage of the key that ``access`` is to, where it is to a key."""
    if is_key(access.resource):
        key = backend.find_key(access.resource)
        if key is None:
            raise AwsError("NotFoundException", f"Key '{access.resource}' does not exist")
        check_origin(access.action, key)
        check_state(access.action, key)
        check_usage(access, key, call.parameters)
