"""What DynamoDB checks of a Query or Scan against the keys of its table or index.

Source: DynamoDB API Reference, "Query", "Scan"; the texts as AWS prints them.
"""

from __future__ import annotations

from collections.abc import Sequence

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.resources import key_condition
from kmscourse.sandbox.resources.expressions import tokens
from kmscourse.sandbox.views import TableView


def check(call: Call, table: TableView) -> None:
    """Raises AwsError ValidationException where the index isn't there, or the keys are not asked for as keys are."""
    index = call.parameters.get("IndexName")
    if index is not None and index not in table.indexes:
        raise _refused(f"The table does not have the specified index: {index}")
    if call.operation == "Query":
        _check_query(call, table, table.indexes[index] if index else table.keys)


def _check_query(call: Call, table: TableView, keys: Sequence[str]) -> None:
    parameters = call.parameters
    if parameters.get("KeyConditionExpression") is None and not parameters.get("KeyConditions"):
        raise _refused(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    for condition in key_condition.read(parameters):
        wanted = table.types.get(condition.attribute)
        if wanted is not None and any(wanted not in value for value in condition.values):
            raise _refused(
                "One or more parameter values were invalid: Condition parameter type does not match schema type"
            )
    text = parameters.get("FilterExpression")
    names = parameters.get("ExpressionAttributeNames") or {}
    for token in tokens("FilterExpression", text, names) if text is not None else ():
        if token.attribute and token.attribute in keys:
            raise _refused(
                "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
                + token.attribute
            )


def _refused(message: str) -> AwsError:
    return AwsError("ValidationException", message)
