"""IAM as a service of the practice account."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.adapters import AdaptedCall, adapted
from kmscourse.sandbox.call import Call, Caller
from kmscourse.sandbox.iam import names, permissions, simulate, validation
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import Service

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

_READS = re.compile(
    r"(BatchGet|"
    r"Describe|Generate|Get|List|Query|Scan|Sign|Simulate|TransactGet|Verify|Lookup|Encrypt|Decrypt|ReEncrypt)"
)


def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> AdaptedCall:
    names.check(call.parameters)
    shapes.check(call)
    return AdaptedCall(call, caller, account, now, changes)


def perform(call: Call, caller: Caller, account: Account) -> Any:
    if call.operation in simulate.OPERATIONS:
        return simulate.perform(call, account)
    if call.operation == "ChangePassword":
        old, new = call.parameters["OldPassword"], call.parameters["NewPassword"]
        account.change_password(caller.user_name, old, new)
        return {}
    answer = account.perform(call)
    validation.check_readable(call)  # What is refused after its performance is undone like any other refusal.
    return answer


SERVICE = Service(
    "iam",
    resolve,
    {
        name: adapted(reader, validation.check, perform, not _READS.match(name))
        for name, reader in permissions.OPERATIONS.items()
    },
)
