"""What DynamoDB does to a KMS key when a table comes under it or leaves it: a grant made, a grant retired.

Source: DynamoDB Developer Guide, "Encryption at rest usage notes", "DynamoDB use of grants".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.dynamodb.permissions import GRANT_OPERATIONS
from kmscourse.sandbox.dynamodb.table import TableView
from kmscourse.sandbox.dynamodb.table_names import encryption_context
from kmscourse.sandbox.kms import door

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def follow(before: TableView | None, now: TableView | None, account: Account) -> None:
    """Retire the grant on the key of a table as it was, and make one on its key as it is now, if they differ."""
    left, taken = before and before.key_arn, now and now.key_arn
    if left == taken:
        return
    if before is not None and left:
        door.retire_grant(account, left, _terms(before, account))
    key = account.keys.find(taken) if taken else None
    if now is not None and key is not None:
        door.make_grant(account, key, _terms(now, account))


def _terms(table: TableView, account: Account) -> dict[str, Any]:
    service = f"dynamodb.{table.region}.amazonaws.com"
    return {
        "GranteePrincipal": service,
        "RetiringPrincipal": service,
        "Operations": list(GRANT_OPERATIONS),
        "Constraints": {"EncryptionContextSubset": encryption_context(table.name, account.account_id)},
    }
