"""What DynamoDB checks of a Query or Scan against the keys of its table or index.

Source: DynamoDB API Reference, "Query", "Scan"; the texts as AWS prints them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.dynamodb import key_condition
from kmscourse.sandbox.dynamodb.expressions import invalid, tokens
from kmscourse.sandbox.dynamodb.item_keys import NOT_THE_SCHEMA
from kmscourse.sandbox.dynamodb.table import TableView


def check(call: Call, table: TableView) -> None:
    """Raises AwsError ValidationException where the index isn't there, or the keys are not asked for as keys are."""
    index = call.parameters.get("IndexName")
    if index is not None and index not in table.indexes:
        raise _refused(f"The table does not have the specified index: {index}")
    keys = table.indexes[index] if index else table.keys
    if call.operation == "Query":
        _check_query(call, table, keys)
    _check_start(call, table, keys)


def _check_query(call: Call, table: TableView, keys: Sequence[str]) -> None:
    parameters = call.parameters
    if parameters.get("KeyConditionExpression") is None:
        raise _refused(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    for condition in key_condition.read(parameters):
        wanted = table.types.get(condition.attribute)
        if wanted is not None and any(wanted not in value for value in condition.values):
            raise _refused(
                "One or more parameter values were invalid: Condition parameter type does not match schema type"
            )
        if wanted is not None and condition.operator == "BETWEEN" and len(condition.values) == 2:
            _check_bounds(wanted, *condition.values)
    text = parameters.get("FilterExpression")
    names = parameters.get("ExpressionAttributeNames") or {}
    for token in tokens("FilterExpression", text, names) if text is not None else ():
        if token.attribute and token.attribute in keys:
            raise _refused(
                "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
                + token.attribute
            )


def _check_bounds(kind: str, low: Mapping[str, Any], high: Mapping[str, Any]) -> None:
    if _ORDERS[kind](low[kind]) <= _ORDERS[kind](high[kind]):
        return
    raise invalid(
        key_condition.KIND,
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: "
        f"AttributeValue: {{{kind}:{low[kind]}}}, upper bound operand: AttributeValue: {{{kind}:{high[kind]}}}",
    )


_ORDERS: Mapping[str, Callable[[str], Any]] = {"S": str.encode, "N": Decimal, "B": base64.b64decode}


def _check_start(call: Call, table: TableView, keys: Sequence[str]) -> None:
    """A page begins after an item of the table; in an index its keys there are told too."""
    start = call.parameters.get("ExclusiveStartKey")
    if start is None:
        return
    wanted = {*table.keys, *keys}
    if set(start) == wanted and all(start[name].get(table.types[name]) is not None for name in wanted):
        return
    in_table = call.operation == "Scan" and call.parameters.get("IndexName") is None
    raise _refused("The provided starting key is invalid" + (f": {NOT_THE_SCHEMA}" if in_table else ""))


def _refused(message: str) -> AwsError:
    return AwsError("ValidationException", message)
