"""Key policies and trust policies mean the very user or role that they name, whatever its name becomes.

IAM User Guide, "AWS JSON policy elements: Principal" (a policy holds the id of whom it names, and shows it once the
user or role is deleted), "Rename an IAM user" (policies that name a user as a principal follow its new name).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.conftest import Gate

INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
ALL_TRUST_POLICIES = ("iam:GetRole", "iam:ListRoles", "iam:GetAccountAuthorizationDetails")


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(action: str = "kms:DescribeKey", effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": "*", **elements}


def account_arn(gate: Gate) -> str:
    return f"arn:aws:iam::{gate.account_id}:root"


def root(gate: Gate) -> dict[str, Any]:
    return statement("kms:*", Principal={"AWS": account_arn(gate)})


def new_key(gate: Gate, *statements: dict[str, Any]) -> str:
    return gate.key(Policy=document(root(gate), *statements))


def statements_of(gate: Gate, key: str) -> list[dict[str, Any]]:
    """Those of a key policy behind the account's."""
    found: list[dict[str, Any]] = json.loads(gate("kms:GetKeyPolicy", KeyId=key)["Policy"])["Statement"]
    return found[1:]


def trusted(gate: Gate, role: str, operation: str = "iam:GetRole") -> Any:
    """Whom a role trusts, as an operation shows it."""
    parameters = {"RoleName": role} if operation == "iam:GetRole" else {}
    answer = ElementTree.fromstring(gate(operation, **parameters)["Xml"])  # noqa: S314
    (shown,) = (each for each in answer.iter() if each.findtext("{*}RoleName") == role)
    text = unquote(shown.findtext("{*}AssumeRolePolicyDocument") or "")
    return json.loads(text)["Statement"][0]["Principal"]["AWS"]


def user_id(gate: Gate, name: str) -> str:
    return str(gate.account.identities.user(name).id)


def signed_in_anew(gate: Gate, name: str) -> str:
    """The user who has the name now, whoever had it before."""
    gate._key_ids.pop(name, None)
    return name


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Gate]:
    made = Gate(home=tmp_path)
    yield made
    made.application.close()


def test_who_is_made_again_under_a_name_is_not_let_in_by_a_key_policy(gate: Gate) -> None:
    key = new_key(gate, statement(Principal={"AWS": gate.arn(gate.user("Ann"))}))
    assert gate("kms:DescribeKey", by="Ann", KeyId=key)
    first = user_id(gate, "Ann")
    gate("iam:DeleteUser", UserName="Ann")
    assert statements_of(gate, key)[0]["Principal"] == {"AWS": first}
    gate.user("Ann")
    assert user_id(gate, "Ann") != first
    assert statements_of(gate, key)[0]["Principal"] == {"AWS": first}
    refusal = gate.refused("kms:DescribeKey", by=signed_in_anew(gate, "Ann"), KeyId=key)
    assert refusal.code == "AccessDeniedException"
    gate.user("Ben")
    gate("iam:UpdateUser", UserName="Ann", NewUserName="Zoe")
    gate("iam:UpdateUser", UserName="Ben", NewUserName="Ann")
    assert gate.refused("kms:DescribeKey", by=signed_in_anew(gate, "Ann"), KeyId=key).code == refusal.code


def test_a_session_of_a_role_that_is_made_again_is_not_let_in_by_a_key_policy(gate: Gate) -> None:
    key = new_key(gate, statement(Principal={"AWS": gate.role("Robot")}))
    assert gate("kms:DescribeKey", by=gate.assume(f"arn:aws:iam::{gate.account_id}:role/Robot"), KeyId=key)
    first = gate.account.identities.role("Robot").id
    gate("iam:DeleteRole", RoleName="Robot")
    session = gate.assume(gate.role("Robot"))
    assert gate.refused("kms:DescribeKey", by=session, KeyId=key).code == "AccessDeniedException"
    assert statements_of(gate, key)[0]["Principal"] == {"AWS": first}


