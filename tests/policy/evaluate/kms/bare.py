"""Policies and grants of no more elements than they need."""

from __future__ import annotations

from typing import Any

from tests.policy.people import DYNAMODB, READER, A

ROLE = f"arn:aws:iam::{A}:role/team/Reader"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def names(arn: str, action: Any = "kms:Decrypt", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return policy({"Effect": effect, "Principal": {"AWS": arn}, "Action": action, "Resource": "*", **more})


def when(operator: str, key: str, *wanted: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(wanted)}}}


def context(**pairs: str) -> dict[str, Any]:
    keys = {f"kms:EncryptionContext:{name}": value for name, value in pairs.items()}
    return {**keys, "kms:EncryptionContextKeys": list(pairs)} if pairs else {}


def grant(grantee: str = READER, *operations: str, **more: Any) -> dict[str, Any]:
    return {
        "GrantId": "f00d", "GranteePrincipal": grantee, "Operations": list(operations or ("Decrypt",)), **more,
    }  # fmt: skip


VIA = when("StringEquals", "kms:ViaService", DYNAMODB)
