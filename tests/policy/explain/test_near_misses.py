"""Near misses: which statements nearly turned a decision, what failed in them, and how the reason says it."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.policy import (
    Decision,
    Request,
    console_key_policy,
    evaluate,
    use_statement,
    with_statement,
    without_sid,
)
from tests.policy.key_policies import default_key_policy
from tests.policy.people import ALIAS, DYNAMODB, KEY, OWNER, READER, A

STRANGER = "arn:aws:iam::999999999999:user/IAMLabUser"
DEFAULT = default_key_policy(A)
CONSOLE = console_key_policy(A, [OWNER], [OWNER])
CLOSED = without_sid(CONSOLE, "Enable IAM User Permissions")
VIA = {"StringEquals": {"kms:ViaService": DYNAMODB}}


def statement(action: Any = "kms:Decrypt", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": "*", **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def when(operator: str, key: str, *wanted: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(wanted)}}}


def reader(*actions: str, **more: Any) -> dict[str, Any]:
    return use_statement(READER, actions or ("kms:Decrypt",), sid="Reader") | more


def decide(
    caller: str = READER,
    action: str = "kms:Decrypt",
    context: dict[str, Any] | None = None,
    **policies: Any,
) -> Decision:
    return evaluate(Request(caller, action, KEY, context or {}), **{"resource_policy": DEFAULT, **policies})


def nearest(decision: Decision) -> tuple[str, str]:
    first = decision.near_misses[0]
    return first.element, first.why


def test_a_statement_that_names_the_caller_is_not_passed_over_in_silence() -> None:
    decision = decide(resource_policy=with_statement(CLOSED, reader(Condition=VIA)))
    assert decision.reason == (
        "IAMLabUser may not call kms:Decrypt: the key policy neither lets them nor leaves it to the IAM of their "
        f'account; the statement "Reader" of the key policy would, but it asks for kms:ViaService = {DYNAMODB}, '
        "and the request has none."
    )
    first = decision.near_misses[0]
    assert (first.layer, first.element) == ("resource-based", "Condition kms:ViaService StringEquals")
    assert first.why == f"the statement asks for kms:ViaService = {DYNAMODB}, and the request has none"
    assert first.statement == reader(Condition=VIA)
    assert decision.sentence().endswith("because no resource-based policy allows the kms:Decrypt action")


def test_a_statement_for_a_user_who_was_deleted_is_not_for_who_has_the_name_now() -> None:
    gone = "AIDACKCEVSQ6C2EXAMPLE"
    decision = decide(resource_policy=policy(reader(Principal={"AWS": [OWNER, gone]})))
    element, why = nearest(decision)
    assert element == "Principal"
    assert why == f"the statement names ed-user-1 and the deleted user {gone}, and not IAMLabUser"


@pytest.mark.parametrize(
    ("found", "context", "element", "why"),
    [
        (statement("kms:Encrypt"), {}, "Action", "is about kms:Encrypt, and not kms:Decrypt"),
        (
            statement(["kms:A", "kms:B", "kms:C", "kms:D", "kms:E"]),
            {},
            "Action",
            "kms:A, kms:B, kms:C and 2 more, and",
        ),
        (
            statement(["kms:Encrypt", "*:Decrypt"]),
            {},
            "Action",
            "names *:Decrypt, and a wildcard in place of the service names none",
        ),
        (
            {"Effect": "Allow", "NotAction": "kms:De*", "Resource": "*"},
            {},
            "NotAction",
            "the statement leaves out kms:De*",
        ),
        ({"Effect": "Allow", "Resource": "*"}, {}, "Action", "has no Action, and so no effect"),
        (
            {"Effect": "Allow", "Action": "kms:Decrypt"},
            {},
            "Resource",
            "the statement has no Resource, and so no effect",
        ),
        (
            statement(Resource=ALIAS),
            {},
            "Resource",
            f"the alias {ALIAS}, and using a key takes the key's own ARN",
        ),
        (statement(Resource=KEY + "0"), {}, "Resource", f"covers {KEY}0, and the request is for {KEY}"),
        (
            {"Effect": "Allow", "Action": "kms:*", "NotResource": KEY},
            {},
            "NotResource",
            f"the statement leaves out {KEY}",
        ),
        (
            statement(**when("StringLike", "kms:RequestAlias", "alias/a*", "alias/b*")),
            {"kms:RequestAlias": "alias/c"},
            "Condition kms:RequestAlias StringLike",
            "asks for kms:RequestAlias like alias/a* or alias/b*, and the request has alias/c",
        ),
        (
            statement(**when("StringEquals", "aws:x", "Blue")),
            {"aws:X": "blue"},
            "Condition aws:x StringEquals",
            "asks for aws:x = Blue, and the request has blue (only upper and lower case differ)",
        ),
        (
            statement(**when("Null", "aws:x", "true")),
            {"aws:x": "1"},
            "Condition aws:x Null",
            "asks for a request without aws:x, and this one has 1",
        ),
        (
            statement(**when("Null", "aws:x", "false")),
            {},
            "Condition aws:x Null",
            "asks for any aws:x, and the request has none",
        ),
        (
            statement(**when("Null", "aws:x", "false")),
            {"aws:x": ""},
            "Condition aws:x Null",
            "asks for any aws:x, and the request has none",
        ),
        (
            statement(**when("ForAllValues:StringEquals", "aws:x", "a")),
            {"aws:x": ["a", "b"]},
            "Condition aws:x ForAllValues:StringEquals",
            "asks for every value of aws:x = a, and the request has a and b",
        ),
        (
            statement(**when("ForAnyValue:StringNotEquals", "aws:x", "a")),
            {"aws:x": ["a"]},
            "Condition aws:x ForAnyValue:StringNotEquals",
            "asks for a value of aws:x other than a, and the request has a",
        ),
        (
            statement(**when("NumericLessThanEqualsIfExists", "aws:x", "3")),
            {"aws:x": "4"},
            "Condition aws:x NumericLessThanEqualsIfExists",
            "asks for aws:x at most 3, and the request has 4",
        ),
        (
            statement(**when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")),
            {"aws:SourceIp": "10.1.1.1"},
            "Condition aws:SourceIp NotIpAddress",
            "asks for aws:SourceIp outside of 10.0.0.0/8, and the request has 10.1.1.1",
        ),
    ],
)
def test_the_first_element_that_failed_and_why(
    found: dict[str, Any], context: dict[str, Any], element: str, why: str
) -> None:
    decision = decide(context=context, identity_policies=[policy(found)])
    assert nearest(decision)[0] == element
    assert why in nearest(decision)[1]


@pytest.mark.parametrize(
    ("caller", "principal", "why"),
    [
        (READER, {"AWS": OWNER}, "the statement names ed-user-1, and not IAMLabUser"),
        (READER, {"Service": "s3.amazonaws.com"}, "names s3.amazonaws.com, and not IAMLabUser"),
        (STRANGER, {"AWS": READER}, f"the statement names {READER}, and not {STRANGER}"),
        (
            READER,
            {"AWS": f"arn:aws:iam::{A}:user/*"},
            f"the statement names arn:aws:iam::{A}:user/*, and a wildcard inside of an ARN names nobody",
        ),
        (
            READER,
            None,
            "the statement has no Principal, and names nobody in a policy that hangs on a resource",
        ),
    ],
)
def test_whom_a_statement_names_instead(caller: str, principal: dict[str, str] | None, why: str) -> None:
    found = statement() | ({"Principal": principal} if principal else {})
    assert nearest(decide(caller, resource_policy=policy(found))) == ("Principal", why) or (
        why in nearest(decide(caller, resource_policy=policy(found)))[1]
    )


def test_whom_a_statement_leaves_out() -> None:
    found = statement() | {"NotPrincipal": {"AWS": [READER]}}
    assert nearest(decide(resource_policy=policy(found))) == (
        "NotPrincipal",
        f"the statement leaves out {READER}",
    )


def grant(grantee: str = READER, *operations: str, **constraints: Any) -> dict[str, Any]:
    return {
        "GrantId": "f00d", "GranteePrincipal": grantee, "Operations": list(operations or ("Decrypt",)),
        "Constraints": constraints,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("found", "element", "why"),
    [
        (grant(OWNER), "GranteePrincipal", "the grant is for ed-user-1, and not IAMLabUser"),
        (grant(READER, "Encrypt"), "Operations", "the grant gives Encrypt, and not Decrypt"),
        (
            grant(EncryptionContextSubset={"Department": "IT"}),
            "Constraints EncryptionContextSubset",
            "the grant asks for Department = IT in the encryption context, and the request has department = IT",
        ),
        (
            grant(EncryptionContextEquals={"Department": "IT"}),
            "Constraints EncryptionContextEquals",
            "the grant asks for exactly Department = IT in the encryption context",
        ),
        (grant(Weather="fine"), "Constraints Weather", "the grant asks for Weather = fine"),
        (grant() | {"Constraints": "IT"}, "Constraints", "the grant's constraints can't be read"),
    ],
)
def test_grants_nearly_match_too(found: dict[str, Any], element: str, why: str) -> None:
    decision = decide(context={"kms:EncryptionContext:department": "IT"}, grants=[found])
    assert nearest(decision)[0] == element
    assert why in nearest(decision)[1]
    assert decision.near_misses[0].statement == found


def test_a_grant_that_may_not_be_passed_on() -> None:
    decision = decide(
        action="kms:CreateGrant",
        context={"kms:GrantOperations": ["Encrypt"]},
        grants=[grant(READER, "CreateGrant", "Decrypt")],
    )
    assert nearest(decision)[1].endswith("and the request would pass on Encrypt")
    assert "; the grant f00d would, but it lets one pass on its own operations only" in decision.reason


def test_the_nearest_comes_first_and_a_handful_is_enough() -> None:
    others = [statement("kms:Sign") | {"Sid": f"S{n}", "Principal": {"AWS": READER}} for n in range(10)]
    near = reader(Condition=VIA)
    misses = decide(resource_policy=policy(*others, near)).near_misses
    assert len(misses) == 5
    assert misses[0].statement == near
    assert [miss.statement["Sid"] for miss in misses[1:]] == ["S0", "S1", "S2", "S3"]


def test_what_is_about_something_else_is_not_near() -> None:
    decision = decide(identity_policies=[policy(statement("s3:*"), statement("dynamodb:Scan"))])
    assert decision.near_misses == ()


def test_only_the_layers_that_did_not_allow_are_searched() -> None:
    nearly = statement(Condition=VIA)
    decision = decide(
        resource_policy=DEFAULT,
        identity_policies=[policy(statement(), nearly)],
        permissions_boundaries=[policy(statement("s3:*")), policy(nearly)],
        service_control_policies=[[policy(statement(), nearly)]],
    )
    assert [miss.layer for miss in decision.near_misses] == ["permissions boundary"]


def test_of_an_allowed_request_they_are_the_denies_that_nearly_applied() -> None:
    deny = use_statement(OWNER) | {
        "Effect": "Deny",
        **when("Null", "kms:EncryptionContextKeys", "true"),
    }
    decision = decide(
        OWNER,
        context={"kms:EncryptionContextKeys": ["a"]},
        resource_policy=with_statement(CONSOLE, deny),
    )
    assert decision.allowed
    assert [miss.element for miss in decision.near_misses] == ["Condition kms:EncryptionContextKeys Null"]
    assert "would, but" not in decision.reason


@pytest.mark.parametrize(
    "policies",
    [
        {"identity_policies": [policy(statement(effect="Deny"), statement(Condition=VIA))]},
        {"identity_policies": [policy(statement(Condition=VIA)), {"Statement": 1}]},
    ],
)
def test_a_deny_and_a_policy_that_cannot_be_read_have_none(policies: dict[str, Any]) -> None:
    assert decide(**policies).near_misses == ()


def test_they_are_looked_for_once() -> None:
    decision = decide(identity_policies=[policy(statement("kms:Encrypt"))])
    assert decision.near_misses is decision.near_misses


def test_they_read_as_lines() -> None:
    decision = decide(identity_policies=[policy(statement("kms:Encrypt"))])
    line = "statement 1 (identity-based), Action: the statement is about kms:Encrypt, and not kms:Decrypt"
    assert str(decision.near_misses[0]) == line
