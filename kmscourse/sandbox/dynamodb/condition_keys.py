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

from collections.abc import Mapping, Sequence
from typing import Any

from kmscourse.sandbox.dynamodb.attribute_values import AttributeValue, kept
from kmscourse.sandbox.dynamodb.resolve import ItemRequest
from kmscourse.sandbox.dynamodb.store import Table
from kmscourse.sandbox.operation import Context

_READING = ("GetItem", "Query", "Scan")
_NO_KEY = "\0"


def condition_keys(
    requests: Sequence[ItemRequest], table: Table | None, index: str | None = None
) -> dict[str, str | Sequence[str]]:
    """The condition keys of requests on one table: one request, or those of a batch.

    Raises AwsError ValidationException where an expression can't be read.
    """
    first = requests[0] if requests else None
    named = {name for request in requests for name in _attributes(request)}
    context: dict[str, str | Sequence[str]] = {"dynamodb:Attributes": sorted(named)} if named else {}
    if table is not None and (first is None or first.operation != "Scan"):
        through = table.indexes.get(index or "")
        partition_key = (table if through is None else through).keys[0]
        leading = dict.fromkeys(_leading_key(request, partition_key) for request in requests)
        context["dynamodb:LeadingKeys"] = list(leading)
    if first is None:
        return context
    if first.operation in _READING:
        context["dynamodb:Select"] = _select(first.parameters, index)
    for name in ("ReturnValues", "ReturnConsumedCapacity"):
        if first.parameters.get(name) is not None:
            context[f"dynamodb:{name}"] = first.parameters[name]
    return context


def table_tags(table: Table | None) -> Context:
    """``aws:ResourceTag/<key>`` of a table that is there."""
    return {f"aws:ResourceTag/{key}": value for key, value in (table.tags if table else {}).items()}


def _attributes(request: ItemRequest) -> frozenset[str]:
    item = request.parameters.get("Key") or (), request.parameters.get("Item") or ()
    return request.expressions.attributes.union(*item)


def _leading_key(request: ItemRequest, partition_key: str) -> str:
    if request.operation == "Query":
        equal = (
            condition.values[0]
            for condition in request.expressions.key_conditions
            if (condition.attribute, condition.operator) == (partition_key, "=") and condition.values
        )
        return _text(next(equal, None))
    item = request.parameters.get("Key") or request.parameters.get("Item") or {}
    return _text(item.get(partition_key))


def _text(value: AttributeValue | None) -> str:
    """A key attribute (of type S, N or B) as a text, the same for equal ones however they are written."""
    return _NO_KEY if value is None else str(*kept(value).values())


def _select(parameters: Mapping[str, Any], index: str | None) -> str:
    if parameters.get("Select") is not None:
        return str(parameters["Select"])
    if parameters.get("ProjectionExpression") is not None:
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_PROJECTED_ATTRIBUTES" if index else "ALL_ATTRIBUTES"
