"""Which items moto has to look at for a page of a Query or a Scan; it would go through all that the table has.

moto decides as ever where a page ends and what of it is returned. It gets the items that the page can be made of, and
one more, in which it sees that the page is full.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import RESULT_SIZE_LIMIT, GlobalSecondaryIndex

from kmscourse.sandbox.moto_adapter.order import COMPARISONS, Order

_SEGMENTS = 256  # Of so many moto tells the items apart, by the first byte of a digest of their hash key.
Values = dict[str, Any]


def of_query(
    table: Any,
    index: str | None,
    hash_key: Values | None,
    comparison: str | None,
    values: Sequence[Values],
    start: Values | None,
    limit: int | None,
    *,
    forward: bool,
) -> list[Any] | None:
    """The items for a page of a Query; None where it takes them all."""
    order = order_of(table, index, "Query")
    if order is None or hash_key is None or comparison not in (None, *COMPARISONS):
        return None
    prefix = (DynamoType(hash_key).cast_value,)
    span = order.span(prefix, comparison, [DynamoType(value).cast_value for value in values])
    if index is not None or comparison != "=":
        # moto finds the page full at the next item under the hash key, also where the condition leaves that out.
        first, last = order.span(prefix)
        span = (span[0], min(span[1] + 1, last)) if forward else (max(span[0] - 1, first), span[1])
    return _page(order, span, start, limit, forward=forward)


def of_scan(
    table: Any,
    index: str | None,
    start: Values | None,
    limit: int | None,
    segments: tuple[int | None, int | None],
) -> list[Any] | None:
    """The items for a page of a Scan; None where it takes them all."""
    order = order_of(table, index, "Scan")
    if order is None:
        return None
    if segments[0] is not None and segments[0] >= _SEGMENTS:
        return []
    return _page(order, order.span(), start, limit, segments=segments)


def order_of(table: Any, index_name: str | None = None, operation: str = "") -> Order | None:
    """The items of a table, or of its index, in moto's order for an operation; None where it has one of its own."""
    own = (
        (table.hash_key_attr,)
        if table.range_key_attr is None
        else (table.hash_key_attr, table.range_key_attr)
    )
    if index_name is None:
        attributes = own
    else:
        index = next((index for index in table.all_indexes() if index.name == index_name), None)
        schema = index.schema if index is not None else ()
        named = {element["KeyType"]: element["AttributeName"] for element in schema}
        if "HASH" not in named or len(named) != len(schema):
            return None
        second = [named["RANGE"]] if "RANGE" in named else []
        if not second and operation == "Query":
            second = [own[-1] if isinstance(index, GlobalSecondaryIndex) else own[0]]
        attributes = (named["HASH"], *second, *own)
    order: Order = table.items.order(attributes)
    return order


@contextmanager
def only(table: Any, items: Iterable[Any] | None) -> Iterator[None]:
    """Within it, moto finds these items in the table and no others; all of them where they are None."""
    everything = table.items
    if items is not None:
        numbered = dict(enumerate(items))  # moto reads the values alone.
        table.items = {0: numbered} if everything.ranged else numbered
    try:
        yield
    finally:
        table.items = everything


def _page(
    order: Order,
    span: tuple[int, int],
    start: Values | None,
    limit: int | None,
    *,
    forward: bool = True,
    segments: tuple[int | None, int | None] = (None, None),
) -> list[Any] | None:
    """As many items of a span, after ``start``, as one page can hold, and one more."""
    if start is not None:
        entry = order.entry({name: DynamoType(value) for name, value in start.items()})
        if entry is None:
            return None
        span = order.after(entry, span, forward=forward)
    page: list[Any] = []
    size, is_in_segment = 0, dict[Any, bool]()
    for item in order.items(span, forward=forward):
        if segments[0] is not None:
            within = is_in_segment.get(item.hash_key.value)
            if within is None:
                within = is_in_segment[item.hash_key.value] = item.is_within_segment(segments)
            if not within:
                continue
        page.append(item)
        size += item.size()
        if size > RESULT_SIZE_LIMIT or len(page) - 1 == limit:
            break
    return page
