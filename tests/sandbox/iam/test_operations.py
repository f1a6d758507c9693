"""IAM: whom a call is about, and what that needs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

ALLOWING = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
TRUSTING = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, '
    '"Action": "sts:AssumeRole"}}'
)


def test_without_a_name_it_is_about_the_caller(gate: Any) -> None:
    assert f"<UserName>{gate.main}</UserName>" in gate("iam:GetUser")["Xml"]
    own = {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "arn:aws:iam::*:user/${aws:username}"}
    gate.user("Curious", own)
    assert "<UserName>Curious</UserName>" in gate("iam:GetUser", by="Curious")["Xml"]
    refusal = gate.refused("iam:GetUser", by="Curious", UserName=gate.main)
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert refusal.message == (
        f"User: {gate.arn('Curious')} is not authorized to perform: iam:GetUser on resource: "
        f"{gate.arn(gate.main)} because no identity-based policy allows the iam:GetUser action"
    )


@pytest.mark.parametrize(
    "operation", ["CreateAccessKey", "ListAccessKeys", "GetLoginProfile", "DeleteLoginProfile"]
)
def test_the_lab_user_may_not_even_see_itself(gate: Any, operation: str) -> None:
    refusal = gate.refused(f"iam:{operation}", by="IAMLabUser")
    assert f"iam:{operation} on resource: {gate.arn('IAMLabUser')} " in refusal.message


def test_a_user_with_a_path_is_known_by_its_whole_arn(gate: Any) -> None:
    gate("iam:CreateUser", UserName="Ann", Path="/team/blue/")
    statement = {
        "Effect": "Allow",
        "Action": ["iam:GetUser", "iam:CreateUser"],
        "Resource": "arn:aws:iam::123456789012:user/team/*",
    }
    gate.user("Lead", statement)
    assert "user/team/blue/Ann" in gate("iam:GetUser", by="Lead", UserName="Ann")["Xml"]
    gate("iam:CreateUser", by="Lead", UserName="Bob", Path="/team/")
    assert gate.refused("iam:CreateUser", by="Lead", UserName="Eve").code == "AccessDenied"


def test_what_is_attached_can_be_limited(gate: Any) -> None:
    document = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:List*", "Resource": "*"}}'
    )
    gate("iam:CreatePolicy", PolicyName="Lists", PolicyDocument=document)
    gate("iam:CreatePolicy", PolicyName="Other", PolicyDocument=document)
    lists = "arn:aws:iam::123456789012:policy/Lists"
    condition = {"ArnEquals": {"iam:PolicyARN": lists}}
    gate.user(
        "Helper",
        {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*", "Condition": condition},
    )
    gate("iam:AttachUserPolicy", by="Helper", UserName="IAMLabUser", PolicyArn=lists)
    assert gate("kms:ListKeys", by="IAMLabUser")["Keys"] == []
    refusal = gate.refused(
        "iam:AttachUserPolicy",
        by="Helper",
        UserName="IAMLabUser",
        PolicyArn=lists.replace("Lists", "Other"),
    )
    assert refusal.code == "AccessDenied"


def test_a_group_gives_its_policies_to_its_users(gate: Any) -> None:
    gate("iam:CreateGroup", GroupName="Listers")
    document = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:List*", "Resource": "*"}}'
    )
    gate("iam:PutGroupPolicy", GroupName="Listers", PolicyName="lists", PolicyDocument=document)
    assert gate.refused("kms:ListKeys", by="IAMLabUser").code == "AccessDeniedException"
    gate("iam:AddUserToGroup", GroupName="Listers", UserName="IAMLabUser")
    assert gate("kms:ListKeys", by="IAMLabUser")["Keys"] == []


def test_everybody_may_ask_who_they_are(gate: Any) -> None:
    gate.user("Nobody")
    found = gate("sts:GetCallerIdentity", by="Nobody")
    assert (found["Arn"], found["Account"]) == (gate.arn("Nobody"), gate.account_id)
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    gate.user("Outcast", deny)
    assert gate("sts:GetCallerIdentity", by="Outcast")["Arn"] == gate.arn("Outcast")


def test_a_policy_that_could_not_be_evaluated_is_not_put(gate: Any) -> None:
    """One unreadable policy would refuse its user everything, the administrator too."""
    document = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", '
        '"Condition": {"NullIfExists": {"aws:TokenIssueTime": "true"}}}}'
    )
    refusal = gate.refused("iam:PutUserPolicy", UserName=gate.main, PolicyName="odd", PolicyDocument=document)
    assert (refusal.code, refusal.status) == ("MalformedPolicyDocument", 400)
    assert "NullIfExists" in refusal.message
    assert "odd" not in gate("iam:ListUserPolicies", UserName=gate.main)["Xml"]


def test_moto_speaks_first_of_a_malformed_policy(gate: Any) -> None:
    refusal = gate.refused("iam:PutUserPolicy", UserName=gate.main, PolicyName="odd", PolicyDocument="{nope")
    assert (refusal.code, refusal.message) == ("MalformedPolicyDocument", "Syntax errors in policy.")


@pytest.mark.parametrize("marker", ["junk", "0", "1", "W10=", "1.5"])
def test_a_marker_that_is_none(gate: Any, marker: str) -> None:
    refusal = gate.refused("iam:ListRoles", Marker=marker)
    assert (refusal.code, refusal.message) == ("ValidationError", "Invalid Marker.")


def test_a_marker_is_of_one_list(gate: Any) -> None:
    """As trek10inc/awsets learned from AWS (pull request 21): ListUsers' marker is none for ListAccessKeys."""
    gate("iam:CreateUser", UserName="ada")
    marker = gate("iam:ListUsers", MaxItems=1)["Xml"].split("<Marker>")[1].split("<")[0]
    assert gate.refused("iam:ListAccessKeys", Marker=marker).message == "Invalid Marker."
    assert "<UserName>" in gate("iam:ListUsers", Marker=marker)["Xml"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"UserName": "a b"},
            "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the "
            "following: +=,.@_-",
        ),
        (
            {"UserName": ""},
            "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the "
            "following: +=,.@_-",
        ),
        (
            {"UserName": "ann", "Path": "team"},
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
            "characters and/or / characters.",
        ),
        (
            {"UserName": "x" * 65},
            "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length "
            "less than or equal to 64",
        ),
    ],
)
def test_names_and_paths(gate: Any, parameters: dict[str, str], message: str) -> None:
    refusal = gate.refused("iam:CreateUser", **parameters)
    assert (refusal.code, refusal.message, refusal.status) == ("ValidationError", message, 400)


