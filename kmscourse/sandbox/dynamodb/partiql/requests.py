"""The operations of DynamoDB that a PartiQL statement stands for.

A SELECT that names partition keys is a Query for each of them, any other a Scan; INSERT, UPDATE and DELETE are of the
one item that their whole key names.

Source: DynamoDB Developer Guide, "PartiQL select statements for DynamoDB" (which of them read a whole table),
"PartiQL insert statements for DynamoDB", likewise update and delete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.partiql.expression import Expression
from kmscourse.sandbox.dynamodb.partiql.syntax import (
    Delete,
    Exists,
    Insert,
    Node,
    Path,
    Select,
    Statement,
    Term,
    Update,
    Value,
)
from kmscourse.sandbox.dynamodb.partiql.tokens import malformed, not_offered
from kmscourse.sandbox.dynamodb.table import TableView

_ON_SORT_KEY = ("=", "<", "<=", ">", ">=", "BETWEEN", "begins_with")
_TURNED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
NOT_ONE_ITEM = "Where clause does not contain a mandatory equality on all key attributes"


@dataclass(frozen=True)
class Request:
    """An operation on items with its parameters."""

    operation: str
    parameters: Mapping[str, Any]


def requests(statement: Statement, table: TableView) -> list[Request]:
    """What ``statement`` stands for, several Queries at most. Raises AwsError ValidationException."""
    match statement:
        case Exists():
            return [_exists(statement, table)]
        case Select():
            return list(_select(statement, table))
        case Insert():
            return [_insert(statement, table)]
        case Update():
            return [_update(statement, table)]
        case Delete():
            return [_delete(statement, table)]
    raise malformed("it must begin with SELECT, INSERT, UPDATE or DELETE")


def one_item(statement: Select, table: TableView) -> Request:
    """A SELECT of one item as GetItem. Raises AwsError where it asks for more than the item's whole key."""
    key, others = _key(statement, table)
    if others or statement.index or statement.order:
        raise not_offered("here a SELECT names the whole key of one item, and nothing else")
    expression = Expression()
    parameters = {"TableName": statement.table, "Key": key}
    if statement.attributes:
        parameters["ProjectionExpression"] = expression.listed(statement.attributes)
    return Request("GetItem", parameters | expression.placeholders())


def _select(statement: Select, table: TableView) -> Iterator[Request]:
    if statement.index is not None and statement.index not in table.indexes:
        raise AwsError("ValidationException", "The table does not have the specified index")
    keys = table.indexes[statement.index] if statement.index else table.keys
    conditions = [_turned(condition) for condition in statement.conditions]
    leading = next((found for found in conditions if _values_of(found, keys[0])), None)
    if leading is None:
        if statement.order:
            raise AwsError(
                "ValidationException", "ORDER BY needs an equality on the partition key in the WHERE clause."
            )
        yield _scan(statement, conditions)
        return
    values = _values_of(leading, keys[0])
    forward = _forward(statement, keys, values)
    others = [condition for condition in conditions if condition is not leading]
    on_sort_key = next((found for found in others if len(keys) > 1 and _is_on(found, keys[1])), None)
    filters = [condition for condition in others if condition is not on_sort_key]
    for value in values:
        expression = Expression()
        equal = Term("=", (Path((keys[0],)), value))
        wanted: Node = equal if on_sort_key is None else Term("AND", (equal, on_sort_key))
        parameters = {"KeyConditionExpression": expression.text(wanted), "ScanIndexForward": forward}
        yield _reading("Query", statement, parameters, filters, expression)


def _scan(statement: Select, conditions: list[Node]) -> Request:
    return _reading("Scan", statement, {}, conditions, Expression())


def _reading(
    operation: str, statement: Select, parameters: dict[str, Any], filters: list[Node], expression: Expression
) -> Request:
    parameters["TableName"] = statement.table
    if statement.index is not None:
        parameters["IndexName"] = statement.index
    if filters:
        parameters["FilterExpression"] = expression.text(_all(filters))
    if statement.attributes:
        parameters["ProjectionExpression"] = expression.listed(statement.attributes)
    return Request(operation, parameters | expression.placeholders())


def _forward(statement: Select, keys: Any, values: list[Value]) -> bool:
    """Whether the items come in ascending order of the sort key; ``values`` are put into their own order."""
    for name, ascends in statement.order:
        if name not in keys:
            raise AwsError(
                "ValidationException",
                f"Variable reference {name} in ORDER BY clause must be part of the primary key",
            )
        if name == keys[0]:
            values.sort(key=_sortable, reverse=not ascends)
        elif len(values) > 1:
            raise not_offered("several partition keys are ordered by the partition key only")
        else:
            return ascends
    return True


