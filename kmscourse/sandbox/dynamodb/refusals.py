"""The refusals that several parts of DynamoDB share.

Source: DynamoDB API Reference, "Common Errors", "CancellationReason"; the texts as recorded from AWS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kmscourse.sandbox.call import AwsError


def invalid(message: str) -> AwsError:
    """The refusal of a request that is wrong in itself, or for its table."""
    return AwsError("ValidationException", message)


def invalid_parameter(fault: str) -> AwsError:
    """The same, in the words that DynamoDB uses for the values of parameters."""
    return invalid(f"One or more parameter values were invalid: {fault}")


def not_in_enum(value: str, allowed: Sequence[str], path: str) -> AwsError:
    """The refusal of a text that is none of those that a parameter takes."""
    return invalid(
        f"1 validation error detected: Value '{value[:300]}' at '{path}' failed to satisfy constraint: Member must "
        f"satisfy enum value set: [{', '.join(allowed)}]"
    )


def not_found(what: str = "") -> AwsError:
    """The refusal of a call on what is not there."""
    return AwsError("ResourceNotFoundException", f"Requested resource not found{f': {what}' if what else ''}")


def cancelled(reasons: Sequence[Mapping[str, Any]]) -> AwsError:
    """The refusal of a transaction: for each item a ``Code`` ("None" if it has no fault), perhaps a ``Message``."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    return AwsError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        fields={"CancellationReasons": list(reasons)},
    )