def test_names_differ_by_more_than_case(gate: Any) -> None:
    gate.user("Ann")
    gate("iam:CreateGroup", GroupName="Readers")
    gate.role("Robot")
    for action, message, asked in (
        ("CreateUser", "User with name ANN already exists.", {"UserName": "ANN"}),
        ("CreateGroup", "Group with name readers already exists.", {"GroupName": "readers"}),
        (
            "UpdateUser",
            "User with name ann already exists.",
            {"UserName": "IAMLabUser", "NewUserName": "ann"},
        ),
    ):
        refusal = gate.refused(f"iam:{action}", **asked)
        assert (refusal.code, refusal.message, refusal.status) == ("EntityAlreadyExists", message, 409)
    gate("iam:UpdateUser", UserName="Ann", NewUserName="ann")


@pytest.mark.parametrize(
    ("action", "asked", "message"),
    [
        ("GetUser", {"UserName": "x"}, "The user with name x cannot be found."),
        ("GetGroup", {"GroupName": "x"}, "The group with name x cannot be found."),
        ("GetRole", {"RoleName": "x"}, "The role with name x cannot be found."),
        ("DeleteRole", {"RoleName": "x"}, "The role with name x cannot be found."),
        (
            "GetUserPolicy",
            {"UserName": "IAMLabUser", "PolicyName": "x"},
            "The user policy with name x cannot be found.",
        ),
        (
            "DeleteUserPolicy",
            {"UserName": "IAMLabUser", "PolicyName": "x"},
            "The user policy with name x cannot be found.",
        ),
        ("GetLoginProfile", {"UserName": "IAMLabUser"}, "Login Profile for User IAMLabUser cannot be found."),
        (
            "UpdateAccessKey",
            {"UserName": "IAMLabUser", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Inactive"},
            "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.",
        ),
    ],
)
def test_what_is_not_there(gate: Any, action: str, asked: dict[str, str], message: str) -> None:
    refusal = gate.refused(f"iam:{action}", **asked)
    assert (refusal.code, refusal.message, refusal.status) == ("NoSuchEntity", message, 404)


def test_tags_are_the_resources_and_the_principals(gate: Any) -> None:
    blue = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}
    gate("iam:CreateUser", UserName="Ann", **blue)
    gate("iam:CreateUser", UserName="Bob")
    same = {"StringEquals": {"iam:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    gate.user("Lead", {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*", "Condition": same})
    assert gate.refused("iam:GetUser", by="Lead", UserName="Ann")
    gate("iam:TagUser", UserName="Lead", **blue)
    assert "Ann" in gate("iam:GetUser", by="Lead", UserName="Ann")["Xml"]
    assert gate.refused("iam:GetUser", by="Lead", UserName="Bob").code == "AccessDenied"
    gate("iam:UntagUser", UserName="Lead", **{"TagKeys.member.1": "team"})
    assert gate.refused("iam:GetUser", by="Lead", UserName="Ann")


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("User", {}),
        ("Role", {"AssumeRolePolicyDocument": TRUSTING}),
        ("Policy", {"PolicyDocument": ALLOWING}),
    ],
)
def test_to_make_something_with_tags_needs_the_permission_to_tag_it(
    gate: Any, kind: str, parameters: dict[str, str]
) -> None:
    """IAM User Guide, "Tag IAM users" and its neighbours; the sentence is quoted by many users of Terraform."""
    blue = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}
    creates = {"Effect": "Allow", "Action": f"iam:Create{kind}", "Resource": "*"}
    only_blue = {"StringEquals": {"aws:RequestTag/team": "blue"}}
    tags = {"Effect": "Allow", "Action": f"iam:Tag{kind}", "Resource": "*", "Condition": only_blue}
    gate.user("Maker", creates)
    gate.user("Tagger", creates, tags)
    gate(f"iam:Create{kind}", by="Maker", **{f"{kind}Name": "plain"}, **parameters)
    refusal = gate.refused(f"iam:Create{kind}", by="Maker", **{f"{kind}Name": "new"}, **parameters, **blue)
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert refusal.message == (
        f"User: {gate.arn('Maker')} is not authorized to perform: iam:Tag{kind} on resource: "
        f"arn:aws:iam::123456789012:{kind.lower()}/new because no identity-based policy allows the iam:Tag{kind} action"
    )
    gate(f"iam:Create{kind}", by="Tagger", **{f"{kind}Name": "new"}, **parameters, **blue)
    red = {**blue, "Tags.member.1.Value": "red"}
    assert gate.refused(f"iam:Create{kind}", by="Tagger", **{f"{kind}Name": "other"}, **parameters, **red)


