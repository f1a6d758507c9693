"""What would let a refused request in: every way opens it, says no more than was asked, and the narrowest comes first.

Each case cites its rule in the AWS KMS Developer Guide: "Key policies" (KP), "Default key policy" (DKP), "Grants" (G),
"Creating grants" (CG), "Retiring and revoking grants" (RG), "Access to aliases" (AL), "Cross-account access" (XA); or
in the IAM User Guide: "Policy evaluation logic" (PEL), "Permissions boundaries" (PB), "Policies and permissions" (PP),
"Principal" (PR).
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from kmscourse.policy import Layers, Request, evaluate, use_statement, what_would_allow, with_statement
from kmscourse.policy.explain.edits import GRANTED_OPERATIONS
from tests.policy.key_policies import default_key_policy
from tests.policy.people import (
    ALIAS,
    ANYBODY,
    KEY,
    OWNER,
    READER,
    ROOT,
    SERVICE,
    SESSION,
    STRANGER,
    VIA_DYNAMODB,
    A,
)

ROLE = f"arn:aws:iam::{A}:role/Reader"
TABLE = f"arn:aws:dynamodb:us-east-1:{A}:table/Books"

DEFAULT = default_key_policy(A)
CLOSED = {"Version": "2012-10-17", "Statement": [use_statement(OWNER, ("kms:*",))]}


def iam(effect: str = "Allow", action: str = "kms:*", **more: Any) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": effect, "Action": action, "Resource": "*", **more}],
    }


EMPTY: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}
DENY = iam("Deny", Sid="NoKeys")
KEY_DENY = with_statement(DEFAULT, use_statement(READER, ("kms:Decrypt",), "Out") | {"Effect": "Deny"})


def ask(
    caller: str = READER, action: str = "kms:Decrypt", resource: str = KEY, **context: str | list[str]
) -> Request:
    return Request(caller, action, resource, context)


@pytest.mark.parametrize(
    ("request_", "layers", "kinds"),
    [
        pytest.param(
            ask(),
            {"resource_policy": DEFAULT},
            ["resource-based policy", "grant", "identity-based policy"],
            id="the account's statement: key policy, grant and IAM are three ways (DKP)",
        ),
        pytest.param(
            ask(),
            {"resource_policy": CLOSED},
            ["resource-based policy", "grant"],
            id="without the account's statement no IAM policy is enough (KP)",
        ),
        pytest.param(
            ask(),
            {"resource_policy": CLOSED, "identity_policies": [iam()]},
            ["resource-based policy", "grant"],
            id="nor is the one that is there (KP)",
        ),
        pytest.param(
            ask(STRANGER),
            {"resource_policy": CLOSED},
            ["grant", "resource-based policy + identity-based policy"],
            id="from another account: the key policy and IAM there, or a grant (XA, G)",
        ),
        pytest.param(
            ask(STRANGER),
            {"resource_policy": CLOSED, "identity_policies": [iam()]},
            ["resource-based policy", "grant"],
            id="from another account, IAM there allows already (XA)",
        ),
        pytest.param(
            ask(action="kms:ScheduleKeyDeletion"),
            {"resource_policy": DEFAULT},
            ["resource-based policy", "identity-based policy"],
            id="no grant gives the management of a key (G)",
        ),
        pytest.param(
            ask(action="kms:CreateGrant"),
            {"resource_policy": DEFAULT},
            ["resource-based policy", "identity-based policy"],
            id="a grant to create grants passes on only what it has, and would have to give more (CG)",
        ),
        pytest.param(
            ask(action="kms:CreateKey", resource="*"),
            {},
            ["identity-based policy"],
            id="a key that isn't there yet has no policy (KP)",
        ),
        pytest.param(
            ask(action="kms:CreateAlias", resource=ALIAS),
            {},
            ["identity-based policy"],
            id="an alias has no policy of its own (AL)",
        ),
        pytest.param(
            ask(action="kms:RetireGrant"),
            {"resource_policy": CLOSED},
            ["identity-based policy"],
            id="a key policy has no part in retiring a grant (RG)",
        ),
        pytest.param(
            ask(action="dynamodb:Scan", resource=TABLE),
            {},
            ["identity-based policy"],
            id="a table without a policy: IAM (PP)",
        ),
        pytest.param(
            ask(STRANGER, "dynamodb:Scan", TABLE),
            {},
            ["resource-based policy + identity-based policy"],
            id="from another account both sides must allow (PEL)",
        ),
        pytest.param(
            ask(SERVICE),
            {"resource_policy": DEFAULT},
            ["resource-based policy"],
            id="a service has no IAM (PR)",
        ),
        pytest.param(
            ask(ROOT),
            {"resource_policy": CLOSED},
            ["resource-based policy"],
            id="the root user has none (DKP)",
        ),
        pytest.param(
            ask(SESSION, "sts:AssumeRole", ROLE),
            {},
            ["resource-based policy"],
            id="a role's trust policy (PEL)",
        ),
        pytest.param(
            ask(),
            {"resource_policy": DEFAULT, "identity_policies": [iam()], "permissions_boundaries": [EMPTY]},
            ["resource-based policy", "grant", "permissions boundary"],
            id="what names the user itself goes past the boundary (PB)",
        ),
        pytest.param(
            ask(ROLE),
            {"resource_policy": DEFAULT, "permissions_boundaries": [EMPTY]},
            [
                "resource-based policy + permissions boundary",
                "grant + permissions boundary",
                "identity-based policy + permissions boundary",
            ],
            id="a role is held by its boundary, whoever names it (PB)",
        ),
        pytest.param(
            ask(SESSION),
            {"resource_policy": DEFAULT, "identity_policies": [iam()], "session_policy": EMPTY},
            ["resource-based policy", "grant", "session policy"],
            id="what names the session itself goes past its policy (PP)",
        ),
        pytest.param(
            ask(),
            {
                "resource_policy": DEFAULT,
                "identity_policies": [iam()],
                "service_control_policies": [[iam()], [EMPTY]],
            },
            ["service control policy"],
            id="nothing inside the account goes past the organisation (PEL)",
        ),
        pytest.param(
            ask(),
            {"resource_policy": KEY_DENY, "identity_policies": [iam()]},
            ["removal of a Deny"],
            id="a Deny in the key policy (PEL)",
        ),
        pytest.param(
            ask(),
            {"resource_policy": DEFAULT, "identity_policies": [DENY]},
            [
                "resource-based policy + removal of a Deny",
                "grant + removal of a Deny",
                "identity-based policy + removal of a Deny",
            ],
            id="no Allow and a Deny: the removal comes last (PEL)",
        ),
        pytest.param(
            ask(),
            {
                "resource_policy": KEY_DENY,
                "identity_policies": [iam(), DENY],
                "service_control_policies": [[iam(), DENY]],
            },
            ["removal of a Deny + removal of a Deny + removal of a Deny"],
            id="every Deny must go (PEL)",
        ),
    ],
)
def test_the_ways_in(request_: Request, layers: Layers, kinds: list[str]) -> None:
    ways = what_would_allow(request_, **layers)
    assert [way.kind for way in ways] == kinds
    assert not ways.obstacle
    for way in ways:
        assert evaluate(request_, **way.layers).allowed, way


@pytest.mark.parametrize(
    ("request_", "layers", "obstacle"),
    [
        (ask(), {"identity_policies": [{"Statement": [{}]}]}, "before an identity-based policy is mended"),
        (ask(ANYBODY), {"resource_policy": DEFAULT}, "the call has to be signed"),
        (ask(resource=ALIAS), {"identity_policies": [iam()]}, "names the key's ARN"),
        (ask(action="kms:DeleteAlias", resource=ALIAS.replace("myKey", "aws/s3")), {}, "AWS's own"),
        (ask(STRANGER, "kms:RetireGrant"), {"resource_policy": DEFAULT}, "when the grant is created"),
        (ask(action="kms:*"), {"resource_policy": DEFAULT}, "one action at a time"),
        (ask(SERVICE, "kms:ListKeys", "*"), {}, "No single statement"),
    ],
)
def test_where_nothing_opens_it_one_sentence_says_why(
    request_: Request, layers: Layers, obstacle: str
) -> None:
    ways = what_would_allow(request_, **layers)
    assert not ways
    assert obstacle in ways.obstacle
    assert ways.obstacle.endswith(".")
    assert repr(ways) == ways.obstacle


def test_an_allowed_request_needs_nothing() -> None:
    ways = what_would_allow(ask(), resource_policy=DEFAULT, identity_policies=[iam()])
    assert ways == ()
    assert not ways.obstacle
    assert repr(ways) == "Nothing needs to change."


def test_a_call_through_a_service_is_opened_for_that_service_only() -> None:
    """AWS KMS Developer Guide, "kms:ViaService" and "kms:EncryptionContext"; a grant knows only the latter (CG)."""
    in_key_policy, in_iam, grant = what_would_allow(ask(**VIA_DYNAMODB), resource_policy=DEFAULT)
    condition = {"StringEquals": VIA_DYNAMODB}
    assert in_key_policy.documents == (
        {
            "Sid": "LetIAMLabUserDecrypt",
            "Effect": "Allow",
            "Principal": {"AWS": READER},
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": condition,
        },
    )
    assert grant.documents == (
        {
            "KeyId": KEY,
            "GranteePrincipal": READER,
            "Operations": ["Decrypt"],
            "Constraints": {"EncryptionContextSubset": {"aws:dynamodb:tableName": "Books"}},
        },
    )
    assert in_iam.documents == (
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY, "Condition": condition},
    )
    for way in (in_key_policy, in_iam):
        assert not evaluate(ask(), **way.layers).allowed, "a direct call stays shut"
        assert "only through dynamodb.us-east-1.amazonaws.com" in way.description


def test_a_service_is_let_in_for_the_resource_that_it_calls_for() -> None:
    """IAM User Guide, "The confused deputy problem"."""
    (way,) = what_would_allow(ask(SERVICE, **{"aws:SourceArn": "arn:aws:lambda:x"}), resource_policy=DEFAULT)
    (statement,) = way.documents
    assert statement["Principal"] == {"Service": SERVICE}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceArn": "arn:aws:lambda:x"}}


@pytest.mark.parametrize(
    ("caller", "principal"),
    [
        (ANYBODY, "*"),
        (SERVICE, {"Service": SERVICE}),
        ("cognito-identity.amazonaws.com", {"Federated": "cognito-identity.amazonaws.com"}),
        (f"arn:aws:iam::{A}:saml-provider/Us", {"Federated": f"arn:aws:iam::{A}:saml-provider/Us"}),
    ],
)
def test_everyone_is_named_only_where_anyone_asks(caller: str, principal: object) -> None:
    (way,) = what_would_allow(ask(caller, "s3:GetObject", "arn:aws:s3:::books/a"), resource_policy=EMPTY)
    assert way.documents[0]["Principal"] == principal


def test_a_statement_means_the_resource_to_the_letter() -> None:
    """IAM User Guide, "Variables and tags": ${*} is a star and nothing more."""
    request = ask(action="s3:GetObject", resource="arn:aws:s3:::books/a*${b}")
    (way,) = what_would_allow(request)
    assert evaluate(request, **way.layers).allowed
    other = ask(action="s3:GetObject", resource="arn:aws:s3:::books/abc${b}")
    assert not evaluate(other, **way.layers).allowed


def test_a_name_that_is_taken_is_not_given_twice() -> None:
    taken = with_statement(DEFAULT, use_statement(OWNER, sid="LetIAMLabUserDecrypt"))
    assert what_would_allow(ask(), resource_policy=taken)[0].documents[0]["Sid"] == "LetIAMLabUserDecrypt2"


def test_the_removal_of_a_deny_warns() -> None:
    (way,) = what_would_allow(ask(), resource_policy=KEY_DENY, identity_policies=[iam()])
    assert way.description == (
        'Take the statement "Out" out of the key policy (it was put there to keep somebody out, so find out '
        "whom before you do)."
    )
    assert way.documents[0]["Effect"] == "Deny"


def test_only_the_limits_that_are_shut_are_opened() -> None:
    levels = [[iam()], [EMPTY], [iam(), EMPTY]]
    (way,) = what_would_allow(
        ask(), resource_policy=DEFAULT, identity_policies=[iam()], service_control_policies=levels
    )
    after = [list(level) for level in way.layers["service_control_policies"]]
    assert [len(level) for level in after] == [1, 2, 2]
    assert "at level 2" in way.description


def test_the_operations_of_a_grant_are_those_of_kms() -> None:
    """They are kept here; the SDK's model of CreateGrant is where they come from."""
    model = boto3.client("kms", "us-east-1").meta.service_model.shape_for("GrantOperation")
    assert set(GRANTED_OPERATIONS) == set(model.enum) - {"RetireGrant"}
