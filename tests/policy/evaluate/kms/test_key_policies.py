"""Keys: key policy, IAM, and what stands between them.

Each case cites its rule in the AWS KMS Developer Guide: "Key policies" (KP), "Default key policy" (DKP), "Condition
keys" (CK), "Access to aliases" (AL), "Troubleshooting key access" (TKA), "Cross-account access" (XA); or in the IAM
User Guide, "Policy evaluation logic" (PEL).
"""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.policy import console_key_policy
from tests.policy.evaluate.kms.cases import DEFAULT, both, case, check, iam
from tests.policy.evaluate.kms.statements import CLOSED, CONSOLE, names, when
from tests.policy.people import KEY, OWNER, READER, ROOT, SESSION, STRANGER, A, B

ROLE = f"arn:aws:iam::{A}:role/Reader"
ALIAS = f"arn:aws:kms:us-east-1:{A}:alias/myKey"


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        case("TKA ex. 1: the account may delegate, IAM says nothing", "identity-based",
             resource_policy=DEFAULT),
        case("DKP: the root statement gives no user permission", "identity-based", resource_policy=CONSOLE),
        case("DKP: it lets IAM policies allow", "allowed", resource_policy=CONSOLE,
             identity_policies=[iam()]),
        case("DKP: without it they are ineffective", "resource-based", resource_policy=CLOSED,
             identity_policies=[iam("*")]),
        case("DKP: but their Deny is effective", "Deny identity-based", caller=OWNER, resource_policy=CLOSED,
             identity_policies=[iam("kms:*", "Deny")]),
        case("KP: a user whom the key policy names", "allowed", caller=OWNER, resource_policy=CLOSED),
        case("KP: for the actions that it names", "resource-based", caller=OWNER, action="kms:Sign",
             resource_policy=CLOSED),
        case("KP: administrators may not use the key", "identity-based",
             resource_policy=console_key_policy(A, [READER], [OWNER])),
        case("KP: administrators administer", "allowed", action="kms:PutKeyPolicy",
             resource_policy=console_key_policy(A, [READER], [OWNER])),
        case("KP: a statement that delegates other actions only", "resource-based", identity_policies=[iam()],
             resource_policy=names(ROOT, "kms:Describe*")),
        case("KP: a statement that delegates on a condition that fails", "resource-based",
             identity_policies=[iam()],
             resource_policy=names(ROOT, "kms:*", **when("Bool", "aws:MultiFactorAuthPresent", "true"))),
        case("KP: the account as twelve digits delegates too", "allowed", identity_policies=[iam()],
             resource_policy=names(A, "kms:*")),
        case("KP: no policy, nobody", "resource-based", identity_policies=[iam("*")]),
        case("KP: not even root", "resource-based", caller=ROOT, resource_policy=CLOSED),
        case("DKP: root by the root statement", "allowed", caller=ROOT, action="kms:PutKeyPolicy",
             resource_policy=DEFAULT),
        case("KP: a Deny in the key policy wins", "Deny resource-based", identity_policies=[iam()],
             resource_policy=both(CONSOLE, names(READER, effect="Deny"))),
        case("KP: a Deny for the account is for all in it", "Deny resource-based", caller=OWNER,
             resource_policy=both(CONSOLE, names(ROOT, "kms:*", "Deny"))),
        case("KP: everyone, in the account without IAM", "allowed", resource_policy=names("*")),
        case("KP: groups are no principals", "identity-based",
             resource_policy=both(DEFAULT, names(f"arn:aws:iam::{A}:group/Readers"))),
        case("KP: a role, for its sessions", "allowed", caller=SESSION, resource_policy=names(ROLE)),
        case("KP: a statement without Resource has no effect", "resource-based", resource_policy={
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": READER}, "Action": "kms:*"}]}),
        case("KP: a statement without Action has no effect", "resource-based", resource_policy={
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": READER}, "Resource": "*"}]}),
        case("KP: a statement without Principal has no effect", "resource-based", resource_policy=iam()),
        case("KP: KMS answers no unsigned call", "resource-based", caller="*anonymous*",
             resource_policy=names("*", "kms:*")),
        case("IAM: the key's own ARN", "allowed", resource_policy=DEFAULT,
             identity_policies=[iam(resource=KEY)]),
        case("IAM: every key of the account", "allowed", resource_policy=DEFAULT,
             identity_policies=[iam(resource=f"arn:aws:kms:*:{A}:key/*")]),
        case("IAM: another key's ARN", "identity-based", resource_policy=DEFAULT,
             identity_policies=[iam(resource=KEY + "0")]),
        case("AL: an alias as Resource authorises no use", "identity-based", resource_policy=DEFAULT,
             identity_policies=[iam(resource=ALIAS)]),
        case("PEL: a boundary limits what IAM gives", "permissions boundary", resource_policy=DEFAULT,
             identity_policies=[iam()], permissions_boundaries=[iam("s3:*")]),
        case("PEL: not whom the key policy names", "allowed", resource_policy=names(READER),
             permissions_boundaries=[iam("s3:*")]),
        case("PEL: a service control policy limits both", "service control", caller=OWNER,
             resource_policy=CONSOLE, service_control_policies=[[iam("s3:*")]]),
        case("PEL: a session policy limits a role's session", "session", caller=SESSION,
             resource_policy=names(ROLE), session_policy=iam("s3:*")),
    ],
)  # fmt: skip
def test_key_policy_and_iam(expected: str, arguments: dict[str, Any]) -> None:
    check(expected, arguments)


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        case("XA: the key policy must name them", "resource-based", resource_policy=DEFAULT,
             identity_policies=[iam()]),
        case("XA: naming their account is not enough", "identity-based",
             resource_policy=names(f"arn:aws:iam::{B}:root")),
        case("XA: naming them is not enough", "identity-based", resource_policy=names(STRANGER)),
        case("XA: both", "allowed", resource_policy=names(STRANGER), identity_policies=[iam(resource=KEY)]),
        case("XA: both, by the account", "allowed", resource_policy=names(B), identity_policies=[iam()]),
        case("XA: everyone and their own IAM", "allowed", resource_policy=names("*"),
             identity_policies=[iam()]),
        case("XA: everyone alone is not enough", "identity-based", resource_policy=names("*")),
        case("CK: kms:CallerAccount narrows everyone", "resource-based", identity_policies=[iam()],
             context={"kms:CallerAccount": B},
             resource_policy=names("*", **when("StringEquals", "kms:CallerAccount", A))),
    ],
)  # fmt: skip
def test_from_another_account(expected: str, arguments: dict[str, Any]) -> None:
    check(expected, {"caller": STRANGER, **arguments})


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        case("IAM: CreateKey has no key yet", "allowed", action="kms:CreateKey",
             identity_policies=[iam("kms:CreateKey")]),
        case("IAM: ListKeys is the account's", "identity-based", action="kms:ListKeys"),
        case("IAM: its resource is *", "identity-based", action="kms:ListKeys",
             identity_policies=[iam("kms:ListKeys", resource=KEY)]),
        case("AL: CreateAlias on the alias", "allowed", action="kms:CreateAlias", resource=ALIAS,
             identity_policies=[iam("kms:CreateAlias", resource=ALIAS)]),
        case("AL: by a pattern", "allowed", action="kms:DeleteAlias", resource=ALIAS,
             identity_policies=[iam("kms:*Alias", resource=f"arn:aws:kms:*:{A}:alias/my*")]),
        case("AL: not without", "identity-based", action="kms:UpdateAlias", resource=ALIAS),
        case("AL: alias/aws/ is AWS's own", "identity-based", action="kms:CreateAlias",
             resource=f"arn:aws:kms:us-east-1:{A}:alias/aws/mine", identity_policies=[iam("*")]),
        case("AL: no use by an alias", "identity-based", resource=ALIAS,
             identity_policies=[iam("*", resource=ALIAS)]),
        case("AL: CreateAlias on the key as well", "identity-based", action="kms:CreateAlias",
             resource_policy=DEFAULT, identity_policies=[iam("kms:CreateAlias", resource=ALIAS)]),
    ],
)  # fmt: skip
def test_calls_without_a_key_are_decided_by_iam_alone(expected: str, arguments: dict[str, Any]) -> None:
    check(expected, {"resource": "*", **arguments} if "resource_policy" not in arguments else arguments)
