"""What DynamoDB checks of the keys of items.

Source: DynamoDB API Reference, "GetItem", "PutItem"; the texts as AWS prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.table import TableView

NOT_THE_SCHEMA = "The provided key element does not match the schema"
_EMPTY = {"S": "string", "B": "binary"}


def check_key(key: Mapping[str, Any], table: TableView) -> None:
    """Raises AwsError ValidationException where ``key`` is not one of ``table``: whole, of its types, not empty."""
    if set(key) != set(table.keys) or any(_type(key[name]) != table.types[name] for name in key):
        raise AwsError("ValidationException", NOT_THE_SCHEMA)
    _check_not_empty(key, table)


def check_item(item: Mapping[str, Any], table: TableView) -> None:
    """Raises AwsError ValidationException where ``item`` has no key of ``table``."""
    for name in table.keys:
        if name not in item:
            raise _invalid(f"Missing the key {name} in the item")
        if _type(item[name]) != table.types[name]:
            raise _invalid(
                f"Type mismatch for key {name} expected: {table.types[name]} actual: {_type(item[name])}"
            )
    _check_not_empty(item, table)


def plain_key(item: Mapping[str, Any], table: TableView) -> tuple[str, ...]:
    """The key of an item, the same for equal ones."""
    return tuple(str(item.get(name)) for name in table.keys)


def _check_not_empty(key: Mapping[str, Any], table: TableView) -> None:
    for name in table.keys:
        kind, held = _type(key[name]), key[name][_type(key[name])]
        if held == "" and kind in _EMPTY:
            raise AwsError(
                "ValidationException",
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                f"empty {_EMPTY[kind]} value. Key: {name}",
            )


def _type(value: Mapping[str, Any]) -> str:
    """S, N, B or another type of an attribute."""
    return next(kind for kind, held in value.items() if held is not None)


def _invalid(fault: str) -> AwsError:
    return AwsError("ValidationException", f"One or more parameter values were invalid: {fault}")
