"""What KMS checks of the key that an alias goes to.

Source: AWS KMS API Reference, "UpdateAlias".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.kms.key_state import refuse_pending
from kmscourse.sandbox.operation import PermissionCheck

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def check_target(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    """An alias moves between keys of one kind: what was encrypted under it must stay within its reach."""
    old, new = (account.find_key(access.resource) for access in (checks[1], checks[-1]))
    if old is None or new is None:
        return
    refuse_pending(new)
    if (old.usage, old.spec == "SYMMETRIC_DEFAULT") != (new.usage, new.spec == "SYMMETRIC_DEFAULT"):
        raise AwsError(
            "ValidationException",
            f"The alias stands for a key of {old.spec} for {old.usage}; it can't stand for one of {new.spec} "
            f"for {new.usage}.",
        )
