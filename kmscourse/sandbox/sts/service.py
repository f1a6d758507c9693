"""STS as a service of the practice account."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kmscourse.sandbox.adapters import AdaptedCall, adapted
from kmscourse.sandbox.call import Call, Caller
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import Service
from kmscourse.sandbox.sts import operations, permissions

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> AdaptedCall:
    shapes.check(call)
    return AdaptedCall(call, caller, account, now, changes)


SERVICE = Service(
    "sts",
    resolve,
    {
        name: adapted(reader, None, operations.OPERATIONS[name], name.startswith(("Assume", "GetF", "GetS")))
        for name, reader in permissions.OPERATIONS.items()
    },
)
