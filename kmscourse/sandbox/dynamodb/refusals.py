"""The refusals that several parts of DynamoDB share.

Source: DynamoDB API Reference, "Common Errors", "CancellationReason"; the texts as recorded from AWS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kmscourse.sandbox.call import AwsError

_NAME = "[a-zA-Z0-9_.-]+"
_MIN_NAME, _MAX_NAME = 3, 255


def invalid(message: str) -> AwsError:
    """The refusal of a request that is wrong in itself, or for its table."""
    return AwsError("ValidationException", message)


def invalid_request(operation: str, message: str) -> AwsError:
    """The refusal of a request that is wrong in itself, whatever the table."""
    return invalid(f"{'1 validation error detected: ' if counts_refusals(operation) else ''}{message}")


def counts_refusals(operation: str) -> bool:
    """Whether an operation begins such a refusal with a count, as some do since 2026, in most regions."""
    return operation in ("PutItem", "UpdateItem", "DeleteItem")


def invalid_parameter(fault: str) -> AwsError:
    """The same, in the words that DynamoDB uses for the values of parameters."""
    return invalid(f"One or more parameter values were invalid: {fault}")


def not_in_enum(value: str, allowed: Sequence[str], path: str) -> AwsError:
    """The refusal of a text that is none of those that a parameter takes."""
    return unsatisfied([enum_fault(value, allowed, path)])


def enum_fault(value: str, allowed: Sequence[str], path: str) -> str:
    """What such a refusal says of one parameter."""
    return (
        f"Value '{value[:300]}' at '{path}' failed to satisfy constraint: Member must satisfy enum value set: "
        f"[{', '.join(allowed)}]"
    )


def name_faults(name: str, path: str) -> list[str]:
    """What a refusal says of a name of a table or index; nothing of one that is good."""
    subject = f"Value '{name[:300]}' at '{path}'"
    faults = []
    if not re.fullmatch(_NAME, name):
        constraint = f"Member must satisfy regular expression pattern: {_NAME}"
        faults.append(f"{subject} failed to satisfy constraint: {constraint}")
    if len(name) < _MIN_NAME:
        faults.append(length_fault(subject, f"greater than or equal to {_MIN_NAME}"))
    if len(name) > _MAX_NAME:
        faults.append(length_fault(subject, f"less than or equal to {_MAX_NAME}"))
    return faults


def attribute_name_faults(name: str, path: str) -> list[str]:
    """What a refusal says of the name of a key, or of an attribute that a table's settings name."""
    subject = f"Value '{name[:300]}' at '{path}'"
    if not name:
        return [length_fault(subject, "greater than or equal to 1")]
    return [length_fault(subject, f"less than or equal to {_MAX_NAME}")] if len(name) > _MAX_NAME else []


def length_fault(what: str, limit: str) -> str:
    """What a refusal says of ``what`` (a value and where it is) that is too long or too short."""
    return f"{what} failed to satisfy constraint: Member must have length {limit}"


def unsatisfied(faults: Sequence[str]) -> AwsError:
    """The refusal of parameters that do not satisfy their constraints, with a sentence for each."""
    return invalid(
        f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: {'; '.join(faults)}"
    )


def not_found(what: str = "") -> AwsError:
    """The refusal of a call on what is not there."""
    return AwsError("ResourceNotFoundException", f"Requested resource not found{f': {what}' if what else ''}")


def no_table_arn(given: str) -> AwsError:
    """The refusal of what should be the ARN of a table of the call's region."""
    if not given.startswith("arn:"):
        return invalid_parameter(f"ARNs must start with 'arn:': {given}")
    if not given.startswith("arn:aws:dynamodb:"):
        return invalid_parameter(f"Provided Arn is not a DynamoDB resource arn: {given}")
    if "/index/" in given:
        return invalid_parameter(
            f"Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {given}"
        )
    return invalid(f"Invalid TableArn: Invalid ResourceArn provided as input {given}")


def not_offered(what: str, operation: str) -> AwsError:
    """The practice account's own refusal of what no single member of a call stands for."""
    return AwsError(
        "UnsupportedOperationException", f"The practice account does not offer {what} in {operation}."
    )


def cancelled(reasons: Sequence[Mapping[str, Any]]) -> AwsError:
    """The refusal of a transaction: for each item a ``Code`` ("None" if it has no fault), perhaps a ``Message``."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    return AwsError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        fields={"CancellationReasons": list(reasons)},
    )
