"""What DynamoDB demands of the keys of items: those of their table, and those of its indexes.

Source: DynamoDB Developer Guide, "Quotas in Amazon DynamoDB" (partition and sort keys); DynamoDB API Reference,
"PutItem", "UpdateItem"; the texts as recorded of AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.attribute_values import AttributeValue, Item, type_of
from kmscourse.sandbox.dynamodb.expressions import Elements, UpdateAction
from kmscourse.sandbox.dynamodb.refusals import invalid, invalid_parameter
from kmscourse.sandbox.dynamodb.sizes import size_of
from kmscourse.sandbox.dynamodb.store import Index, Table
from kmscourse.sandbox.moto_adapter.order import MAX_KEYS

NOT_THE_SCHEMA = "The provided key element does not match the schema"
_FOR_AN_INDEX = "A value specified for a secondary index key is not supported. "
_UPDATED_FOR_AN_INDEX = (
    "The update expression attempted to update a secondary index key to a value that is not supported. "
)
_EMPTY = {"S": "string", "B": "binary"}
_TOO_LARGE = (
    "Size of hashkey has exceeded the maximum size limit of2048 bytes",
    "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
)


class EmptyKeyError(AwsError):
    """The refusal of a key attribute that is empty: of a whole transaction where it is in one."""

    def __init__(self, message: str, value: AttributeValue, where: str) -> None:
        super().__init__(
            "ValidationException",
            f"One or more parameter values are not valid. {message}The AttributeValue for a key attribute cannot "
            f"contain an empty {_EMPTY[type_of(value)]} value.{where}",
        )


def key_of(item: Item, table: Table) -> dict[str, AttributeValue]:
    """The key of an item of a table."""
    return {name: item[name] for name in table.keys}


def check_key(key: Item, table: Table) -> None:
    """Raises AwsError where ``key`` is none of the table's: whole, of its types, not empty, not too large."""
    if set(key) != set(table.keys):
        raise invalid(NOT_THE_SCHEMA)
    for name in table.keys:
        if type_of(key[name]) != table.types[name]:
            raise invalid(NOT_THE_SCHEMA)
        require_not_empty(name, key[name])
    _check_sizes(key, table.keys)


def check_put(item: Item, table: Table) -> None:
    """Raises AwsError where an item has no key of its table, or none of an index that it would be in."""
    for name in table.keys:
        if name not in item:
            raise invalid_parameter(f"Missing the key {name} in the item")
        kind = type_of(item[name])
        if kind != table.types[name]:
            raise invalid_parameter(
                f"Type mismatch for key {name} expected: {table.types[name]} actual: {kind}"
            )
        require_not_empty(name, item[name])
    _check_sizes(item, table.keys)
    check_index_keys(item, table)


def check_put_in_batch(item: Item, table: Table) -> None:
    """The same in a batch, which has the words of ``check_key`` for it."""
    check_key({name: item[name] for name in table.keys if name in item}, table)
    check_index_keys(item, table)


def check_index_keys(item: Item, table: Table) -> None:
    """Raises AwsError where an item has an attribute that is an index's key, but is no key."""
    for name, index in _index_keys(table):
        if name in item:
            _check_index_type(item[name], name, index, table)
            if _empty(item[name]):
                raise EmptyKeyError(_FOR_AN_INDEX, item[name], f" IndexName: {index}, IndexKey: {name}")
    _check_sizes_in_indexes(item, table.indexes.values())


def check_updated(actions: Sequence[UpdateAction], table: Table) -> None:
    """Raises AwsError where an update names a key of its table, or would write none of an index's."""
    check_scalars([action.path for action in actions], table)
    for action in actions:
        if action.attribute in table.keys:
            raise invalid_parameter(
                f"Cannot update attribute {action.attribute}. This attribute is part of the key"
            )
    indexed = dict(reversed(list(_index_keys(table))))
    for action in actions:
        if action.word in ("SET", "ADD") and action.attribute in indexed and action.value is not None:
            _check_index_type(action.value, action.attribute, indexed[action.attribute], table)
            if _empty(action.value):
                raise EmptyKeyError(_UPDATED_FOR_AN_INDEX, action.value, "")


def check_result(item: Item, actions: Sequence[UpdateAction], table: Table) -> None:
    """Raises AwsError where what an update has made of an item has an index's key that is none."""
    named = {action.attribute for action in actions}
    for name in [name for name, _ in _index_keys(table) if name in named and name in item]:
        if type_of(item[name]) != table.types[name]:
            raise invalid(
                "The update expression attempted to update the secondary index key to unsupported type"
            )
        if _empty(item[name]):
            raise EmptyKeyError(_UPDATED_FOR_AN_INDEX, item[name], "")
    _check_sizes_in_indexes(
        item, [index for index in table.indexes.values() if named.intersection(index.keys)]
    )


def check_scalars(paths: Sequence[Elements], table: Table) -> None:
    """Raises AwsError where a path leads into a key: keys have no parts."""
    nested = {elements[0] for elements in paths if len(elements) > 1}
    own = [("Key", name) for name in table.keys]
    for what, name in (*own, *(("IndexKey", name) for name, _ in _index_keys(table))):
        if name in nested:
            raise invalid(
                "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
                f"{what}: {name}"
            )


def require_not_empty(name: str, value: AttributeValue) -> None:
    """Raises EmptyKeyError where the value of a key attribute is empty."""
    if _empty(value):
        raise EmptyKeyError("", value, f" Key: {name}")


def _index_keys(table: Table) -> Iterator[tuple[str, str]]:
    """The keys of indexes that are not the table's, each with the first index that has it."""
    for index in sorted(table.indexes):
        for name in table.indexes[index].keys:
            if name not in table.keys:
                yield name, index


def _check_index_type(value: AttributeValue, name: str, index: str, table: Table) -> None:
    kind = type_of(value)
    if kind != table.types[name]:
        raise invalid_parameter(
            f"Type mismatch for Index Key {name} Expected: {table.types[name]} Actual: {kind} IndexName: {index}"
        )


def _empty(value: AttributeValue) -> bool:
    kind = type_of(value)
    return kind in _EMPTY and value[kind] == ""


def _check_sizes_in_indexes(item: Item, indexes: Iterable[Index]) -> None:
    for index in indexes:
        if all(name in item for name in index.keys):
            _check_sizes(item, index.keys)


def _check_sizes(item: Item, keys: Sequence[str]) -> None:
    for name, most, fault in zip(keys, MAX_KEYS, _TOO_LARGE, strict=False):
        if size_of(item[name]) > most:
            raise invalid_parameter(fault)
