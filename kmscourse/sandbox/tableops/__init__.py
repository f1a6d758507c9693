"""The operations of DynamoDB: moto's, and around them what happens to a table's key, and to the answer.

access.py      whether a table can be opened, as its key comes and goes
answers.py     the answers in AWS's form
grants.py      DynamoDB's grant on a table's key
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Call
from kmscourse.sandbox.partiql import perform as partiql
from kmscourse.sandbox.partiql.requests import Request
from kmscourse.sandbox.rules import items
from kmscourse.sandbox.tableops import answers, grants

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend

_OF_TABLES = ("CreateTable", "DeleteTable", "DescribeTable", "UpdateTable")


def perform(call: Call, backend: Backend) -> dict[str, Any]:
    """The answer to a call of DynamoDB that the stages before have let through. Raises AwsError."""
    if call.operation in partiql.OPERATIONS:
        return partiql.perform(call, backend, lambda request: _request(call, request, backend))
    if call.operation not in _OF_TABLES:
        return answers.of_items(call, _plainly(call, backend))
    name = call.parameters["TableName"]
    before = backend.table(call.region, name)
    answer = _plainly(call, backend)
    now = backend.table(call.region, name)
    grants.follow(before, now, backend)
    return answers.described(call, answer, now or before)


def _request(call: Call, request: Request, backend: Backend) -> dict[str, Any]:
    """What a PartiQL statement of ``call`` stands for, checked and performed like any other such call."""
    own = replace(call, operation=request.operation, parameters=request.parameters)
    return _plainly(items.check(own, backend), backend)


def _plainly(call: Call, backend: Backend) -> dict[str, Any]:
    answer = backend.perform(call)
    if not isinstance(answer, dict):
        raise TypeError("DynamoDB answers in JSON")
    return answer
