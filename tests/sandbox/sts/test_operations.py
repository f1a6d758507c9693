"""Temporary credentials: who gets them, for how long, and what they then say of themselves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam.sessions import SessionTerms

ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
LISTS = {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def refused(gate: Any, by: str, role: str, **parameters: Any) -> AwsError:
    refusal: AwsError = gate.refused(
        "sts:AssumeRole", by=by, RoleArn=role, RoleSessionName="work", **parameters
    )
    return refusal


def test_an_assumed_role_is_somebody_else(gate: Any) -> None:
    role = gate.role("robot", LISTS)
    answer = gate("sts:AssumeRole", RoleArn=role, RoleSessionName="work")
    arn = f"arn:aws:sts::{gate.account_id}:assumed-role/robot/work"
    assert answer["AssumedRoleUser"]["Arn"] == arn
    assert answer["AssumedRoleUser"]["AssumedRoleId"].startswith("AROA")
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    session = gate.signed_in(answer["Credentials"])
    assert gate("sts:GetCallerIdentity", by=session) == {
        "UserId": answer["AssumedRoleUser"]["AssumedRoleId"],
        "Account": gate.account_id,
        "Arn": arn,
    }
    assert gate("kms:ListKeys", by=session)["Keys"] == []
    assert f"User: {arn} is not" in gate.refused("kms:ListAliases", by=session).message


@pytest.mark.parametrize(
    ("trusts", "own", "enters"),
    [
        ("the user", False, True),
        ("the account", True, True),
        ("the account", False, False),
        ("another user", True, False),
        ("everybody", False, True),
    ],
)
def test_whom_a_role_lets_in(gate: Any, trusts: str, own: bool, enters: bool) -> None:
    """A trust policy that names the user is enough; one that names the account leaves it to the user's policies."""
    gate.user("Ann", *([ASSUME] if own else []))
    principals = {
        "the user": gate.arn("Ann"),
        "the account": gate.account_id,
        "another user": gate.arn("IAMLabUser"),
        "everybody": "*",
    }
    role = gate.role("robot", trusts=principals[trusts])
    if enters:
        assert gate.assume(role, by="Ann")
    else:
        refusal = refused(gate, "Ann", role)
        assert (refusal.code, refusal.status) == ("AccessDenied", 403)
        assert refusal.message == (
            f"User: {gate.arn('Ann')} is not authorized to perform: sts:AssumeRole on resource: {role}"
        )


@pytest.mark.parametrize(
    ("condition", "parameters", "enters"),
    [
        ({"StringEquals": {"sts:ExternalId": "42"}}, {"ExternalId": "42"}, True),
        ({"StringEquals": {"sts:ExternalId": "42"}}, {"ExternalId": "43"}, False),
        ({"StringEquals": {"sts:ExternalId": "42"}}, {}, False),
        ({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}, {"RoleSessionName": "Ann"}, True),
        ({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}, {"RoleSessionName": "Bob"}, False),
        ({"StringEquals": {"aws:PrincipalTag/team": "blue"}}, {}, True),
        ({"StringEquals": {"aws:PrincipalTag/team": "red"}}, {}, False),
        ({"StringEquals": {"iam:ResourceTag/stage": "test"}}, {}, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, {}, False),
    ],
)
def test_conditions_of_a_trust_policy(
    gate: Any, condition: dict[str, Any], parameters: dict[str, str], enters: bool
) -> None:
    gate.user("Ann")
    gate("iam:TagUser", UserName="Ann", **{"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"})
    statement = {"Effect": "Allow", "Principal": {"AWS": gate.arn("Ann")}, "Action": "sts:AssumeRole"}
    gate(
        "iam:CreateRole",
        RoleName="robot",
        AssumeRolePolicyDocument=policy({**statement, "Condition": condition}),
        **{"Tags.member.1.Key": "stage", "Tags.member.1.Value": "test"},
    )
    role = f"arn:aws:iam::{gate.account_id}:role/robot"
    if enters:
        assert gate.assume(role, by="Ann", **parameters)
    else:
        parameters.setdefault("RoleSessionName", "work")
        assert gate.refused("sts:AssumeRole", by="Ann", RoleArn=role, **parameters).code == "AccessDenied"


