"""Query and Scan: what they may ask of a table or one of its indexes, and the page that they get of it.

A page ends where as many items were looked at as it may have, or a megabyte of them; the filter only chooses among
these.

Source: DynamoDB API Reference, "Query", "Scan"; DynamoDB Developer Guide, "Paginating table query results in DynamoDB",
"Scanning tables in DynamoDB" (parallel scan), "Local secondary indexes"; the texts as recorded of AWS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb import capacity
from kmscourse.sandbox.dynamodb.attribute_values import AttributeValue, Item, kept_item, type_of
from kmscourse.sandbox.dynamodb.capacity import Units
from kmscourse.sandbox.dynamodb.expressions import KeyCondition, project
from kmscourse.sandbox.dynamodb.keys import (
    NOT_THE_SCHEMA,
    check_key,
    check_scalars,
    key_of,
    require_not_empty,
)
from kmscourse.sandbox.dynamodb.refusals import invalid, invalid_parameter
from kmscourse.sandbox.dynamodb.resolve import ItemRequest
from kmscourse.sandbox.dynamodb.sizes import MAX_PAGE, read_units, size_of_item
from kmscourse.sandbox.dynamodb.store import Index, Table

if TYPE_CHECKING:
    from kmscourse.sandbox.moto_adapter.stored_items import StoredItems

_INVALID_START = "The provided starting key is invalid"
_COUNTED = "1 validation error detected: "


@dataclass(frozen=True)
class Source:
    """What a Query or Scan goes through: a table, or one of its indexes."""

    table: Table
    index: Index | None

    @property
    def keys(self) -> Sequence[str]:
        """The partition key, and the sort key if there is one."""
        return self.table.keys if self.index is None else self.index.keys

    @cached_property
    def position(self) -> Sequence[str]:
        """The attributes that tell where an item stands: those keys, and the table's."""
        return tuple(dict.fromkeys((*self.keys, *self.table.keys)))

    @property
    def global_index(self) -> Index | None:
        """The index, if it is a global one."""
        return self.index if self.index is not None and self.index.is_global else None

    def has(self, attribute: str) -> bool:
        """Whether an attribute of an item is in it."""
        return self.index is None or self.index.projected is None or attribute in self.index.projected


def source_of(request: ItemRequest) -> Source:
    """What a Query or Scan goes through. Raises AwsError ValidationException for an index that is not there."""
    table, index = request.known_table, request.parameters.get("IndexName")
    if index is None:
        return Source(table, None)
    if index not in table.indexes:
        raise invalid(f"The table does not have the specified index: {index}")
    return Source(table, table.indexes[index])


def check_selection(request: ItemRequest) -> None:
    """Raises AwsError where a request contradicts itself about what it selects, whatever the table."""
    parameters = request.parameters
    select, is_projected = parameters.get("Select"), parameters.get("ProjectionExpression") is not None
    fault = None
    if select == "SPECIFIC_ATTRIBUTES" and not is_projected:
        fault = "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
    elif select not in (None, "SPECIFIC_ATTRIBUTES") and is_projected:
        chosen = "only the Count" if select == "COUNT" else select
        fault = f"Cannot specify the ProjectionExpression when choosing to get {chosen}"
    elif select == "ALL_PROJECTED_ATTRIBUTES" and parameters.get("IndexName") is None:
        fault = "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
    if fault:
        raise invalid(f"{_COUNTED if request.operation == 'Query' else ''}{fault}")


def check_segments(parameters: Mapping[str, Any]) -> None:
    """Raises AwsError where a Scan does not say which segment of how many it is."""
    segment, total = parameters.get("Segment"), parameters.get("TotalSegments")
    missing = "is required but was not present in the request when"
    if segment is not None and total is None:
        raise invalid(f"The TotalSegments parameter {missing} Segment parameter is present")
    if segment is None and total is not None:
        raise invalid(f"The Segment parameter {missing} parameter TotalSegments is present")
    if segment is not None and total is not None and segment >= total:
        raise invalid(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: "
            f"{segment} is not less than TotalSegments: {total}"
        )


