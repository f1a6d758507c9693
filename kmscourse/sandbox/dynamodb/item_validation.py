"""What DynamoDB checks of an operation on items, and moto doesn't or says otherwise.

In a transaction the fault of a part cancels it, with a reason for each part.

Source: DynamoDB API Reference, each operation's parameters; the texts as AWS prints them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.dynamodb import expression_validation as expressions
from kmscourse.sandbox.dynamodb import key_condition
from kmscourse.sandbox.dynamodb import query_validation as queries
from kmscourse.sandbox.dynamodb.item_keys import check_item, check_key, plain_key
from kmscourse.sandbox.dynamodb.table import TableView
from kmscourse.sandbox.dynamodb.table_names import table_name
from kmscourse.sandbox.dynamodb.transactions import cancelled

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

MOST_IN_BATCH, MOST_IN_TRANSACTION = 25, 100
_RETURN_VALUES = ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
_OF_PART = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheck",
}


def check(call: Call, account: Account) -> Call:
    """The call as moto understands it: a Query's conditions in their plain form.

    Raises AwsError where a rule forbids it.
    """
    rule = _RULES.get(call.operation)
    if rule is not None:
        rule(call, account)
    parameters = dict(call.parameters)
    if call.operation == "Query" and parameters.get(key_condition.KIND) is not None:
        parameters[key_condition.KIND] = key_condition.plain(key_condition.read(parameters))
    return replace(call, parameters=parameters)


def _one(call: Call, account: Account) -> None:
    """GetItem, PutItem, UpdateItem, DeleteItem."""
    _check_returned(call)
    expressions.check(call.operation, call.parameters)
    table = _table(call, call.parameters["TableName"], account)
    if table is not None:
        _check_part(call.parameters, table)


def _check_part(part: Mapping[str, Any], table: TableView) -> None:
    if "Item" in part:
        check_item(part["Item"], table)
    else:
        check_key(part["Key"], table)


def _check_returned(call: Call) -> None:
    wanted = call.parameters.get("ReturnValues")
    if wanted is not None and wanted not in _RETURN_VALUES:
        raise _refused(
            f"1 validation error detected: Value '{wanted[:300]}' at 'returnValues' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(_RETURN_VALUES)}]"
        )
    if call.operation in ("PutItem", "DeleteItem") and wanted not in (None, "NONE", "ALL_OLD"):
        raise _refused("ReturnValues can only be ALL_OLD or NONE")


def _batch_of_reads(call: Call, account: Account) -> None:
    for name, entry in call.parameters["RequestItems"].items():
        keys = entry["Keys"]
        if not keys:
            raise _length(f"requestItems.{name}.member.keys", "greater than or equal to 1")
        table = _table(call, name, account)
        if table is not None:
            for key in keys:
                check_key(key, table)


def _batch_of_writes(call: Call, account: Account) -> None:
    requested = call.parameters["RequestItems"]
    if not all(1 <= len(requests) <= MOST_IN_BATCH for requests in requested.values()):
        raise _refused(
            "1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Map value must "
            f"satisfy constraint: [Member must have length less than or equal to {MOST_IN_BATCH}, Member must have "
            "length greater than or equal to 1]"
        )
    if sum(len(requests) for requests in requested.values()) > MOST_IN_BATCH:
        raise _refused("Too many items requested for the BatchWriteItem call")
    for name, requests in requested.items():
        table = _table(call, name, account)
        if table is None:
            continue
        seen = set()
        for request in requests:
            put, delete = request.get("PutRequest"), request.get("DeleteRequest")
            _check_part(put or delete, table)
            key = plain_key(put["Item"] if put else delete["Key"], table)
            if key in seen:
                raise _refused("Provided list of item keys contains duplicates")
            seen.add(key)


def _transaction(call: Call, account: Account) -> None:
    items = call.parameters["TransactItems"]
    if len(items) > MOST_IN_TRANSACTION:
        raise _length("transactItems", f"less than or equal to {MOST_IN_TRANSACTION}")
    parts = [next((kind, part) for kind, part in item.items() if part is not None) for item in items]
    for kind, part in parts:
        expressions.check(_OF_PART[kind], part)
    reasons = [_reason(part, _table(call, part["TableName"], account)) for _, part in parts]
    if any(reason["Code"] != "None" for reason in reasons):
        raise cancelled(reasons)


def _reason(part: Mapping[str, Any], table: TableView | None) -> Mapping[str, str]:
    try:
        if table is not None:
            _check_part(part, table)
    except AwsError as error:
        return {"Code": "ValidationError", "Message": error.message}
    return {"Code": "None"}


def _reading(call: Call, account: Account) -> None:
    """Query and Scan."""
    expressions.check(call.operation, call.parameters)
    table = _table(call, call.parameters["TableName"], account)
    if table is not None:
        queries.check(call, table)


_RULES: Mapping[str, Callable[[Call, Account], None]] = {
    "GetItem": _one,
    "PutItem": _one,
    "UpdateItem": _one,
    "DeleteItem": _one,
    "Query": _reading,
    "Scan": _reading,
    "BatchGetItem": _batch_of_reads,
    "BatchWriteItem": _batch_of_writes,
    "TransactGetItems": _transaction,
    "TransactWriteItems": _transaction,
}


def _table(call: Call, given: str, account: Account) -> TableView | None:
    return account.table(call.region, table_name(call, account, given).name)


def _length(path: str, limit: str) -> AwsError:
    return _refused(
        f"1 validation error detected: Value at '{path}' failed to satisfy constraint: Member must have length {limit}"
    )


def _refused(message: str) -> AwsError:
    return AwsError("ValidationException", message)
