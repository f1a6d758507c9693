"""DynamoDB as a service of the practice account."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox import on_behalf
from kmscourse.sandbox.adapters import AdaptedCall, adapted
from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.dynamodb import operations, permissions, validation
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import PermissionCheck, Service

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

_READS = re.compile(
    r"(BatchGet|"
    r"Describe|Generate|Get|List|Query|Scan|Sign|Simulate|TransactGet|Verify|Lookup|Encrypt|Decrypt|ReEncrypt)"
)


def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> AdaptedCall:
    shapes.check(call)
    return AdaptedCall(call, caller, account, now, changes)


def perform(call: Call, caller: Caller, account: Account) -> Any:
    return operations.perform(call, account)


def still_to_open(name: str, reader: Any) -> Any:
    if f"dynamodb:{name}" not in permissions.DATA_OPERATIONS:
        return reader

    def read(call: Call, caller: Caller, account: Account) -> Any:
        checks = list(reader(call, caller, account))
        return account.opened_table_keys.still_to_open(caller, checks, account.now())

    return read


def finish(resolved: AdaptedCall, checks: Sequence[PermissionCheck], error: AwsError | None) -> None:
    """Remember which tables' keys the caller has opened by this call."""
    if error is None:
        resolved.account.opened_table_keys.forget(resolved.exact)
    opened = on_behalf.opened(checks, error)
    resolved.account.opened_table_keys.opened(resolved.caller, opened, resolved.now)


SERVICE = Service(
    "dynamodb",
    resolve,
    {
        name: adapted(still_to_open(name, reader), validation.check, perform, not _READS.match(name))
        for name, reader in permissions.OPERATIONS.items()
    },
    finish,
)
