"""Policies as documents: the mistakes in them, that compiled ones are reused, and which condition keys they have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmscourse.errors import PolicyError
from kmscourse.policy import (
    Request,
    compile_policy,
    context_keys,
    evaluate,
    line_and_column,
    locate_statements,
)
from kmscourse.policy.language.document import MAX_COMPILED_POLICIES, MAX_INDEXED_ACTIONS, forget_policies
from tests.effort import calls

ANA = "arn:aws:iam::123456789012:user/Ana"
ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def policy(*statements: object, version: object = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def allowed(document: Any, action: str = "s3:GetObject") -> bool:
    return evaluate(Request(ANA, action, "*"), identity_policies=[document]).allowed


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        (None, "must be a JSON object"),
        ([ALLOW], "must be a JSON object"),
        ({}, "needs a Statement"),
        ({"Statement": "Allow"}, "needs a Statement"),
        (policy(ALLOW, version="2024-01-01"), 'must be "2012-10-17"'),
        (policy(ALLOW, version=["2012-10-17"]), 'must be "2012-10-17"'),
        (policy(ALLOW) | {"statement": []}, "no element statement"),
        (policy(ALLOW, "Allow"), "Statement 2 must be a JSON object"),
        (policy({"Action": "s3:*", "Resource": "*"}), 'Statement 1: Effect must be "Allow" or "Deny".'),
        (policy(ALLOW | {"Effect": "allow"}), "Effect must be"),
        (policy(ALLOW | {"Efect": "Allow"}), "no element Efect"),
        (policy(ALLOW | {"Sid": 1}), "Sid must be a text"),
        (
            policy(ALLOW | {"Sid": "Mine", "Action": 1}),
            'Statement 1 ("Mine"): Action must be a text or a list',
        ),
        (policy(ALLOW | {"Resource": ["*", None]}), "Resource must be a text or a list"),
        (policy(ALLOW | {"NotAction": "s3:Get*"}), "both Action and NotAction"),
        (policy(ALLOW | {"NotResource": "*"}), "both Resource and NotResource"),
        (policy(ALLOW | {"Principal": "*", "NotPrincipal": "*"}), "both Principal and NotPrincipal"),
        (policy(ALLOW | {"Principal": ["*"]}), 'Principal must be "*" or an object'),
        (policy(ALLOW | {"Principal": {"Aws": "*"}}), "no principal type Aws"),
        (policy(ALLOW | {"Principal": {"AWS": 123456789012}}), "Principal must be a text or a list"),
        (policy(ALLOW | {"Condition": []}), "Condition must be an object"),
        (policy(ALLOW | {"Condition": {"StringEquals": "x"}}), "StringEquals must hold an object"),
        (
            policy(ALLOW | {"Condition": {"StringEquals": {"aws:x": None}}}),
            "values of aws:x under StringEquals",
        ),
        (policy(ALLOW | {"Condition": {"StringEqual": {}}}), "did you mean StringEquals?"),
    ],
)
def test_what_is_no_policy_is_refused_and_never_allows(document: Any, complaint: str) -> None:
    with pytest.raises(PolicyError) as refused:
        compile_policy(document)
    assert complaint in str(refused.value)
    decision = evaluate(Request(ANA, "s3:GetObject", "*"), identity_policies=[policy(ALLOW), document])
    assert not decision.allowed
    assert str(refused.value).rstrip(".") in decision.reason


@pytest.mark.parametrize(
    "document",
    [
        {"Statement": ALLOW},
        {"Version": "2008-10-17", "Id": "x", "Statement": [ALLOW]},
        policy(
            ALLOW | {"Condition": {"Bool": {"aws:x": False}, "NumericEqualsIfExists": {"aws:y": [1, 2.5]}}}
        )
        | {"Version": "2012-10-17"},
    ],
)
def test_what_aws_stores_can_be_read(document: dict[str, Any]) -> None:
    compile_policy(document)


@pytest.mark.parametrize("pattern", ["*:GetObject", "*:*", "s?:GetObject", "s3*:Get*"])
def test_an_action_with_a_wildcard_for_its_service_opens_nothing(pattern: str) -> None:
    """AWS takes no such policy. Where there is one all the same, it makes no Allow take effect, and no Deny weaker."""
    everything, rest = {"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Resource": "*"}
    assert allowed(policy(everything))
    assert not allowed(policy({"Effect": "Allow", "Action": pattern, **rest}))
    assert allowed(policy({"Effect": "Allow", "Action": [pattern, "s3:Get*"], **rest}))
    assert not allowed(policy({"Effect": "Allow", "NotAction": pattern, **rest}))
    assert not allowed(policy(everything, {"Effect": "Deny", "Action": pattern, **rest}))
    assert not allowed(policy(everything, {"Effect": "Deny", "NotAction": [pattern, "kms:*"], **rest}))


def test_json_booleans_and_numbers_are_compared_as_text() -> None:
    document = policy(
        ALLOW | {"Condition": {"Bool": {"aws:SecureTransport": True}, "NumericLessThan": {"s3:x": 3}}}
    )
    context = {"aws:SecureTransport": "true", "s3:x": "2"}
    assert evaluate(Request(ANA, "s3:GetObject", "*", context), identity_policies=[document]).allowed


def test_a_policy_is_compiled_once() -> None:
    assert compile_policy(policy(ALLOW)) is compile_policy(policy(ALLOW))


def test_a_policy_that_has_changed_is_read_anew() -> None:
    document = policy(dict(ALLOW))
    assert allowed(document)
    document["Statement"][0]["Effect"] = "Deny"
    assert not allowed(document)
    document["Statement"][0]["Effect"] = "Allow"
    document["Statement"][0]["Action"] = ["s3:PutObject"]
    assert not allowed(document)
    document["Statement"][0]["Action"].append("s3:GetObject")
    assert allowed(document)


def test_what_a_decision_shows_can_be_changed_without_harm() -> None:
    document = policy(dict(ALLOW))
    decision = evaluate(Request(ANA, "s3:GetObject", "*"), identity_policies=[document])
    decision.statements[0]["Effect"] = "Deny"
    assert allowed(document)
    assert decision.statements[0]["Effect"] == "Allow"


def test_only_so_many_policies_are_kept() -> None:
    for number in range(MAX_COMPILED_POLICIES + 10):
        assert allowed(policy(ALLOW | {"Sid": str(number)}))


@pytest.mark.parametrize("known", [True, False])
def test_cost_grows_with_the_statements_and_no_faster(known: bool) -> None:
    def cost(count: int) -> int:
        document = policy(
            *({"Effect": "Deny", "Action": f"kms:A{n}", "Resource": "*"} for n in range(count)), ALLOW
        )
        forget_policies()
        if known:
            assert allowed(document)
        return calls(lambda: allowed(document))

    assert cost(5_000) < 12 * cost(500), "ten times the statements may cost ten times as much, not a hundred"


def test_a_known_policy_looks_only_at_statements_about_the_action() -> None:
    def cost(count: int) -> int:
        document = policy(
            *({"Effect": "Deny", "Action": f"kms:A{n}", "Resource": "*"} for n in range(count)), ALLOW
        )
        assert allowed(document)
        return calls(lambda: allowed(document))

    assert cost(500) == cost(5)


def test_a_policy_answers_for_more_actions_than_it_indexes() -> None:
    document = policy(ALLOW, {"Effect": "Deny", "Action": "s3:Get7", "Resource": "*"})
    numbers = [*range(MAX_INDEXED_ACTIONS + 10)] * 2
    assert [number for number in numbers if not allowed(document, f"s3:Get{number}")] == [7, 7]


def test_what_is_no_policy_is_refused_again_and_again() -> None:
    for _ in range(2):
        with pytest.raises(PolicyError, match="needs a Statement"):
            compile_policy({"Version": "2012-10-17"})


def test_a_compiled_policy_keeps_its_source_as_it_was() -> None:
    document = policy(dict(ALLOW))
    compiled = compile_policy(document)
    document["Statement"][0]["Effect"] = "Deny"
    assert compiled.source == policy(ALLOW)
    assert compiled.statements[0].source == ALLOW


def keys(*documents: dict[str, Any], action: str = "") -> list[str]:
    return context_keys([compile_policy(document) for document in documents], action or None)


def test_the_example_of_the_api_reference() -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "dynamodb:*",
            "Resource": "arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}",
            "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2015-08-16T12:00:00Z"}},
        },
    }
    assert keys(document) == ["aws:username", "aws:CurrentTime"]


def test_variables_in_values_and_each_key_once() -> None:
    allow = {
        "Effect": "Allow",
        "Action": "kms:*",
        "NotResource": ["arn:aws:kms:::key/${aws:PrincipalTag/k, 'x'}"],
    }
    deny = {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}
    deny["Condition"] = {"StringLike": {"KMS:ViaService": ["${*}", "${aws:userid}"], "aws:USERID": "a"}}
    assert keys(policy(allow), policy(deny)) == ["aws:PrincipalTag/k", "KMS:ViaService", "aws:userid"]


def test_older_policies_have_no_variables() -> None:
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "arn:aws:kms:::key/${aws:username}"}
    assert keys(policy(statement, version="2008-10-17")) == []


def test_only_of_what_is_about_the_action() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:a": "true"}},
    }
    other = {**statement, "Action": "kms:De*", "Condition": {"Bool": {"aws:b": "true"}}}
    assert keys(policy(statement, other), action="kms:Decrypt") == ["aws:b"]


@pytest.mark.parametrize("indent", [None, 2])
def test_where_statements_stand(indent: int | None) -> None:
    written = [
        {"Effect": "Allow", "Action": ["a:b", "c:d"], "Resource": '}"{'},
        {"Sid": "x", "Effect": "Deny"},
    ]
    text = json.dumps(policy(*written), indent=indent)
    found = [json.loads(text[start:end]) for start, end in locate_statements(text)]
    assert found == written
    single = json.dumps({"Statement": written[0], "Version": "2012-10-17"}, indent=indent)
    [(start, end)] = locate_statements(single)
    assert json.loads(single[start:end]) == written[0]


def test_places_as_awss_simulator_counts_them() -> None:
    """A statement begins after the bracket or comma before it. (Results that users of AWS have published.)"""
    document = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    pretty = json.dumps(document, indent=2)
    [(start, end)] = locate_statements(pretty)
    assert (line_and_column(pretty, start), line_and_column(pretty, end)) == ((3, 17), (8, 6))
    [(start, _)] = locate_statements(json.dumps(document))
    assert line_and_column(json.dumps(document), start) == (1, 41)
    [(start, _)] = locate_statements('{"Statement":[{}]}')
    assert line_and_column('{"Statement":[{}]}', start) == (1, 15)
