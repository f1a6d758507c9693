"""What holds for any policies: a Deny never opens, an Allow never closes, order is nothing, a mistake shuts."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.policy import Decision, Request, compile_policy, evaluate
from kmscourse.policy.evaluate.kms import gives
from kmscourse.policy.evaluate.match import applies, matches, name_caller
from kmscourse.policy.language.principals import Naming

A, B = "111111111111", "222222222222"
CALLERS = [
    f"arn:aws:iam::{A}:user/Ana",
    f"arn:aws:iam::{A}:role/Reader",
    f"arn:aws:sts::{A}:assumed-role/Reader/ana",
    f"arn:aws:iam::{A}:root",
    f"arn:aws:iam::{B}:user/Eve",
    "dynamodb.amazonaws.com",
    "*anonymous*",
]
NAMES = [*(caller for caller in CALLERS if caller != "*anonymous*"), "*", A, B]
ACTIONS = ["kms:Decrypt", "kms:CreateGrant", "kms:RetireGrant", "sts:AssumeRole", "s3:GetObject"]
RESOURCES = [
    f"arn:aws:kms:us-east-1:{A}:key/1",
    f"arn:aws:kms:us-east-1:{A}:alias/mine",
    f"arn:aws:iam::{A}:role/Other",
    "arn:aws:s3:::books",
    "*",
]
CONDITIONS = [
    {},
    {"StringEquals": {"aws:tag": "x"}},
    {"StringNotEquals": {"aws:tag": "${aws:other}"}},
    {"ForAllValues:StringEquals": {"aws:tags": ["x", "y"]}},
    {"NumericNotEquals": {"aws:tag": "1"}},
    {"Null": {"aws:tag": "true"}},
]


def some(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=2)


def statements(
    effects: tuple[str, ...] = ("Allow", "Deny"), *, named: bool = False
) -> st.SearchStrategy[Any]:
    whom = {
        "Principal": some(NAMES).map(lambda names: {"AWS": names, "Service": "dynamodb.amazonaws.com"}),
    }
    element = st.sampled_from(["", "Not"])
    return st.builds(
        lambda effect, condition, actions, resources, not_action, not_resource, who: {
            "Effect": effect,
            f"{not_action}Action": actions,
            f"{not_resource}Resource": resources,
            "Condition": condition,
            **who,
        },
        st.sampled_from(effects),
        st.sampled_from(CONDITIONS),
        some(["*", "kms:*", "s3:Get*", *ACTIONS]),
        some(["*", "arn:aws:kms:*:*:key/*", "arn:aws:s3", "arn:aws:s3:::${aws:tag}", *RESOURCES]),
        element,
        element,
        st.fixed_dictionaries(whom) if named else st.just({}),
    )


def policies(*, named: bool = False) -> st.SearchStrategy[Any]:
    body = st.lists(statements(named=named), max_size=3)
    return st.builds(lambda found: {"Version": "2012-10-17", "Statement": found}, body)


GRANTS = st.builds(
    lambda grantee, operations, pairs: {
        "GranteePrincipal": grantee,
        "Operations": operations,
        "Constraints": {"EncryptionContextSubset": pairs} if pairs else {},
    },
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(["Decrypt", "CreateGrant", "RetireGrant"]), max_size=2),
    st.sampled_from([{}, {"a": "1"}]),
)
REQUESTS = st.builds(
    Request,
    st.sampled_from(CALLERS),
    st.sampled_from(ACTIONS),
    st.sampled_from(RESOURCES),
    st.sampled_from([{}, {"aws:tag": "x"}, {"aws:tags": ["x", "z"], "kms:EncryptionContext:a": "1"}]),
    st.sampled_from([None, A, B]),
)
LAYERS = st.fixed_dictionaries(
    {
        "identity_policies": st.lists(policies(), max_size=2),
        "resource_policy": st.none() | policies(named=True),
        "grants": st.lists(GRANTS, max_size=2),
        "permissions_boundaries": st.lists(policies(), max_size=1),
        "session_policy": st.none() | policies(),
        "service_control_policies": st.lists(st.lists(policies(), max_size=2), max_size=2),
    }
)


def held(layers: dict[str, Any]) -> list[dict[str, Any]]:
    """Every policy document in the layers."""
    singles = [
        policy for policy in (layers["resource_policy"], layers["session_policy"]) if policy is not None
    ]
    levels = [policy for level in layers["service_control_policies"] for policy in level]
    return [*singles, *layers["identity_policies"], *layers["permissions_boundaries"], *levels]


def with_more(layers: dict[str, Any], data: st.DataObject, effect: str) -> dict[str, Any]:
    """The layers with one more statement in one of their policies."""
    changed = deepcopy(layers)
    found = held(changed)
    if found:
        chosen = data.draw(st.sampled_from(range(len(found))))
        named = found[chosen] is changed["resource_policy"]
        found[chosen]["Statement"].append(data.draw(statements((effect,), named=named)))
    return changed


@settings(deadline=None)
@given(REQUESTS, LAYERS, st.data())
def test_one_more_deny_never_opens(request: Request, layers: dict[str, Any], data: st.DataObject) -> None:
    if not evaluate(request, **layers).allowed:
        assert not evaluate(request, **with_more(layers, data, "Deny")).allowed


@settings(deadline=None)
@given(REQUESTS, LAYERS, st.data())
def test_one_more_allow_never_closes(request: Request, layers: dict[str, Any], data: st.DataObject) -> None:
    if evaluate(request, **layers).allowed:
        assert evaluate(request, **with_more(layers, data, "Allow")).allowed


@settings(deadline=None)
@given(REQUESTS, LAYERS, GRANTS)
def test_one_more_grant_never_closes(request: Request, layers: dict[str, Any], grant: dict[str, Any]) -> None:
    if evaluate(request, **layers).allowed:
        assert evaluate(request, **{**layers, "grants": [*layers["grants"], grant]}).allowed


@settings(deadline=None)
@given(REQUESTS, LAYERS)
def test_order_never_matters(request: Request, layers: dict[str, Any]) -> None:
    turned = deepcopy(layers)
    for policy in held(turned):
        policy["Statement"].reverse()
    for name in ("identity_policies", "grants", "permissions_boundaries", "service_control_policies"):
        turned[name].reverse()
    before, after = evaluate(request, **layers), evaluate(request, **turned)
    assert (before.allowed, before.explicit, before.layer) == (after.allowed, after.explicit, after.layer)


@settings(deadline=None)
@given(
    REQUESTS,
    LAYERS,
    st.sampled_from([{}, {"Statement": [{}]}, {"Statement": [{"Effect": "Allow", "Actions": "*"}]}]),
)
def test_a_policy_that_cannot_be_read_never_allows(
    request: Request, layers: dict[str, Any], malformed: dict[str, Any]
) -> None:
    changed = {**layers, "identity_policies": [*layers["identity_policies"], malformed]}
    assert not evaluate(request, **changed).allowed


@settings(deadline=None)
@given(REQUESTS, LAYERS)
def test_the_steps_end_at_the_verdict(request: Request, layers: dict[str, Any]) -> None:
    decision = evaluate(request, **layers)
    verdict = decision.steps[-1]
    assert verdict.question.startswith("Then may ")
    assert verdict.answer == ("yes" if decision.allowed else "no")
    assert decision.explicit is (
        decision.steps[-2].question.endswith("explicitly deny it?") and not decision.allowed
    )
    assert bool(decision.sentence()) is not decision.allowed
    assert (decision.layer is None) is decision.allowed
    told_by = decision.reason.partition(" call ")[0]
    assert told_by.endswith(" may" if decision.allowed else " may not")


@settings(deadline=None)
@given(REQUESTS, LAYERS)
def test_a_near_miss_never_matched_and_would_have_turned_the_decision(
    request: Request, layers: dict[str, Any]
) -> None:
    decision = evaluate(request, **layers)
    assert not (decision.explicit and decision.near_misses)
    for miss in decision.near_misses:
        if "GranteePrincipal" in miss.statement:
            assert gives(miss.statement, request) is Naming.NONE
            continue
        assert (miss.statement["Effect"] == "Deny") is decision.allowed
        (statement,) = compile_policy({"Version": "2012-10-17", "Statement": miss.statement}).statements
        by_resource = miss.layer == "resource-based"
        if by_resource:
            covers = statement.covers_action(request.lowercase_action) and matches(statement, request)
            assert not (covers and name_caller(statement, request) is not Naming.NONE), miss
        else:
            assert not applies(statement, request), miss


@settings(deadline=None)
@given(REQUESTS, LAYERS)
def test_a_decision_changes_nothing_that_was_handed_in(request: Request, layers: dict[str, Any]) -> None:
    before = deepcopy((request, layers))
    decision: Decision = evaluate(request, **layers)
    assert decision.steps
    assert (request, layers) == before
