"""The operations that write items: each comes to a change of one item, which is made where its condition is met.

Source: DynamoDB API Reference, "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"; the texts
as AWS prints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb import capacity, keys, transactions
from kmscourse.sandbox.dynamodb.attribute_values import MAX_DEPTH, TOO_DEEP, Item
from kmscourse.sandbox.dynamodb.capacity import Units
from kmscourse.sandbox.dynamodb.expressions import project
from kmscourse.sandbox.dynamodb.reading import Answer, consumed_by_tables
from kmscourse.sandbox.dynamodb.refusals import cancelled, invalid
from kmscourse.sandbox.dynamodb.resolve import DynamoDbCall, ItemRequest
from kmscourse.sandbox.dynamodb.sizes import MAX_ITEM, depth, size_of_item

_SIZE_RANGE = [0.0, 1.0]  # gigabytes: no item collection of the practice account comes near one
_CONDITION_FAILED = "The conditional request failed"


@dataclass(frozen=True)
class Change:
    """What a request on one item comes to: the item ``before`` and ``after`` it, None where there is none."""

    request: ItemRequest
    before: Item | None
    after: Item | None

    @property
    def units(self) -> Units:
        """The capacity that it takes."""
        return capacity.of_write(self.request.known_table, self.before, self.after)


def write_item(resolved: DynamoDbCall) -> Answer:
    """PutItem, UpdateItem and DeleteItem."""
    change = _change(resolved, resolved.request)
    _make(resolved, change)
    answer = {**_returned(change), **_metrics_of_one(resolved, change)}
    if capacity.is_asked_for(resolved.parameters):
        answer["ConsumedCapacity"] = change.units.told(resolved.parameters["ReturnConsumedCapacity"])
    return answer


def batch_write_item(resolved: DynamoDbCall) -> Answer:
    """Items of several tables, put and deleted one by one."""
    requests = [request for batch in resolved.batches_of_writes for request in batch.requests]
    changes = [_change(resolved, request) for request in requests]
    for change in changes:
        _make(resolved, change)
    taken = (change.units for change in changes)
    return {
        "UnprocessedItems": {},
        **consumed_by_tables(resolved, taken),
        **_metrics_by_tables(resolved, changes),
    }


def transact_write_items(resolved: DynamoDbCall) -> Answer:
    """Changes that are all made, or none; once, however often they are sent."""
    if transactions.is_repeated(resolved):
        return consumed_by_tables(resolved, _reads(resolved), "Read")
    changes: list[Change] = []
    reasons: list[dict[str, Any]] = []
    for request in resolved.transacted_writes:
        try:
            changes.append(_change(resolved, request))
            reasons.append({"Code": "None"})
        except AwsError as error:
            reasons.append(_reason(error))
    if len(changes) < len(reasons):
        raise cancelled(reasons)
    for change in changes:
        _make(resolved, change)
    transactions.remember(resolved)
    taken = (change.units.twice() for change in changes)
    return {**consumed_by_tables(resolved, taken, "Write"), **_metrics_by_tables(resolved, changes)}


def _change(resolved: DynamoDbCall, request: ItemRequest) -> Change:
    """What a request comes to. Raises AwsError where its condition is not met, or its update can't be made."""
    before = resolved.account.tables.items(request.known_table).get(request.key)
    if not request.expressions.is_met(before or {}):
        is_shown = request.parameters.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        fields = {"Item": before} if is_shown and before is not None else {}
        raise AwsError("ConditionalCheckFailedException", _CONDITION_FAILED, fields=fields)
    match request.operation:
        case "PutItem":
            return Change(request, before, request.item)
        case "UpdateItem":
            return Change(request, before, _updated(request, before))
        case "DeleteItem":
            return Change(request, before, None)
    return Change(request, before, before)


def _reads(resolved: DynamoDbCall) -> list[Units]:
    """What it takes to read the items of a transaction."""
    sizes = [
        (table, size_of_item(resolved.account.tables.items(table).get(request.key) or {}))
        for request in resolved.transacted_writes
        for table in [request.known_table]
    ]
    return [capacity.of_read(table, size, consistent=True).twice() for table, size in sizes]


def _updated(request: ItemRequest, before: Item | None) -> Item | None:
    after = request.expressions.updated(before, request.key)
    if after is None:
        return None
    if size_of_item(after) > MAX_ITEM:
        raise invalid("Item size to update has exceeded the maximum allowed size")
    if any(depth(value) > MAX_DEPTH for value in after.values()):
        raise invalid(TOO_DEEP)
    keys.check_result(after, request.expressions.update_actions, request.known_table)
    return after


def _make(resolved: DynamoDbCall, change: Change) -> None:
    if change.request.operation == "ConditionCheckItem":
        return
    items = resolved.account.tables.items(change.request.known_table)
    if change.after is not None:
        items.put(change.after)
    elif change.before is not None:
        items.remove(change.request.key)


def _returned(change: Change) -> Answer:
    """The attributes that ReturnValues asks for; UPDATED_… are those that the update names, changed or not."""
    wanted = change.request.parameters.get("ReturnValues") or "NONE"
    item = (change.before if wanted.endswith("_OLD") else change.after) if wanted != "NONE" else None
    if item is not None and wanted.startswith("UPDATED_"):
        item = project(item, [action.path for action in change.request.expressions.update_actions])
    return {"Attributes": item} if item else {}


def _reason(error: AwsError) -> dict[str, Any]:
    """Why a transaction is cancelled for one of its items."""
    failed = error.code == "ConditionalCheckFailedException"
    code = "ConditionalCheckFailed" if failed else "ValidationError"
    return {"Code": code, "Message": error.message, **error.fields}


def _metrics_of_one(resolved: DynamoDbCall, change: Change) -> Answer:
    metrics = _metrics_by_tables(resolved, [change]).get("ItemCollectionMetrics", {})
    return {"ItemCollectionMetrics": metrics[change.request.table_name.name][0]} if metrics else {}


def _metrics_by_tables(resolved: DynamoDbCall, changes: Sequence[Change]) -> Answer:
    """The item collections that were written, of the tables that have any: those with local secondary indexes."""
    if resolved.parameters.get("ReturnItemCollectionMetrics") != "SIZE":
        return {}
    metrics: dict[str, list[dict[str, Any]]] = {}
    for change in changes:
        table = change.request.known_table
        if any(not index.is_global for index in table.indexes.values()):
            partition_key = table.keys[0]
            collection = {
                "ItemCollectionKey": {partition_key: change.request.key[partition_key]},
                "SizeEstimateRangeGB": _SIZE_RANGE,
            }
            of_table = metrics.setdefault(table.name, [])
            of_table += [] if collection in of_table else [collection]
    return {"ItemCollectionMetrics": metrics} if metrics else {}
