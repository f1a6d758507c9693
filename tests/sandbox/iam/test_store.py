"""Whose an access key is, which policies apply to a caller, who is there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam.sessions import SessionTerms
from tests.effort import calls


def policy(action: str) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
    )


def actions(practice: Any, user_name: str) -> set[str]:
    """What the identity policies of a user allow."""
    caller = practice.account.identities.session_for(user_name).caller
    return {
        document["Statement"][0]["Action"]
        for document in practice.account.identities.caller_policies(caller).identity
    }


def test_an_access_key_stands_for_its_user_while_it_is_there(practice: Any) -> None:
    practice("iam:CreateUser", UserName="ada")
    practice("iam:CreateAccessKey", UserName="ada")
    (key,) = practice.account.identities.access_keys("ada")
    key_id = key.caller.access_key_id
    found = practice.account.identities.credentials(key_id)
    assert found == key
    assert found.active
    assert found.token is None
    assert (len(key_id), key_id[:4], len(found.secret)) == (20, "AKIA", 40)
    assert found.caller.arn == "arn:aws:iam::123456789012:user/ada"
    assert found.caller.user_id.startswith("AIDA")
    practice("iam:UpdateAccessKey", UserName="ada", AccessKeyId=key_id, Status="Inactive")
    assert not practice.account.identities.credentials(key_id).active
    practice("iam:UpdateUser", UserName="ada", NewUserName="lovelace")
    assert practice.account.identities.credentials(key_id).caller.user_name == "lovelace"
    practice("iam:DeleteAccessKey", UserName="lovelace", AccessKeyId=key_id)
    assert practice.account.identities.credentials(key_id) is None


@pytest.mark.parametrize("key_id", ["", "AKIAIOSFODNN7EXAMPLE", "x" * 1000])
def test_an_unknown_access_key_stands_for_nobody(practice: Any, key_id: str) -> None:
    assert practice.account.identities.credentials(key_id) is None


def test_secrets_are_not_shown(practice: Any) -> None:
    session = practice.account.identities.session_for("IAMLabUser")
    assert session.secret not in repr(session)
    assert session.token not in repr(session)
    kept = dict.__getitem__(practice.account.identities.sessions, session.caller.access_key_id)
    assert session.secret not in repr(kept)
    assert session.token not in repr(kept)


def test_a_session_ends(practice: Any) -> None:
    session = practice.account.identities.session_for("IAMLabUser")
    key_id = session.caller.access_key_id
    practice.account.now = lambda: datetime.now(UTC) + timedelta(hours=13)
    with pytest.raises(AwsError) as caught:
        practice.account.identities.credentials(key_id)
    assert caught.value.code == "ExpiredTokenException"
    practice.account.identities.session_for("IAMLabUser")
    assert practice.account.identities.credentials(key_id) is None, (
        "sessions that are over are forgotten in time"
    )


def test_a_session_ends_with_its_user(practice: Any) -> None:
    practice("iam:CreateUser", UserName="ada")
    key_id = practice.account.identities.session_for("ada").caller.access_key_id
    practice("iam:DeleteUser", UserName="ada")
    assert practice.account.identities.credentials(key_id) is None
    with pytest.raises(AwsError) as caught:
        practice.account.identities.session_for("ada")
    assert (caught.value.code, caught.value.status) == ("NoSuchEntity", 404)


def test_a_user_of_the_same_name_does_not_inherit_a_session(practice: Any) -> None:
    practice("iam:CreateUser", UserName="ada")
    key_id = practice.account.identities.session_for("ada").caller.access_key_id
    practice("iam:UpdateUser", UserName="ada", NewUserName="lovelace")
    assert practice.account.identities.credentials(key_id).caller.user_name == "lovelace", (
        "a session follows its user"
    )
    practice("iam:DeleteUser", UserName="lovelace")
    practice("iam:CreateUser", UserName="ada")
    assert practice.account.identities.credentials(key_id) is None


def test_identity_policies_are_inline_attached_and_of_groups(practice: Any) -> None:
    practice("iam:CreateUser", UserName="ada")
    practice("iam:CreateGroup", GroupName="readers")
    assert actions(practice, "ada") == set()
    practice("iam:PutUserPolicy", UserName="ada", PolicyName="p", PolicyDocument=policy("kms:A"))
    practice("iam:CreatePolicy", PolicyName="Own", PolicyDocument=policy("kms:B"))
    practice("iam:AttachUserPolicy", UserName="ada", PolicyArn="arn:aws:iam::123456789012:policy/Own")
    assert actions(practice, "ada") == {"kms:A", "kms:B"}
    practice("iam:PutGroupPolicy", GroupName="readers", PolicyName="g", PolicyDocument=policy("kms:C"))
    practice("iam:CreatePolicy", PolicyName="Groups", PolicyDocument=policy("kms:D"))
    practice(
        "iam:AttachGroupPolicy", GroupName="readers", PolicyArn="arn:aws:iam::123456789012:policy/Groups"
    )
    practice("iam:AddUserToGroup", GroupName="readers", UserName="ada")
    assert actions(practice, "ada") == {"kms:A", "kms:B", "kms:C", "kms:D"}
    practice(
        "iam:CreatePolicyVersion",
        PolicyArn="arn:aws:iam::123456789012:policy/Own",
        PolicyDocument=policy("kms:E"),
        SetAsDefault="true",
    )
    practice("iam:DeleteUserPolicy", UserName="ada", PolicyName="p")
    assert actions(practice, "ada") == {"kms:E", "kms:C", "kms:D"}
    practice("iam:RemoveUserFromGroup", GroupName="readers", UserName="ada")
    assert actions(practice, "ada") == {"kms:E"}


def test_who_is_not_there_has_no_policies(practice: Any) -> None:
    practice("iam:CreateUser", UserName="ada")
    identities = practice.account.identities
    caller = identities.session_for("ada").caller
    assert identities.caller_policies(caller).boundaries == []
    practice("iam:DeleteUser", UserName="ada")
    policies = identities.caller_policies(caller)
    assert policies.identity == policies.boundaries == []


def test_principals_that_exist(practice: Any) -> None:
    practice("iam:CreateUser", UserName="ada", Path="/people/")
    practice("iam:CreateRole", RoleName="robot", AssumeRolePolicyDocument=policy("sts:AssumeRole"))
    exists = practice.account.identities.principal_exists
    for there in (
        "123456789012",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::123456789012:user/IAMLabUser",
    ):
        assert exists(there), there
    assert exists("arn:aws:iam::123456789012:user/people/ada")
    assert exists("arn:aws:iam::123456789012:role/robot")
    for session in ("assumed-role/robot/work", "federated-user/anybody"):
        assert exists(f"arn:aws:sts::123456789012:{session}"), session
    for absent in (
        "arn:aws:sts::123456789012:assumed-role/absent/work",
        "arn:aws:sts::999999999999:assumed-role/robot/work",
        "arn:aws:sts::123456789012:assumed-role/robot/*",
        "",
        "arn:aws:iam::123456789012:user/ada",
        "arn:aws:iam::999999999999:root",
        "IAMLabUser",
        "*",
    ):
        assert not exists(absent), absent


def test_the_last_use_is_remembered_to_a_quarter_of_an_hour(gate: Any) -> None:
    own = gate.caller(gate.main).access_key_id
    unused = gate("iam:CreateAccessKey", UserName="IAMLabUser")["Xml"].split("<AccessKeyId>")[1].split("<")[0]
    gate("kms:ListKeys", region="eu-west-1")
    assert "<ServiceName>N/A<" in gate("iam:GetAccessKeyLastUsed", AccessKeyId=unused)["Xml"]
    first = gate("iam:GetAccessKeyLastUsed", AccessKeyId=own)["Xml"]
    assert "<ServiceName>iam<" in first, "by the first call since the account began"
    gate.later(minutes=16)
    gate("kms:ListKeys", region="eu-west-1")
    later = gate("iam:GetAccessKeyLastUsed", AccessKeyId=own)["Xml"]
    assert "<Region>eu-west-1<" in later
    assert "<ServiceName>kms<" in later
    refusal = gate.refused("iam:GetAccessKeyLastUsed", AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert refusal.message.endswith("on resource: access key AKIAIOSFODNN7EXAMPLE")


def test_the_last_use_of_a_role(gate: Any) -> None:
    role = gate.role("robot", {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"})
    assert "<LastUsedDate>" not in gate("iam:GetRole", RoleName="robot")["Xml"]
    gate("kms:ListKeys", by=gate.assume(role), region="eu-west-1")
    assert "<Region>eu-west-1</Region>" in gate("iam:GetRole", RoleName="robot")["Xml"]


def test_no_call_goes_through_all_users(practice: Any) -> None:
    """A session is found by its id, a role by its name, a user's groups by the user."""
    trust = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:*"}]}
    )
    practice("iam:CreateRole", RoleName="robot", AssumeRolePolicyDocument=trust)
    practice("iam:CreateGroup", GroupName="readers")
    practice("iam:AddUserToGroup", GroupName="readers", UserName="IAMLabUser")
    session = practice.account.identities.session_for("IAMLabUser")
    iam = practice.account.identities.iam

    class Closed(dict[str, Any]):
        def __iter__(self) -> Any:
            raise AssertionError("somebody looks at all of them")

        values = items = keys = __iter__  # type: ignore[assignment]

    iam.users, iam.groups, iam.roles = Closed(iam.users), Closed(iam.groups), Closed(iam.roles)
    iam.users_by_id = Closed(iam.users_by_id)
    assert practice.account.identities.credentials(session.caller.access_key_id) == session
    policies = practice.account.identities.caller_policies(session.caller)
    assert policies.identity
    assert policies.boundaries == []
    assert policies.tags == {}
    assert practice.account.identities.entity_of("arn:aws:iam::123456789012:role/robot").trust_policy
    assert not practice.account.identities.principal_exists("arn:aws:iam::123456789012:role/absent")