def require_key_condition(request: ItemRequest) -> None:
    """Raises AwsError where a Query has no condition on keys."""
    if request.parameters.get("KeyConditionExpression") is None:
        raise invalid(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )


def check_query(request: ItemRequest) -> None:
    """Raises AwsError where a Query asks what its table or index does not have."""
    source, conditions = source_of(request), _by_attribute(request)
    start = _start(request)
    _check_consistency(request, source)
    if start is not None:
        _check_names(start, source, "")
        _check_types(start, source)
    _check_conditions(conditions, source)
    if start is not None:
        _check_table_key(start, source)
        _check_within(start, source, conditions)
    check_scalars(request.expressions.projection or (), source.table)
    filtered = request.expressions.paths("FilterExpression")
    for elements in filtered:
        if elements[0] in source.keys:
            raise invalid(
                "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
                f"{elements[0]}"
            )
    _check_projected(request, source)
    check_scalars(filtered, source.table)


def check_scan(request: ItemRequest) -> None:
    """Raises AwsError where a Scan asks what its table or index does not have."""
    source, start = source_of(request), _start(request)
    _check_consistency(request, source)
    if start is not None:
        _check_names(start, source, f": {NOT_THE_SCHEMA}" if source.index is None else "")
        if source.index is not None:
            _check_types(start, source)
    _check_projected(request, source)
    if start is not None:
        _check_table_key(start, source)
        _check_segment(start, source, request.parameters)
    check_scalars(request.expressions.projection or (), source.table)
    check_scalars(request.expressions.paths("FilterExpression"), source.table)


def read(request: ItemRequest, items: StoredItems) -> tuple[dict[str, Any], Units]:
    """The page that a Query or Scan gets, as in its answer, and what it took."""
    source, parameters, projection = source_of(request), request.parameters, request.expressions.projection
    fetches = _fetches(request, source)
    shown: list[Item] = []
    scanned = size = 0
    fetched, last = 0.0, None
    consistent = bool(parameters.get("ConsistentRead"))
    is_met, limit = request.expressions.is_met, parameters.get("Limit")
    for item in _walk(request, source, items):
        part = item if source.index is None else capacity.in_index(source.index, item)
        scanned += 1
        size += size_of_item(part)
        if fetches:
            part = item
            fetched += read_units(size_of_item(item), consistent=consistent)
        if is_met(part):
            shown.append(part if projection is None else project(part, projection))
        if scanned == limit or size >= MAX_PAGE:
            last = {name: item[name] for name in source.position}
            break
    page: dict[str, Any] = {} if parameters.get("Select") == "COUNT" else {"Items": shown}
    page |= {"Count": len(shown), "ScannedCount": scanned}
    if last is not None:
        page["LastEvaluatedKey"] = last
    units = capacity.of_read(source.table, size, consistent=consistent, index=source.index)
    units.own += fetched
    return page, units


def _walk(request: ItemRequest, source: Source, items: StoredItems) -> Iterator[Item]:
    """The items that a request goes through, as they are in the table."""
    conditions, start = _by_attribute(request), _start(request)
    of_partition = conditions.get(source.keys[0])
    of_sort = conditions.get(source.keys[1]) if len(source.keys) > 1 else None
    walk = items.walk(
        source.keys,
        of_partition.values[0] if of_partition else None,
        (of_sort.operator, of_sort.values) if of_sort else None,
        start,
        forward=request.parameters.get("ScanIndexForward") is not False,
    )
    segment, total = request.parameters.get("Segment"), request.parameters.get("TotalSegments")
    if segment is None or total is None:
        return walk
    return (item for item in walk if _segment(item[source.keys[0]], total) == segment)


def _by_attribute(request: ItemRequest) -> Mapping[str, KeyCondition]:
    return {condition.attribute: condition for condition in request.expressions.key_conditions}


def _start(request: ItemRequest) -> Item | None:
    start = request.parameters.get("ExclusiveStartKey")
    return None if start is None else kept_item(start)


