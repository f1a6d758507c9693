"""What DynamoDB checks of a table that is made, changed, tagged or deleted, and moto doesn't.

Source: DynamoDB API Reference, "CreateTable", "UpdateTable", "DeleteTable", "UpdateTimeToLive", "TagResource";
DynamoDB Developer Guide, "Tagging restrictions"; the texts as recorded from AWS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb import encryption, index_validation
from kmscourse.sandbox.dynamodb.refusals import (
    attribute_name_faults,
    enum_fault,
    invalid,
    invalid_parameter,
    no_table_arn,
    not_found,
    not_in_enum,
    unsatisfied,
)
from kmscourse.sandbox.dynamodb.resolve import DynamoDbCall
from kmscourse.sandbox.dynamodb.store import Table
from kmscourse.sandbox.dynamodb.validation import require_own_table
from kmscourse.sandbox.model import shapes

MAX_TAGS, MAX_TAG_KEY, MAX_TAG_VALUE = 50, 128, 256
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


def create_table(resolved: DynamoDbCall) -> None:
    """CreateTable."""
    require_own_table([resolved.table_name])
    _check_new(resolved.parameters)
    _check_tags(resolved.parameters.get("Tags") or [], {})
    encryption.require_chosen_key(resolved)


def update_table(resolved: DynamoDbCall) -> None:
    """UpdateTable."""
    require_own_table([resolved.table_name])
    _check_update(resolved.parameters)
    _check_changes(resolved.parameters, _require_table(resolved))
    if "SSESpecification" in resolved.parameters:
        encryption.require_other_key(resolved)
        encryption.require_working_key(resolved)
        encryption.require_chosen_key(resolved)


def delete_table(resolved: DynamoDbCall) -> None:
    """DeleteTable."""
    require_own_table([resolved.table_name])
    if _require_table(resolved).is_protected:
        raise invalid(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection "
            "first."
        )


def describe_table(resolved: DynamoDbCall) -> None:
    """An operation that looks at a table."""
    _require_own_region(resolved)
    require_own_table([resolved.table_name])


def describe_time_to_live(resolved: DynamoDbCall) -> None:
    """DescribeTimeToLive."""
    _require_own_region(resolved)
    require_own_table([resolved.table_name])
    _require_table(resolved)


def update_time_to_live(resolved: DynamoDbCall) -> None:
    """UpdateTimeToLive."""
    require_own_table([resolved.table_name])
    specification = resolved.parameters["TimeToLiveSpecification"]
    faults = attribute_name_faults(specification["AttributeName"], "timeToLiveSpecification.attributeName")
    if faults:
        raise unsatisfied(faults)
    expires_by = _require_table(resolved).expires_by
    if expires_by is not None and expires_by != specification["AttributeName"]:
        raise invalid(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {expires_by}"
        )
    if specification["Enabled"] == (expires_by is not None):
        raise invalid(f"TimeToLive is already {'disabled' if expires_by is None else 'enabled'}")
    encryption.require_working_key(resolved)


def list_tags(resolved: DynamoDbCall) -> None:
    """ListTagsOfResource. A token is the key of the last tag that was shown."""
    table, token = _require_tagged_table(resolved), resolved.parameters.get("NextToken")
    if token is not None and token not in table.tags:
        # The text is an inference.
        raise invalid("The NextToken is none that ListTagsOfResource gave.")


def tag_resource(resolved: DynamoDbCall) -> None:
    """TagResource."""
    table = _require_tagged_table(resolved)
    if not resolved.parameters["Tags"]:
        raise invalid("Atleast one Tag needs to be provided as Input.")
    _check_tags(resolved.parameters["Tags"], table.tags)


def untag_resource(resolved: DynamoDbCall) -> None:
    """UntagResource."""
    _require_tagged_table(resolved)
    keys = resolved.parameters["TagKeys"]
    if not keys:
        raise invalid("Atleast one Tag Key needs to be provided as Input.")
    for key in keys:
        _check_tag_key(key)
    if len(keys) > MAX_TAGS:
        raise _too_many_tags()


def _require_table(resolved: DynamoDbCall) -> Table:
    if resolved.table is None:
        raise not_found(f"Table: {resolved.table_name.name} not found")
    return resolved.table


def _require_own_region(resolved: DynamoDbCall) -> None:
    """A table that is described is one of the call's region."""
    arn = resolved.table_name.arn
    if not _is_of_region(resolved, arn):
        raise invalid(f"1 validation error detected: Invalid AWS region in '{arn}'")


def _is_of_region(resolved: DynamoDbCall, arn: str) -> bool:
    return arn.split(":")[3] == resolved.region


def _require_tagged_table(resolved: DynamoDbCall) -> Table:
    if not _is_of_region(resolved, resolved.tagged_name.arn):
        raise no_table_arn(resolved.tagged_name.arn)
    require_own_table([resolved.tagged_name])
    if resolved.tagged_table is None:
        raise not_found(f"ResourceArn: {resolved.parameters['ResourceArn']} not found")
    return resolved.tagged_table


def _check_new(parameters: Mapping[str, Any]) -> None:
    definitions, schema = parameters["AttributeDefinitions"], parameters["KeySchema"]
    _check_definitions(definitions)
    for number, element in enumerate(schema, 1):
        _check_enum(element["KeyType"], ("HASH", "RANGE"), f"keySchema.{number}.member.keyType")
        faults = attribute_name_faults(element["AttributeName"], f"keySchema.{number}.member.attributeName")
        if faults:
            raise unsatisfied(faults)
    _check_billing_mode(parameters)
    _check_class(parameters)
    if not schema:
        raise invalid(
            "1 validation error detected: Value '[]' at 'keySchema' failed to satisfy constraint: Member must have "
            "length greater than or equal to 1"
        )
    names = [definition["AttributeName"] for definition in definitions]
    for name in names:
        if names.count(name) > 1:
            raise invalid(f"Attribute Name is duplicated: {name}")
    _check_key_schema(schema)
    if parameters.get("BillingMode") == "PAY_PER_REQUEST" and parameters.get("ProvisionedThroughput"):
        raise _no_units()
    index_validation.check_new(parameters)


