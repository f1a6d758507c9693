"""Key policies in every form that AWS takes: one statement or many, Principal and its opposite in all their shapes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

ACCOUNT = "123456789012"
SOMEBODY = f"arn:aws:iam::{ACCOUNT}:user/IAMLabUser"


def some(values: list[str]) -> st.SearchStrategy[Any]:
    """One of them, or a list of some."""
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


_ARNS = some(["*", SOMEBODY, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT])
WHO = st.just("*") | st.fixed_dictionaries(
    {"AWS": _ARNS},
    optional={
        "Service": some(["dynamodb.amazonaws.com", "ec2.amazonaws.com"]),
        "Federated": st.just("accounts.google.com"),
    },
)
CONDITIONS = st.sampled_from(
    [
        {},
        {"StringEquals": {"kms:CallerAccount": ACCOUNT}},
        {"Bool": {"kms:GrantIsForAWSResource": True}, "Null": {"kms:ViaService": ["true"]}},
        {"ForAnyValue:StringLike": {"kms:EncryptionContextKeys": ["a*", "b"]}},
        {"NumericLessThan": {"kms:RotationPeriodInDays": 100}},
    ]
)
STATEMENTS = st.builds(
    lambda who, action, actions, more: {**who, action: actions, **more},
    WHO.map(lambda who: {"Effect": "Allow", "Principal": who})
    | WHO.map(lambda who: {"Effect": "Deny", "Principal": who})
    | st.just({"Effect": "Deny", "NotPrincipal": {"AWS": [SOMEBODY, f"arn:aws:iam::{ACCOUNT}:root"]}}),
    st.sampled_from(["Action", "NotAction"]),
    some(["kms:*", "kms:Decrypt", "kms:GenerateDataKey*", "kms:GetKeyPolicy"]),
    st.fixed_dictionaries(
        {"Resource": some(["*"])},
        optional={
            "Sid": st.sampled_from(
                ["Allow access for Key Administrators", "Allow use of the key", "One", ""]
            ),
            "Condition": CONDITIONS,
        },
    ),
)
POLICIES = st.fixed_dictionaries(
    {
        "Version": st.just("2012-10-17"),
        "Statement": STATEMENTS | st.lists(STATEMENTS, min_size=1, max_size=4),
    },
    optional={"Id": st.just("mine")},
)
