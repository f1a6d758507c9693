"""ExecuteStatement, BatchExecuteStatement and ExecuteTransaction: what their statements stand for, performed.

Source: DynamoDB API Reference, these operations; DynamoDB Developer Guide, "Running batch operations with PartiQL for
DynamoDB", "Performing transactions with PartiQL for DynamoDB".
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.dynamodb.partiql.reader import read
from kmscourse.sandbox.dynamodb.partiql.requests import NOT_ONE_ITEM, Request, one_item, requests
from kmscourse.sandbox.dynamodb.partiql.syntax import Exists, Insert, Select, Statement
from kmscourse.sandbox.dynamodb.table import TableView
from kmscourse.sandbox.dynamodb.transactions import cancelled

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

Answer = dict[str, Any]
Perform = Callable[[Request], Answer]  # One of DynamoDB's other operations, with its own checks.

OPERATIONS = {
    "ExecuteStatement": "",
    "BatchExecuteStatement": "Statements",
    "ExecuteTransaction": "TransactStatements",
}
MOST_IN_BATCH, MOST_IN_TRANSACTION = 25, 100
_OF_WRITING = {"Insert": "Put", "Update": "Update", "Delete": "Delete"}
_DUPLICATE = "Duplicate primary key exists in table"


def statements(call: Call) -> list[Statement]:
    """The statements of a call. Raises AwsError where one can't be read, or where there are too many."""
    member = OPERATIONS[call.operation]
    if not member:
        return [_read(call.parameters)]
    entries = call.parameters[member]
    most = MOST_IN_BATCH if member == "Statements" else MOST_IN_TRANSACTION
    if not 1 <= len(entries) <= most:
        limit = f"less than or equal to {most}" if entries else "greater than or equal to 1"
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value at '{member[0].lower()}{member[1:]}' failed to satisfy constraint: "
            f"Member must have length {limit}",
        )
    found = [_read(entry) for entry in entries]
    reads = {isinstance(statement, Select) and not isinstance(statement, Exists) for statement in found}
    if len(reads) > 1:
        raise AwsError(
            "ValidationException", "Statements either all read (SELECT) or all write: not both at once."
        )
    if member == "Statements" and any(isinstance(statement, Exists) for statement in found):
        raise AwsError("ValidationException", "EXISTS can be used in a transaction only.")
    return found


def perform(call: Call, account: Account, run: Perform) -> Answer:
    """The answer to one of ``OPERATIONS``; ``run`` performs what the statements stand for. Raises AwsError."""
    found = statements(call)
    tables = [account.table(call.region, statement.table) for statement in found]
    if call.operation == "BatchExecuteStatement":
        return {"Responses": _batch(found, tables, account, run)}
    there = [_there(table) for table in tables]
    if call.operation == "ExecuteTransaction":
        return _transaction(call, found, there, run)
    (statement,), (table,) = found, there
    if isinstance(statement, Exists):
        raise AwsError("ValidationException", "EXISTS can be used in a transaction only.")
    if isinstance(statement, Select):
        return _pages(call, requests(statement, table), run)
    return _written(statement, table, run)


def _read(entry: Mapping[str, Any]) -> Statement:
    return read(entry["Statement"], entry.get("Parameters") or ())


def _there(table: TableView | None) -> TableView:
    if table is None:
        raise AwsError("ResourceNotFoundException", "Requested resource not found")
    return table


def _written(statement: Statement, table: TableView, run: Perform) -> Answer:
    (request,) = requests(statement, table)
    try:
        answer = run(request)
    except AwsError as error:
        if isinstance(statement, Insert) and error.code == "ConditionalCheckFailedException":
            raise AwsError("DuplicateItemException", _DUPLICATE) from None
        raise
    return {"Items": [answer["Attributes"]] if answer.get("Attributes") else []}


