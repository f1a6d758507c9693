"""What DynamoDB checks before an operation itself: whose table it is, then what the operation asks.

Source: DynamoDB API Reference; recorded answers of AWS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.dynamodb import encryption, table_tags
from kmscourse.sandbox.dynamodb import item_validation as items
from kmscourse.sandbox.dynamodb import table_validation as tables
from kmscourse.sandbox.dynamodb.table_names import table_name
from kmscourse.sandbox.operation import PermissionCheck

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def check(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> Call:
    """The call with bare table names, the key's ARN and plain expressions. Raises AwsError if forbidden."""
    home = f"arn:aws:dynamodb:{call.region}:{account.account_id}:"
    for access in checks:
        if access.resource.startswith("arn:aws:dynamodb:") and not access.resource.startswith(home):
            raise AwsError("ResourceNotFoundException", "Requested resource not found")
    if isinstance(call.parameters.get("TableName"), str):
        name = table_name(call, account, call.parameters["TableName"]).name
        call = replace(call, parameters={**call.parameters, "TableName": name})
    tables.check(call, account)
    table_tags.check(call, account)
    return items.check(encryption.check(call, caller, account), account)