def test_of_a_role_that_is_not_there_nothing_else_is_said(gate: Any) -> None:
    absent = f"arn:aws:iam::{gate.account_id}:role/absent"
    assert refused(gate, gate.main, absent).message.endswith(f"sts:AssumeRole on resource: {absent}")
    elsewhere = "arn:aws:iam::999999999999:role/robot"
    assert refused(gate, gate.main, elsewhere).code == "AccessDenied"


@pytest.mark.parametrize(
    "rest", ["user/IAMLabUser", "instance-profile/robot", "group/readers", "root", "role/"]
)
def test_what_is_no_role_is_not_assumed(gate: Any, rest: str) -> None:
    """Not even by the administrator, whom its own policy lets do anything with anything."""
    arn = f"arn:aws:iam::{gate.account_id}:{rest}"
    refusal = refused(gate, gate.main, arn)
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert refusal.message == (
        f"User: {gate.arn(gate.main)} is not authorized to perform: sts:AssumeRole on resource: {arn}"
    )


@pytest.mark.parametrize(
    "arn", ["nothing-valid-in-here", "arn::b:::something/test-role", "arn:a:a::aaaaaaaaaa:"]
)
def test_an_arn_that_is_none(gate: Any, arn: str) -> None:
    refusal = refused(gate, gate.main, arn)
    assert (refusal.code, refusal.message, refusal.status) == ("ValidationError", f"{arn} is invalid", 400)


def test_an_explicit_deny_is_said_so(gate: Any) -> None:
    gate.user("Ann", {**ASSUME, "Effect": "Deny"})
    role = gate.role("robot", trusts=gate.arn("Ann"))
    assert refused(gate, "Ann", role).message.endswith(" with an explicit deny in an identity-based policy")


def test_how_long_a_role_may_be_kept(gate: Any) -> None:
    role = gate.role("robot", MaxSessionDuration="7200")
    answer = gate("sts:AssumeRole", RoleArn=role, RoleSessionName="work", DurationSeconds="7200")
    left = answer["Credentials"]["Expiration"] - datetime.now(UTC)
    assert timedelta(seconds=7100) < left <= timedelta(seconds=7200)
    refusal = refused(gate, gate.main, role, DurationSeconds="7201")
    assert refusal.code == "ValidationError"
    assert (
        refusal.message == "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    )
    assert refused(gate, gate.main, role, DurationSeconds="899").code == "ValidationError"


def test_a_session_is_over_by_the_accounts_clock(gate: Any) -> None:
    session = gate.assume(gate.role("robot", LISTS))
    assert gate("kms:ListKeys", by=session)
    gate.later(minutes=61)
    with pytest.raises(AwsError, match="The security token included in the request is expired"):
        gate("kms:ListKeys", by=session)


def test_from_role_to_role_for_an_hour(gate: Any) -> None:
    second = gate.role("second", LISTS, MaxSessionDuration="43200")
    first = gate.assume(gate.role("first", {**ASSUME, "Resource": second}))
    refusal = refused(gate, first, second, DurationSeconds="3601")
    assert (refusal.code, refusal.message) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    )
    chained = gate.assume(second, by=first, DurationSeconds="3600")
    assert gate("sts:GetCallerIdentity", by=chained)["Arn"].endswith(":assumed-role/second/work")


def test_a_role_does_not_assume_itself_unless_its_trust_policy_names_it(gate: Any) -> None:
    role = gate.role("robot", {**ASSUME, "Resource": "*"}, trusts=gate.arn(gate.main))
    assert refused(gate, gate.assume(role), role).code == "AccessDenied"


