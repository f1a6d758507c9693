"""DynamoDB as a service of the practice account: the table of its operations, and how each is performed.

moto makes and keeps the tables; what happens to a table's key, and to the answer, is told around it. The items of
tables are read and written past it.

Source: DynamoDB API Reference; DynamoDB Developer Guide, "DynamoDB encryption at rest: usage notes".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from kmscourse.sandbox import on_behalf
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb import (
    answers,
    encryption,
    permissions,
    reading,
    table_validation,
    validation,
    writing,
)
from kmscourse.sandbox.dynamodb.answers import Answer
from kmscourse.sandbox.dynamodb.members import MEMBERS
from kmscourse.sandbox.dynamodb.resolve import DynamoDbCall, resolve
from kmscourse.sandbox.dynamodb.store import Table
from kmscourse.sandbox.operation import Operation, PermissionCheck, Service, anywhere


def create_table(resolved: DynamoDbCall) -> Answer:
    """A new table; under a KMS key, DynamoDB's grant on that is made too."""
    tables, name, chosen = resolved.account.tables, resolved.table_name.name, resolved.chosen_key
    parameters = _without_encryption(resolved)
    if chosen is not None:
        parameters["SSESpecification"] = encryption.exact_specification(chosen)
    answer = _in_moto(resolved, parameters)
    tables.keep_settings(resolved.region, name, resolved.parameters, resolved.now, is_new=True)
    if chosen is not None and chosen.key is not None:
        encryption.make_grant(resolved.account, chosen.key, name)
    return answers.of_new_table(answer, tables.find(resolved.region, name))


def update_table(resolved: DynamoDbCall) -> Answer:
    """A table's settings; another key for it gets DynamoDB's grant, and the former one loses it."""
    tables, name = resolved.account.tables, resolved.table_name.name
    answer = _in_moto(resolved, _without_encryption(resolved))
    tables.keep_settings(resolved.region, name, resolved.parameters, resolved.now, is_new=False)
    if "SSESpecification" in resolved.parameters:
        _change_key(resolved)
    tables.opened_keys.close(resolved.region, name)
    table = tables.find(resolved.region, name)
    return answers.of_changed_table(answer, table, resolved.parameters, _index_counts(resolved, table))


def delete_table(resolved: DynamoDbCall) -> Answer:
    """The end of a table, and of DynamoDB's grant on its key."""
    table, key = resolved.table, resolved.table_key  # as they are now
    answer = _in_moto(resolved, resolved.recorded_parameters)
    if key is not None:
        encryption.retire_grant(resolved.account, key, resolved.table_name.name)
    resolved.account.tables.opened_keys.close(resolved.region, resolved.table_name.name)
    return answers.of_deleted_table(answer, table)


def describe_table(resolved: DynamoDbCall) -> Answer:
    """How a table is."""
    answer = _in_moto(resolved, resolved.recorded_parameters)
    return answers.of_table(answer, resolved.table, _index_counts(resolved, resolved.table))


def on_table(resolved: DynamoDbCall) -> Answer:
    """An operation on a table, as moto has it."""
    return _in_moto(resolved, resolved.recorded_parameters)


def on_account(resolved: DynamoDbCall) -> Answer:
    """An operation that names no table in TableName, as moto has it."""
    return _in_moto(resolved, resolved.parameters)


def finish(resolved: DynamoDbCall, checks: Sequence[PermissionCheck], error: AwsError | None) -> None:
    """Remember which tables' keys the caller has opened by this call."""
    opened = on_behalf.allowed_key_uses(checks, error)
    resolved.account.tables.opened_keys.keep_open(resolved.caller, opened, resolved.now)


def _index_counts(resolved: DynamoDbCall, table: Table | None) -> dict[str, int]:
    """How many items each index of a table has."""
    if table is None:
        return {}
    items = resolved.account.tables.items(table)
    return {name: items.count(index.keys) for name, index in table.indexes.items()}


def _without_encryption(resolved: DynamoDbCall) -> dict[str, Any]:
    return {name: value for name, value in resolved.recorded_parameters.items() if name != "SSESpecification"}


def _change_key(resolved: DynamoDbCall) -> None:
    account, name, chosen = resolved.account, resolved.table_name.name, resolved.chosen_key
    table, former_key = resolved.table, resolved.table_key  # as they are now
    key = None if chosen is None else chosen.key
    specification = None if key is None else encryption.exact_specification(chosen)
    account.tables.encrypt(resolved.region, name, specification)
    if table is None or table.key_arn == (None if key is None else key.arn):
        return
    if former_key is not None:
        encryption.retire_grant(account, former_key, name)
    if key is not None:
        encryption.make_grant(account, key, name)


def _in_moto(resolved: DynamoDbCall, parameters: Mapping[str, Any]) -> Answer:
    """moto's answer to the call with these parameters."""
    call = replace(resolved.call, parameters=parameters)
    return resolved.account.tables.perform(call, changes=resolved.changes)


_change = partial(Operation[DynamoDbCall], changes=True)

OPERATIONS: Mapping[str, Operation[DynamoDbCall]] = {
    "GetItem": Operation(permissions.on_items, reading.get_item, validation.get_item),
    "Query": Operation(permissions.on_items, reading.read_page, validation.query),
    "Scan": Operation(permissions.on_items, reading.read_page, validation.scan),
    "PutItem": _change(permissions.on_items, writing.write_item, validation.put_item),
    "UpdateItem": _change(permissions.on_items, writing.write_item, validation.update_item),
    "DeleteItem": _change(permissions.on_items, writing.write_item, validation.delete_item),
    "BatchGetItem": Operation(
        permissions.on_batch_of_reads, reading.batch_get_item, validation.batch_get_item
    ),
    "BatchWriteItem": _change(
        permissions.on_batch_of_writes, writing.batch_write_item, validation.batch_write_item
    ),
    "TransactGetItems": Operation(
        permissions.on_transaction_of_reads, reading.transact_get_items, validation.transact_get_items
    ),
    "TransactWriteItems": _change(
        permissions.on_transaction_of_writes, writing.transact_write_items, validation.transact_write_items
    ),
    "CreateTable": _change(permissions.create_table, create_table, table_validation.create_table),
    "UpdateTable": _change(permissions.update_table, update_table, table_validation.update_table),
    "DeleteTable": _change(permissions.on_table, delete_table, table_validation.delete_table),
    "DescribeTable": Operation(permissions.on_table, describe_table, table_validation.describe_table),
    "DescribeTimeToLive": Operation(permissions.on_table, on_table, table_validation.describe_time_to_live),
    "UpdateTimeToLive": _change(permissions.on_table, on_table, table_validation.update_time_to_live),
    "DescribeContinuousBackups": Operation(permissions.on_table, on_table, table_validation.describe_table),
    "TagResource": _change(permissions.on_tags, on_account, table_validation.tag_resource),
    "UntagResource": _change(permissions.on_tags, on_account, table_validation.untag_resource),
    "ListTagsOfResource": Operation(permissions.on_tags, on_account, table_validation.list_tags),
    "ListTables": Operation(permissions.on_every_table, on_account),
    "DescribeLimits": Operation(anywhere, on_account),
    "DescribeEndpoints": Operation(anywhere, on_account),
}

SERVICE = Service("dynamodb", resolve, OPERATIONS, MEMBERS, finish)
