"""Remarks on key policies alone."""

from __future__ import annotations

from typing import Any

from kmscourse.policy import Severity, console_key_policy, lint, use_statement
from tests.policy.lint.remarks import (
    ACCOUNT,
    ALIAS,
    ANA,
    BEN,
    KEY,
    OURS,
    ROOT,
    Case,
    key,
    proofs_of,
    statement,
)

KEY_CASES: list[tuple[str, Severity, dict[str, Any], dict[str, Any]]] = [
    (
        "open-to-everyone",
        Severity.SECURITY,
        key(statement(Principal="*")),
        key(statement(Principal="*", Condition=OURS)),
    ),
    (
        "open-to-everyone",
        Severity.SECURITY,
        key(
            statement(Principal={"AWS": ["*"]}, Condition={"StringEquals": {"kms:EncryptionContext:a": "b"}})
        ),
        key(
            statement(
                Principal={"AWS": ["*"]}, Condition={"StringLike": {"aws:PrincipalArn": f"{ROOT[:-4]}role/*"}}
            )
        ),
    ),
    (
        "open-to-everyone",
        Severity.SECURITY,
        key(
            statement(Principal="*", Condition={"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}})
        ),
        key(statement(effect="Deny", Principal="*")),
    ),
    (
        "open-to-everyone",
        Severity.SECURITY,
        key(statement(Principal="*", Condition={"StringEqualsIfExists": {"kms:CallerAccount": ACCOUNT}})),
        key(
            statement(Principal="*", Condition={"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}})
        ),
    ),
    (
        "duplicate-sid",
        Severity.WARNING,
        key(statement(Sid="A"), statement(Sid="A")),
        key(statement(Sid="A"), statement(Sid="a")),
    ),
    (
        "duplicate-sid",
        Severity.WARNING,
        key(statement(Sid="A"), statement(Sid="A")),
        key(statement(Sid=""), statement(Sid="")),
    ),
    (
        "other-service-action",
        Severity.ERROR,
        key(statement(Action=["kms:Decrypt", "dynamodb:Scan"])),
        key(statement(Action=["kms:Decrypt"])),
    ),
    ("alias-as-resource", Severity.ERROR, key(statement(Resource=ALIAS)), key(statement(Resource="*"))),
    ("key-as-resource", Severity.WARNING, key(statement(Resource=[KEY])), key(statement(Resource=["*"]))),
    (
        "all-actions",
        Severity.SECURITY,
        key(statement(Action="kms:*")),
        key(statement(Principal={"AWS": ROOT}, Action="kms:*")),
    ),
    ("all-actions", Severity.SECURITY, key(statement(Action="*")), key(statement(effect="Deny", Action="*"))),
    (
        "not-principal-allow",
        Severity.SECURITY,
        key(statement(Principal=None, NotPrincipal={"AWS": BEN})),
        key(statement(effect="Deny", Principal=None, NotPrincipal={"AWS": [ROOT, BEN]})),
    ),
    ("no-principal", Severity.ERROR, key(statement(Principal=None)), key(statement())),
    (
        "no-principal",
        Severity.ERROR,
        key(statement(Principal={"AWS": []})),
        key(statement(Principal={"Service": "a.amazonaws.com"})),
    ),
    (
        "no-such-principal",
        Severity.ERROR,
        key(statement(Principal={"AWS": f"{ANA[:-3]}*"})),
        key(statement(Principal={"AWS": ACCOUNT})),
    ),
    (
        "no-such-principal",
        Severity.ERROR,
        key(statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:group/Readers"})),
        key(statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/Readers"})),
    ),
    (
        "no-such-principal",
        Severity.ERROR,
        key(statement(Principal={"AWS": "AIDACKCEVSQ6C2EXAMPLE"})),
        key(statement()),
    ),
    (
        "no-such-principal",
        Severity.ERROR,
        key(statement(effect="Deny", Principal=None, NotPrincipal={"AWS": [ROOT, "AROACKCEVSQ6C2EXAMPLE"]})),
        key(statement(effect="Deny", Principal=None, NotPrincipal={"AWS": [ROOT, ANA]})),
    ),
    ("no-such-principal", Severity.ERROR, key(statement(Principal="Ana")), key(statement(Principal=ANA))),
    (
        "all-actions",
        Severity.SECURITY,
        key(statement(Principal={"AWS": [ANA, "AIDACKCEVSQ6C2EXAMPLE"]}, Action="kms:*")),
        key(statement(Principal={"AWS": "AIDACKCEVSQ6C2EXAMPLE"}, Action="kms:*")),
    ),
    (
        "unknown-service",
        Severity.WARNING,
        key(statement(Principal={"AWS": ANA, "Service": ["ec2.amazonaws.com", "tagging.amazonaws.com"]})),
        key(
            statement(
                Principal={"AWS": ANA, "Service": ["ec2.amazonaws.com", "logs.us-east-1.amazonaws.com"]}
            )
        ),
    ),
    (
        "unknown-service",
        Severity.WARNING,
        key(statement(effect="Deny", Principal=None, NotPrincipal={"Service": "ec2"})),
        key(statement(effect="Deny", Principal=None, NotPrincipal={"Service": "ec2.amazonaws.com"})),
    ),
    ("no-effect", Severity.ERROR, key(statement(Resource=None)), key(statement())),
    (
        "no-effect",
        Severity.ERROR,
        key(statement(Action=[])),
        key(statement(Action=None, NotAction="kms:Encrypt", Condition=OURS, effect="Deny")),
    ),
]

CASES: list[Case] = [("key", *case) for case in KEY_CASES]


test_each_remark_is_made_where_it_is_deserved_and_only_there, test_reason_and_mend_are_sentences = proofs_of(
    CASES
)


def test_the_labs_twin_sids_are_found_at_the_second() -> None:
    policy = console_key_policy(ACCOUNT, [ANA], [BEN])
    policy["Statement"].insert(
        1, use_statement(f"{ROOT[:-4]}user/IAMLabUser", ["kms:Encrypt", "kms:Decrypt"])
    )
    (remark,) = lint(policy, account=ACCOUNT)
    assert (remark.name, remark.statement) == ("duplicate-sid", 4)
    assert "the Sid of statement 2" in remark.reason
