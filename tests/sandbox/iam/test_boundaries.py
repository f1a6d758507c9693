"""A permissions boundary gives nothing, and nothing that an identity policy gives goes beyond it."""

from __future__ import annotations

import json
from typing import Any

import pytest

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
LISTS = {"Effect": "Allow", "Action": "kms:List*", "Resource": "*"}


def limit(gate: Any, *statements: dict[str, Any]) -> str:
    """The ARN of a policy to bound with."""
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    gate("iam:CreatePolicy", PolicyName="Limit", PolicyDocument=document)
    return f"arn:aws:iam::{gate.account_id}:policy/Limit"


def test_a_user_is_bounded_until_the_boundary_goes(gate: Any) -> None:
    gate.user("Ann", EVERYTHING)
    gate("iam:PutUserPermissionsBoundary", UserName="Ann", PermissionsBoundary=limit(gate, LISTS))
    assert gate("kms:ListKeys", by="Ann")["Keys"] == []
    refusal = gate.refused("dynamodb:ListTables", by="Ann")
    assert refusal.message.endswith("because no permissions boundary allows the dynamodb:ListTables action")
    assert gate.refused("iam:ListUsers", by="Ann").message.endswith(
        "boundary allows the iam:ListUsers action"
    )
    gate("iam:DeleteUserPermissionsBoundary", UserName="Ann")
    assert gate("dynamodb:ListTables", by="Ann")["TableNames"] == []


def test_a_boundary_gives_nothing(gate: Any) -> None:
    gate("iam:CreateUser", UserName="Ann", PermissionsBoundary=limit(gate, EVERYTHING))
    assert "because no identity-based policy allows" in gate.refused("kms:ListKeys", by="Ann").message


def test_a_deny_in_a_boundary(gate: Any) -> None:
    gate.user("Ann", EVERYTHING)
    boundary = limit(gate, EVERYTHING, {**LISTS, "Effect": "Deny"})
    gate("iam:PutUserPermissionsBoundary", UserName="Ann", PermissionsBoundary=boundary)
    refusal = gate.refused("kms:ListKeys", by="Ann")
    assert refusal.message.endswith("with an explicit deny in a permissions boundary")


def test_awss_own_policy_as_a_boundary(gate: Any) -> None:
    gate.user("Ann", EVERYTHING)
    boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
    gate("iam:PutUserPermissionsBoundary", UserName="Ann", PermissionsBoundary=boundary)
    assert gate("kms:ListKeys", by="Ann")["Keys"] == []
    assert gate.refused("iam:CreateUser", by="Ann", UserName="Eve").code == "AccessDenied"


def test_the_boundary_in_force_is_the_version_in_force(gate: Any) -> None:
    gate.user("Ann", EVERYTHING)
    boundary = limit(gate, LISTS)
    gate("iam:PutUserPermissionsBoundary", UserName="Ann", PermissionsBoundary=boundary)
    document = json.dumps({"Version": "2012-10-17", "Statement": [EVERYTHING]})
    gate("iam:CreatePolicyVersion", PolicyArn=boundary, PolicyDocument=document)
    assert gate.refused("dynamodb:ListTables", by="Ann")
    gate("iam:SetDefaultPolicyVersion", PolicyArn=boundary, VersionId="v2")
    assert gate("dynamodb:ListTables", by="Ann")["TableNames"] == []


@pytest.mark.parametrize("made_with", ["the boundary", "another", "none"])
def test_who_makes_users_can_be_held_to_bounding_them(gate: Any, made_with: str) -> None:
    """IAM User Guide, "Permissions boundaries", delegating responsibility to others."""
    boundary = limit(gate, LISTS)
    gate.user(
        "Deputy",
        {
            "Effect": "Allow",
            "Action": ["iam:CreateUser", "iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary"],
            "Resource": "*",
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary}},
        },
        {"Effect": "Deny", "Action": "iam:DeleteUserPermissionsBoundary", "Resource": "*"},
    )
    other = "arn:aws:iam::aws:policy/PowerUserAccess"
    asked = {"the boundary": {"PermissionsBoundary": boundary}, "another": {"PermissionsBoundary": other}}
    parameters = {"UserName": "Eve", **asked.get(made_with, {})}
    document = json.dumps({"Version": "2012-10-17", "Statement": [EVERYTHING]})
    put = {"UserName": "Eve", "PolicyName": "own", "PolicyDocument": document}
    if made_with == "the boundary":
        gate("iam:CreateUser", by="Deputy", **parameters)
        gate("iam:PutUserPolicy", by="Deputy", **put)
        assert gate.refused("iam:DeleteUserPermissionsBoundary", by="Deputy", UserName="Eve")
        assert gate.refused("dynamodb:ListTables", by="Eve")
    else:
        assert gate.refused("iam:CreateUser", by="Deputy", **parameters).code == "AccessDenied"
        gate("iam:CreateUser", **parameters)
        assert gate.refused("iam:PutUserPolicy", by="Deputy", **put).code == "AccessDenied"
