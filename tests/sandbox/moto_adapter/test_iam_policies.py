"""Managed policies, a customer's and AWS's own: versions, attachments, boundaries, quotas, and the words about them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError

ANY = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [ANY]})
OWN = "arn:aws:iam::123456789012:policy/Reader"
AWSS = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
    }
)


@pytest.fixture
def account(kept: Any) -> Any:
    """An account with a user, a group, a role and a policy."""
    kept("iam:CreateUser", UserName="ada")
    kept("iam:CreateGroup", GroupName="readers")
    kept("iam:CreateRole", RoleName="robot", AssumeRolePolicyDocument=TRUST)
    kept("iam:CreatePolicy", PolicyName="Reader", PolicyDocument=POLICY)
    return kept


def refusal(account: Any, action: str, **parameters: Any) -> tuple[str, str, int]:
    with pytest.raises(AwsError) as caught:
        account(action, **parameters)
    return caught.value.code, caught.value.message, caught.value.status


@pytest.mark.parametrize("arn", [OWN, AWSS])
@pytest.mark.parametrize(
    ("kind", "whom"),
    [("User", "ada"), ("Group", "readers"), ("Role", "robot")],
    ids=["user", "group", "role"],
)
def test_a_policy_is_attached_once_and_detached(account: Any, kind: str, whom: str, arn: str) -> None:
    asked = {f"{kind}Name": whom, "PolicyArn": arn}
    for _ in range(2):
        account(f"iam:Attach{kind}Policy", **asked)
    account.restart()
    assert f"<PolicyArn>{arn}<" in account(f"iam:ListAttached{kind}Policies", **{f"{kind}Name": whom})
    assert "<AttachmentCount>1<" in account("iam:GetPolicy", PolicyArn=arn)
    account(f"iam:Detach{kind}Policy", **asked)
    assert "<AttachmentCount>0<" in account("iam:GetPolicy", PolicyArn=arn)
    assert refusal(account, f"iam:Detach{kind}Policy", **asked) == (
        "NoSuchEntity",
        f"Policy {arn} was not found.",
        404,
    )


@pytest.mark.parametrize("arn", [f"{OWN}s", f"{AWSS}s", AWSS.replace("policy/", "policy/job-function/")])
def test_a_policy_that_is_not_there(account: Any, arn: str) -> None:
    absent = f"Policy {arn} was not found."
    assert refusal(account, "iam:GetPolicy", PolicyArn=arn) == ("NoSuchEntity", absent, 404)
    absent = f"Policy {arn} does not exist or is not attachable."
    for kind, whom in (("User", "ada"), ("Group", "readers"), ("Role", "robot")):
        asked = {f"{kind}Name": whom, "PolicyArn": arn}
        assert refusal(account, f"iam:Attach{kind}Policy", **asked) == ("NoSuchEntity", absent, 404)
    absent = f"Policy {arn} version v1 does not exist or is not attachable."
    for action in ("GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"):
        found = refusal(account, f"iam:{action}", PolicyArn=arn, VersionId="v1")
        assert found == ("NoSuchEntity", absent, 404)


def test_awss_own_policies_say_what_they_say_on_aws(account: Any) -> None:
    backend = account.account
    assert json.loads(backend.identities.policy_text("arn:aws:iam::aws:policy/AdministratorAccess"))[
        "Statement"
    ] == [{"Action": "*", "Effect": "Allow", "Resource": "*"}]
    power = json.loads(
        backend.identities.policy_text("arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser")
    )
    assert "kms:CreateKey" in power["Statement"][0]["Action"]
    assert "<PolicyId>ANPA" in account("iam:GetPolicy", PolicyArn=AWSS)
    first, second = (account("iam:GetPolicy", PolicyArn=AWSS) for _ in range(2))
    assert first == second, "a policy that nobody uses is made anew each time, and the same"


def test_awss_own_policies_are_listed_in_pages_beside_the_customers(account: Any) -> None:
    account("iam:AttachUserPolicy", UserName="ada", PolicyArn=AWSS)
    names: list[str] = []
    marker: dict[str, str] = {}
    while True:
        page = account("iam:ListPolicies", MaxItems="500", **marker)
        names += re.findall("<PolicyName>(.*?)<", page)
        if "<IsTruncated>true<" not in page:
            break
        marker = {"Marker": page.split("<Marker>")[1].split("<")[0]}
    assert len(names) == len(set(names)) > 1000
    assert names == sorted(names)
    assert {"Reader", "AdministratorAccess", AWSS.rpartition("/")[2]} < set(names)
    local = account("iam:ListPolicies", Scope="Local")
    assert local.count("<PolicyName>") == 1
    attached = account("iam:ListPolicies", Scope="AWS", OnlyAttached="true")
    assert attached.count("<PolicyName>") == 1
    functions = account("iam:ListPolicies", Scope="AWS", PathPrefix="/job-function/", MaxItems="1000")
    assert "ViewOnlyAccess" in functions
    assert ">AdministratorAccess<" not in functions


def test_versions(account: Any) -> None:
    for number in range(2, 6):
        account("iam:CreatePolicyVersion", PolicyArn=OWN, PolicyDocument=POLICY)
        assert f"<VersionId>v{number}<" in account("iam:ListPolicyVersions", PolicyArn=OWN)
    listed = re.findall("<VersionId>(v.)<", account("iam:ListPolicyVersions", PolicyArn=OWN))
    assert listed == ["v5", "v4", "v3", "v2", "v1"]
    code, message, status = refusal(account, "iam:CreatePolicyVersion", PolicyArn=OWN, PolicyDocument=POLICY)
    assert (code, status) == ("LimitExceeded", 409)
    assert message.startswith("A managed policy can have up to 5 versions.")
    assert refusal(account, "iam:DeletePolicyVersion", PolicyArn=OWN, VersionId="v1") == (
        "DeleteConflict",
        "Cannot delete the default version of a policy.",
        409,
    )
    code, message, status = refusal(account, "iam:DeletePolicy", PolicyArn=OWN)
    assert (code, status) == ("DeleteConflict", 409)
    assert message.startswith("This policy has more than one version.")


def test_boundaries_are_shown_counted_and_kept(account: Any) -> None:
    account("iam:CreateUser", UserName="bounded", PermissionsBoundary=OWN)
    account("iam:PutRolePermissionsBoundary", RoleName="robot", PermissionsBoundary=OWN)
    account.restart()
    shown = (
        "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>"
        f"<PermissionsBoundaryArn>{OWN}</PermissionsBoundaryArn></PermissionsBoundary>"
    )
    assert shown in account("iam:GetUser", UserName="bounded")
    assert shown in account("iam:GetRole", RoleName="robot")
    assert "<PermissionsBoundary>" not in account("iam:ListUsers") + account("iam:ListRoles")
    assert "<PermissionsBoundaryUsageCount>2<" in account("iam:GetPolicy", PolicyArn=OWN)
    conflict = ("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    assert refusal(account, "iam:DeletePolicy", PolicyArn=OWN) == conflict
    account("iam:PutRolePermissionsBoundary", RoleName="robot", PermissionsBoundary=AWSS)
    account("iam:DeleteRolePermissionsBoundary", RoleName="robot")
    account("iam:DeleteUser", UserName="bounded")
    account("iam:DeletePolicy", PolicyArn=OWN)


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (
            "arn:aws:iam::123456789012:not_a_policy/invalid",
            ("InvalidInput", "ARN arn:aws:iam::123456789012:not_a_policy/invalid is not valid.", 400),
        ),
        (
            f"{OWN}s",
            ("NoSuchEntity", f"Scope ARN: {OWN}s does not exist or is not attachable.", 404),
        ),
    ],
)
def test_boundaries_that_are_none(account: Any, arn: str, expected: tuple[str, str, int]) -> None:
    for action, asked in (
        ("PutUserPermissionsBoundary", {"UserName": "ada"}),
        ("PutRolePermissionsBoundary", {"RoleName": "robot"}),
        ("CreateUser", {"UserName": "new"}),
        ("CreateRole", {"RoleName": "new", "AssumeRolePolicyDocument": TRUST}),
    ):
        assert refusal(account, f"iam:{action}", PermissionsBoundary=arn, **asked) == expected


def document(size: int) -> str:
    """A policy with so many characters besides white space."""
    bare = json.dumps({"Version": "2012-10-17", "Statement": {**ANY, "Sid": ""}})
    missing = size - len(bare.replace(" ", ""))
    return bare.replace('"Sid": ""', f'"Sid": "{"x" * missing}"')


@pytest.mark.parametrize(
    ("kind", "whom", "most"),
    [("user", "ada", 2_048), ("group", "readers", 5_120), ("role", "robot", 10_240)],
)
def test_how_long_the_inline_policies_of_somebody_may_be_together(
    account: Any, kind: str, whom: str, most: int
) -> None:
    put = {"action": f"iam:Put{kind.capitalize()}Policy", f"{kind.capitalize()}Name": whom}
    action = put.pop("action")
    account(action, **put, PolicyName="one", PolicyDocument=document(1_000))
    account(action, **put, PolicyName="two", PolicyDocument=document(most - 1_000))
    account(action, **put, PolicyName="one", PolicyDocument=document(1_000))
    expected = f"Maximum policy size of {most} bytes exceeded for {kind} {whom}"
    found = refusal(account, action, **put, PolicyName="one", PolicyDocument=document(1_001))
    assert found == ("LimitExceeded", expected, 409)


def test_quotas(account: Any) -> None:
    long = document(6_145)
    assert refusal(account, "iam:CreatePolicy", PolicyName="Long", PolicyDocument=long) == (
        "LimitExceeded",
        "Cannot exceed quota for PolicySize: 6144",
        409,
    )
    account("iam:CreatePolicy", PolicyName="Long", PolicyDocument=document(6_144))
    for number in range(11):
        account("iam:CreatePolicy", PolicyName=f"P{number}", PolicyDocument=POLICY)
        account("iam:CreateGroup", GroupName=f"G{number}")
    for number in range(10):
        account("iam:AttachUserPolicy", UserName="ada", PolicyArn=OWN.replace("Reader", f"P{number}"))
        account("iam:AddUserToGroup", UserName="ada", GroupName=f"G{number}")
    eleventh = {"UserName": "ada", "PolicyArn": OWN.replace("Reader", "P10")}
    assert refusal(account, "iam:AttachUserPolicy", **eleventh)[1] == (
        "Cannot exceed quota for PoliciesPerUser: 10"
    )
    assert refusal(account, "iam:AddUserToGroup", UserName="ada", GroupName="G10")[1] == (
        "Cannot exceed quota for GroupsPerUser: 10"
    )
    for _ in range(2):
        account("iam:CreateAccessKey", UserName="ada")
    assert refusal(account, "iam:CreateAccessKey", UserName="ada") == (
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2",
        409,
    )


def test_a_policy_loses_the_very_tag_that_is_named(account: Any) -> None:
    tags = {"Tags.member.1.Key": "Team", "Tags.member.1.Value": "blue"}
    tags |= {"Tags.member.2.Key": "team", "Tags.member.2.Value": "red"}
    account("iam:TagPolicy", PolicyArn=OWN, **tags)
    account("iam:UntagPolicy", PolicyArn=OWN, **{"TagKeys.member.1": "Team"})
    listed = account("iam:ListPolicyTags", PolicyArn=OWN)
    assert "<Key>team</Key>" in listed
    assert "<Key>Team</Key>" not in listed


def test_attached_policies_are_listed_in_pages_by_their_names(account: Any) -> None:
    for name in ("Zebra", "Ant"):
        account("iam:CreatePolicy", PolicyName=name, PolicyDocument=POLICY)
        account("iam:AttachUserPolicy", UserName="ada", PolicyArn=OWN.replace("Reader", name))
    account("iam:AttachUserPolicy", UserName="ada", PolicyArn=OWN)
    first = account("iam:ListAttachedUserPolicies", UserName="ada", MaxItems="2")
    assert re.findall("<PolicyName>(.*?)<", first) == ["Ant", "Reader"]
    marker = first.split("<Marker>")[1].split("<")[0]
    second = account("iam:ListAttachedUserPolicies", UserName="ada", Marker=marker)
    assert re.findall("<PolicyName>(.*?)<", second) == ["Zebra"]
    full = account("iam:ListAttachedUserPolicies", UserName="ada", MaxItems="3")
    assert "<IsTruncated>false<" in second
    assert "<IsTruncated>false<" in full, "nothing comes after it"


@pytest.mark.parametrize(("kind", "whom"), [("User", "ada"), ("Role", "robot")])
def test_a_boundary_that_goes_no_longer_counts(account: Any, kind: str, whom: str) -> None:
    asked = {f"{kind}Name": whom}
    account(f"iam:Put{kind}PermissionsBoundary", PermissionsBoundary=OWN, **asked)
    account(f"iam:Delete{kind}PermissionsBoundary", **asked)
    assert "<PermissionsBoundaryUsageCount>0<" in account("iam:GetPolicy", PolicyArn=OWN)
    account("iam:DeletePolicy", PolicyArn=OWN)


@pytest.mark.parametrize(("kind", "whom"), [("User", "ada"), ("Group", "readers"), ("Role", "robot")])
def test_an_inline_policy_that_is_not_there(account: Any, kind: str, whom: str) -> None:
    absent = ("NoSuchEntity", f"The {kind.lower()} policy with name absent cannot be found.", 404)
    for operation in (f"Get{kind}Policy", f"Delete{kind}Policy"):
        asked = {f"{kind}Name": whom, "PolicyName": "absent"}
        assert refusal(account, f"iam:{operation}", **asked) == absent
