"""The layers: which policy must allow, which may hold back, and what comes first.

Each case cites its rule in the IAM User Guide, "Policy evaluation logic" (PEL), "Cross-account policy evaluation
logic" (XA), "Principal" (P), "NotPrincipal" (NP) or "Permissions boundaries" (PB).
"""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.policy import Decision, Request, evaluate

A, B = "111111111111", "222222222222"
ANA = f"arn:aws:iam::{A}:user/Ana"
ROLE = f"arn:aws:iam::{A}:role/Reader"
SESSION = f"arn:aws:sts::{A}:assumed-role/Reader/ana"
FEDERATED = f"arn:aws:sts::{A}:federated-user/Ana"
ROOT = f"arn:aws:iam::{A}:root"
LINKED = f"arn:aws:iam::{A}:role/aws-service-role/dynamodb.amazonaws.com/AWSServiceRoleForDynamoDB"
BOOKS = f"arn:aws:s3:::books/{A}"


def policy(effect: str = "Allow", action: str = "s3:GetObject", **more: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": action, "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def names(*arns: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return policy(effect, Principal={"AWS": list(arns)}, **more)


ALLOW, DENY, OTHER = policy(), policy("Deny"), policy(action="ec2:*")


def decide(principal: str, owner: str = A, action: str = "s3:GetObject", **policies: Any) -> Decision:
    return evaluate(Request(principal, action, BOOKS, resource_account=owner), **policies)


def case(rule: str, principal: str, owner: str, expected: str, **policies: Any) -> Any:
    return pytest.param(principal, owner, expected, policies, id=rule)


@pytest.mark.parametrize(
    ("principal", "owner", "expected", "policies"),
    [
        case("PEL: everything is denied by default", ANA, A, "identity-based"),
        case("PEL: an identity-based Allow", ANA, A, "allowed", identity_policies=[OTHER, ALLOW]),
        case("PEL: a Deny wins", ANA, A, "Deny identity-based", identity_policies=[ALLOW, DENY]),
        case("PEL: a resource-based Allow is enough", ANA, A, "allowed", resource_policy=names(ANA)),
        case("P: everyone", ANA, A, "allowed", resource_policy=names("*")),
        case("P: the account alone gives its users nothing", ANA, A, "identity-based", resource_policy=names(A)),
        case("PEL: a resource-based Deny wins", ANA, A, "Deny resource-based", identity_policies=[ALLOW],
             resource_policy=names(A, effect="Deny")),
        case("P: a statement without Principal names nobody", ANA, A, "identity-based", resource_policy=ALLOW),
        case("PEL: root has full access", ROOT, A, "allowed"),
        case("PEL: but not against a resource's Deny", ROOT, A, "Deny resource-based",
             resource_policy=names(A, effect="Deny")),
        case("PEL: it has no policies of its own", ROOT, A, "allowed", identity_policies=[DENY],
             permissions_boundaries=[DENY], session_policy=DENY),
        case("PEL: service control policies limit root", ROOT, A, "service control",
             service_control_policies=[[OTHER]]),
        # Permissions boundaries
        case("PB: a boundary limits", ANA, A, "permissions boundary", identity_policies=[ALLOW],
             permissions_boundaries=[OTHER]),
        case("PB: a boundary gives nothing", ANA, A, "identity-based", permissions_boundaries=[ALLOW]),
        case("PB: both allow", ANA, A, "allowed", identity_policies=[ALLOW], permissions_boundaries=[ALLOW]),
        case("PB: a Deny in it wins", ANA, A, "Deny permissions boundary", identity_policies=[ALLOW],
             permissions_boundaries=[DENY], resource_policy=names(ANA)),
        case("PEL: a user named directly is above it", ANA, A, "allowed", resource_policy=names(ANA),
             permissions_boundaries=[OTHER]),
        case("PEL: a role is not", ROLE, A, "permissions boundary", resource_policy=names(ROLE),
             permissions_boundaries=[OTHER]),
        case("PEL: a session by its role is not", SESSION, A, "permissions boundary", resource_policy=names(ROLE),
             permissions_boundaries=[OTHER]),
        case("PEL: a session by its own ARN is", SESSION, A, "allowed", resource_policy=names(SESSION),
             permissions_boundaries=[OTHER], session_policy=OTHER),
        case("P: a role by everyone is", ROLE, A, "allowed", resource_policy=names("*"),
             permissions_boundaries=[OTHER]),
        # Session policies
        case("PEL: a session policy limits", SESSION, A, "session", identity_policies=[ALLOW], session_policy=OTHER),
        case("PEL: it gives nothing", SESSION, A, "identity-based", session_policy=ALLOW),
        case("PEL: both allow", SESSION, A, "allowed", identity_policies=[ALLOW], session_policy=ALLOW),
        case("PEL: a Deny in it wins", SESSION, A, "Deny session", identity_policies=[ALLOW], session_policy=DENY),
        # Federated users
        case("PEL: a federated user has what the session policy allows", FEDERATED, A, "allowed",
             identity_policies=[ALLOW], session_policy=ALLOW),
        case("PEL: and nothing else", FEDERATED, A, "session", identity_policies=[ALLOW], session_policy=OTHER),
        case("PEL: without a session policy, nothing", FEDERATED, A, "session", identity_policies=[ALLOW]),
        case("PEL: unless a resource names the federated user", FEDERATED, A, "allowed",
             resource_policy=names(FEDERATED), permissions_boundaries=[OTHER]),
        case("PEL: naming the account is not naming it", FEDERATED, A, "identity-based", resource_policy=names(A),
             session_policy=ALLOW),
        # Service control policies
        case("PEL: every level must allow", ANA, A, "service control", identity_policies=[ALLOW],
             service_control_policies=[[ALLOW], [OTHER, OTHER]]),
        case("PEL: one policy of a level is enough", ANA, A, "allowed", identity_policies=[ALLOW],
             service_control_policies=[[OTHER, ALLOW], [ALLOW]]),
        case("PEL: a level without policies allows nothing", ANA, A, "service control", identity_policies=[ALLOW],
             service_control_policies=[[]]),
        case("PEL: a Deny at any level wins", ANA, A, "Deny service control", identity_policies=[ALLOW],
             service_control_policies=[[ALLOW], [ALLOW, DENY]]),
        case("PEL: they limit whom a resource names", ANA, A, "service control", resource_policy=names(ANA),
             service_control_policies=[[OTHER]]),
        case("SCP: service-linked roles are outside", LINKED, A, "allowed", identity_policies=[ALLOW],
             service_control_policies=[[DENY]]),
        # Cross-account
        case("XA: the resource must name them", ANA, B, "resource-based", identity_policies=[ALLOW]),
        case("XA: and their account must allow", ANA, B, "identity-based", resource_policy=names(ANA)),
        case("XA: both", ANA, B, "allowed", identity_policies=[ALLOW], resource_policy=names(ANA)),
        case("XA: naming the account is enough", ANA, B, "allowed", identity_policies=[ALLOW],
             resource_policy=names(A)),
        case("XA: naming everyone is enough", ANA, B, "allowed", identity_policies=[ALLOW],
             resource_policy=names("*")),
        case("XA: naming another account is not", ANA, B, "resource-based", identity_policies=[ALLOW],
             resource_policy=names(B)),
        case("XA: a boundary limits in every case", ANA, B, "permissions boundary", identity_policies=[ALLOW],
             resource_policy=names(ANA), permissions_boundaries=[OTHER]),
        case("XA: root of another account", ROOT, B, "allowed", resource_policy=names(A)),
        case("XA: root of another account, not named", ROOT, B, "resource-based"),
        # Callers of no account
        case("P: a service that is named", "s3.amazonaws.com", A, "allowed",
             resource_policy=policy(Principal={"Service": "s3.amazonaws.com"})),
        case("P: a service that is not", "s3.amazonaws.com", A, "resource-based", identity_policies=[ALLOW]),
        case("P: anonymous, everyone", "*anonymous*", A, "allowed", resource_policy=names("*"),
             service_control_policies=[[DENY]]),
        case("P: anonymous, an account", "*anonymous*", A, "resource-based", resource_policy=names(A)),
        # NotPrincipal
        case("NP: Allow for all but one", ANA, A, "allowed",
             resource_policy=policy(NotPrincipal={"AWS": ROLE})),
        case("NP: Allow for all but them", ANA, A, "identity-based",
             resource_policy=policy(NotPrincipal={"AWS": ANA})),
        case("NP: Deny for all but them", ANA, A, "allowed", identity_policies=[ALLOW],
             resource_policy=policy("Deny", NotPrincipal={"AWS": [ANA, ROOT]})),
        case("NP: Deny for another user of a spared account", ANA, A, "Deny resource-based",
             identity_policies=[ALLOW], resource_policy=policy("Deny", NotPrincipal={"AWS": [ROLE, ROOT]})),
        case("NP: Deny spares nobody with a boundary", ANA, A, "Deny resource-based", identity_policies=[ALLOW],
             permissions_boundaries=[ALLOW], resource_policy=policy("Deny", NotPrincipal={"AWS": ANA})),
    ],
)  # fmt: skip
def test_layers(principal: str, owner: str, expected: str, policies: dict[str, Any]) -> None:
    decision = decide(principal, owner, **policies)
    found = "allowed" if decision.allowed else f"{'Deny ' if decision.explicit else ''}{decision.layer}"
    assert found == expected, "\n".join(map(str, decision.steps))


@pytest.mark.parametrize(("named", "meant"), [(ANA, True), (A, True), ("*", True), (ROLE, False)])
def test_whom_an_identity_based_policy_names_is_meant_alone(named: str, meant: bool) -> None:
    """AWS stores no Principal there. One that comes all the same can only narrow the statement."""
    assert decide(ANA, identity_policies=[names(named)]).allowed is meant
    assert decide(ANA, identity_policies=[ALLOW, names(named, effect="Deny")]).explicit is meant


@pytest.mark.parametrize(("version", "expected"), [("2012-10-17", False), ("2008-10-17", True), (None, True)])
def test_variables_came_with_version_2012(version: str | None, expected: bool) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${aws:username}"}
    document = {"Statement": [statement]} | ({"Version": version} if version else {})
    request = Request(ANA, "s3:GetObject", "arn:aws:s3:::${aws:username}", {"aws:username": "ana"})
    assert evaluate(request, identity_policies=[document]).allowed is expected


def test_grants_are_asked_about_for_keys_only() -> None:
    grant = {"GranteePrincipal": ANA, "Operations": ["GetObject"]}
    decision = decide(ANA, resource_policy=names(ROLE), grants=[grant])
    assert not any("grant" in step.question for step in decision.steps)


def test_keys_of_the_context_that_differ_by_case_are_one_key() -> None:
    document = policy(Condition={"ForAllValues:StringEquals": {"aws:x": ["a", "b"]}})
    for value, expected in (("b", True), ("c", False)):
        context = {"aws:x": "a", "AWS:X": value}
        assert (
            evaluate(Request(ANA, "s3:GetObject", "*", context), identity_policies=[document]).allowed
            is expected
        )


def test_who_owns_the_resource_its_arn_says() -> None:
    table = f"arn:aws:dynamodb:us-east-1:{B}:table/Books"
    decision = evaluate(Request(ANA, "dynamodb:Scan", table), identity_policies=[policy(action="dynamodb:*")])
    assert decision.layer == "resource-based"


@pytest.mark.parametrize("arn", ["*", "arn:aws:s3:::books", "arn:aws:iam::aws:policy/ReadOnlyAccess"])
def test_where_the_arn_does_not_say_it_is_the_callers(arn: str) -> None:
    assert evaluate(Request(ANA, "s3:GetObject", arn), identity_policies=[ALLOW]).allowed


def test_who_i_am_needs_no_permission_and_cannot_be_refused() -> None:
    """AWS STS API Reference, GetCallerIdentity."""
    everything = policy("Deny", "*")
    assert decide(ANA, action="sts:GetCallerIdentity", identity_policies=[everything]).allowed
    assert not decide("*anonymous*", action="sts:GetCallerIdentity").allowed


@pytest.mark.parametrize(
    ("trust", "identity", "expected"),
    [
        (None, True, False),  # a role trusts nobody by itself
        (ANA, False, True),
        (A, False, False),
        (A, True, True),
        (B, True, False),
        ("*", False, True),
    ],
)
def test_a_role_is_assumed_by_whom_its_trust_policy_names(
    trust: str | None, identity: bool, expected: bool
) -> None:
    """PEL: trust policies and key policies must allow explicitly. A trust policy has no Resource."""
    statement = {"Effect": "Allow", "Principal": {"AWS": trust}, "Action": "sts:AssumeRole"}
    decision = evaluate(
        Request(ANA, "sts:AssumeRole", ROLE),
        identity_policies=[policy(action="sts:AssumeRole")] if identity else [],
        resource_policy={"Version": "2012-10-17", "Statement": [statement]} if trust else None,
    )
    assert decision.allowed is expected, decision.reason


def test_only_a_trust_policy_does_without_resource() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": ANA}, "Action": "s3:GetObject"}
    assert not decide(ANA, resource_policy={"Statement": [statement]}).allowed


def test_not_resource_with_what_cannot_be_told_neither_opens_nor_spares() -> None:
    for excluded in ("arn:aws:s3:::${aws:PrincipalTag/Team}/*", "arn:aws:sqs"):
        statement = {"Action": "s3:*", "NotResource": excluded}
        document = {"Version": "2012-10-17", "Statement": [statement | {"Effect": "Allow"}]}
        assert not decide(ANA, identity_policies=[document]).allowed
        document = {"Version": "2012-10-17", "Statement": [statement | {"Effect": "Deny"}]}
        assert decide(ANA, identity_policies=[ALLOW, document]).explicit
