"""What the operations of DynamoDB need allowed: the tables that they touch, and the keys behind the tables.

Source: AWS Service Authorization Reference, "Amazon DynamoDB"; DynamoDB Developer Guide, "DynamoDB encryption
at rest: usage notes", "IAM with DynamoDB transactions".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kmscourse.sandbox.dynamodb import encryption
from kmscourse.sandbox.dynamodb.condition_keys import condition_keys, table_tags
from kmscourse.sandbox.dynamodb.resolve import Batch, DynamoDbCall, ItemRequest, TableName
from kmscourse.sandbox.dynamodb.store import Table
from kmscourse.sandbox.operation import Context, PermissionCheck, tag_context

Checks = Iterable[PermissionCheck]


def on_items(resolved: DynamoDbCall) -> Checks:
    """An operation on the items of one table, or of one of its indexes."""
    request, index = resolved.request, resolved.parameters.get("IndexName")
    context = condition_keys([request], request.table, index)
    yield _access(resolved.action, request.table_name, request.table, context, index)
    yield from _openings(resolved, [request.table])


def on_batch_of_reads(resolved: DynamoDbCall) -> Checks:
    """BatchGetItem: the tables are the keys of RequestItems."""
    return _on_batches(resolved, resolved.batches_of_reads)


def on_batch_of_writes(resolved: DynamoDbCall) -> Checks:
    """BatchWriteItem: the tables are the keys of RequestItems."""
    return _on_batches(resolved, resolved.batches_of_writes)


def on_transaction_of_reads(resolved: DynamoDbCall) -> Checks:
    """TransactGetItems: each item needs the permission of GetItem."""
    return _on_transaction(resolved, resolved.transacted_reads)


def on_transaction_of_writes(resolved: DynamoDbCall) -> Checks:
    """TransactWriteItems: each item needs the permission of the operation that it is."""
    return _on_transaction(resolved, resolved.transacted_writes)


def on_table(resolved: DynamoDbCall) -> Checks:
    """An operation on a table that leaves its items alone."""
    yield PermissionCheck(resolved.action, resolved.table_name.arn, table_tags(resolved.table))


def on_tags(resolved: DynamoDbCall) -> Checks:
    """An operation on the tags of a table, which is named by its ARN."""
    tags = resolved.parameters.get("Tags") or []
    context = {
        **table_tags(resolved.tagged_table),
        **tag_context((tag["Key"], tag["Value"]) for tag in tags),
    }
    if resolved.parameters.get("TagKeys"):
        context["aws:TagKeys"] = resolved.parameters["TagKeys"]
    yield PermissionCheck(resolved.action, resolved.tagged_name.arn, context)


def on_every_table(resolved: DynamoDbCall) -> Checks:
    """ListTables, which AWS's refusals name ``table/*``."""
    home = f"arn:aws:dynamodb:{resolved.region}:{resolved.account.account_id}"
    yield PermissionCheck(resolved.action, f"{home}:table/*")


def create_table(resolved: DynamoDbCall) -> Checks:
    """A new table, its tags, and what DynamoDB does with the key that is to encrypt it."""
    arn = resolved.table_name.arn
    tags = tag_context((tag["Key"], tag["Value"]) for tag in resolved.parameters.get("Tags") or [])
    yield PermissionCheck(resolved.action, arn, tags)
    if tags:
        yield PermissionCheck("dynamodb:TagResource", arn, tags)
    yield from encryption.adoption_checks(resolved)


def update_table(resolved: DynamoDbCall) -> Checks:
    """A table's settings, among them its key."""
    yield from on_table(resolved)
    yield from encryption.adoption_checks(resolved)


def _on_batches(resolved: DynamoDbCall, batches: Sequence[Batch]) -> Checks:
    for batch in batches:
        context = condition_keys(batch.requests, batch.table)
        if resolved.parameters.get("ReturnConsumedCapacity") is not None:
            context["dynamodb:ReturnConsumedCapacity"] = resolved.parameters["ReturnConsumedCapacity"]
        yield _access(resolved.action, batch.table_name, batch.table, context)
    yield from _openings(resolved, [batch.table for batch in batches])


def _on_transaction(resolved: DynamoDbCall, requests: Sequence[ItemRequest]) -> Checks:
    for request in requests:
        context = condition_keys([request], request.table)
        context["dynamodb:EnclosingOperation"] = resolved.call.operation
        if request.parameters.get("ReturnValuesOnConditionCheckFailure") is not None:
            context["dynamodb:ReturnValues"] = request.parameters["ReturnValuesOnConditionCheckFailure"]
        yield _access(f"dynamodb:{request.operation}", request.table_name, request.table, context)
    yield from _openings(resolved, [request.table for request in requests])


def _access(
    action: str, name: TableName, table: Table | None, context: Context, index: str | None = None
) -> PermissionCheck:
    arn = name.index_arn(index) if index else name.arn
    return PermissionCheck(action, arn, {**context, **table_tags(table)})


def _openings(resolved: DynamoDbCall, tables: Iterable[Table | None]) -> Checks:
    """The tables' keys, each once, but for those that the caller has open."""
    for table in {table.name: table for table in tables if table is not None}.values():
        check = encryption.opening_check(resolved, table)
        opened = resolved.account.tables.opened_keys
        if check is not None and not opened.is_open(resolved.caller, check, resolved.now):
            yield check