def test_session_tags_count_as_the_principals(gate: Any) -> None:
    tagged = {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}
    tagged["Condition"] = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    role = gate.role("robot", tagged, **{"Tags.member.1.Key": "team", "Tags.member.1.Value": "red"})
    assert gate.refused("kms:ListKeys", by=gate.assume(role)).code == "AccessDeniedException"
    blue = {"Tags.member.1.Key": "Team", "Tags.member.1.Value": "blue"}
    assert gate("kms:ListKeys", by=gate.assume(role, **blue))["Keys"] == []


def test_tagging_a_session_needs_a_permission_of_its_own(gate: Any) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": gate.arn(gate.main)}, "Action": "sts:AssumeRole"}
    gate("iam:CreateRole", RoleName="robot", AssumeRolePolicyDocument=policy(statement))
    role = f"arn:aws:iam::{gate.account_id}:role/robot"
    tags = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}
    refusal = refused(gate, gate.main, role, **tags)
    assert refusal.message.endswith(f"is not authorized to perform: sts:TagSession on resource: {role}")


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (
            {"TransitiveTagKeys.member.1": "cost"},
            "The specified transitive tag key must be included in the requested tags.",
        ),
        (
            {"Tags.member.2.Key": "TEAM", "Tags.member.2.Value": "x"},
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            {"Tags.member.2.Key": "AWS:cost", "Tags.member.2.Value": "x"},
            "aws: prefixed tag key names are not allowed for external use.",
        ),
    ],
)
def test_tags_that_a_session_can_not_have(gate: Any, form: dict[str, str], message: str) -> None:
    tags = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue", **form}
    refusal = refused(gate, gate.main, gate.role("robot"), **tags)
    assert (refusal.code, refusal.message) == ("InvalidParameterValue", message)


def test_transitive_tags_and_the_source_identity_go_on_to_the_next_role(gate: Any) -> None:
    needed = {"StringEquals": {"aws:PrincipalTag/team": "blue", "aws:SourceIdentity": "Ann"}}
    second = gate.role("second", {**LISTS, "Condition": needed})
    every_sts = {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}
    tags = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}
    first = gate.assume(
        gate.role("first", every_sts),
        SourceIdentity="Ann",
        **tags,
        **{"TransitiveTagKeys.member.1": "team"},
    )
    assert gate("kms:ListKeys", by=gate.assume(second, by=first))["Keys"] == []
    refusal = refused(gate, first, second, **tags)
    assert refusal.message == (
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
        "the calling session."
    )
    assert refused(gate, first, second, SourceIdentity="Bob").code == "InvalidParameterValue"


def test_nobody_has_a_second_factor(gate: Any) -> None:
    mfa = {"SerialNumber": "arn:aws:iam::123456789012:mfa/phone", "TokenCode": "123456"}
    role = gate.role("robot")
    assert refused(gate, gate.main, role, **mfa).message.startswith("MultiFactorAuthentication failed")


def test_a_sessions_credentials_outlive_a_restart_but_not_the_role(kept: Any) -> None:
    trust = policy({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})
    kept("iam:CreateRole", RoleName="robot", AssumeRolePolicyDocument=trust)
    role = kept.account.identities.role("robot")
    terms = SessionTerms("AssumeRole", "work", (policy(LISTS),), (), {"team": "blue"}, ("team",), "Ann")
    given = kept.account.identities.begin_session(role.id, 900, terms)
    kept.account.commit()
    kept.restart()
    key_id = given.caller.access_key_id
    assert kept.account.identities.credentials(key_id) == given
    assert kept.account.identities.caller_policies(given.caller).session["Statement"] == [LISTS]
    kept("iam:DeleteRole", RoleName="robot")
    kept("iam:CreateRole", RoleName="robot", AssumeRolePolicyDocument=trust)
    assert kept.account.identities.credentials(key_id) is None, "a new role of the same name is another role"
