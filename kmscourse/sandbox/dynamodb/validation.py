"""What DynamoDB checks of an operation on items, and moto doesn't or says otherwise.

Whose table it is comes first. In a transaction the fault of an item cancels it, with a reason for each item.

Source: DynamoDB API Reference, each operation's parameters; the texts as AWS prints them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.expressions import KEY_CONDITION
from kmscourse.sandbox.dynamodb.refusals import (
    cancelled,
    invalid,
    invalid_parameter,
    not_found,
    not_in_enum,
)
from kmscourse.sandbox.dynamodb.resolve import DynamoDbCall, ItemRequest, TableName
from kmscourse.sandbox.dynamodb.store import Table

MAX_IN_BATCH, MAX_IN_TRANSACTION = 25, 100
_RETURN_VALUES = ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
_NOT_THE_SCHEMA = "The provided key element does not match the schema"
_EMPTY = {"S": "string", "B": "binary"}


def require_own_table(names: Iterable[TableName]) -> None:
    """Raises AwsError ResourceNotFoundException for a table of another account or region."""
    if not all(name.is_here for name in names):
        raise not_found()


def get_item(resolved: DynamoDbCall) -> None:
    """GetItem."""
    _check_item(resolved)


def put_item(resolved: DynamoDbCall) -> None:
    """PutItem."""
    _check_item(resolved, _check_old_returned)


def delete_item(resolved: DynamoDbCall) -> None:
    """DeleteItem."""
    _check_item(resolved, _check_old_returned)


def update_item(resolved: DynamoDbCall) -> None:
    """UpdateItem."""
    _check_item(resolved, _check_returned)


def query(resolved: DynamoDbCall) -> None:
    """Query, against the keys of its table or index."""
    require_own_table([resolved.table_name])
    request, table = resolved.request, resolved.table
    request.expressions.check(request.operation)
    if table is not None:
        keys = _keys_asked(request, table)
        _check_key_conditions(request, table)
        for token in request.expressions.tokens.get("FilterExpression", ()):
            if token.attribute and token.attribute in keys:
                raise invalid(
                    "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
                    + token.attribute
                )
        if not _starts_within(request, table, keys):
            raise invalid("The provided starting key is invalid")


def scan(resolved: DynamoDbCall) -> None:
    """Scan, against the keys of its table or index."""
    require_own_table([resolved.table_name])
    request, table = resolved.request, resolved.table
    request.expressions.check(request.operation)
    if table is not None and not _starts_within(request, table, _keys_asked(request, table)):
        in_table = request.parameters.get("IndexName") is None
        raise invalid("The provided starting key is invalid" + (f": {_NOT_THE_SCHEMA}" if in_table else ""))


def batch_get_item(resolved: DynamoDbCall) -> None:
    """BatchGetItem."""
    require_own_table(batch.table_name for batch in resolved.batches_of_reads)
    for batch in resolved.batches_of_reads:
        if not batch.requests:
            raise _length(f"requestItems.{batch.given}.member.keys", "greater than or equal to 1")
        for request in batch.requests:
            _check_key(request)


def batch_write_item(resolved: DynamoDbCall) -> None:
    """BatchWriteItem."""
    batches = resolved.batches_of_writes
    require_own_table(batch.table_name for batch in batches)
    if not all(1 <= len(batch.requests) <= MAX_IN_BATCH for batch in batches):
        raise invalid(
            "1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Map value must "
            f"satisfy constraint: [Member must have length less than or equal to {MAX_IN_BATCH}, Member must have "
            "length greater than or equal to 1]"
        )
    if sum(len(batch.requests) for batch in batches) > MAX_IN_BATCH:
        raise invalid("Too many items requested for the BatchWriteItem call")
    for batch in batches:
        known = set()
        for request in batch.requests if batch.table is not None else ():
            _check_key(request)
            key = _plain_key(request)
            if key in known:
                raise invalid("Provided list of item keys contains duplicates")
            known.add(key)


def transact_get_items(resolved: DynamoDbCall) -> None:
    """TransactGetItems."""
    _check_transaction(resolved.transacted_reads)


def transact_write_items(resolved: DynamoDbCall) -> None:
    """TransactWriteItems."""
    _check_transaction(resolved.transacted_writes)


def _check_item(
    resolved: DynamoDbCall,
    check_returned: Callable[[Mapping[str, Any]], None] = lambda parameters: None,
) -> None:
    """An operation on one item."""
    require_own_table([resolved.table_name])
    check_returned(resolved.parameters)
    resolved.request.expressions.check(resolved.request.operation)
    _check_key(resolved.request)


def _check_returned(parameters: Mapping[str, Any]) -> None:
    returned = parameters.get("ReturnValues")
    if returned is not None and returned not in _RETURN_VALUES:
        raise not_in_enum(returned, _RETURN_VALUES, "returnValues")


def _check_old_returned(parameters: Mapping[str, Any]) -> None:
    """PutItem and DeleteItem return nothing, or the item as it was."""
    _check_returned(parameters)
    if parameters.get("ReturnValues") not in (None, "NONE", "ALL_OLD"):
        raise invalid("ReturnValues can only be ALL_OLD or NONE")


def _check_transaction(requests: Sequence[ItemRequest]) -> None:
    require_own_table(request.table_name for request in requests)
    if len(requests) > MAX_IN_TRANSACTION:
        raise _length("transactItems", f"less than or equal to {MAX_IN_TRANSACTION}")
    for request in requests:
        request.expressions.check(request.operation)
    reasons = [_reason(request) for request in requests]
    if any(reason["Code"] != "None" for reason in reasons):
        raise cancelled(reasons)


def _reason(request: ItemRequest) -> Mapping[str, str]:
    """Why a transaction is cancelled for one of its items; the code None where it isn't."""
    try:
        _check_key(request)
    except AwsError as error:
        return {"Code": "ValidationError", "Message": error.message}
    return {"Code": "None"}