def _check_definitions(definitions: Sequence[Mapping[str, str]]) -> None:
    """AttributeDefinitions, of CreateTable or UpdateTable."""
    faults = []
    for number, definition in enumerate(definitions, 1):
        path, kind = f"attributeDefinitions.{number}.member", definition["AttributeType"]
        faults += attribute_name_faults(definition["AttributeName"], f"{path}.attributeName")
        if kind not in ("B", "N", "S"):
            faults.append(enum_fault(kind, ("B", "N", "S"), f"{path}.attributeType"))
    if faults:
        raise unsatisfied(faults)


def _check_key_schema(schema: Sequence[Mapping[str, str]]) -> None:
    kinds = [element["KeyType"] for element in schema]
    if kinds[:1] != ["HASH"]:
        raise invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(kinds) == 2 and kinds[1] != "RANGE":
        raise invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    if len({element["AttributeName"] for element in schema}) < len(schema) == 2:
        raise invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")


def _check_update(parameters: Mapping[str, Any]) -> None:
    """What UpdateTable asks, whatever the table. An empty list is no change, but refused beside one."""
    changes = [name for name in _CHANGES if parameters.get(name) not in (None, [])]
    if not changes:
        raise invalid(_NO_CHANGE)
    for name, what in _ALONE.items():
        if name in changes and len(changes) > 1:
            raise invalid_parameter(f"{what} must be the only operation in the request")
    _check_billing_mode(parameters)
    _check_class(parameters)
    _check_definitions(parameters.get("AttributeDefinitions") or ())
    index_validation.check_updates(parameters)
    is_indexing = any(set(update) & {"Create", "Delete"} for update in _index_updates(parameters))
    if is_indexing and "ProvisionedThroughput" in changes:
        raise invalid_parameter("You cannot create or delete index while updating table IOPS")


def _index_updates(parameters: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return parameters.get("GlobalSecondaryIndexUpdates") or ()


def _check_changes(parameters: Mapping[str, Any], table: Table) -> None:
    if parameters.get("StreamSpecification") is not None:
        raise invalid(f"Table has no stream to disable: TableName: {table.name}")
    billing_mode = parameters.get("BillingMode", table.billing_mode)
    throughput = parameters.get("ProvisionedThroughput")
    if billing_mode == "PAY_PER_REQUEST" and throughput:
        raise _no_units()
    if billing_mode == "PROVISIONED" != table.billing_mode and not throughput:
        raise invalid_parameter("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    if throughput and billing_mode == table.billing_mode:
        _check_units_change(throughput, table.throughput)
    index_validation.check_changes(parameters, table)


def _check_units_change(requested: Mapping[str, int], present: Mapping[str, int]) -> None:
    units = ("ReadCapacityUnits", "WriteCapacityUnits")
    if all(requested[unit] == present[unit] for unit in units):
        each = " ".join(
            f"Current {unit} provisioned for the table: {present[unit]}. Requested {unit}: {requested[unit]}."
            for unit in units
        )
        raise invalid(
            f"The provisioned throughput for the table will not change. The requested value equals the current "
            f"value. {each} Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "
            "limits."
        )


def _check_tags(tags: Sequence[Mapping[str, str]], present: Mapping[str, str]) -> None:
    keys = [tag["Key"] for tag in tags]
    for tag in tags:
        key = tag["Key"]
        if key.startswith("aws:"):
            raise invalid(f"Tag Key cannot be prefixed with aws:, Key: {key[:128]}")
        _check_tag_key(key)
        if len(tag["Value"]) > MAX_TAG_VALUE or not shapes.matches(shapes.TAG_CHARACTERS, tag["Value"]):
            raise invalid(f"The Tag Value provided is invalid, Value: {tag['Value'][:MAX_TAG_VALUE]}")
        if keys.count(key) > 1:
            raise invalid(f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}")
    if len({*keys, *present}) > MAX_TAGS:
        raise _too_many_tags()


def _check_tag_key(key: str) -> None:
    if not 1 <= len(key) <= MAX_TAG_KEY or not shapes.matches(shapes.TAG_CHARACTERS, key):
        raise invalid(f"The Tag Key provided is invalid, Key: {key[:MAX_TAG_KEY]}")


def _too_many_tags() -> AwsError:
    return invalid("Number of Tags exceed the current limit for the provided ResourceArn")


def _check_billing_mode(parameters: Mapping[str, Any]) -> None:
    if parameters.get("BillingMode") is not None:
        _check_enum(parameters["BillingMode"], ("PROVISIONED", "PAY_PER_REQUEST"), "billingMode")


def _check_class(parameters: Mapping[str, Any]) -> None:
    if parameters.get("TableClass") not in (None, "STANDARD", "STANDARD_INFREQUENT_ACCESS"):
        raise invalid(
            "Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD, "
            "STANDARD_INFREQUENT_ACCESS]."
        )


def _check_enum(value: str, allowed: Sequence[str], path: str) -> None:
    if value not in allowed:
        raise not_in_enum(value, allowed, path)


def _no_units() -> AwsError:
    return invalid_parameter(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
    )
