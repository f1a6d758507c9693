"""A life of users, groups, roles and policies: each operation of IAM that changes something, when it can."""

from __future__ import annotations

import json
from typing import Any

POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
)
POLICY_ARN = "arn:aws:iam::123456789012:policy/Reader"
AWS_POLICY_ARN = "arn:aws:iam::aws:policy/PowerUserAccess"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
    }
)
USER = {"UserName": "ada"}
GROUP = {"GroupName": "readers"}
ROLE = {"RoleName": "robot"}

IAM_LIFE: list[tuple[str, dict[str, Any]]] = [
    ("iam:UpdateAccountPasswordPolicy", {"MinimumPasswordLength": "8", "PasswordReusePrevention": "3"}),
    ("iam:DeleteAccountPasswordPolicy", {}),
    ("iam:CreateAccountAlias", {"AccountAlias": "practice"}),
    ("iam:DeleteAccountAlias", {"AccountAlias": "practice"}),
    ("iam:CreateUser", {**USER, "Tags.member.1.Key": "a", "Tags.member.1.Value": "b"}),
    ("iam:TagUser", {**USER, "Tags.member.1.Key": "c", "Tags.member.1.Value": "d"}),
    ("iam:UntagUser", {**USER, "TagKeys.member.1": "a"}),
    ("iam:CreateLoginProfile", {**USER, "Password": "NewUs@r150"}),
    ("iam:UpdateLoginProfile", {**USER, "Password": "NewUs@r151"}),
    ("iam:CreateAccessKey", USER),
    ("iam:CreateAccessKey", USER),
    ("iam:UpdateAccessKey", {**USER, "AccessKeyId": "$access0", "Status": "Inactive"}),
    ("iam:DeleteAccessKey", {**USER, "AccessKeyId": "$access0"}),
    ("iam:PutUserPolicy", {**USER, "PolicyName": "p", "PolicyDocument": POLICY}),
    ("iam:CreatePolicy", {"PolicyName": "Reader", "PolicyDocument": POLICY}),
    ("iam:CreatePolicyVersion", {"PolicyArn": POLICY_ARN, "PolicyDocument": POLICY, "SetAsDefault": "true"}),
    ("iam:SetDefaultPolicyVersion", {"PolicyArn": POLICY_ARN, "VersionId": "v1"}),
    ("iam:DeletePolicyVersion", {"PolicyArn": POLICY_ARN, "VersionId": "v2"}),
    ("iam:AttachUserPolicy", {**USER, "PolicyArn": POLICY_ARN}),
    ("iam:AttachUserPolicy", {**USER, "PolicyArn": AWS_POLICY_ARN}),
    ("iam:DetachUserPolicy", {**USER, "PolicyArn": AWS_POLICY_ARN}),
    ("iam:PutUserPermissionsBoundary", {**USER, "PermissionsBoundary": POLICY_ARN}),
    ("iam:PutUserPermissionsBoundary", {**USER, "PermissionsBoundary": AWS_POLICY_ARN}),
    ("iam:DeleteUserPermissionsBoundary", USER),
    ("iam:TagPolicy", {"PolicyArn": POLICY_ARN, "Tags.member.1.Key": "c", "Tags.member.1.Value": "d"}),
    ("iam:UntagPolicy", {"PolicyArn": POLICY_ARN, "TagKeys.member.1": "c"}),
    ("iam:CreateGroup", GROUP),
    ("iam:AddUserToGroup", {**GROUP, **USER}),
    ("iam:PutGroupPolicy", {**GROUP, "PolicyName": "g", "PolicyDocument": POLICY}),
    ("iam:AttachGroupPolicy", {**GROUP, "PolicyArn": POLICY_ARN}),
    ("iam:UpdateUser", {**USER, "NewUserName": "lovelace"}),
    ("iam:UpdateUser", {"UserName": "lovelace", "NewUserName": "ada", "NewPath": "/people/"}),
    ("iam:UpdateGroup", {**GROUP, "NewGroupName": "writers"}),
    ("iam:UpdateGroup", {"GroupName": "writers", "NewGroupName": "readers"}),
    ("iam:CreateRole", {**ROLE, "AssumeRolePolicyDocument": TRUST}),
    ("iam:TagRole", {**ROLE, "Tags.member.1.Key": "c", "Tags.member.1.Value": "d"}),
    ("iam:PutRolePolicy", {**ROLE, "PolicyName": "r", "PolicyDocument": POLICY}),
    ("iam:AttachRolePolicy", {**ROLE, "PolicyArn": POLICY_ARN}),
    ("iam:UpdateRole", {**ROLE, "Description": "new"}),
    ("iam:UpdateAssumeRolePolicy", {**ROLE, "PolicyDocument": TRUST}),
    ("iam:PutRolePermissionsBoundary", {**ROLE, "PermissionsBoundary": POLICY_ARN}),
    ("iam:DetachRolePolicy", {**ROLE, "PolicyArn": POLICY_ARN}),
    ("iam:DeleteRolePermissionsBoundary", ROLE),
    ("iam:DeleteRolePolicy", {**ROLE, "PolicyName": "r"}),
    ("iam:UntagRole", {**ROLE, "TagKeys.member.1": "c"}),
    ("iam:DeleteRole", ROLE),
    ("iam:DetachGroupPolicy", {**GROUP, "PolicyArn": POLICY_ARN}),
    ("iam:DeleteGroupPolicy", {**GROUP, "PolicyName": "g"}),
    ("iam:RemoveUserFromGroup", {**GROUP, **USER}),
    ("iam:DeleteGroup", GROUP),
    ("iam:DetachUserPolicy", {**USER, "PolicyArn": POLICY_ARN}),
    ("iam:DeletePolicy", {"PolicyArn": POLICY_ARN}),
    ("iam:DeleteUserPolicy", {**USER, "PolicyName": "p"}),
    ("iam:DeleteLoginProfile", USER),
    ("iam:DeleteAccessKey", {**USER, "AccessKeyId": "$access0"}),
    ("iam:DeleteUser", USER),
]
