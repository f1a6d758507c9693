"""What a call on items tells of itself where it is asked to: the capacity that it took, the item collections it wrote.

Capacity is counted as if no item had more than 1 KB, no read found more than 4 KB, and no write changed an index. An
item collection is all that a table with local secondary indexes has under one partition key; none comes near 1 GB here.

Source: DynamoDB API Reference, "ConsumedCapacity", "ItemCollectionMetrics"; DynamoDB Developer Guide, "DynamoDB read
and write operations", "Amazon DynamoDB Transactions: How it works" (capacity).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kmscourse.sandbox.dynamodb.resolve import DynamoDbCall, ItemRequest

_READS = ("GetItem", "Query", "Scan")
_TRANSACTIONS = {"TransactGetItems": "ReadCapacityUnits", "TransactWriteItems": "WriteCapacityUnits"}
_SIZE_RANGE = [0.0, 1.0]  # GB

Capacity = dict[str, Any]


def of_call(resolved: DynamoDbCall) -> dict[str, Any]:
    """ConsumedCapacity and ItemCollectionMetrics of an answer, as far as they are asked for."""
    told: dict[str, Any] = {}
    parameters, requests = resolved.parameters, _requests(resolved)
    is_of_one_table = "TableName" in parameters
    if parameters.get("ReturnConsumedCapacity") not in (None, "NONE"):
        kind = _TRANSACTIONS.get(resolved.call.operation)
        capacities = list(_capacities(resolved, requests, kind).values())
        told["ConsumedCapacity"] = capacities[0] if is_of_one_table else capacities
    if parameters.get("ReturnItemCollectionMetrics") not in (None, "NONE"):
        collections = _collections(requests)
        if collections:
            told["ItemCollectionMetrics"] = (
                next(iter(collections.values()))[0] if is_of_one_table else collections
            )
    return told


def of_repeated_transaction(resolved: DynamoDbCall) -> dict[str, Any]:
    """The same where nothing was changed: the items were read, to see that they are."""
    if resolved.parameters.get("ReturnConsumedCapacity") in (None, "NONE"):
        return {}
    capacities = _capacities(resolved, resolved.transacted_writes, _TRANSACTIONS["TransactGetItems"])
    return {"ConsumedCapacity": list(capacities.values())}


def _requests(resolved: DynamoDbCall) -> Sequence[ItemRequest]:
    match resolved.call.operation:
        case "BatchGetItem":
            return [request for batch in resolved.batches_of_reads for request in batch.requests]
        case "BatchWriteItem":
            return [request for batch in resolved.batches_of_writes for request in batch.requests]
        case "TransactGetItems":
            return resolved.transacted_reads
        case "TransactWriteItems":
            return resolved.transacted_writes
    return [resolved.request]


def _capacities(
    resolved: DynamoDbCall, requests: Sequence[ItemRequest], kind: str | None
) -> Mapping[str, Capacity]:
    """By table, what all requests on it took together. In a transaction it is told of which ``kind`` the units are."""
    capacities: dict[str, Capacity] = {}
    for name in dict.fromkeys(request.table_name.name for request in requests):
        of_table = [request for request in requests if request.table_name.name == name]
        units = 2.0 * len(of_table) if kind else sum(map(_units, of_table))
        used = {"CapacityUnits": units, **({kind: units} if kind else {})}
        capacities[name] = {"TableName": name, **used}
        if resolved.parameters["ReturnConsumedCapacity"] == "INDEXES":
            capacities[name] |= _shares(of_table[0], used)
    return capacities


def _units(request: ItemRequest) -> float:
    """A read takes half a unit, where it need not be consistent."""
    is_weak = request.operation in _READS and not request.parameters.get("ConsistentRead")
    return 0.5 if is_weak else 1.0


def _shares(request: ItemRequest, used: Capacity) -> Capacity:
    """Of what was used, the table's share and that of the index which a Query or Scan went through."""
    index, table = request.parameters.get("IndexName"), request.table
    if index is None or table is None:
        return {"Table": used}
    kind = "GlobalSecondaryIndexes" if index in table.global_indexes else "LocalSecondaryIndexes"
    return {"Table": {"CapacityUnits": 0.0}, kind: {index: used}}


def _collections(requests: Sequence[ItemRequest]) -> Mapping[str, list[Mapping[str, Any]]]:
    """By table that has local secondary indexes, the item collections that were written."""
    collections: dict[str, list[Mapping[str, Any]]] = {}
    for request in requests:
        table = request.table
        if (
            table is None
            or set(table.indexes) <= table.global_indexes
            or request.operation == "ConditionCheckItem"
        ):
            continue
        key = request.parameters.get("Item") or request.parameters["Key"]
        collection = {
            "ItemCollectionKey": {table.keys[0]: key[table.keys[0]]},
            "SizeEstimateRangeGB": _SIZE_RANGE,
        }
        known = collections.setdefault(request.table_name.name, [])
        if collection not in known:
            known.append(collection)
    return collections
