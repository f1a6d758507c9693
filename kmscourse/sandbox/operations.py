"""Which code performs a call that the stages before have let through.

Keys and their cryptography are ours (``keyops/``), so are the audit trail, STS, IAM's policy simulator and what a
console does; everything else is moto's, its answer put into AWS's form by ``answers.py``, and DynamoDB's by
``tableops/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox import console
from kmscourse.sandbox.call import Call, Caller, HttpResponse
from kmscourse.sandbox.dynamodb import operations as tableops
from kmscourse.sandbox.dynamodb import table_access as access
from kmscourse.sandbox.iam import simulate
from kmscourse.sandbox.iam.validation import check_readable
from kmscourse.sandbox.kms import answers
from kmscourse.sandbox.kms import operations as keyops
from kmscourse.sandbox.sts import operations as sts

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Backend
    from kmscourse.sandbox.cloudtrail.trail import Trail

Answer = Mapping[str, Any] | HttpResponse


def perform(call: Call, caller: Caller, backend: Backend, trail: Trail, host: console.Host) -> Answer:
    """The answer to ``call``: the output of a JSON service or of STS as a mapping, IAM's as moto's XML.

    Raises AwsError where the operation itself refuses.
    """
    if call.service == console.SERVICE:
        return console.perform(call, caller, backend, host)
    if call.service == "kms" and call.operation in keyops.OPERATIONS:
        own = keyops.perform(call, backend)
        access.follow_call(call, backend)
        return own
    if call.service == "dynamodb":
        return tableops.perform(call, backend)
    if call.service == "cloudtrail":
        return trail.look_up(call)
    if call.service == "sts":
        return sts.perform(call, caller, backend)
    if call.service == "iam" and call.operation in simulate.OPERATIONS:
        return simulate.perform(call, backend)
    if call.action == "iam:ChangePassword":
        old, new = call.parameters["OldPassword"], call.parameters["NewPassword"]
        backend.change_password(caller.user_name, old, new)
        return {}
    if call.service == "kms":
        keyops.end_dry_run(call)
    answer = backend.perform(call)
    if call.service == "iam":
        check_readable(call)  # What is refused after its performance is undone like any other refusal.
    return answers.amended(call, answer, backend)
