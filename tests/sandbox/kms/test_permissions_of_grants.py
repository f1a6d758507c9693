"""What the operations on grants touch, the condition keys of a grant's terms, and policies that look at them."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.operation import PermissionCheck

TERMS = ("Grant", "Principal", "EncryptionContext")


def terms(access: PermissionCheck) -> dict[str, Any]:
    """The condition keys that tell of a grant."""
    return {name: value for name, value in access.context.items() if any(word in name for word in TERMS)}


def test_a_grant_shows_its_terms(gate: Any) -> None:
    [access] = gate.checks(
        "kms:CreateGrant",
        KeyId=gate.key(),
        GranteePrincipal=gate.arn("IAMLabUser"),
        RetiringPrincipal=gate.arn(gate.main),
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"Dept": "HR"}},
    )
    assert terms(access) == {
        "kms:GrantIsForAWSResource": "false",
        "kms:GrantOperations": ["Decrypt"],
        "kms:GranteePrincipal": gate.arn("IAMLabUser"),
        "kms:RetiringPrincipal": gate.arn(gate.main),
        "kms:GrantConstraintType": "EncryptionContextSubset",
        "kms:EncryptionContext:Dept": "HR",
        "kms:EncryptionContextKeys": ["Dept"],
    }


def test_a_grant_to_a_service_shows_its_terms(gate: Any) -> None:
    [access] = gate.checks(
        "kms:CreateGrant",
        KeyId=gate.key(),
        GranteeServicePrincipal="sns.amazonaws.com",
        RetiringServicePrincipal="sqs.amazonaws.com",
        Operations=["Decrypt", "Encrypt"],
        Constraints={"SourceArn": "arn:aws:sns:us-east-1:123456789012:topic"},
    )
    assert terms(access) == {
        "kms:GrantIsForAWSResource": "false",
        "kms:GrantOperations": ["Decrypt", "Encrypt"],
        "kms:GranteePrincipal": "sns.amazonaws.com",
        "kms:RetiringPrincipal": "sqs.amazonaws.com",
    }


@pytest.mark.parametrize("operation", ["ListGrants", "RevokeGrant"])
def test_looking_at_a_grant_and_revoking_it_are_for_nobody_else(gate: Any, operation: str) -> None:
    key = gate.key()
    [access] = gate.checks(f"kms:{operation}", KeyId=key, GrantId="0" * 64)
    assert (access.resource, terms(access)) == (key, {"kms:GrantIsForAWSResource": "false"})


def test_retirable_grants_are_a_matter_of_their_principal(gate: Any) -> None:
    wanted = gate.arn("IAMLabUser")
    [access] = gate.checks("kms:ListRetirableGrants", RetiringPrincipal=wanted)
    assert access.resource == wanted
    own = {"Effect": "Allow", "Action": "kms:ListRetirableGrants", "Resource": gate.arn("Ann")}
    gate.user("Ann", own)
    gate("kms:ListRetirableGrants", by="Ann", RetiringPrincipal=gate.arn("Ann"))
    refusal = gate.refused("kms:ListRetirableGrants", by="Ann", RetiringPrincipal=wanted)
    assert refusal.message == (
        f"User: {gate.arn('Ann')} is not authorized to perform: kms:ListRetirableGrants on resource: {wanted} "
        "because no identity-based policy allows the kms:ListRetirableGrants action"
    )
    elsewhere = "arn:aws:iam::999999999999:root"
    refusal = gate.refused("kms:ListRetirableGrants", RetiringPrincipal=elsewhere)
    assert refusal.code == "AccessDeniedException"


@pytest.mark.parametrize(
    ("condition", "allowed", "refused"),
    [
        (
            {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt", "Decrypt"]}},
            {"Operations": ["Decrypt"]},
            {"Operations": ["Decrypt", "GenerateDataKey"]},
        ),
        ({"StringEquals": {"kms:GranteePrincipal": "$friend"}}, {}, {"GranteePrincipal": "$other"}),
        ({"StringEquals": {"kms:RetiringPrincipal": "$other"}}, {"RetiringPrincipal": "$other"}, {}),
        (
            {"StringEquals": {"kms:GrantConstraintType": "EncryptionContextEquals"}},
            {"Constraints": {"EncryptionContextEquals": {"a": "b"}}},
            {"Constraints": {"EncryptionContextSubset": {"a": "b"}}},
        ),
        (
            {"StringEquals": {"kms:EncryptionContext:Dept": "HR"}},
            {"Constraints": {"EncryptionContextSubset": {"Dept": "HR"}}},
            {"Constraints": {"EncryptionContextSubset": {"Dept": "IT"}}},
        ),
        ({"Bool": {"kms:GrantIsForAWSResource": "false"}}, {}, None),
        ({"Bool": {"kms:GrantIsForAWSResource": "true"}}, None, {}),
    ],
)
def test_a_policy_says_which_grants_may_be_made(
    gate: Any, condition: dict[str, Any], allowed: dict[str, Any] | None, refused: dict[str, Any] | None
) -> None:
    key = gate.key()
    known = {"$friend": gate.arn(gate.user("Friend")), "$other": gate.arn(gate.user("Other"))}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(inner) for name, inner in value.items()}
        return known.get(value, value) if isinstance(value, str) else value

    usual = {"KeyId": key, "GranteePrincipal": known["$friend"], "Operations": ["Decrypt"]}
    statement = {
        "Effect": "Allow",
        "Action": "kms:CreateGrant",
        "Resource": key,
        "Condition": filled(condition),
    }
    giver = gate.user("Giver", statement)
    if allowed is not None:
        gate("kms:CreateGrant", by=giver, **{**usual, **filled(allowed)})
    if refused is not None:
        refusal = gate.refused("kms:CreateGrant", by=giver, **{**usual, **filled(refused)})
        assert refusal.code == "AccessDeniedException"


def test_dynamodb_makes_a_grant_where_a_user_may_not(gate: Any) -> None:
    """The last statement of the console's key policy."""
    key = gate.key()
    statements = [
        {"Effect": "Allow", "Action": ["dynamodb:*", "kms:DescribeKey", "kms:Decrypt"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]
    maker = gate.user("Maker", *statements)
    for action, more in (
        ("CreateGrant", {"GranteePrincipal": gate.arn(maker), "Operations": ["Decrypt"]}),
        ("ListGrants", {}),
        ("RevokeGrant", {"GrantId": "0" * 64}),
    ):
        assert gate.refused(f"kms:{action}", by=maker, KeyId=key, **more).code == "AccessDeniedException"
    gate(
        "dynamodb:CreateTable",
        by=maker,
        TableName="Books",
        KeySchema=[{"AttributeName": "Author", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Author", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    assert len(gate("kms:ListGrants", KeyId=key)["Grants"]) == 1
