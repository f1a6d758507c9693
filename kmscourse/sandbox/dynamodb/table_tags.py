"""What DynamoDB checks of tables' tags.

Source: DynamoDB API Reference, "TagResource"; DynamoDB Developer Guide, "Tagging restrictions"; the texts as recorded
of AWS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

MOST = 50


def check(call: Call, account: Account) -> None:
    """Raises AwsError where there is no such table, or it can't have or lose such tags."""
    if call.operation in ("TagResource", "UntagResource", "ListTagsOfResource"):
        arn = call.parameters["ResourceArn"]
        table = account.table(call.region, arn)
        if table is None:
            raise AwsError(
                "ResourceNotFoundException", f"Requested resource not found: ResourceArn: {arn} not found"
            )
        if call.operation == "TagResource":
            if not call.parameters["Tags"]:
                raise AwsError("ValidationException", "Atleast one Tag needs to be provided as Input.")
            _check(call.parameters["Tags"], table.tags)
        if call.operation == "UntagResource" and not call.parameters["TagKeys"]:
            raise AwsError("ValidationException", "Atleast one Tag Key needs to be provided as Input.")
    elif call.operation == "CreateTable":
        _check(call.parameters.get("Tags") or [], {})


def _check(tags: Sequence[Mapping[str, str]], present: Mapping[str, str]) -> None:
    keys = [tag["Key"] for tag in tags]
    for tag in tags:
        key = tag["Key"]
        if key.startswith("aws:"):
            raise AwsError("ValidationException", f"Tag Key cannot be prefixed with aws:, Key: {key[:128]}")
        if not 1 <= len(key) <= 128:
            raise AwsError("ValidationException", f"The Tag Key provided is invalid, Key: {key[:128]}")
        if len(tag["Value"]) > 256:
            raise AwsError(
                "ValidationException", f"The Tag Value provided is invalid, Value: {tag['Value'][:256]}"
            )
        if keys.count(key) > 1:
            raise AwsError(
                "ValidationException", f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}"
            )
    if len({*keys, *present}) > MOST:
        raise AwsError(
            "ValidationException", "Number of Tags exceed the current limit for the provided ResourceArn"
        )
