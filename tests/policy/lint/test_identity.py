"""Remarks on identity policies alone."""

from __future__ import annotations

from typing import Any

from kmscourse.policy import Severity
from tests.policy.lint.remarks import (
    ALIAS,
    ANA,
    KEY,
    Case,
    mine,
    proofs_of,
)

IDENTITY_CASES: list[tuple[str, Severity, dict[str, Any], dict[str, Any]]] = [
    ("principal-in-identity-policy", Severity.ERROR, mine(Principal={"AWS": ANA}), mine()),
    (
        "principal-in-identity-policy",
        Severity.ERROR,
        mine(effect="Deny", NotPrincipal="*"),
        mine(effect="Deny"),
    ),
    ("alias-as-resource", Severity.ERROR, mine(Resource=ALIAS), mine(Resource=KEY)),
    (
        "alias-as-resource",
        Severity.ERROR,
        mine(Resource="alias/myKey"),
        mine(Resource=[ALIAS], Action="kms:CreateAlias"),
    ),
    (
        "alias-as-resource",
        Severity.ERROR,
        mine(Resource=[ALIAS], Action="kms:*"),
        mine(Resource=[ALIAS, KEY], Action="kms:*"),
    ),
    ("resource-not-an-arn", Severity.ERROR, mine(Resource=KEY.rpartition("/")[2]), mine(Resource="*")),
    (
        "wildcard-service",
        Severity.ERROR,
        mine(Resource="arn:aws:*:*:*:*prod*"),
        mine(Resource=["arn:*:kms:*:*:key/*", "arn:aws:kms:*:*:*prod*"]),
    ),
    ("wildcard-service", Severity.ERROR, mine(Resource=[KEY, "arn:aws:k?s:*"]), mine(Resource=[KEY])),
    (
        "wildcard-service",
        Severity.ERROR,
        mine(effect="Deny", Resource=None, NotResource="arn:aws:*:us-east-1:*:*"),
        mine(effect="Deny", Resource=None, NotResource="arn:aws:kms:*"),
    ),
    (
        "resource-not-an-arn",
        Severity.ERROR,
        mine(effect="Deny", Resource=None, NotResource="myKey"),
        mine(effect="Deny", Resource=None, NotResource=KEY),
    ),
    ("no-effect", Severity.ERROR, mine(Action=None), mine()),
    ("no-effect", Severity.ERROR, mine(Resource=None), mine(Resource=None, NotResource=KEY, effect="Deny")),
    ("sid-characters", Severity.ERROR, mine(Sid="Allow use of the key"), mine(Sid="AllowUseOfTheKey2")),
    (
        "duplicate-sid",
        Severity.ERROR,
        {"Version": "2012-10-17", "Statement": [mine(Sid="A")["Statement"]] * 2},
        {"Version": "2012-10-17", "Statement": [mine()["Statement"]] * 2},
    ),
]

CASES: list[Case] = [("identity", *case) for case in IDENTITY_CASES]


test_each_remark_is_made_where_it_is_deserved_and_only_there, test_reason_and_mend_are_sentences = proofs_of(
    CASES
)
