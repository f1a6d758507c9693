"""Which code performs a call that the stages before have let through.

Keys and their cryptography are ours (``keyops/``), so is the audit trail, the caller's identity and what a console
does; everything else is moto's, its answer put into AWS's form by ``answers.py``. What DynamoDB does to a key
when a table comes or goes happens here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox import answers, console, keyops, table_keys
from kmscourse.sandbox.call import Call, Caller, HttpResponse
from kmscourse.sandbox.partiql import perform as partiql
from kmscourse.sandbox.partiql.requests import Request
from kmscourse.sandbox.rules import items
from kmscourse.sandbox.rules.iam import check_readable

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend
    from kmscourse.sandbox.trail import Trail

Answer = Mapping[str, Any] | HttpResponse


def perform(call: Call, caller: Caller, backend: Backend, trail: Trail, host: console.Host) -> Answer:
    """The answer to ``call``: the output of a JSON service or of STS as a mapping, IAM's as moto's XML.

    Raises AwsError where the operation itself refuses.
    """
    if call.service == console.SERVICE:
        return console.perform(call, caller, backend, host)
    if call.service == "kms" and call.operation in keyops.OPERATIONS:
        return keyops.perform(call, backend)
    if call.service == "cloudtrail":
        return trail.look_up(call)
    if call.service == "sts":
        return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}
    if call.service == "kms":
        keyops.end_dry_run(call)
    if call.service == "dynamodb" and call.operation in partiql.OPERATIONS:
        return partiql.perform(call, backend, lambda request: _request(call, request, backend))
    key_before = table_keys.key_of_table(call, backend)
    answer = backend.perform(call)
    if call.service == "iam":
        check_readable(call)  # What is refused after its performance is undone like any other refusal.
    table_keys.follow(call, key_before, backend)
    return answers.amended(call, answer, backend)


def _request(call: Call, request: Request, backend: Backend) -> dict[str, Any]:
    """What a PartiQL statement of ``call`` stands for, checked and performed like any other such call."""
    own = replace(call, operation=request.operation, parameters=request.parameters)
    answer = backend.perform(items.check(own, backend))
    return answer if isinstance(answer, dict) else {}
