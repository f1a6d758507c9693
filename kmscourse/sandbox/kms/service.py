"""AWS KMS as a service of the practice account."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.adapters import AdaptedCall, adapted
from kmscourse.sandbox.call import Call, Caller
from kmscourse.sandbox.kms import answers, grant_permissions, operations, permissions, validation
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import Service

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

_READS = re.compile(
    r"(BatchGet|"
    r"Describe|Generate|Get|List|Query|Scan|Sign|Simulate|TransactGet|Verify|Lookup|Encrypt|Decrypt|ReEncrypt)"
)


# The operations after which a key may be in another state.
_CHANGES_OF_STATE = frozenset(
    {
        "CancelKeyDeletion",
        "DeleteImportedKeyMaterial",
        "DisableKey",
        "EnableKey",
        "ImportKeyMaterial",
        "ScheduleKeyDeletion",
    }
)


def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> AdaptedCall:
    shapes.check(call)
    grant_permissions.check_tokens(call, account)
    return AdaptedCall(call, caller, account, now, changes)


def perform(call: Call, caller: Caller, account: Account) -> Any:
    if call.operation in operations.OPERATIONS:
        own = operations.perform(call, account)
        if call.operation in _CHANGES_OF_STATE:
            account.follow_key(account.key(call.region, call.parameters["KeyId"]).arn, account.now())
        return own
    operations.end_dry_run(call)
    return answers.amended(call, account.perform(call), account)


SERVICE = Service(
    "kms",
    resolve,
    {
        name: adapted(reader, validation.check, perform, not _READS.match(name))
        for name, reader in permissions.OPERATIONS.items()
    },
)
