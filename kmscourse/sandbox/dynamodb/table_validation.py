"""What DynamoDB checks of a table that is made, changed or deleted, and moto doesn't.

Source: DynamoDB API Reference, "CreateTable", "UpdateTable", "DeleteTable", "UpdateTimeToLive"; the texts as recorded
of AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError, Call

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

_INVALID = "One or more parameter values were invalid: "
_NOT_OFFERED = {
    "CreateTable": (
        "GlobalTableSettingsReplicationMode",
        "GlobalTableSourceArn",
        "OnDemandThroughput",
        "ResourcePolicy",
    ),
    "UpdateTable": (
        "GlobalTableSettingsReplicationMode",
        "GlobalTableWitnessUpdates",
        "MultiRegionConsistency",
        "OnDemandThroughput",
        "ReplicaUpdates",
    ),
}
# Parameters of another age, and what takes their place.
_PROJECTION = {"AttributesToGet": "ProjectionExpression"}
_CONDITION = {"Expected": "ConditionExpression", "ConditionalOperator": "ConditionExpression"}
_FILTER = {"ConditionalOperator": "FilterExpression"}
_LEGACY: Mapping[str, Mapping[str, str]] = {
    "GetItem": _PROJECTION,
    "BatchGetItem": _PROJECTION,
    "PutItem": _CONDITION,
    "DeleteItem": _CONDITION,
    "UpdateItem": {"AttributeUpdates": "UpdateExpression", **_CONDITION},
    "Query": {
        **_PROJECTION,
        "KeyConditions": "KeyConditionExpression",
        "QueryFilter": "FilterExpression",
        **_FILTER,
    },
    "Scan": {**_PROJECTION, "ScanFilter": "FilterExpression", **_FILTER},
}
_CHANGES = (
    "ProvisionedThroughput",
    "BillingMode",
    "StreamSpecification",
    "GlobalSecondaryIndexUpdates",
    "SSESpecification",
    "DeletionProtectionEnabled",
    "WarmThroughput",
    "TableClass",
)
# These stand alone, in the order in which AWS names them where several don't.
_ALONE = {
    "SSESpecification": "Server-Side Encryption modification",
    "TableClass": "TableClass modification",
    "DeletionProtectionEnabled": "DeletionProtection modification",
    "WarmThroughput": "WarmThroughput",
}
_NO_CHANGE = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
    "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
    "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
)


def check(call: Call, account: Account) -> None:
    """Raises AwsError where the call may not be performed on the table, or there is no such table."""
    for name in _NOT_OFFERED.get(call.operation, ()):
        if call.parameters.get(name) is not None:
            raise _not_offered(call, name)
    entries = [call.parameters]
    if call.operation == "BatchGetItem":
        entries = list(call.parameters["RequestItems"].values())
    for name, successor in _LEGACY.get(call.operation, {}).items():
        if any(entry.get(name) is not None for entry in entries):
            raise _not_offered(call, name, f": use {successor}")
    if (call.parameters.get("StreamSpecification") or {}).get("StreamEnabled"):
        raise _not_offered(call, "StreamSpecification")
    if call.operation == "CreateTable":
        _create(call.parameters)
    elif call.operation in _ON_A_TABLE:
        described = _ask(call, account, "DescribeTable")["Table"]
        _ON_A_TABLE[call.operation](call, described, account)


def _ask(call: Call, account: Account, operation: str) -> Mapping[str, Any]:
    """What moto says of the call's table. Raises AwsError ResourceNotFoundException in AWS's words for such calls."""
    question = replace(call, operation=operation, parameters={"TableName": call.parameters["TableName"]})
    answer = account.perform(question)
    return answer if isinstance(answer, Mapping) else {}


def _create(parameters: Mapping[str, Any]) -> None:
    definitions, schema = parameters["AttributeDefinitions"], parameters["KeySchema"]
    for number, definition in enumerate(definitions, 1):
        _one_of(
            definition["AttributeType"],
            ("B", "N", "S"),
            f"attributeDefinitions.{number}.member.attributeType",
        )
    for number, element in enumerate(schema, 1):
        _one_of(element["KeyType"], ("HASH", "RANGE"), f"keySchema.{number}.member.keyType")
    _check_billing_mode(parameters)
    _check_class(parameters)
    if not schema:
        raise _refused(
            "1 validation error detected: Value '[]' at 'keySchema' failed to satisfy constraint: Member must have "
            "length greater than or equal to 1"
        )
    names = [definition["AttributeName"] for definition in definitions]
    for name in names:
        if names.count(name) > 1:
            raise _refused(f"Attribute Name is duplicated: {name}")
    kinds = [element["KeyType"] for element in schema]
    if kinds[0] != "HASH":
        raise _refused("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(kinds) == 2 and kinds[1] != "RANGE":
        raise _refused("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    if len({element["AttributeName"] for element in schema}) < len(schema) == 2:
        raise _refused("Both the Hash Key and the Range Key element in the KeySchema have the same name")
    if parameters.get("BillingMode") == "PAY_PER_REQUEST" and parameters.get("ProvisionedThroughput"):
        raise _no_units()


def _update(call: Call, table: Mapping[str, Any], account: Account) -> None:
    parameters = call.parameters
    changes = [name for name in _CHANGES if parameters.get(name) is not None]
    if not changes:
        raise _refused(_NO_CHANGE)
    for name, what in _ALONE.items():
        if name in changes and len(changes) > 1:
            raise _refused(f"{_INVALID}{what} must be the only operation in the request")
    _check_billing_mode(parameters)
    _check_class(parameters)
    if "StreamSpecification" in changes:
        raise _refused(f"Table has no stream to disable: TableName: {table['TableName']}")
    now = table["BillingModeSummary"]["BillingMode"]
    wanted, throughput = parameters.get("BillingMode", now), parameters.get("ProvisionedThroughput")
    if wanted == "PAY_PER_REQUEST" and throughput:
        raise _no_units()
    if wanted == "PROVISIONED" != now and not throughput:
        raise _refused(f"{_INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    if throughput and wanted == now:
        _check_units_change(throughput, table["ProvisionedThroughput"])
    _check_indexes(parameters, table)


def _check_indexes(parameters: Mapping[str, Any], table: Mapping[str, Any]) -> None:
    """An index that is made is new, and its key defined; one that is changed or deleted is there."""
    there = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes") or ()}
    defined = [*table["AttributeDefinitions"], *(parameters.get("AttributeDefinitions") or ())]
    names = sorted({definition["AttributeName"] for definition in defined})
    for change in parameters.get("GlobalSecondaryIndexUpdates") or ():
        for what, index in change.items():
            if what == "Create" and index["IndexName"] in there:
                raise _refused("Attempting to create an index which already exists")
            if what != "Create" and index["IndexName"] not in there:
                raise AwsError("ResourceNotFoundException", "Requested resource not found")
            keys = [element["AttributeName"] for element in index.get("KeySchema", ())]
            if not set(keys) <= set(names):
                raise _refused(
                    f"{_INVALID}Some index key attributes are not defined in AttributeDefinitions. "
                    f"Keys: [{', '.join(keys)}], AttributeDefinitions: [{', '.join(names)}]"
                )


def _check_units_change(wanted: Mapping[str, int], now: Mapping[str, int]) -> None:
    units = ("ReadCapacityUnits", "WriteCapacityUnits")
    if all(wanted[unit] == now[unit] for unit in units):
        each = " ".join(
            f"Current {unit} provisioned for the table: {now[unit]}. Requested {unit}: {wanted[unit]}."
            for unit in units
        )
        raise _refused(
            f"The provisioned throughput for the table will not change. The requested value equals the current "
            f"value. {each} Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "
            "limits."
        )


def _delete(call: Call, table: Mapping[str, Any], account: Account) -> None:
    if table.get("DeletionProtectionEnabled"):
        raise _refused(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection "
            "first."
        )


def _time_to_live(call: Call, table: Mapping[str, Any], account: Account) -> None:
    now = _ask(call, account, "DescribeTimeToLive")["TimeToLiveDescription"]
    wanted, is_enabled = call.parameters["TimeToLiveSpecification"], now["TimeToLiveStatus"] == "ENABLED"
    if is_enabled and now["AttributeName"] != wanted["AttributeName"]:
        raise _refused(
            "TimeToLive is active on a different AttributeName: current AttributeName is "
            + now["AttributeName"]
        )
    if is_enabled == wanted["Enabled"]:
        raise _refused(f"TimeToLive is already {'enabled' if is_enabled else 'disabled'}")


_ON_A_TABLE: Mapping[str, Callable[[Call, Mapping[str, Any], Account], None]] = {
    "UpdateTable": _update,
    "DeleteTable": _delete,
    "UpdateTimeToLive": _time_to_live,
    "DescribeTimeToLive": lambda call, table, account: None,
}


def _check_billing_mode(parameters: Mapping[str, Any]) -> None:
    if parameters.get("BillingMode") is not None:
        _one_of(parameters["BillingMode"], ("PROVISIONED", "PAY_PER_REQUEST"), "billingMode")


def _check_class(parameters: Mapping[str, Any]) -> None:
    if parameters.get("TableClass") not in (None, "STANDARD", "STANDARD_INFREQUENT_ACCESS"):
        raise _refused(
            "Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD, "
            "STANDARD_INFREQUENT_ACCESS]."
        )


def _one_of(value: str, allowed: tuple[str, ...], path: str) -> None:
    if value not in allowed:
        raise _refused(
            f"1 validation error detected: Value '{value[:300]}' at '{path}' failed to satisfy constraint: Member must "
            f"satisfy enum value set: [{', '.join(allowed)}]"
        )


def _no_units() -> AwsError:
    fault = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
    return _refused(_INVALID + fault)


def _refused(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def _not_offered(call: Call, name: str, instead: str = "") -> AwsError:
    return AwsError(
        "UnsupportedOperationException",
        f"The practice account does not offer {name} in {call.operation}{instead}.",
    )