def _pages(call: Call, wanted: list[Request], run: Perform) -> Answer:
    """The items of several requests one after the other, from ``NextToken`` on."""
    position, start = _position(call.parameters.get("NextToken"), len(wanted))
    limit: int | None = call.parameters.get("Limit")
    more = {"ConsistentRead": True} if call.parameters.get("ConsistentRead") else {}
    items: list[Any] = []
    while position < len(wanted):
        request = wanted[position]
        parameters = {**request.parameters, **more}
        if limit is not None:
            parameters["Limit"] = limit
        if start is not None:
            parameters["ExclusiveStartKey"] = start
        page = run(replace(request, parameters=parameters))
        items += page["Items"]
        start = page.get("LastEvaluatedKey")
        if start is not None:
            return {"Items": items, "NextToken": _token(position, start), "LastEvaluatedKey": start}
        position += 1
        limit = None if limit is None else limit - page["ScannedCount"]
        if limit == 0 and position < len(wanted):
            return {"Items": items, "NextToken": _token(position, None)}
    return {"Items": items}


def _token(position: int, start: Any) -> str:
    return base64.b64encode(json.dumps([position, start]).encode()).decode()


def _position(token: str | None, most: int) -> tuple[int, Any]:
    if token is None:
        return 0, None
    try:
        position, start = json.loads(base64.b64decode(token, validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        position, start = -1, None
    is_position = isinstance(position, int) and 0 <= position < most
    if not is_position or not (start is None or _is_key(start)):
        raise AwsError("ValidationException", "The NextToken is none that ExecuteStatement gave for this.")
    return position, start


def _is_key(start: Any) -> bool:
    return isinstance(start, dict) and all(isinstance(value, dict) for value in start.values())


def _batch(
    found: list[Statement], tables: list[TableView | None], account: Account, run: Perform
) -> list[Answer]:
    """The answers to the statements of a batch, each of which is kept or refused for itself.

    A refusal undoes all that the call has written so far. That is then written again: nothing is kept before the end.
    """
    answers: list[Answer] = []
    written: list[tuple[Statement, TableView]] = []
    for statement, table in zip(found, tables, strict=True):
        try:
            there = _there(table)
            answers.append(_of_batch(statement, there, run))
            if not isinstance(statement, Select):
                written.append((statement, there))
        except AwsError as error:
            code = error.code.removesuffix("Exception")
            fault = {"Code": "ValidationError" if code == "Validation" else code, "Message": error.message}
            answers.append({"Error": fault} if table is None else {"TableName": table.name, "Error": fault})
            account.rollback()
            for earlier in written:
                _written(*earlier, run)
    return answers


def _of_batch(statement: Statement, table: TableView, run: Perform) -> Answer:
    if isinstance(statement, Select):
        found = run(_keyed(statement, table))
        items = [found["Item"]] if "Item" in found else []
    else:
        items = _written(statement, table, run)["Items"]
    return {"TableName": statement.table, **({"Item": items[0]} if items else {})}


def _keyed(statement: Select, table: TableView) -> Request:
    try:
        return one_item(statement, table)
    except AwsError as error:
        if error.message != NOT_ONE_ITEM:
            raise
        raise AwsError(
            "ValidationException",
            "Select statements within BatchExecuteStatement must specify the primary key in the where clause.",
        ) from None


def _transaction(call: Call, found: list[Statement], tables: list[TableView], run: Perform) -> Answer:
    pairs = list(zip(found, tables, strict=True))
    if all(isinstance(statement, Select) and not isinstance(statement, Exists) for statement in found):
        parts = [
            {"Get": one_item(statement, table).parameters}
            for statement, table in pairs
            if isinstance(statement, Select)
        ]
        return {"Responses": run(Request("TransactGetItems", {"TransactItems": parts}))["Responses"]}
    writes = []
    for statement, table in pairs:
        (request,) = requests(statement, table)
        kind = "ConditionCheck" if isinstance(statement, Exists) else _OF_WRITING[statement.verb]
        parameters = {name: value for name, value in request.parameters.items() if name != "ReturnValues"}
        writes.append({kind: parameters})
    try:
        run(Request("TransactWriteItems", {"TransactItems": writes}))
    except AwsError as error:
        raise _with_duplicates(error, found) from None
    return {"Responses": [{} for _ in found]}


def _with_duplicates(error: AwsError, found: list[Statement]) -> AwsError:
    """A cancelled transaction where an INSERT met an item: the reason is that, not the condition behind it."""
    reasons = error.fields.get("CancellationReasons")
    if not reasons:
        return error
    told = [
        {"Code": "DuplicateItem", "Message": _DUPLICATE}
        if isinstance(statement, Insert) and reason["Code"] == "ConditionalCheckFailed"
        else reason
        for statement, reason in zip(found, reasons, strict=True)
    ]
    return cancelled(told)