def _check_key(request: ItemRequest) -> None:
    """Raises AwsError ValidationException where an item has no key of its table, or a key is none: whole, not empty."""
    table = request.table
    if table is None:
        return
    item = request.parameters.get("Item")
    if item is None:
        key = request.parameters["Key"]
        if set(key) != set(table.keys) or any(_type(key[name]) != table.types[name] for name in key):
            raise invalid(_NOT_THE_SCHEMA)
        _check_not_empty(key, table)
        return
    for name in table.keys:
        if name not in item:
            raise invalid_parameter(f"Missing the key {name} in the item")
        if _type(item[name]) != table.types[name]:
            raise invalid_parameter(
                f"Type mismatch for key {name} expected: {table.types[name]} actual: {_type(item[name])}"
            )
    _check_not_empty(item, table)


def _check_not_empty(key: Mapping[str, Any], table: Table) -> None:
    for name in table.keys:
        kind = _type(key[name])
        if key[name][kind] == "" and kind in _EMPTY:
            raise invalid(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                f"empty {_EMPTY[kind]} value. Key: {name}"
            )


def _plain_key(request: ItemRequest) -> tuple[str, ...]:
    """The key of an item, the same for equal ones."""
    item = request.parameters.get("Item") or request.parameters["Key"]
    return tuple(str(item.get(name)) for name in (request.table.keys if request.table else ()))


def _type(value: Mapping[str, Any]) -> str:
    """S, N, B or another type of an attribute."""
    return next(kind for kind, held in value.items() if held is not None)


def _keys_asked(request: ItemRequest, table: Table) -> Sequence[str]:
    """The keys of the table, or of the index that a Query or Scan goes through."""
    index = request.parameters.get("IndexName")
    if index is None:
        return table.keys
    if index not in table.indexes:
        raise invalid(f"The table does not have the specified index: {index}")
    return table.indexes[index]


def _check_key_conditions(request: ItemRequest, table: Table) -> None:
    if KEY_CONDITION not in request.expressions.tokens:
        raise invalid(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    for condition in request.expressions.key_conditions:
        kind = table.types.get(condition.attribute)
        if kind is not None and any(kind not in value for value in condition.values):
            raise invalid_parameter("Condition parameter type does not match schema type")
        if kind is not None and condition.operator == "BETWEEN":
            _check_bounds(kind, *condition.values)


def _check_bounds(kind: str, low: Mapping[str, Any], high: Mapping[str, Any]) -> None:
    if _ORDERS[kind](low[kind]) > _ORDERS[kind](high[kind]):
        raise invalid(
            f"Invalid {KEY_CONDITION}: The BETWEEN operator requires upper bound to be greater than or equal to lower "
            f"bound; lower bound operand: AttributeValue: {{{kind}:{low[kind]}}}, upper bound operand: AttributeValue: "
            f"{{{kind}:{high[kind]}}}"
        )


_ORDERS: Mapping[str, Callable[[str], Any]] = {"S": str.encode, "N": Decimal, "B": base64.b64decode}


def _starts_within(request: ItemRequest, table: Table, keys: Sequence[str]) -> bool:
    """Whether a page begins after an item of the table; in an index its keys there are told too."""
    start = request.parameters.get("ExclusiveStartKey")
    if start is None:
        return True
    told = {*table.keys, *keys}
    return set(start) == told and all(start[name].get(table.types[name]) is not None for name in told)


def _length(path: str, limit: str) -> AwsError:
    return invalid(
        f"1 validation error detected: Value at '{path}' failed to satisfy constraint: Member must have length {limit}"
    )
