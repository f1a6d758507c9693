"""Which condition keys policies ask about, and where in a text their statements stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmscourse.policy import Request
from kmscourse.policy.context_keys import context_keys
from kmscourse.policy.document import compiled
from kmscourse.policy.places import line_and_column, statements
from kmscourse.policy.request import Asked


def keys(*documents: dict[str, Any], action: str = "") -> list[str]:
    asked = Asked(Request("arn:aws:iam::123456789012:user/ann", action, "*")) if action else None
    return context_keys([compiled(document) for document in documents], asked)


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


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
    found = [json.loads(text[start:end]) for start, end in statements(text)]
    assert found == written
    single = json.dumps({"Statement": written[0], "Version": "2012-10-17"}, indent=indent)
    [(start, end)] = statements(single)
    assert json.loads(single[start:end]) == written[0]


def test_places_as_awss_simulator_counts_them() -> None:
    """A statement begins after the bracket or comma before it. (Results that users of AWS have published.)"""
    document = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    pretty = json.dumps(document, indent=2)
    [(start, end)] = statements(pretty)
    assert (line_and_column(pretty, start), line_and_column(pretty, end)) == ((3, 17), (8, 6))
    [(start, _)] = statements(json.dumps(document))
    assert line_and_column(json.dumps(document), start) == (1, 41)
    [(start, _)] = statements('{"Statement":[{}]}')
    assert line_and_column('{"Statement":[{}]}', start) == (1, 15)
