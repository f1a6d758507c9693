"""Remarks on who administers a key."""

from __future__ import annotations

from typing import Any

from kmscourse.policy import Severity, console_key_policy, lint
from tests.policy.lint.remarks import (
    ACCOUNT,
    ANA,
    BEN,
    OURS,
    ROOT,
    Case,
    bare,
    key,
    named,
    proofs_of,
    statement,
)

ADMINISTER = statement(Sid="Manage", Action=["kms:Put*", "kms:Describe*"])
ADMINISTRATOR = statement(Principal={"AWS": BEN}, Action=["kms:Put*", "kms:Describe*"])


KEY_CASES: list[tuple[str, Severity, dict[str, Any], dict[str, Any]]] = [
    ("lock-out", Severity.ERROR, bare(statement()), bare(ADMINISTER)),
    ("lock-out", Severity.ERROR, bare(), key()),
    (
        "lock-out",
        Severity.ERROR,
        key(statement(effect="Deny", Principal="*", Action="kms:Put*")),
        key(
            statement(
                effect="Deny",
                Principal="*",
                Action="kms:Put*",
                Condition={"Bool": {"aws:SecureTransport": "false"}},
            )
        ),
    ),
    (
        "lock-out",
        Severity.ERROR,
        bare(ADMINISTER, statement(effect="Deny", Principal={"AWS": ANA}, Action="kms:PutKeyPolicy")),
        bare(ADMINISTER, statement(effect="Deny", Principal={"AWS": BEN}, Action="kms:PutKeyPolicy")),
    ),
    (
        "lock-out",
        Severity.ERROR,
        key(statement(effect="Deny", Principal={"AWS": ACCOUNT}, Action="*")),
        key(statement(effect="Deny", Principal={"AWS": "111122223333"}, Action="*")),
    ),
    (
        "lock-out",
        Severity.ERROR,
        bare(ADMINISTER, statement(effect="Deny", Principal=None, NotPrincipal={"AWS": BEN}, Action="kms:*")),
        key(statement(effect="Deny", Principal=None, NotPrincipal={"AWS": [ROOT, BEN]}, Action="kms:*")),
    ),
    (
        "lock-out",
        Severity.ERROR,
        bare(statement(Principal={"AWS": "arn:aws:iam::111122223333:root"}, Action="kms:*")),
        bare(statement(Principal={"AWS": ACCOUNT}, Action="kms:*")),
    ),
    (
        "lock-out",
        Severity.ERROR,
        bare(statement(Action="kms:*", Resource=None)),
        bare(statement(Action="kms:*")),
    ),
    (
        "lock-out",
        Severity.ERROR,
        bare(statement(Principal={"Service": "dynamodb.amazonaws.com"}, Action="kms:*")),
        key(),
    ),
    ("no-root-statement", Severity.WARNING, bare(ADMINISTER), key(ADMINISTER)),
    (
        "no-root-statement",
        Severity.WARNING,
        bare(ADMINISTER, statement(Principal={"AWS": ROOT})),
        bare(ADMINISTER, statement(Principal={"AWS": ACCOUNT}, Action="kms:Put*")),
    ),
    (
        "no-root-statement",
        Severity.WARNING,
        bare(statement(Principal="*", Action="kms:*", Condition={"ArnEquals": {"aws:PrincipalArn": ANA}})),
        bare(statement(Principal="*", Action="kms:*", Condition=OURS)),
    ),
    (
        "administrator-can-decrypt",
        Severity.SUGGESTION,
        key(ADMINISTER, statement()),
        key(ADMINISTRATOR, statement()),
    ),
    (
        "administrator-can-decrypt",
        Severity.SUGGESTION,
        key(statement(Action=["kms:PutKeyPolicy", "kms:D*"])),
        key(statement(Action=["kms:PutKeyPolicy", "kms:De*"]) | {"Effect": "Deny"}),
    ),
]

CASES: list[Case] = [("key", *case) for case in KEY_CASES]


test_each_remark_is_made_where_it_is_deserved_and_only_there, test_reason_and_mend_are_sentences = proofs_of(
    CASES
)


def test_who_administers_and_uses_a_console_key_is_told_so_and_nothing_else() -> None:
    (remark,) = lint(console_key_policy(ACCOUNT, [ANA], [ANA]), account=ACCOUNT)
    assert (remark.name, remark.statement, remark.sid) == (
        "administrator-can-decrypt",
        3,
        "Allow use of the key",
    )
    assert "Allow access for Key Administrators" in remark.reason


def test_without_an_account_any_accounts_statement_is_the_root_statement() -> None:
    other = bare(statement(Principal={"AWS": "arn:aws:iam::111122223333:root"}, Action="kms:*"))
    assert lint(other) == ()
    assert named(lint(other, account=ACCOUNT), "lock-out")
