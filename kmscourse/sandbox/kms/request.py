"""What the operations on keys read from a call."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.kms.views import KeyView

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

Answer = dict[str, Any]
Operation: TypeAlias = "Callable[[Call, Account], Answer]"


def key_in(call: Call, account: Account, parameter: str = "KeyId") -> KeyView:
    """The key that a parameter names. Raises AwsError NotFoundException."""
    return account.key(call.region, call.parameters[parameter])


def check_named(call: Call, parameter: str, arn: str, account: Account) -> None:
    """Raises IncorrectKeyException where the caller names another key than ``arn``, the one that opens."""
    named = call.parameters.get(parameter)
    if named is not None and account.key(call.region, named).arn != arn:
        raise AwsError(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        )


def end_dry_run(call: Call) -> None:
    """Raises DryRunOperationException for a call that was only to be tried.

    Its status is 400, as the API reference has it under every operation's errors.
    """
    if call.parameters.get("DryRun"):
        raise AwsError(
            "DryRunOperationException", "The request would have succeeded, but the DryRun option is set."
        )


def context(call: Call, parameter: str = "EncryptionContext") -> Mapping[str, str]:
    """The encryption context in a parameter."""
    return call.parameters.get(parameter) or {}


def decoded(call: Call, parameter: str) -> bytes:
    """The bytes in a parameter."""
    return base64.b64decode(call.parameters[parameter])


def encoded(data: bytes) -> str:
    """Bytes as an answer carries them."""
    return base64.b64encode(data).decode("ascii")