def _insert(statement: Insert, table: TableView) -> Request:
    expression = Expression()
    absent = Term("attribute_not_exists", (Path((table.keys[0],)),))
    condition = {"ConditionExpression": expression.text(absent)}
    parameters = {"TableName": statement.table, "Item": statement.item, **condition}
    return Request("PutItem", parameters | expression.placeholders())


def _update(statement: Update, table: TableView) -> Request:
    key, others = _key(statement, table)
    expression = Expression()
    there = Term("attribute_exists", (Path((table.keys[0],)),))
    parameters = {
        "TableName": statement.table,
        "Key": key,
        "UpdateExpression": expression.update(statement.sets, statement.removes),
        "ConditionExpression": expression.text(_all([there, *others])),
    }
    return Request("UpdateItem", parameters | expression.placeholders() | _returned(statement.returning))


def _delete(statement: Delete, table: TableView) -> Request:
    key, others = _key(statement, table)
    expression = Expression()
    parameters: dict[str, Any] = {"TableName": statement.table, "Key": key}
    if others:  # An item that isn't there is deleted in peace, whatever was asked of it.
        absent = Term("attribute_not_exists", (Path((table.keys[0],)),))
        parameters["ConditionExpression"] = expression.text(Term("OR", (absent, _all(others))))
    return Request("DeleteItem", parameters | expression.placeholders() | _returned(statement.returning))


def _exists(statement: Exists, table: TableView) -> Request:
    key, others = _key(statement, table)
    expression = Expression()
    there = Term("attribute_exists", (Path((table.keys[0],)),))
    condition = {"ConditionExpression": expression.text(_all([there, *others]))}
    parameters = {"TableName": statement.table, "Key": key, **condition}
    return Request("ConditionCheck", parameters | expression.placeholders())


def _returned(returning: str) -> dict[str, str]:
    return {"ReturnValues": returning} if returning else {}


def _key(statement: Statement, table: TableView) -> tuple[dict[str, Any], list[Node]]:
    """The whole key that the WHERE names, and its other conditions."""
    key: dict[str, Any] = {}
    others: list[Node] = []
    for condition in statement.conditions:
        turned = _turned(condition)
        name = next((name for name in table.keys if name not in key and _is_on(turned, name)), None)
        if name is not None and isinstance(turned, Term) and turned.operator == "=":
            (value,) = _values_of(turned, name)
            key[name] = value.held
        else:
            others.append(turned)
    if len(key) < len(table.keys):
        raise AwsError("ValidationException", NOT_ONE_ITEM)
    return key, others


def _values_of(condition: Node, name: str) -> list[Value]:
    """The values of which ``condition`` asks that the attribute has one; empty where it asks something else."""
    match condition:
        case Term("=", (Path((only,)), Value() as value)) if only == name:
            return [value]
        case Term("IN", (Path((only,)), *values)) if only == name:
            return list(_different(value for value in values if isinstance(value, Value)))
        case Term("OR", operands):
            each = [_values_of(_turned(operand), name) for operand in operands]
            return list(_different(value for values in each for value in values)) if all(each) else []
    return []


def _different(values: Iterator[Value]) -> Iterator[Value]:
    seen: list[Value] = []
    for value in values:
        if value not in seen:
            seen.append(value)
            yield value


def _is_on(condition: Node, name: str) -> bool:
    """Whether a Query can have it as its condition on the sort key ``name``."""
    if not isinstance(condition, Term) or condition.operator not in _ON_SORT_KEY:
        return False
    path, *values = condition.operands
    return path == Path((name,)) and all(isinstance(value, Value) for value in values)


def _turned(condition: Node) -> Node:
    """``'x' = Author`` as ``Author = 'x'``."""
    match condition:
        case Term(sign, (Value() as value, Path() as path)) if sign in _TURNED:
            return Term(_TURNED[sign], (path, value))
    return condition


def _all(conditions: list[Node]) -> Node:
    return conditions[0] if len(conditions) == 1 else Term("AND", tuple(conditions))


def _sortable(value: Value) -> tuple[str, Any]:
    ((kind, held),) = value.held.items()
    return kind, float(held) if kind == "N" else held
