"""The condition keys of an operation on items: whose items (``dynamodb:LeadingKeys``), which attributes, how answered.

``LeadingKeys`` are the partition keys that the request names, or those of the index that it goes through; a Scan has
none, and so ForAllValues holds for it, as AWS warns. A request that names no partition key though its operation needs
one gets a text that no policy names: a condition on real keys is not met by leaving the key out. (The empty text
won't do, ForAllValues holds for it.)

``Select`` is what the request comes to, also where it leaves the choice to DynamoDB: else a policy that asks for
SPECIFIC_ATTRIBUTES would be open to whoever says nothing.

Source: DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control", "IAM with DynamoDB
transactions"; Service Authorization Reference, "Amazon DynamoDB".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kmscourse.sandbox.dynamodb import key_condition
from kmscourse.sandbox.dynamodb.expressions import attributes
from kmscourse.sandbox.dynamodb.table import TableView
from kmscourse.sandbox.operation import Context

Parameters = Mapping[str, Any]

_READING = ("GetItem", "BatchGetItem", "Query", "Scan")
_NAMED_BY_MEMBERS = ("Key", "Item")
_NO_KEY = "\0"


def condition_keys(
    operation: str, requests: Iterable[Parameters], table: TableView | None, index: str | None = None
) -> Context:
    """The condition keys of ``operation`` for one table; ``requests`` are its parts (one, but for batches).

    Raises AwsError ValidationException where an expression can't be read.
    """
    parts = list(requests)
    named = {name for part in parts for name in _attributes(part)}
    context: dict[str, str | list[str]] = {"dynamodb:Attributes": sorted(named)} if named else {}
    if table is not None and operation != "Scan":
        partition_key = table.indexes.get(index, table.keys)[0] if index else table.keys[0]
        leading = dict.fromkeys(_leading_key(operation, part, partition_key) for part in parts)
        context["dynamodb:LeadingKeys"] = list(leading)
    if operation in _READING and parts:
        context["dynamodb:Select"] = _select(parts[0], index)
    for name in ("ReturnValues", "ReturnConsumedCapacity"):
        if parts and parts[0].get(name) is not None:
            context[f"dynamodb:{name}"] = parts[0][name]
    return context


def table_tags(table: TableView | None) -> Context:
    """``aws:ResourceTag/<key>`` of a table that is there."""
    return {f"aws:ResourceTag/{key}": value for key, value in (table.tags if table else {}).items()}


def _attributes(part: Parameters) -> set[str]:
    return attributes(part).union(*(part.get(name) or () for name in _NAMED_BY_MEMBERS))


def _leading_key(operation: str, part: Parameters, partition_key: str) -> str:
    if operation == "Query":
        equal = (
            condition.values[0]
            for condition in key_condition.read(part)
            if (condition.attribute, condition.operator) == (partition_key, "=") and condition.values
        )
        return _text(next(equal, None))
    return _text((part.get("Key") or part.get("Item") or {}).get(partition_key))


def _text(value: Mapping[str, Any] | None) -> str:
    """A key attribute (of type S, N or B) as a text."""
    return next((str(held) for held in (value or {}).values() if held is not None), _NO_KEY)


def _select(part: Parameters, index: str | None) -> str:
    if part.get("Select") is not None:
        return str(part["Select"])
    if part.get("ProjectionExpression") is not None:
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_PROJECTED_ATTRIBUTES" if index else "ALL_ATTRIBUTES"