def _segment(value: AttributeValue, total: int) -> int:
    """The segment that the items under a partition key are in."""
    ((kind, held),) = value.items()
    digest = hashlib.sha256(f"{kind} {held}".encode()).digest()
    return int.from_bytes(digest[:4], "big") * total >> 32


def _fetches(request: ItemRequest, source: Source) -> bool:
    """Whether a local index gets from the table what it does not have itself."""
    if source.index is None or source.index.is_global or source.index.projected is None:
        return False
    projection = request.expressions.projection or ()
    is_beyond = not all(source.has(str(elements[0])) for elements in projection)
    return is_beyond or request.parameters.get("Select") == "ALL_ATTRIBUTES"


def _check_consistency(request: ItemRequest, source: Source) -> None:
    if source.global_index is not None and request.parameters.get("ConsistentRead"):
        raise invalid("Consistent reads are not supported on global secondary indexes")


def _check_names(start: Item, source: Source, detail: str) -> None:
    if set(start) != set(source.position):
        raise invalid(_INVALID_START + detail)


def _check_types(start: Item, source: Source) -> None:
    for name in source.keys:
        if type_of(start[name]) != source.table.types[name]:
            raise invalid(NOT_THE_SCHEMA)


def _check_table_key(start: Item, source: Source) -> None:
    try:
        check_key(key_of(start, source.table), source.table)
    except AwsError as fault:
        raise invalid(f"{_INVALID_START}: {fault.message}") from None


def _check_conditions(conditions: Mapping[str, KeyCondition], source: Source) -> None:
    if len(conditions) > len(source.keys):
        raise invalid(
            f"The number of query conditions ({len(conditions)}) exceeds the number of key attributes defined in the "
            f"schema ({len(source.keys)})"
        )
    partition_key = source.keys[0]
    for name in source.keys:
        condition = conditions.get(name)
        if condition is None:
            if name == partition_key or len(conditions) > 1:
                raise invalid(f"Query condition missed key schema element: {name}")
            continue
        if any(type_of(value) != source.table.types[name] for value in condition.values):
            raise invalid_parameter("Condition parameter type does not match schema type")
        if name == partition_key and condition.operator != "=":
            raise invalid("Query key condition not supported")
        for value in condition.values:
            require_not_empty(name, value)


def _check_within(start: Item, source: Source, conditions: Mapping[str, KeyCondition]) -> None:
    """A page begins where the conditions would lead."""
    partition_key, *sort_keys = source.keys
    of_sort = conditions.get(sort_keys[0]) if sort_keys else None
    if of_sort is not None and not of_sort.is_met(start[sort_keys[0]]):
        raise invalid("The provided starting key does not match the range key predicate")
    if not conditions[partition_key].is_met(start[partition_key]):
        raise invalid(
            "The provided starting key is outside query boundaries based on provided conditions"
            if of_sort is None
            else "The query can return at most one row and cannot be restarted"
        )


def _check_segment(start: Item, source: Source, parameters: Mapping[str, Any]) -> None:
    segment, total = parameters.get("Segment"), parameters.get("TotalSegments")
    if segment is None or total is None or _segment(start[source.keys[0]], total) == segment:
        return
    raise invalid(
        f"{_INVALID_START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
        f"TotalSegments: {total} Segment: {segment}"
    )


def _check_projected(request: ItemRequest, source: Source) -> None:
    """A global index has only what is projected into it."""
    index = source.global_index
    if index is None or index.projected is None:
        return
    if request.parameters.get("Select") == "ALL_ATTRIBUTES":
        raise invalid_parameter(
            f"Select type ALL_ATTRIBUTES is not supported for global secondary index {index.name} because its "
            "projection type is not ALL"
        )
    projection = request.expressions.projection or ()
    absent = [str(elements[0]) for elements in projection if not source.has(str(elements[0]))]
    if absent:
        raise invalid_parameter(f"Global secondary index {index.name} does not project [{', '.join(absent)}]")
