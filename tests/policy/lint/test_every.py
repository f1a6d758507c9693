"""Remarks on policies of both kinds."""

from __future__ import annotations

from typing import Any

from kmscourse.policy import Severity, lint
from tests.policy.lint.remarks import (
    ACCOUNT,
    OURS,
    Case,
    key,
    mine,
    proofs_of,
    statement,
)


def when(operator: str, name: str, *values: str, **others: Any) -> dict[str, Any]:
    return statement(Condition={operator: {name: list(values)}, **others})


KEY_CASES: list[tuple[str, Severity, dict[str, Any], dict[str, Any]]] = [
    (
        "no-such-action",
        Severity.ERROR,
        key(statement(Action="kms:Decrpyt")),
        key(statement(Action="KMS:DECRYPT")),
    ),
    (
        "no-such-action",
        Severity.ERROR,
        key(statement(Action="kms:ReEncrypt")),
        key(statement(Action="kms:ReEncrypt*")),
    ),
    (
        "no-such-action",
        Severity.ERROR,
        key(statement(Action=["Decrypt"])),
        key(statement(Action=["kms:De*"])),
    ),
    (
        "no-such-action",
        Severity.ERROR,
        key(statement(effect="Deny", Action=None, NotAction="kms:Decript")),
        key(statement(effect="Deny", Action=None, NotAction="kms:Decrypt")),
    ),
    (
        "wildcard-service",
        Severity.ERROR,
        key(statement(Action=["kms:Decrypt", "*:Decrypt"])),
        key(statement(Action="*", Condition=OURS)),
    ),
    (
        "wildcard-service",
        Severity.ERROR,
        key(statement(effect="Deny", Action=None, NotAction="k?s:Decrypt")),
        key(statement(effect="Deny", Action=None, NotAction="kms:Dec?ypt")),
    ),
    (
        "for-all-values-without-null",
        Severity.SECURITY,
        key(when("ForAllValues:StringEquals", "kms:EncryptionContextKeys", "a")),
        key(
            when(
                "ForAllValues:StringEquals",
                "kms:EncryptionContextKeys",
                "a",
                Null={"kms:encryptioncontextkeys": "false"},
            )
        ),
    ),
    (
        "for-all-values-without-null",
        Severity.SECURITY,
        key(when("ForAllValues:StringEquals", "aws:TagKeys", "a", Null={"aws:TagKeys": "true"})),
        key(
            when(
                "ForAllValues:StringEquals",
                "aws:TagKeys",
                "a",
                **{"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}},
            )
        ),
    ),
    (
        "for-all-values-without-null",
        Severity.SECURITY,
        key(when("ForAllValues:StringEquals", "aws:TagKeys", "a")),
        key(when("ForAllValues:StringEquals", "aws:TagKeys", "a") | {"Effect": "Deny"}),
    ),
    (
        "for-all-values-single-valued",
        Severity.ERROR,
        key(when("ForAllValues:StringEquals", "kms:EncryptionContext:Department", "a")),
        key(when("StringEquals", "kms:EncryptionContext:Department", "a")),
    ),
    (
        "for-all-values-single-valued",
        Severity.ERROR,
        key(when("ForAllValues:StringEqualsIfExists", "aws:PrincipalTag/team", "a")),
        key(when("StringEqualsIfExists", "aws:PrincipalTag/team", "a")),
    ),
    (
        "not-action-allow",
        Severity.SECURITY,
        key(statement(Action=None, NotAction="kms:Decrypt")),
        key(statement(effect="Deny", Action=None, NotAction="kms:Decrypt", Condition=OURS)),
    ),
    ("old-version", Severity.SUGGESTION, key(Version=None), key()),
    (
        "old-version",
        Severity.SUGGESTION,
        key(Version="2008-10-17"),
        key(when("StringEquals", "a:b", "${aws:username}")),
    ),
    (
        "old-version",
        Severity.WARNING,
        key(when("StringEquals", "a:b", "${aws:username}"), Version=None),
        key(),
    ),
    (
        "not-a-boolean",
        Severity.ERROR,
        key(when("Bool", "kms:GrantIsForAWSResource", "yes")),
        key(when("Bool", "kms:GrantIsForAWSResource", "True")),
    ),
    (
        "not-a-boolean",
        Severity.ERROR,
        key(when("Null", "aws:TokenIssueTime", "1")),
        key(
            statement(Condition={"Null": {"aws:TokenIssueTime": False}, "BoolIfExists": {"a:b": "${aws:c}"}})
        ),
    ),
    (
        "grants-by-hand",
        Severity.WARNING,
        key(statement(Action=["kms:CreateGrant", "kms:ListGrants"])),
        key(statement(Action=["kms:CreateGrant"], Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}})),
    ),
    (
        "grants-by-hand",
        Severity.WARNING,
        key(statement(Action="kms:CreateG*")),
        key(statement(Action="kms:Create*")),
    ),
]

IDENTITY_CASES: list[tuple[str, Severity, dict[str, Any], dict[str, Any]]] = [
    (
        "no-such-action",
        Severity.ERROR,
        mine(Action="dynamodb:TransactGetItems", Resource="*"),
        mine(Action="s3:GetObject"),
    ),
    (
        "not-action-allow",
        Severity.SECURITY,
        mine(Action=None, NotAction="iam:*"),
        mine(effect="Deny", Action=None, NotAction="iam:*"),
    ),
    (
        "grants-by-hand",
        Severity.WARNING,
        mine(Action="kms:CreateGrant"),
        mine(Action="kms:CreateGrant", effect="Deny"),
    ),
    ("old-version", Severity.SUGGESTION, mine() | {"Version": "2008-10-17"}, mine()),
]

CASES: list[Case] = [
    *(("key", *case) for case in KEY_CASES),
    *(("identity", *case) for case in IDENTITY_CASES),
]


test_each_remark_is_made_where_it_is_deserved_and_only_there, test_reason_and_mend_are_sentences = proofs_of(
    CASES
)


def test_the_nearest_action_is_offered() -> None:
    (remark,) = lint(key(statement(Action="kms:Decrpyt")), account=ACCOUNT)
    assert "kms:Decrypt" in remark.mend
    (remark,) = lint(key(statement(Action="kms:ReEncrypt")), account=ACCOUNT)
    assert "kms:ReEncryptFrom and kms:ReEncryptTo" in remark.reason
