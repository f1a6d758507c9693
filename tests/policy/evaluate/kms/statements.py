"""Policies as the console writes their statements, and grants as ListGrants prints them."""

from __future__ import annotations

from typing import Any

from kmscourse.policy import console_key_policy, use_statement, without_sid
from tests.policy.people import KEY, OWNER, READER, ROOT, A

CONSOLE = console_key_policy(A, [OWNER], [OWNER])
CLOSED = without_sid(CONSOLE, "Enable IAM User Permissions")
USERS_ONLY = without_sid(console_key_policy(A, users=[OWNER]), "Enable IAM User Permissions")


def names(arn: str, action: str = "kms:Decrypt", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    statement = use_statement(arn, (action,)) | {"Effect": effect, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def grant(grantee: str = READER, *operations: str, **more: Any) -> dict[str, Any]:
    """A grant as ListGrants prints it."""
    return {
        "KeyId": KEY, "GrantId": "f00d", "Name": "", "GranteePrincipal": grantee, "IssuingAccount": ROOT,
        "Operations": list(operations or ("Decrypt",)), **more,
    }  # fmt: skip


def encryption_context(**pairs: str) -> dict[str, str | list[str]]:
    keys = {f"kms:EncryptionContext:{name}": value for name, value in pairs.items()}
    return {**keys, "kms:EncryptionContextKeys": list(pairs)}


def when(operator: str, key: str, value: str | list[str]) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}
