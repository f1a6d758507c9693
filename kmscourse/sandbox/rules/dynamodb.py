"""What DynamoDB checks of a table's key before the operation itself.

The key that a request names is looked up anew here, after the decisions: what KMS says of it is passed on in
DynamoDB's words, and its ARN takes the place of whatever name was given.

Source: DynamoDB API Reference, "SSESpecification"; recorded answers of AWS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Access, AwsError, Call, Caller
from kmscourse.sandbox.relay import RelayedError
from kmscourse.sandbox.resources import sse
from kmscourse.sandbox.resources.keys import DYNAMODB, resolve
from kmscourse.sandbox.resources.tables import table_name
from kmscourse.sandbox.rules import items

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend


def check(call: Call, caller: Caller, accesses: Sequence[Access], backend: Backend) -> Call:
    """The call with bare table names, the key's ARN and plain expressions. Raises AwsError if forbidden."""
    home = f"arn:aws:dynamodb:{call.region}:{backend.account_id}:"
    for access in accesses:
        if access.resource.startswith("arn:aws:dynamodb:") and not access.resource.startswith(home):
            raise AwsError("ResourceNotFoundException", "Requested resource not found")
    parameters = dict(call.parameters)
    if isinstance(parameters.get("TableName"), str):
        parameters["TableName"] = table_name(call, backend, parameters["TableName"]).name
    if parameters.get("SSESpecification"):
        parameters["SSESpecification"] = _specification(call, caller, backend)
    return items.check(replace(call, parameters=parameters), backend)


def _specification(call: Call, caller: Caller, backend: Backend) -> Mapping[str, Any]:
    specification = dict(call.parameters["SSESpecification"])
    key_id = sse.named_key(call.parameters)
    if key_id is not None:
        try:
            key = resolve(call, caller, backend, key_id, action="kms:DescribeKey")
        except AwsError as error:
            raise RelayedError(
                error, Access("kms:DescribeKey", key_id, via=DYNAMODB), call.request_id
            ) from None
        specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key.arn}
    if call.operation == "UpdateTable":
        _check_change(call, specification.get("KMSMasterKeyId"), backend)
    return specification


def _check_change(call: Call, key_arn: str | None, backend: Backend) -> None:
    table = backend.table(call.region, table_name(call, backend, call.parameters["TableName"]).name)
    if table is not None and key_arn is not None and table.key_arn == key_arn:
        raise AwsError(
            "ValidationException",
            "One or more parameter values were invalid: Table is already encrypted with given KMSMasterKeyId. "
            "Name another key, or leave SSESpecification out.",
        )