@pytest.mark.parametrize("kind", ["user", "role"])
def test_who_is_made_again_under_a_name_is_not_trusted(gate: Gate, kind: str) -> None:
    may_assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    make = {"user": gate.user, "role": gate.role}[kind]
    make("Ann", may_assume)
    arn = f"arn:aws:iam::{gate.account_id}:{kind}/Ann"
    robot = gate.role("Robot", trusts=arn)
    ann = gate.assume(arn) if kind == "role" else "Ann"
    assert gate.assume(robot, by=ann)
    first = gate.account.identities.unique_id(arn)
    gate(f"iam:Delete{kind.capitalize()}Policy", PolicyName="own", **{f"{kind.capitalize()}Name": "Ann"})
    gate(f"iam:Delete{kind.capitalize()}", **{f"{kind.capitalize()}Name": "Ann"})
    make("Ann", may_assume)
    for operation in ALL_TRUST_POLICIES:
        assert trusted(gate, "Robot", operation) == first
    again = gate.assume(arn) if kind == "role" else signed_in_anew(gate, "Ann")
    refusal = gate.refused("sts:AssumeRole", by=again, RoleArn=robot, RoleSessionName="work")
    assert refusal.code == "AccessDenied"


def test_a_user_keeps_its_access_under_another_name_and_path(gate: Gate) -> None:
    gate.user("Ann")
    before, after = gate.arn("Ann"), gate.arn("team/Anna")
    key = new_key(gate, statement(Principal={"AWS": [before, gate.arn(gate.main)]}))
    robot = gate.role("Robot", trusts=before)
    gate("iam:UpdateUser", UserName="Ann", NewUserName="Anna", NewPath="/team/")
    assert statements_of(gate, key)[0]["Principal"] == {"AWS": [after, gate.arn(gate.main)]}
    for operation in ALL_TRUST_POLICIES:
        assert trusted(gate, "Robot", operation) == after
    assert gate("kms:DescribeKey", by="Anna", KeyId=key)
    assert gate.assume(robot, by="Anna")
    gate("iam:UpdateUser", UserName="Anna")
    assert gate("kms:DescribeKey", by="Anna", KeyId=key), "an update that changes nothing changed the policy"


def test_a_deny_spares_only_whom_its_not_principal_means(gate: Gate) -> None:
    gate.user("Ann", statement())
    everyone_else = {"AWS": [account_arn(gate), gate.arn("Ann")]}
    key = new_key(gate, statement(effect="Deny", NotPrincipal=everyone_else))
    assert gate("kms:DescribeKey", by="Ann", KeyId=key)
    first = user_id(gate, "Ann")
    gate("iam:DeleteUserPolicy", UserName="Ann", PolicyName="own")
    gate("iam:DeleteUser", UserName="Ann")
    gate.user("Ann", statement())
    assert statements_of(gate, key)[0]["NotPrincipal"] == {"AWS": [account_arn(gate), first]}
    refusal = gate.refused("kms:DescribeKey", by=signed_in_anew(gate, "Ann"), KeyId=key)
    assert refusal.message.endswith("with an explicit deny in a resource-based policy")


def test_conditions_and_resources_go_by_name(gate: Gate) -> None:
    """Neither is rewritten. IAM User Guide, "Rename an IAM user": what names a user as a resource is not either."""
    gate.user("Ann")
    by_name = statement(
        Principal={"AWS": account_arn(gate)}, Condition={"ArnLike": {"aws:PrincipalArn": gate.arn("Ann")}}
    )
    on_ann = statement(Principal={"AWS": account_arn(gate)}, Resource=gate.arn("Ann"))
    key = new_key(gate, by_name, on_ann)
    gate("iam:DeleteUser", UserName="Ann")
    assert statements_of(gate, key) == [by_name, on_ann]


