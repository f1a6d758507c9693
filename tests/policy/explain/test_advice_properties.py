"""What holds for any advice: every way opens the request, says no more than it, and holds no other way."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.policy import EditKind, Layers, Request, evaluate, what_would_allow
from tests.policy.people import (
    ALIAS,
    ANYBODY,
    KEY,
    READER,
    ROOT,
    SERVICE,
    SESSION,
    STRANGER,
    VIA_DYNAMODB,
    A,
)

ROLE = f"arn:aws:iam::{A}:role/Reader"
CALLERS = [READER, ROLE, SESSION, ROOT, STRANGER, SERVICE, ANYBODY]
RESOURCES = [KEY, ALIAS, ROLE, "arn:aws:s3:::books", "*"]
ACTIONS = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:CreateGrant",
    "kms:RetireGrant",
    "sts:AssumeRole",
    "s3:GetObject",
]
CONTEXTS: list[dict[str, Any]] = [
    {},
    VIA_DYNAMODB,
    {"aws:SourceAccount": A, "kms:EncryptionContextKeys": ["a", "b"]},
]


def statements(*, named: bool) -> st.SearchStrategy[dict[str, Any]]:
    names = st.lists(st.sampled_from([*CALLERS[:-2], A, "*"]), min_size=1, max_size=2)
    principal = {
        "Principal": names.map(lambda found: {"AWS": found}),
    }
    return st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(["Allow", "Deny"]),
            "Action": st.sampled_from(["*", "kms:*", *ACTIONS]),
            "Resource": st.sampled_from(RESOURCES),
            "Condition": st.sampled_from([{}, {"StringEquals": VIA_DYNAMODB}]),
            **(principal if named else {}),
        }
    )


def policies(*, named: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    found = st.lists(statements(named=named), max_size=3)
    versions = st.sampled_from(["2012-10-17", "2008-10-17"])
    return st.builds(lambda version, body: {"Version": version, "Statement": body}, versions, found)


REQUESTS = st.builds(
    Request,
    st.sampled_from(CALLERS),
    st.sampled_from(ACTIONS),
    st.sampled_from(RESOURCES),
    st.sampled_from(CONTEXTS),
)
LAYERS = st.fixed_dictionaries(
    {},
    optional={
        "identity_policies": st.lists(policies(), max_size=2),
        "resource_policy": st.none() | policies(named=True),
        "permissions_boundaries": st.lists(policies(), max_size=2),
        "session_policy": st.none() | policies(),
        "service_control_policies": st.lists(st.lists(policies(), max_size=2), max_size=2),
    },
)


@settings(deadline=None, max_examples=300)
@given(REQUESTS, LAYERS)
def test_every_way_opens_the_request_and_says_no_more_than_it(request_: Request, layers: Layers) -> None:
    before = deepcopy(layers)
    refused = not evaluate(request_, **layers).allowed
    ways = what_would_allow(request_, **layers)
    assert layers == before, "asking changes nothing"
    assert bool(ways or ways.obstacle) is refused
    for way in ways:
        assert evaluate(request_, **way.layers).allowed
        for each in way.edits:
            says_no_more(each.kind, each.document, request_)
        kinds = [each.kind for each in way.edits]
        assert kinds == sorted(kinds, key=list(EditKind).index), "a removal comes last"


def says_no_more(kind: EditKind, document: dict[str, Any], request: Request) -> None:
    if kind is EditKind.REMOVAL:
        assert document["Effect"] == "Deny"
    elif kind is EditKind.GRANT:
        assert (document["GranteePrincipal"], document["KeyId"]) == (request.principal, request.resource)
        assert document["Operations"] == [request.action.removeprefix("kms:")]
    else:
        assert (document["Effect"], document["Action"]) == ("Allow", request.action)
        names = document.get("Principal", {"AWS": request.principal})
        assert names == "*" if request.principal == ANYBODY else list(names.values()) == [request.principal]
        in_key_policy = kind is EditKind.RESOURCE and request.resource == KEY and "kms:" in request.action
        assert document.get("Resource", request.resource) == ("*" if in_key_policy else request.resource)


@settings(deadline=None)
@given(REQUESTS, LAYERS)
def test_no_way_holds_another(request_: Request, layers: Layers) -> None:
    found = [{each.kind for each in way.edits} for way in what_would_allow(request_, **layers)]
    assert not any(one < other for one in found for other in found)
