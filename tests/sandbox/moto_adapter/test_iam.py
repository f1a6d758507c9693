"""What is renamed or deleted in IAM leaves nothing behind, and nothing goes that others still name."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam import passwords

POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
POLICY_ARN = "arn:aws:iam::123456789012:policy/Reader"


def refusal(practice: Any, action: str, **parameters: Any) -> AwsError:
    with pytest.raises(AwsError) as caught:
        practice(action, **parameters)
    return caught.value


@pytest.fixture
def ada(kept: Any) -> Any:
    """An account with a user ada, a group readers and a policy Reader."""
    kept(
        "iam:CreateUser", **{"UserName": "ada", "Tags.member.1.Key": "team", "Tags.member.1.Value": "engines"}
    )
    kept("iam:CreateGroup", GroupName="readers")
    kept("iam:CreatePolicy", PolicyName="Reader", PolicyDocument=POLICY)
    return kept


@pytest.mark.parametrize(
    ("made", "parameters", "text"),
    [
        (
            "CreateLoginProfile",
            {"UserName": "ada", "Password": "x"},
            "Cannot delete entity, must delete login profile first.",
        ),
        ("CreateAccessKey", {"UserName": "ada"}, "Cannot delete entity, must delete access keys first."),
        (
            "AddUserToGroup",
            {"UserName": "ada", "GroupName": "readers"},
            "Cannot delete entity, must remove users from group first.",
        ),
        (
            "AttachUserPolicy",
            {"UserName": "ada", "PolicyArn": POLICY_ARN},
            "Cannot delete entity, must detach all policies first.",
        ),
        (
            "PutUserPolicy",
            {"UserName": "ada", "PolicyName": "p", "PolicyDocument": POLICY},
            "Cannot delete entity, must delete policies first.",
        ),
    ],
)
def test_a_user_with_belongings_is_not_deleted(
    ada: Any, made: str, parameters: dict[str, str], text: str
) -> None:
    ada(f"iam:{made}", **parameters)
    error = refusal(ada, "iam:DeleteUser", UserName="ada")
    assert (error.code, error.message, error.status) == ("DeleteConflict", text, 409)
    assert "ada" in ada("iam:ListUsers")


def test_a_group_with_members_and_an_attached_policy_are_not_deleted(ada: Any) -> None:
    ada("iam:AddUserToGroup", UserName="ada", GroupName="readers")
    ada("iam:AttachGroupPolicy", GroupName="readers", PolicyArn=POLICY_ARN)
    assert refusal(ada, "iam:DeleteGroup", GroupName="readers").code == "DeleteConflict"
    error = refusal(ada, "iam:DeletePolicy", PolicyArn=POLICY_ARN)
    assert (error.code, error.message) == ("DeleteConflict", "Cannot delete a policy attached to entities.")
    ada("iam:RemoveUserFromGroup", UserName="ada", GroupName="readers")
    assert refusal(ada, "iam:DeleteGroup", GroupName="readers").code == "DeleteConflict"
    ada("iam:DetachGroupPolicy", GroupName="readers", PolicyArn=POLICY_ARN)
    ada("iam:DeletePolicy", PolicyArn=POLICY_ARN)
    ada("iam:DeleteGroup", GroupName="readers")


def test_a_renamed_user_keeps_all_that_was_his(ada: Any) -> None:
    ada("iam:AddUserToGroup", UserName="ada", GroupName="readers")
    ada("iam:CreateAccessKey", UserName="ada")
    ada("iam:CreateLoginProfile", UserName="ada", Password="secret")
    ada("iam:UpdateUser", UserName="ada", NewUserName="lovelace", NewPath="/people/")
    for _ in range(2):
        assert "readers" in ada("iam:ListGroupsForUser", UserName="lovelace")
        assert "<UserName>lovelace</UserName>" in ada("iam:ListAccessKeys", UserName="lovelace")
        assert "engines" in ada("iam:ListUserTags", UserName="lovelace")
        assert passwords.sign_in(ada.account.identities, "lovelace", "secret").caller.arn.endswith(
            ":user/people/lovelace"
        )
        assert refusal(ada, "iam:GetUser", UserName="ada").code == "NoSuchEntity"
        ada.account.commit()
        ada.restart()


def test_a_user_is_not_renamed_over_another(ada: Any) -> None:
    error = refusal(ada, "iam:UpdateUser", UserName="ada", NewUserName="IAMLabUser")
    assert (error.code, error.status) == ("EntityAlreadyExists", 409)
    assert "BooksReader" in ada("iam:ListUserPolicies", UserName="IAMLabUser")


def test_a_new_login_profile_without_a_password_keeps_the_old_one(ada: Any) -> None:
    assert refusal(ada, "iam:UpdateLoginProfile", UserName="ada", Password="x").code == "NoSuchEntity"
    ada("iam:CreateLoginProfile", UserName="ada", Password="secret")
    assert refusal(ada, "iam:CreateLoginProfile", UserName="ada", Password="x").code == "EntityAlreadyExists"
    ada("iam:UpdateLoginProfile", UserName="ada", PasswordResetRequired="true")
    with pytest.raises(AwsError, match="You must change your password"):
        passwords.sign_in(ada.account.identities, "ada", "secret")
    ada("iam:UpdateLoginProfile", UserName="ada", PasswordResetRequired="false")
    assert passwords.sign_in(ada.account.identities, "ada", "secret")


def test_what_an_update_of_a_role_leaves_out_stays(kept: Any) -> None:
    trust = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:*"}]}'
    )
    kept("iam:CreateRole", RoleName="robot", AssumeRolePolicyDocument=trust, Description="before")
    kept("iam:UpdateRole", RoleName="robot", MaxSessionDuration="7200")
    assert "<Description>before</Description>" in kept("iam:GetRole", RoleName="robot")
    kept("iam:UpdateRole", RoleName="robot", Description="after")
    role = kept("iam:GetRole", RoleName="robot")
    assert "<Description>after</Description>" in role
    assert "<MaxSessionDuration>7200</MaxSessionDuration>" in role