def test_sessions_are_forgotten_after_a_restart_and_an_undone_call_too(kept: Any) -> None:
    user_id = kept.account.identities.session_for("IAMLabUser").caller.user_id
    over = {
        kept.account.identities.begin_session(user_id, 900, SessionTerms()).caller.access_key_id
        for _ in range(3)
    }
    kept.account.commit()
    kept.restart()
    backend = kept.account
    backend.now = lambda: datetime.now(UTC) + timedelta(hours=1)
    backend.identities.session_for("IAMLabUser")
    assert not over & set(backend.identities.sessions)
    backend.rollback()
    assert over <= set(backend.identities.sessions)
    backend.identities.session_for("IAMLabUser")
    assert not over & set(backend.identities.sessions), "what an undone call brought back is kept"
    assert len(backend.identities.sessions) == 2


def test_a_new_session_takes_as_many_steps_beside_many(practice: Any) -> None:
    def steps(others: int) -> int:
        for _ in range(others):
            practice.account.identities.session_for("IAMLabUser")
        # The least of some: letters of an id are drawn until they fit, by luck a few steps more or fewer.
        return min(calls(lambda: practice.account.identities.session_for("IAMLabUser")) for _ in range(20))

    assert steps(200) <= steps(1) + 30


def test_a_change_of_a_callers_policies_counts_at_once_and_so_does_its_undoing(kept: Any) -> None:
    """Documents are parsed once, by their text: nothing that was parsed can be out of date."""
    arn = "arn:aws:iam::123456789012:policy/Own"
    kept("iam:CreatePolicy", PolicyName="Own", PolicyDocument=policy("kms:A"))
    kept("iam:AttachUserPolicy", UserName="IAMLabUser", PolicyArn=arn)
    kept("iam:PutUserPermissionsBoundary", UserName="IAMLabUser", PermissionsBoundary=arn)
    caller = kept.account.identities.session_for("IAMLabUser").caller
    kept.account.commit()

    def now() -> tuple[Any, Any]:
        policies = kept.account.identities.caller_policies(caller)
        return policies.identity[1:], policies.boundaries

    before = ([json.loads(policy("kms:A"))],) * 2
    assert now() == before
    kept.account.commit = lambda: None
    kept("iam:CreatePolicyVersion", PolicyArn=arn, PolicyDocument=policy("kms:B"), SetAsDefault="true")
    assert now() == ([json.loads(policy("kms:B"))],) * 2
    kept.account.rollback()
    assert now() == before
    kept("iam:PutUserPolicy", UserName="IAMLabUser", PolicyName="BooksReader", PolicyDocument=policy("kms:C"))
    assert kept.account.identities.caller_policies(caller).identity[0] == json.loads(policy("kms:C"))
    kept("iam:TagUser", UserName="IAMLabUser", **{"Tags.member.1.Key": "a", "Tags.member.1.Value": "b"})
    assert kept.account.identities.caller_policies(caller).tags == {"a": "b"}
    kept.account.rollback()
    assert kept.account.identities.caller_policies(caller).tags == {}
    assert now() == before
    kept.account.reset()
    assert kept.account.identities.caller_policies(caller).identity == [], "another user has that name now"