@pytest.mark.parametrize(("text", "taken"), [("true", True), ("True", True), ("false", True), ("yes", False)])
def test_a_truth_value_is_true_or_false(gate: Any, text: str, taken: bool) -> None:
    if taken:
        gate("iam:UpdateAccountPasswordPolicy", RequireSymbols=text)
        shown = gate("iam:GetAccountPasswordPolicy")["Xml"]
        assert f"<RequireSymbols>{text.lower()}</RequireSymbols>" in shown
        [event] = gate.events(EventName="UpdateAccountPasswordPolicy")
        assert event["requestParameters"] == {"requireSymbols": text.lower() == "true"}
    else:
        refusal = gate.refused("iam:UpdateAccountPasswordPolicy", RequireSymbols=text)
        assert (refusal.code, refusal.message) == ("MalformedInput", "RequireSymbols is not a boolean.")


def test_tag_keys_of_users_and_roles_do_not_differ_by_case_those_of_policies_do(gate: Any) -> None:
    twice = {
        "Tags.member.1.Key": "a",
        "Tags.member.1.Value": "1",
        "Tags.member.2.Key": "A",
        "Tags.member.2.Value": "2",
    }
    document = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    refusal = gate.refused("iam:TagUser", UserName="IAMLabUser", **twice)
    assert (refusal.code, refusal.message) == (
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )
    gate("iam:CreatePolicy", PolicyName="Own", PolicyDocument=document, **twice)
    arn = "arn:aws:iam::123456789012:policy/Own"
    gate("iam:UntagPolicy", PolicyArn=arn, **{"TagKeys.member.1": "a"})
    assert "<Key>A</Key>" in gate("iam:ListPolicyTags", PolicyArn=arn)["Xml"]
    gate("iam:TagUser", UserName="IAMLabUser", **{"Tags.member.1.Key": "team", "Tags.member.1.Value": "1"})
    gate("iam:TagUser", UserName="IAMLabUser", **{"Tags.member.1.Key": "TEAM", "Tags.member.1.Value": "2"})
    assert "<Key>team<" not in gate("iam:ListUserTags", UserName="IAMLabUser")["Xml"]


