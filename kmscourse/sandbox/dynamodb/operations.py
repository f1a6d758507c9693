"""The operations of DynamoDB: moto's, and around them what happens to a table's key, and to the answer.

access.py      whether a table can be opened, as its key comes and goes
answers.py     the answers in AWS's form
grants.py      DynamoDB's grant on a table's key
tokens.py      a transaction that is sent again
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Call
from kmscourse.sandbox.dynamodb import answers
from kmscourse.sandbox.dynamodb import table_grants as grants
from kmscourse.sandbox.dynamodb import transaction_tokens as tokens

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

_OF_TABLES = ("CreateTable", "DeleteTable", "DescribeTable", "UpdateTable")


def perform(call: Call, account: Account) -> dict[str, Any]:
    """The answer to a call of DynamoDB that the stages before have let through. Raises AwsError."""
    if call.operation in _OF_TABLES:
        return _of_table(call, account)
    if tokens.is_repeated(call, account):
        return {}
    if call.operation == "TransactGetItems":
        answer = _read_together(call, account)
    else:
        answer = answers.of_items(call, _plainly(call, account))
    tokens.remember(call, account)
    return answer


def _of_table(call: Call, account: Account) -> dict[str, Any]:
    name = call.parameters["TableName"]
    before = account.table(call.region, name)
    answer = _plainly(call, account)
    now = account.table(call.region, name)
    grants.follow(before, now, account)
    return answers.described(call, answer, now or before)


def _read_together(call: Call, account: Account) -> dict[str, Any]:
    """TransactGetItems: moto would give whole items, whatever part of them is asked for."""
    parts = [item["Get"] for item in call.parameters["TransactItems"]]
    found = [_plainly(replace(call, operation="GetItem", parameters=part), account) for part in parts]
    answer: dict[str, Any] = {
        "Responses": [{"Item": each["Item"]} if "Item" in each else {} for each in found]
    }
    if call.parameters.get("ReturnConsumedCapacity") not in (None, "NONE"):
        units = Counter(part["TableName"] for part in parts)
        answer["ConsumedCapacity"] = [
            {"TableName": name, "CapacityUnits": 2.0 * count, "ReadCapacityUnits": 2.0 * count}
            for name, count in units.items()
        ]
    return answer


def _plainly(call: Call, account: Account) -> dict[str, Any]:
    answer = account.perform(call)
    if not isinstance(answer, dict):
        raise TypeError("DynamoDB answers in JSON")
    return answer
