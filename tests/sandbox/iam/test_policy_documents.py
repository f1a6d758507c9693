"""Which policies IAM takes, for whom they hang on and for who may assume a role."""

from __future__ import annotations

import json
from typing import Any

import pytest

TRUSTS = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}


def policy(*statements: dict[str, Any], **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{nope", "This policy contains invalid Json"),
        (
            policy({**TRUSTS, "Action": "s3:GetObject"}),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (policy({**TRUSTS, "Resource": "*"}), "Has prohibited field Resource"),
        (policy({"Effect": "Allow", "Action": "sts:AssumeRole"}), "Missing required field Principal"),
        (
            policy({**TRUSTS, "Principal": {"AWS": "arn:aws:iam::123456789012:user/Absent"}}),
            'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/Absent"',
        ),
        (
            policy({**TRUSTS, "Principal": {"AWS": "arn:aws:sts::123456789012:assumed-role/robot/*"}}),
            'Invalid principal in policy: "AWS":"arn:aws:sts::123456789012:assumed-role/robot/*"',
        ),
        (
            policy({**TRUSTS, "Principal": {"Service": "nobody.example.com"}}),
            'Invalid principal in policy: "SERVICE":"nobody.example.com"',
        ),
        (  # https://github.com/hashicorp/terraform/issues/35086
            policy({**TRUSTS, "Principal": {"Service": ["ec2.amazonaws.com", "tagging.amazonaws.com"]}}),
            'Invalid principal in policy: "SERVICE":"tagging.amazonaws.com"',
        ),
    ],
)
def test_trust_policies_that_are_none(gate: Any, document: str, message: str) -> None:
    gate.role("robot")
    for asked in (
        {"action": "iam:CreateRole", "RoleName": "new", "AssumeRolePolicyDocument": document},
        {"action": "iam:UpdateAssumeRolePolicy", "RoleName": "robot", "PolicyDocument": document},
    ):
        refusal = gate.refused(asked.pop("action"), **asked)
        assert (refusal.code, refusal.message, refusal.status) == ("MalformedPolicyDocument", message, 400)


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": ["arn:aws:iam::123456789012:root", "999999999999"]},
        {"AWS": "arn:aws:iam::123456789012:user/IAMLabUser"},
        {"AWS": "arn:aws:iam::123456789012:role/robot"},
        {"AWS": "arn:aws:sts::123456789012:assumed-role/robot/work"},
        {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
        {"Federated": "cognito-identity.amazonaws.com"},
    ],
)
def test_whom_a_role_can_trust(gate: Any, principal: Any) -> None:
    gate.role("robot")
    document = policy({**TRUSTS, "Principal": principal})
    gate("iam:UpdateAssumeRolePolicy", RoleName="robot", PolicyDocument=document)


def test_a_trust_policy_is_not_too_long(gate: Any) -> None:
    gate.role("robot")
    document = policy({**TRUSTS, "Sid": "x" * 2_048})
    refusal = gate.refused("iam:UpdateAssumeRolePolicy", RoleName="robot", PolicyDocument=document)
    assert (refusal.code, refusal.message) == (
        "LimitExceeded",
        "Cannot exceed quota for ACLSizePerRole: 2048",
    )


