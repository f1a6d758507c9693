"""What everybody in an account could ask of a key or a table, and in which ways."""

from __future__ import annotations

from collections.abc import Iterator

from kmscourse.access.conditions import table_key
from kmscourse.access.snapshot import Snapshot
from kmscourse.policy import Request, RequestContext

DIRECTLY = "directly"
KEY_ACTIONS = tuple(
    f"kms:{name}"
    for name in (
        *("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"),
        *("GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
        *("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"),
        *("Sign", "Verify", "GetPublicKey", "GenerateMac", "VerifyMac"),
        *("DeriveSharedSecret", "Encapsulate", "Decapsulate"),
        *("DescribeKey", "GetKeyLastUsage", "GetKeyPolicy", "PutKeyPolicy", "ListKeyPolicies"),
        *("CreateGrant", "ListGrants", "RevokeGrant", "CreateAlias", "DeleteAlias", "UpdateAlias"),
        *("EnableKey", "DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion"),
        *("EnableKeyRotation", "DisableKeyRotation", "GetKeyRotationStatus", "ListKeyRotations"),
        *("RotateKeyOnDemand", "GetParametersForImport", "ImportKeyMaterial", "DeleteImportedKeyMaterial"),
        *("TagResource", "UntagResource", "ListResourceTags", "UpdateKeyDescription"),
    )
)
"""What can be asked of a key, of whatever kind (Service Authorization Reference, AWS KMS)."""
TABLE_ACTIONS = tuple(
    f"dynamodb:{name}"
    for name in (
        *("GetItem", "BatchGetItem", "Query", "Scan"),
        *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
        *("DescribeTable", "UpdateTable", "DeleteTable"),
    )
)
"""What can be asked of a table (Service Authorization Reference, Amazon DynamoDB)."""


def ways(snapshot: Snapshot, resource: str) -> dict[str, RequestContext]:
    """The ways in which a resource can be asked for, each with the condition keys of such a call.

    A key can be asked directly, and through DynamoDB by whoever uses a table that it encrypts.
    """
    if ":key/" not in resource:
        return {DIRECTLY: {}}
    through = {
        f"through DynamoDB, for {table.name}": table_key(snapshot.account, table.name)
        for table in snapshot.tables.values()
        if table.key_arn == resource
    }
    return {DIRECTLY: {"kms:CallerAccount": snapshot.account.id}, **through}


def questions(snapshot: Snapshot, resource: str) -> Iterator[tuple[str, Request]]:
    """What everybody in the account could ask of a resource, each with the name of its way."""
    actions = KEY_ACTIONS if ":key/" in resource else TABLE_ACTIONS
    for way, context in ways(snapshot, resource).items():
        for principal in snapshot.people:
            for action in actions:
                yield way, snapshot.request(principal, action, resource, context)