def test_who_is_named_nearly_so_is_left_alone(gate: Gate) -> None:
    for name in ("Ann", "Anna"):
        gate.user(name)
    gate("iam:CreateUser", UserName="Annb", Path="/Ann/")
    others = [gate.arn("Anna"), gate.arn("Ann/Annb"), account_arn(gate)]
    key = new_key(
        gate, statement(Principal={"AWS": [*others, gate.arn("Ann")], "Service": "ec2.amazonaws.com"})
    )
    first = user_id(gate, "Ann")
    gate("iam:DeleteUser", UserName="Ann")
    expected = {"AWS": [*others, first], "Service": "ec2.amazonaws.com"}
    assert statements_of(gate, key)[0]["Principal"] == expected


def test_the_name_of_a_session_is_no_users_and_stays(gate: Gate) -> None:
    """AWS documents that the ARNs of users and roles become ids; of those of sessions it says nothing."""
    gate.role("Robot")
    session = f"arn:aws:sts::{gate.account_id}:assumed-role/Robot/work"
    key = new_key(gate, statement(Principal={"AWS": session}))
    gate("iam:DeleteRole", RoleName="Robot")
    assert statements_of(gate, key)[0]["Principal"] == {"AWS": session}


def test_a_name_that_is_spelled_with_escapes_is_the_name(gate: Gate) -> None:
    arn = gate.arn(gate.user("Ann"))
    spelled = document(root(gate), statement(Principal={"AWS": arn})).replace("user/Ann", "user\\/\\u0041nn")
    key = gate.key(Policy=spelled)
    first = user_id(gate, "Ann")
    gate("iam:DeleteUser", UserName="Ann")
    assert statements_of(gate, key)[0]["Principal"] == {"AWS": first}


def test_an_id_stands_for_who_has_it(gate: Gate) -> None:
    """Whose id it is, AWS shows by the ARN: https://hackingthe.cloud/aws/enumeration/enumerate_principal_arn_from_unique_id"""
    gate.user("Ann")
    robot = gate.role("Robot", trusts=user_id(gate, "Ann"))
    role_id = gate.account.identities.role("Robot").id
    named = {"AWS": [user_id(gate, "Ann"), role_id]}
    key = new_key(gate, statement(Principal=named))
    assert statements_of(gate, key)[0]["Principal"] == {"AWS": [gate.arn("Ann"), robot]}
    assert trusted(gate, "Robot") == gate.arn("Ann")
    gate("kms:PutKeyPolicy", KeyId=key, Policy=document(root(gate), statement(NotPrincipal=named)))
    assert statements_of(gate, key)[0]["NotPrincipal"] == {"AWS": [gate.arn("Ann"), robot]}
    trust = document({"Effect": "Deny", "Principal": {"AWS": role_id}, "Action": "sts:AssumeRole"})
    gate("iam:UpdateAssumeRolePolicy", RoleName="Robot", PolicyDocument=trust)
    assert trusted(gate, "Robot") == robot


def test_an_account_that_is_named_by_its_id_is_shown_by_its_arn(gate: Gate) -> None:
    """Terraform's documentation of "aws_sns_topic_policy", and of S3 hashicorp/terraform, issue 9036."""
    arn = account_arn(gate)
    named = {"AWS": [gate.account_id, "999999999999"]}
    key = new_key(gate, statement(Principal=named), statement(effect="Deny", NotPrincipal=named))
    shown = {"AWS": [arn, "arn:aws:iam::999999999999:root"]}
    assert statements_of(gate, key) == [
        statement(Principal=shown),
        statement(effect="Deny", NotPrincipal=shown),
    ]
    gate.role("robot", trusts=gate.account_id)
    for operation in ALL_TRUST_POLICIES:
        assert trusted(gate, "robot", operation) == arn
    gate.assume(f"arn:aws:iam::{gate.account_id}:role/robot")