def test_a_principal_is_known_by_its_id_whatever_its_name(practice: Any) -> None:
    identities = practice.account.identities
    practice("iam:CreateUser", UserName="ada", Path="/a//b/")
    practice("iam:CreateRole", RoleName="robot", AssumeRolePolicyDocument=policy("sts:AssumeRole"))
    practice("iam:CreateGroup", GroupName="readers")
    ada, robot = "arn:aws:iam::123456789012:user/a//b/ada", "arn:aws:iam::123456789012:role/robot"
    ids = {arn: identities.unique_id(arn) for arn in (ada, robot)}
    assert ids[ada].startswith("AIDA")
    assert ids[robot].startswith("AROA")
    assert {identities.present_name(each): arn for arn, each in ids.items()} == {ada: ada, robot: robot}
    for other in ("arn:aws:iam::123456789012:user/ada", "arn:aws:iam::123456789012:group/readers", "*", ""):
        assert identities.unique_id(other) is None, other
    practice("iam:UpdateUser", UserName="ada", NewUserName="lovelace")
    assert identities.present_name(ids[ada]) == "arn:aws:iam::123456789012:user/a//b/lovelace"
    practice("iam:DeleteUser", UserName="lovelace")
    assert identities.present_name(ids[ada]) == ids[ada]
    assert identities.present_name("dynamodb.amazonaws.com") == "dynamodb.amazonaws.com"