def test_an_identity_policy_names_nobody(gate: Any) -> None:
    document = policy({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"})
    for asked in (
        {"action": "iam:PutUserPolicy", "UserName": "IAMLabUser", "PolicyName": "odd"},
        {"action": "iam:CreatePolicy", "PolicyName": "odd"},
    ):
        refusal = gate.refused(asked.pop("action"), PolicyDocument=document, **asked)
        assert (refusal.code, refusal.message) == (
            "MalformedPolicyDocument",
            "Policy document should not specify a principal.",
        )
    assert (
        gate.refused("iam:GetPolicy", PolicyArn="arn:aws:iam::123456789012:policy/odd").code == "NoSuchEntity"
    )


WILD_ACTION = "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards."
WILD_RESOURCE = "Resource vendor must be fully qualified and cannot contain regexes."
NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ({"Action": "*:GetObject"}, WILD_ACTION),
        ({"Action": ["kms:Decrypt", "*:*"]}, WILD_ACTION),
        ({"Action": "s3*:Get*"}, WILD_ACTION),
        ({"NotAction": "k?s:Decrypt"}, WILD_ACTION),
        ({"Action": "Decrypt"}, NO_VENDOR),
        ({"Action": "kms:De:crypt"}, "Actions/Condition can contain only one colon."),
        ({"Action": "k ms:Decrypt"}, "Vendor k ms is not valid"),
        ({"Resource": "arn:aws:*:*:*:*prod*"}, WILD_RESOURCE),
        ({"Resource": ["*", "arn:aws:*:*:123456789012:*"]}, WILD_RESOURCE),
        ({"NotResource": "arn:*:k?s:*:*:key/*"}, WILD_RESOURCE),
        ({"Resource": "arn:aws"}, WILD_RESOURCE),
        ({"Resource": "key/1"}, 'Resource key/1 must be in ARN format or "*".'),
        ({"Resource": "arn:a*:kms:*:*:*"}, 'Partition "a*" is not valid for resource "arn:a*:kms:*:*:*".'),
    ],
)
def test_actions_and_resources_that_iam_does_not_take(
    gate: Any, elements: dict[str, Any], message: str
) -> None:
    """The texts are quoted by users of AWS, or recorded by moto's tests."""
    statement = {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}
    inverse = {name.removeprefix("Not") for name in elements}
    kept = {name: value for name, value in statement.items() if name not in inverse}
    document = policy({**kept, **elements})
    gate("iam:CreateGroup", GroupName="readers")
    gate("iam:CreatePolicy", PolicyName="fine", PolicyDocument=policy(statement))
    arn = "arn:aws:iam::123456789012:policy/fine"
    for action, details in (
        ("iam:PutUserPolicy", {"UserName": "IAMLabUser", "PolicyName": "p", "PolicyDocument": document}),
        ("iam:PutGroupPolicy", {"GroupName": "readers", "PolicyName": "p", "PolicyDocument": document}),
        ("iam:CreatePolicy", {"PolicyName": "p", "PolicyDocument": document}),
        ("iam:CreatePolicyVersion", {"PolicyArn": arn, "PolicyDocument": document}),
        ("sts:GetFederationToken", {"Name": "guest", "Policy": document}),
    ):
        refusal = gate.refused(action, **details)
        assert (refusal.code, refusal.message, refusal.status) == ("MalformedPolicyDocument", message, 400)


@pytest.mark.parametrize(
    "elements",
    [
        {"Action": "*"},
        {"Action": ["kms:*", "s3:Get*"]},
        {"Resource": "arn:*:kms:*:*:key/*"},
        {"Resource": ["*", "arn:aws:kms:*:*:*prod*"]},
    ],
)
def test_wildcards_that_iam_takes(gate: Any, elements: dict[str, Any]) -> None:
    statement = {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*", **elements}
    gate("iam:CreatePolicy", PolicyName="p", PolicyDocument=policy(statement))


@pytest.mark.parametrize("sid", ["Read it", "read-it", "lesen_für"])
def test_the_statement_ids_of_identity_policies_are_letters_and_digits(gate: Any, sid: str) -> None:
    document = policy({"Sid": sid, "Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"})
    message = (
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
        "[0-9A-Za-z]*"
    )
    for action, details in (
        ("iam:PutUserPolicy", {"UserName": "IAMLabUser", "PolicyName": "p", "PolicyDocument": document}),
        ("iam:CreatePolicy", {"PolicyName": "p", "PolicyDocument": document}),
    ):
        refusal = gate.refused(action, **details)
        assert (refusal.code, refusal.message) == ("MalformedPolicyDocument", message)