@pytest.mark.parametrize("key", ["aws:cost", "AWS:Cost"])
def test_tags_of_awss_own_are_awss(gate: Any, key: str) -> None:
    tag = {"Tags.member.1.Key": key, "Tags.member.1.Value": "1"}
    for operation in ("CreateUser", "TagUser"):
        refusal = gate.refused(f"iam:{operation}", UserName="IAMLabUser", **tag)
        assert (refusal.code, refusal.status) == ("InvalidInput", 400)


@pytest.mark.parametrize("kind", ["User", "Role", "Policy"])
def test_nobody_has_more_than_fifty_tags(gate: Any, kind: str) -> None:
    def tags(first: int, last: int) -> dict[str, str]:
        keys = {f"Tags.member.{n + 1}.Key": f"k{n + first}" for n in range(last - first)}
        return keys | {name.replace("Key", "Value"): "v" for name in keys}

    gate.user("Ann")
    gate.role("Ann")
    gate("iam:CreatePolicy", PolicyName="Ann", PolicyDocument=ALLOWING)
    who = (
        {f"{kind}Name": "Ann"} if kind != "Policy" else {"PolicyArn": "arn:aws:iam::123456789012:policy/Ann"}
    )
    gate(f"iam:Tag{kind}", **who, **tags(0, 40))
    gate(f"iam:Tag{kind}", **who, **tags(30, 50))
    refusal = gate.refused(f"iam:Tag{kind}", **who, **tags(50, 51))
    assert (refusal.code, refusal.status) == ("LimitExceeded", 409)
    gate(f"iam:Tag{kind}", **who, **tags(10, 20))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["Ann", "Bob", "robot", "team"]),
        ({"PolicyUsageFilter": "PermissionsBoundary"}, ["Bob", "robot"]),
        ({"PolicyUsageFilter": "PermissionsPolicy"}, ["Ann", "team"]),
        ({"EntityFilter": "User"}, ["Ann", "Bob"]),
        ({"PathPrefix": "/elsewhere/"}, []),
    ],
)
def test_whom_a_policy_is_attached_to_and_whom_it_bounds(
    gate: Any, asked: dict[str, str], expected: list[str]
) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    gate("iam:AttachUserPolicy", UserName=gate.user("Ann"), PolicyArn=arn)
    gate("iam:PutUserPermissionsBoundary", UserName=gate.user("Bob"), PermissionsBoundary=arn)
    gate.role("robot", PermissionsBoundary=arn)
    gate("iam:CreateGroup", GroupName="team")
    gate("iam:AttachGroupPolicy", GroupName="team", PolicyArn=arn)
    shown = gate("iam:ListEntitiesForPolicy", PolicyArn=arn, **asked)["Xml"]
    assert sorted(re.findall("<(?:User|Role|Group)Name>(.+?)<", shown)) == expected


def test_a_policy_that_is_not_there_is_nobodys(gate: Any) -> None:
    absent = "arn:aws:iam::123456789012:policy/Absent"
    assert gate.refused("iam:ListEntitiesForPolicy", PolicyArn=absent).code == "NoSuchEntity"


def test_the_accounts_alias_is_removed_by_its_name(gate: Any) -> None:
    gate("iam:CreateAccountAlias", AccountAlias="practice")
    refusal = gate.refused("iam:DeleteAccountAlias", AccountAlias="another")
    assert (refusal.code, refusal.status) == ("NoSuchEntity", 404)
    assert "practice" in gate("iam:ListAccountAliases")["Xml"]
    gate("iam:DeleteAccountAlias", AccountAlias="practice")
    assert "practice" not in gate("iam:ListAccountAliases")["Xml"]


