"""The people and the key of the tests in this folder, and how a case is decided and judged."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.policy import Decision, Request, evaluate
from tests.policy.key_policies import default_key_policy

A, B = "123456789012", "999999999999"
READER = f"arn:aws:iam::{A}:user/IAMLabUser"
OWNER = f"arn:aws:iam::{A}:user/ed-user-1"
SESSION = f"arn:aws:sts::{A}:assumed-role/Reader/ana"
ROOT = f"arn:aws:iam::{A}:root"
STRANGER = f"arn:aws:iam::{B}:user/Eve"
DYNAMODB = "dynamodb.us-east-1.amazonaws.com"
KEY = f"arn:aws:kms:us-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
DEFAULT = default_key_policy(A)
TABLE = {"aws:dynamodb:tableName": "Books", "aws:dynamodb:subscriberId": A}


def iam(
    action: Any = "kms:Decrypt", effect: str = "Allow", resource: str = "*", **more: Any
) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def both(*policies: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [one for policy in policies for one in policy["Statement"]]}


def decide(
    caller: str = READER,
    action: str = "kms:Decrypt",
    resource: str = KEY,
    context: dict[str, Any] | None = None,
    **policies: Any,
) -> Decision:
    return evaluate(Request(caller, action, resource, context or {}), **policies)


def outcome(decision: Decision) -> str:
    if decision.allowed:
        return "allowed"
    return f"Deny {decision.layer}" if decision.explicit else str(decision.layer)


def case(rule: str, expected: str, **arguments: Any) -> Any:
    return pytest.param(expected, arguments, id=rule)


def check(expected: str, arguments: dict[str, Any]) -> None:
    decision = decide(**arguments)
    assert outcome(decision) == expected, "\n".join(map(str, decision.steps))
