"""How a case of the tests in this folder is decided and judged."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.policy import Decision, Request, evaluate
from tests.policy.key_policies import default_key_policy
from tests.policy.people import KEY, READER, A

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
