"""IAM: whom a call is about, and what that needs."""

from __future__ import annotations

from typing import Any

import pytest


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


def test_a_boundary_is_not_silently_left_out(gate: Any) -> None:
    refusal = gate.refused(
        "iam:CreateUser", UserName="Ann", PermissionsBoundary="arn:aws:iam::123456789012:policy/Limit"
    )
    assert refusal.code == "UnsupportedOperationException"
    assert gate.refused("iam:GetUser", UserName="Ann").code == "NoSuchEntity"


def test_everybody_may_ask_who_they_are(gate: Any) -> None:
    gate.user("Nobody")
    found = gate("sts:GetCallerIdentity", by="Nobody")
    assert (found["Arn"], found["Account"]) == (gate.arn("Nobody"), gate.account)
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


def test_a_marker_that_is_none(gate: Any) -> None:
    refusal = gate.refused("iam:ListRoles", Marker="junk")
    assert (refusal.code, refusal.message) == ("ValidationError", "Invalid Marker.")
