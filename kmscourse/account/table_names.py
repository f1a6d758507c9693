"""The DynamoDB tables that a call names: batches and transactions name theirs further in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def table_names(parameters: Mapping[str, Any]) -> Iterator[str]:
    """The names or ARNs of tables in a call's parameters, as they stand there; items and expressions are not read."""
    for name, value in parameters.items():
        if name in ("TableName", "ResourceArn"):
            yield str(value)
        elif name == "RequestItems" and isinstance(value, Mapping):
            yield from map(str, value)
        elif name == "TransactItems" and isinstance(value, list | tuple):
            for part in value:
                if isinstance(part, Mapping):
                    for action in part.values():  # of a transaction: Put, Update and so on
                        if isinstance(action, Mapping):
                            yield from table_names(action)
