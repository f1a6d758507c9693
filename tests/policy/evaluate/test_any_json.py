"""Any JSON as a policy, a grant or a context: a decision or a clear error, soon, and never a crash."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.errors import PolicyError
from kmscourse.policy import Decision, Request, compile_policy, evaluate, parse
from kmscourse.policy.language.operators import OPERATORS

A = "123456789012"
ANA = f"arn:aws:iam::{A}:user/Ana"
KEY = f"arn:aws:kms:us-east-1:{A}:key/1"
SECONDS = 2

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
TEXTS = st.sampled_from(
    ["*", "kms:*", "kms:Decrypt", KEY, "arn:aws:kms", ANA, A, "${aws:x}", "true", "1", ""]
)
VALUES = TEXTS | st.lists(TEXTS, max_size=3) | JSON
OPERATOR_NAMES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "ForAllValues:", "ForAnyValue:"]),
    st.sampled_from([*OPERATORS, "Null", "StringEqual"]),
    st.sampled_from(["", "IfExists"]),
)
CONDITIONS = st.dictionaries(
    OPERATOR_NAMES, st.dictionaries(st.sampled_from(["aws:x", "aws:y", ""]), VALUES), max_size=2
)
PRINCIPALS = st.dictionaries(st.sampled_from(["AWS", "Service", "Federated", "Else"]), VALUES, max_size=2)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]) | JSON},
    optional={
        "Sid": TEXTS | JSON,
        "Principal": TEXTS | PRINCIPALS | JSON,
        "NotPrincipal": PRINCIPALS,
        "Action": VALUES,
        "NotAction": VALUES,
        "Resource": VALUES,
        "NotResource": VALUES,
        "Condition": CONDITIONS | JSON,
    },
)
VERSIONS = st.sampled_from(["2012-10-17", "2008-10-17"]) | JSON
POLICIES = JSON | st.fixed_dictionaries(
    {"Statement": STATEMENTS | st.lists(STATEMENTS | JSON, max_size=3)},
    optional={"Version": VERSIONS, "Id": JSON},
)
GRANTS = JSON | st.dictionaries(
    st.sampled_from(["GranteePrincipal", "Operations", "Constraints", "RetiringPrincipal", "GrantId"]),
    st.sampled_from([ANA, ["Decrypt", "CreateGrant"], {"EncryptionContextSubset": {"a": "b"}}]) | JSON,
)
CONTEXTS = st.dictionaries(st.sampled_from(["aws:x", "AWS:X", "aws:y", "kms:EncryptionContext:a"]), VALUES)
ACTIONS = st.sampled_from(["kms:Decrypt", "kms:CreateGrant", "kms:RetireGrant", "nothing", ""]) | st.text(
    max_size=20
)


def tell(decision: Decision) -> None:
    """Everything that a decision can be asked."""
    assert decision.steps[-1].question.startswith("Then may")
    assert decision.reason.endswith(".")
    assert bool(decision.sentence()) is not decision.allowed
    assert len(decision.near_misses) <= 5
    assert all(str(miss) for miss in decision.near_misses)
    assert isinstance(decision.statements, tuple)


def is_policy(document: Any) -> bool:
    try:
        compile_policy(document)
    except PolicyError:
        return False
    return True


@settings(deadline=None, max_examples=300)
@given(
    POLICIES, POLICIES, POLICIES, st.lists(GRANTS, max_size=2), CONTEXTS, ACTIONS,
    st.sampled_from([ANA, A, "*anonymous*", "s3.amazonaws.com", "", "arn:aws:iam"]) | st.text(max_size=20),
    st.sampled_from([KEY, "*", ""]) | st.text(max_size=20),
)  # fmt: skip
def test_any_json_is_decided(
    identity: Any,
    resource: Any,
    other: Any,
    grants: list[Any],
    context: Any,
    action: str,
    who: str,
    what: str,
) -> None:
    decision = evaluate(
        Request(who, action, what, context),
        identity_policies=[identity],
        resource_policy=resource,
        grants=grants,
        permissions_boundaries=[other],
        service_control_policies=[[other]],
    )
    tell(decision)
    if not is_policy(identity) or not is_policy(other):
        assert not decision.allowed, "a policy that can't be read must not let anybody in"


@settings(deadline=None, max_examples=200)
@given(POLICIES.filter(lambda document: not isinstance(document, str)))
def test_any_json_is_read_as_it_is_or_refused_with_a_sentence(document: Any) -> None:
    if is_policy(document):
        assert parse(document) == document
    else:
        with pytest.raises(PolicyError, match=r"\w.*[.)]$"):
            parse(document)


def allow(**more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


LONG = "a" * 50_000
WILD = "*a" * 5_000 + "*b"


@pytest.mark.parametrize(
    ("document", "context"),
    [
        (allow(Action=f"kms:{WILD}"), {}),
        (allow(Action=[f"kms:{'*a*?' * 20}b"] * 500), {}),
        (allow(Resource=f"arn:aws:kms:us-east-1:{A}:key/{WILD}"), {}),
        (allow(Resource=[f"arn:aws:kms:{'*?' * 50}:{A}:key/*"] * 500), {}),
        (allow(Resource="arn:" + ":" * 50_000), {}),
        (allow(Resource=f"arn:aws:s3:::{'${aws:x}' * 5_000}"), {"aws:x": "*a*"}),
        (allow(Condition={"StringLike": {"aws:x": WILD}}), {"aws:x": LONG}),
        (allow(Condition={"StringLike": {"aws:x": "${aws:y}" * 5_000}}), {"aws:x": LONG, "aws:y": "a"}),
        (allow(Condition={"ArnLike": {"aws:x": f"arn:{WILD}"}}), {"aws:x": f"arn:aws:kms:::{LONG}"}),
        (allow(Condition={"NumericEquals": {"aws:x": "9" * 50_000}}), {"aws:x": "9" * 50_000}),
        (allow(Condition={"IpAddress": {"aws:x": LONG}}), {"aws:x": LONG}),
        (allow(Condition={"DateEquals": {"aws:x": LONG}}), {"aws:x": LONG}),
        (allow(Condition={"BinaryEquals": {"aws:x": LONG}}), {"aws:x": LONG}),
        (
            allow(Condition={"ForAllValues:StringLike": {"aws:x": ["*a*a*a*b"] * 200}}),
            {"aws:x": ["a" * 500] * 200},
        ),
        (allow(Sid=LONG, Principal={"AWS": [f"{ANA}{n}" for n in range(10_000)]}), {}),
        ({"Statement": [allow()["Statement"][0] | {"Sid": str(n)} for n in range(10_000)]}, {}),
        ({"Version": "2012-10-17", "Statement": [], "Id": [LONG]}, {}),
    ],
)
def test_nothing_takes_long(document: Any, context: dict[str, Any]) -> None:
    request = Request(ANA, f"kms:{LONG}", f"arn:aws:kms:us-east-1:{A}:key/{LONG}", context)
    start = time.process_time()  # other work on the machine doesn't count
    tell(evaluate(request, identity_policies=[document]))
    tell(evaluate(request, resource_policy=document))
    assert time.process_time() - start < SECONDS


def nested(depth: int, as_list: bool) -> Any:
    found: Any = "x"
    for _ in range(depth):
        found = [found] if as_list else {"Statement": found}
    return found


@pytest.mark.parametrize("depth", [10, 900, 50_000])
@pytest.mark.parametrize("as_list", [True, False])
def test_depth_is_refused(depth: int, as_list: bool) -> None:
    deep = nested(depth, as_list)
    for document in (
        deep,
        {"Statement": deep},
        allow(Condition=deep),
        allow(Principal=deep),
        allow(Action=deep),
    ):
        assert not evaluate(Request(ANA, "kms:Decrypt", KEY), identity_policies=[document]).allowed
    assert evaluate(
        Request(ANA, "kms:Decrypt", "*"), identity_policies=[allow(Sid="x")], grants=[deep]
    ).allowed


def test_a_policy_that_holds_itself_is_refused() -> None:
    document = allow()
    document["Statement"].append(document)
    assert not evaluate(Request(ANA, "kms:Decrypt", KEY), identity_policies=[document]).allowed
