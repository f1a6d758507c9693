"""The operations that read items.

Source: DynamoDB API Reference, "GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kmscourse.sandbox.dynamodb import capacity, pages
from kmscourse.sandbox.dynamodb.attribute_values import Item
from kmscourse.sandbox.dynamodb.capacity import Units
from kmscourse.sandbox.dynamodb.expressions import project
from kmscourse.sandbox.dynamodb.resolve import DynamoDbCall, ItemRequest
from kmscourse.sandbox.dynamodb.sizes import MAX_BATCH_READ, size_of_item

Answer = dict[str, Any]


def get_item(resolved: DynamoDbCall) -> Answer:
    """One item, or the part of it that is asked for."""
    item, units = _read(resolved, resolved.request)
    return {**_shown(item, resolved.request), **_consumed(resolved, units)}


def read_page(resolved: DynamoDbCall) -> Answer:
    """Query and Scan."""
    request = resolved.request
    page, units = pages.read(request, resolved.account.tables.items(request.known_table))
    return {**page, **_consumed(resolved, units)}


def batch_get_item(resolved: DynamoDbCall) -> Answer:
    """Items of several tables, as many as an answer may hold; the keys of the others come back."""
    responses: dict[str, list[Item]] = {}
    left: dict[str, Any] = {}
    taken, size = [], 0
    for batch in resolved.batches_of_reads:
        found = responses.setdefault(batch.given, [])
        for place, request in enumerate(batch.requests):
            if size > MAX_BATCH_READ:
                entry = resolved.parameters["RequestItems"][batch.given]
                left[batch.given] = {**entry, "Keys": entry["Keys"][place:]}
                break
            item, units = _read(resolved, request)
            taken.append(units)
            if item is not None:
                size += size_of_item(item)
                found.append(_shown(item, request)["Item"])
    answer = {"Responses": responses, "UnprocessedKeys": left}
    return {**answer, **consumed_by_tables(resolved, taken)}


def transact_get_items(resolved: DynamoDbCall) -> Answer:
    """Items at one moment."""
    responses, taken = [], []
    for request in resolved.transacted_reads:
        item, units = _read(resolved, request, consistent=True)
        responses.append(_shown(item, request))
        taken.append(units.twice())
    return {"Responses": responses, **consumed_by_tables(resolved, taken, "Read")}


def consumed_by_tables(resolved: DynamoDbCall, taken: Iterable[Units], kind: str = "") -> Answer:
    """What operations took, for an answer of a batch or transaction that is to tell it."""
    if not capacity.is_asked_for(resolved.parameters):
        return {}
    wanted = resolved.parameters["ReturnConsumedCapacity"]
    return {"ConsumedCapacity": [units.told(wanted, kind) for units in capacity.by_table(taken)]}


def _read(
    resolved: DynamoDbCall, request: ItemRequest, *, consistent: bool = False
) -> tuple[Item | None, Units]:
    table = request.known_table
    item = resolved.account.tables.items(table).get(request.key)
    is_consistent = consistent or bool(request.parameters.get("ConsistentRead"))
    return item, capacity.of_read(table, size_of_item(item or {}), consistent=is_consistent)


def _shown(item: Item | None, request: ItemRequest) -> dict[str, Item]:
    if item is None:
        return {}
    projection = request.expressions.projection
    return {"Item": item if projection is None else project(item, projection)}


def _consumed(resolved: DynamoDbCall, units: Units) -> Answer:
    if not capacity.is_asked_for(resolved.parameters):
        return {}
    return {"ConsumedCapacity": units.told(resolved.parameters["ReturnConsumedCapacity"])}
