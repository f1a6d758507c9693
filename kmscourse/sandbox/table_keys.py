"""What DynamoDB does to a KMS key when a table comes under it or leaves it: a grant made, a grant retired.

Source: DynamoDB Developer Guide, "Encryption at rest usage notes", "DynamoDB use of grants".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Call
from kmscourse.sandbox.resources.dynamodb import GRANT_OPERATIONS
from kmscourse.sandbox.resources.tables import encryption_context
from kmscourse.sandbox.views import KeyView

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend


def key_of_table(call: Call, backend: Backend) -> KeyView | None:
    """The KMS key of the table that ``call`` makes, changes or deletes, as it stands now."""
    if call.service != "dynamodb" or call.operation not in ("CreateTable", "UpdateTable", "DeleteTable"):
        return None
    table = backend.table(call.region, call.parameters["TableName"])
    return backend.find_key(table.key_arn) if table and table.key_arn else None


def follow(call: Call, before: KeyView | None, backend: Backend) -> None:
    """Retire the grant on the key ``before``, and make one on the key that the table is under now, if they differ."""
    now = key_of_table(call, backend)
    context = encryption_context(call.parameters.get("TableName", ""), backend.account_id)
    if before is not None and (now is None or now.arn != before.arn):
        backend.remove_grants(before, lambda grant: _is_of_table(grant, context))
    if now is not None and (before is None or now.arn != before.arn):
        service = f"dynamodb.{now.region}.amazonaws.com"
        backend.add_grant(
            now,
            {
                "GranteePrincipal": service,
                "RetiringPrincipal": service,
                "Operations": list(GRANT_OPERATIONS),
                "Constraints": {"EncryptionContextSubset": context},
            },
        )


def _is_of_table(grant: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    constraints = grant.get("Constraints") or {}
    return (
        str(grant.get("RetiringPrincipal", "")).startswith("dynamodb.")
        and constraints.get("EncryptionContextSubset") == context
    )
