"""The linter as a whole: good policies, the order of its remarks, any JSON, and the time that it takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.errors import PolicyError
from kmscourse.policy import Remark, console_key_policy, lab_user_policy, lint
from kmscourse.policy.language.build import USER_ACTIONS
from tests.effort import calls
from tests.policy.key_policies import default_key_policy
from tests.policy.lint.remarks import (
    ACCOUNT,
    ALIAS,
    ANA,
    BEN,
    KEY,
    ROOT,
    Kind,
    bare,
    statement,
)

AWS_MANAGED = {
    "Version": "2012-10-17",
    "Id": "auto-dynamodb-1",
    "Statement": [
        statement(
            Sid="Everyone in the account, through DynamoDB",
            Principal={"AWS": "*"},
            Action=[*USER_ACTIONS, "kms:CreateGrant"],
            Condition={
                "StringEquals": {
                    "kms:CallerAccount": ACCOUNT,
                    "kms:ViaService": "dynamodb.us-east-1.amazonaws.com",
                }
            },
        ),
        statement(
            Principal={"AWS": ROOT}, Action=["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
        ),
        statement(
            Principal={"Service": "dynamodb.amazonaws.com"}, Action=["kms:Describe*", "kms:Get*", "kms:List*"]
        ),
    ],
}


@pytest.mark.parametrize(
    ("policy", "kind"),
    [
        (default_key_policy(ACCOUNT), "key"),
        (console_key_policy(ACCOUNT), "key"),
        (console_key_policy(ACCOUNT, [ANA], [BEN]), "key"),
        (AWS_MANAGED, "key"),
        (lab_user_policy(), "identity"),
    ],
    ids=["default", "console", "console with people", "AWS managed", "lab user"],
)
def test_good_policies_have_no_remark(policy: dict[str, Any], kind: Kind) -> None:
    assert lint(policy, kind=kind, account=ACCOUNT) == ()
    assert lint(policy, kind=kind) == ()


def test_the_policy_as_a_whole_comes_first_then_statement_by_statement_the_gravest_first() -> None:
    found = lint(
        bare(
            statement(Action=["kms:CreateGrant", "kms:Decript"]),
            statement(Principal="*"),
            Version="2008-10-17",
        )
    )
    assert [(remark.statement, remark.name) for remark in found] == [
        (None, "lock-out"),
        (None, "old-version"),
        (1, "no-such-action"),
        (1, "grants-by-hand"),
        (2, "open-to-everyone"),
    ]


def test_text_is_linted_too_and_refused_with_its_place() -> None:
    assert lint('{"Version": "2012-10-17", "Statement": []}', kind="identity") == ()
    with pytest.raises(PolicyError, match="Line 1, column 25"):
        lint('{"Version": "2012-10-17",}')


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["*", "kms:*", ANA, ALIAS, ACCOUNT, "Allow"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(
    [
        "*",
        "kms:Decrypt",
        "kms:*",
        "kms:Decrpyt",
        ":",
        "",
        "Decrypt",
        "s3:*",
        ANA,
        ROOT,
        ACCOUNT,
        KEY,
        ALIAS,
        "${a}",
    ]
)
TEXTS = WORDS | st.lists(WORDS, max_size=3)
OPERATORS = st.sampled_from(
    ["Bool", "Null", "StringLike", "ForAllValues:StringEquals", "ForAnyValue:Null", "BoolIfExists"]
)
KEYS = st.sampled_from(
    ["kms:CallerAccount", "kms:EncryptionContext:a", "aws:TagKeys", "", "kms:GrantIsForAWSResource"]
)
WHO = TEXTS | st.dictionaries(st.sampled_from(["AWS", "Service", "Federated"]), TEXTS, max_size=2)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": WORDS,
        "Principal": WHO,
        "NotPrincipal": WHO,
        "Action": TEXTS,
        "NotAction": TEXTS,
        "Resource": TEXTS,
        "NotResource": TEXTS,
        "Condition": st.dictionaries(
            OPERATORS, st.dictionaries(KEYS, TEXTS | st.booleans(), max_size=2), max_size=2
        ),
    },
)
POLICIES = st.fixed_dictionaries(
    {"Statement": st.lists(STATEMENTS, max_size=4) | STATEMENTS | JSON},
    optional={
        "Version": st.sampled_from(["2012-10-17", "2008-10-17"]),
        "Id": st.sampled_from(["auto-a-1", "mine"]),
    },
)


@settings(deadline=None, max_examples=300)
@given(JSON | POLICIES, st.sampled_from(["key", "identity"]), st.sampled_from([None, ACCOUNT]))
def test_any_json_has_remarks_or_is_refused(policy: Any, kind: Kind, account: str | None) -> None:
    try:
        found = lint(policy, kind=kind, account=account)
    except PolicyError:
        return
    assert all(isinstance(remark, Remark) and str(remark) for remark in found)


def test_the_cost_grows_with_the_statements_and_no_faster() -> None:
    def cost(many: int) -> int:
        names = [f"arn:aws:iam::{ACCOUNT}:user/u{number}" for number in range(many)]
        policy = bare(
            *(
                statement(
                    Sid=f"s{number % 7}",
                    effect="Deny" if number % 3 == 0 else "Allow",
                    Principal={"AWS": names[number]},
                    Action=["kms:Put*", "kms:Decrypt"],
                )
                for number in range(many)
            )
        )
        return calls(lambda: lint(policy, account=ACCOUNT))

    small, large = cost(100), cost(1_000)
    assert large < 15 * small, f"ten times the statements cost {large / small:.0f} times as much"