def test_an_id_that_nobody_has_is_refused(gate: Gate) -> None:
    gate.user("Ann")
    key = new_key(gate, statement(Principal={"AWS": gate.arn("Ann")}))
    gate.role("Robot", trusts=gate.arn("Ann"))
    first = user_id(gate, "Ann")
    gate("iam:DeleteUser", UserName="Ann")
    policy = gate("kms:GetKeyPolicy", KeyId=key)["Policy"]
    assert first in policy
    refusal = gate.refused("kms:PutKeyPolicy", KeyId=key, Policy=policy)
    assert (refusal.code, refusal.message) == ("MalformedPolicyDocumentException", INVALID_PRINCIPALS)
    group_id = re.search("<GroupId>(.*?)<", gate("iam:CreateGroup", GroupName="Readers")["Xml"])
    assert group_id is not None
    for nobody in (first, "AROACKCEVSQ6C2EXAMPLE", group_id[1]):
        trust = document({"Effect": "Allow", "Principal": {"AWS": nobody}, "Action": "sts:AssumeRole"})
        refusal = gate.refused("iam:UpdateAssumeRolePolicy", RoleName="Robot", PolicyDocument=trust)
        assert (refusal.code, refusal.message) == (
            "MalformedPolicyDocument",
            f'Invalid principal in policy: "AWS":"{nobody}"',
        )


def test_a_user_who_can_not_be_deleted_is_named_as_before(gate: Gate) -> None:
    gate.user("Ann", statement())
    key = new_key(gate, statement(Principal={"AWS": gate.arn("Ann")}))
    gate("iam:CreateAccessKey", UserName="Ann")
    assert gate.refused("iam:DeleteUser", UserName="Ann").code == "DeleteConflict"
    assert statements_of(gate, key)[0]["Principal"] == {"AWS": gate.arn("Ann")}


def test_it_is_kept(kept: Gate, tmp_path: Path) -> None:
    kept.user("Ann")
    key = new_key(kept, statement(Principal={"AWS": kept.arn("Ann")}))
    kept.role("Robot", trusts=kept.arn("Ann"))
    first = user_id(kept, "Ann")
    kept("iam:DeleteUser", UserName="Ann")
    kept.application.close()
    again = Gate(home=tmp_path)
    assert statements_of(again, key)[0]["Principal"] == {"AWS": first}
    assert trusted(again, "Robot") == first
    again.application.close()


NAMES = st.sampled_from(("Ann", "Ben", "Cleo"))
STEPS = st.lists(
    st.tuples(st.sampled_from(("make", "delete", "rename", "name all")), NAMES, NAMES), max_size=14
)


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_a_policy_means_those_for_whom_it_was_put(steps: list[tuple[str, str, str]]) -> None:
    """Whatever users are made, deleted and renamed: those who had the names then are let in, and no others."""
    gate = Gate()
    key, named = new_key(gate), list[str]()
    ids: dict[str, str] = {}  # of those who live, by their present names
    for step, name, other in steps:
        if step == "make" and name not in ids:
            ids[name] = user_id(gate, gate.user(name))
        elif step == "delete" and name in ids:
            gate("iam:DeleteUser", UserName=name)
            del ids[name]
        elif step == "rename" and name in ids and other not in ids:
            gate("iam:UpdateUser", UserName=name, NewUserName=other)
            ids[other] = ids.pop(name)
        elif step == "name all" and ids:
            policy = document(root(gate), statement(Principal={"AWS": [gate.arn(each) for each in ids]}))
            gate("kms:PutKeyPolicy", KeyId=key, Policy=policy)
            named = list(ids.values())
    present = {user: gate.arn(name) for name, user in ids.items()}
    shown = [name for each in statements_of(gate, key) for name in each["Principal"]["AWS"]]
    assert shown == [present.get(user, user) for user in named]
    for name, user in ids.items():
        if user in named:
            assert gate("kms:DescribeKey", by=name, KeyId=key)
        else:
            assert gate.refused("kms:DescribeKey", by=name, KeyId=key).code == "AccessDeniedException"
    gate.application.close()
