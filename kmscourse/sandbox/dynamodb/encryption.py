"""What DynamoDB checks of a table's KMS key, when a table comes under it and when it has to work.

The key that a request names is looked up anew here, after the decisions: what KMS says of it is passed on in
DynamoDB's words, and its ARN takes the place of whatever name was given.

Source: DynamoDB API Reference, "SSESpecification"; DynamoDB Developer Guide, "Encryption at rest usage notes";
recorded answers of AWS, also of what a table whose key does not work still does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.dynamodb import sse
from kmscourse.sandbox.kms import door
from kmscourse.sandbox.kms.door import DYNAMODB
from kmscourse.sandbox.on_behalf import RelayedError
from kmscourse.sandbox.operation import PermissionCheck, ResolvedCall

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def check(call: Call, caller: Caller, account: Account) -> Call:
    """The call with its key's ARN. Raises AwsError where the key, or the change of it, is refused."""
    if call.operation == "UpdateTimeToLive":
        _check_key_works(call, account)
    if "SSESpecification" not in call.parameters or call.operation not in ("CreateTable", "UpdateTable"):
        return call
    key_id = sse.named_key(call.parameters)
    if call.operation == "UpdateTable":
        _check_change(call, key_id, account)
        _check_key_works(call, account)
    if key_id is None:
        return replace(call, parameters={**call.parameters, "SSESpecification": {"Enabled": False}})
    try:
        key = door.find_key(ResolvedCall(call, caller, account, account.now()), key_id)
    except AwsError as error:
        raise RelayedError(
            error, PermissionCheck("kms:DescribeKey", key_id, via=DYNAMODB), call.request_id
        ) from None
    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key.arn}
    return replace(call, parameters={**call.parameters, "SSESpecification": specification})


def _check_change(call: Call, key_id: str | None, account: Account) -> None:
    """The same key again is refused where it is named by its ARN; by another name it would be encrypted anew."""
    table = account.table(call.region, call.parameters["TableName"])
    if table is not None and table.key_arn == key_id:
        raise AwsError(
            "ValidationException",
            "One or more parameter values were invalid: Table is already encrypted by default"
            if key_id is None
            else "One or more parameter values were invalid: Table is already encrypted with given KMSMasterKeyId. "
            "Use KMSMasterKeyId parameter if you want to change Master Key",
        )


def _check_key_works(call: Call, account: Account) -> None:
    """The key that the table is under now, which DynamoDB uses by its grant: the caller needs no permission."""
    table = account.table(call.region, call.parameters["TableName"])
    if table is None or table.key_arn is None:
        return
    try:
        door.require_working(account, table.key_arn)
    except AwsError as error:
        access = PermissionCheck("kms:Decrypt", table.key_arn, via=DYNAMODB)
        raise RelayedError(error, access, call.request_id) from None