def test_awss_own_policies_are_awss(gate: Any) -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert "AdministratorAccess" in gate("iam:GetPolicy", PolicyArn=arn)["Xml"]
    for action, asked in (("DeletePolicy", {}), ("DeletePolicyVersion", {"VersionId": "v1"})):
        assert gate.refused(f"iam:{action}", PolicyArn=arn, **asked).code == "AccessDenied"


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        # Recorded from AWS by localstack's tests in 2025.
        ("longpolicynamebutnoarn", "Invalid ARN:  Could not be parsed!"),
        ("arn:aws:iam::123456789012", "Invalid ARN:  Could not be parsed!"),
        ("arn:aws:iam::123456789012:user/Ann", "ARN arn:aws:iam::123456789012:user/Ann is not valid."),
    ],
)
@pytest.mark.parametrize(
    "action", ["AttachUserPolicy", "DetachUserPolicy", "GetPolicy", "ListPolicyVersions"]
)
def test_a_policys_arn_that_is_none(gate: Any, action: str, arn: str, message: str) -> None:
    whom = {"UserName": "IAMLabUser"} if "User" in action else {}
    refusal = gate.refused(f"iam:{action}", PolicyArn=arn, **whom)
    assert (refusal.code, refusal.message, refusal.status) == ("ValidationError", message, 400)


def test_lists_come_in_pages(gate: Any) -> None:
    for number in range(5):
        gate.user(f"U{number}")
    first = gate("iam:ListUsers", MaxItems="4")["Xml"]
    assert first.count("<UserName>") == 4
    assert "<IsTruncated>true<" in first
    marker = first.split("<Marker>")[1].split("<")[0]
    rest = gate("iam:ListUsers", Marker=marker)["Xml"]
    assert "<IsTruncated>false<" in rest
    assert first.count("<UserName>") + rest.count("<UserName>") == 7


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["All", "Team", "Unit"]),
        ({"PathPrefix": "/"}, ["All", "Team", "Unit"]),
        ({"PathPrefix": "/a/"}, ["Team", "Unit"]),
        ({"PathPrefix": "/a/b/"}, ["Unit"]),
        ({"PathPrefix": "/c/"}, []),
    ],
)
def test_groups_are_listed_by_their_path(gate: Any, asked: dict[str, str], expected: list[str]) -> None:
    for name, path in (("All", "/"), ("Team", "/a/"), ("Unit", "/a/b/")):
        gate("iam:CreateGroup", GroupName=name, Path=path)
    assert re.findall("<GroupName>(.+?)<", gate("iam:ListGroups", **asked)["Xml"]) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"Scope": "Local"}, ["bounds", "gives", "idle"]),
        ({"PolicyUsageFilter": "PermissionsBoundary"}, ["bounds"]),
        ({"PolicyUsageFilter": "PermissionsPolicy"}, ["gives"]),
        ({"PolicyUsageFilter": "PermissionsBoundary", "OnlyAttached": "true"}, []),
        ({"PolicyUsageFilter": "PermissionsBoundary", "Scope": "AWS"}, []),
    ],
)
def test_policies_are_listed_by_what_they_are_used_for(
    gate: Any, asked: dict[str, str], expected: list[str]
) -> None:
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
    )
    for name in ("bounds", "gives", "idle"):
        gate("iam:CreatePolicy", PolicyName=name, PolicyDocument=document)
    arn = f"arn:aws:iam::{gate.account_id}:policy/"
    gate("iam:PutUserPermissionsBoundary", UserName="IAMLabUser", PermissionsBoundary=arn + "bounds")
    gate("iam:AttachUserPolicy", UserName="IAMLabUser", PolicyArn=arn + "gives")
    assert re.findall("<PolicyName>(.+?)<", gate("iam:ListPolicies", **asked)["Xml"]) == expected


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("DeletePolicy", {}),
        ("TagPolicy", {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("DeletePolicyVersion", {"VersionId": "v1"}),
    ],
)
def test_awss_own_policies_are_changed_by_nobody(gate: Any, action: str, parameters: dict[str, Any]) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    refusal = gate.refused(f"iam:{action}", PolicyArn=arn, **parameters)
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert refusal.message == f"{arn} is AWS's own: nobody else can change it."