@pytest.mark.parametrize(
    ("kind", "name", "can_be_named"),
    [
        ("AWS", "*", True),
        ("AWS", "999999999999", True),
        ("AWS", "arn:aws:iam::999999999999:root", True),
        ("AWS", "arn:aws:iam::999999999999:user/ada", False),
        ("AWS", "arn:aws:iam::123456789012:user/IAMLabUser", True),
        ("AWS", "arn:aws:iam::123456789012:user/absent", False),
        ("Service", "dynamodb.amazonaws.com", True),
        ("Service", "dynamodb", False),
        ("Federated", "anybody", True),
        ("CanonicalUser", "anybody", False),
    ],
)
def test_whom_a_policy_can_name(practice: Any, kind: str, name: str, can_be_named: bool) -> None:
    assert practice.account.identities.is_policy_principal(kind, name) is can_be_named


def test_an_entity_is_a_plain_record(practice: Any) -> None:
    identities = practice.account.identities
    tags = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}
    trust = policy("sts:AssumeRole")
    practice(
        "iam:CreateRole", RoleName="robot", AssumeRolePolicyDocument=trust, MaxSessionDuration="7200", **tags
    )
    practice("iam:CreateGroup", GroupName="readers")
    practice("iam:CreatePolicy", PolicyName="Own", PolicyDocument=policy("kms:A"), **tags)
    robot = identities.role("robot")
    assert identities.entity_of(robot.arn) == robot
    assert (robot.kind, robot.tags, robot.max_session_seconds) == ("role", {"team": "blue"}, 7200)
    assert robot.trust_policy == json.loads(trust)
    readers = identities.group("readers")
    assert (readers.kind, readers.tags, readers.trust_policy) == ("group", {}, None)
    own = identities.policy("arn:aws:iam::123456789012:policy/Own")
    assert (own.kind, own.name, own.tags) == ("policy", "Own", {"team": "blue"})
    assert identities.policy("arn:aws:iam::aws:policy/ReadOnlyAccess").name == "ReadOnlyAccess"
    assert identities.user("absent") is identities.role("absent") is identities.policy("absent") is None
