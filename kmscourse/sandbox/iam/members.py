"""The members of IAM's inputs that are honoured; whatever else AWS's model has is refused by its name.

By operation, and for the structures within by the name of a structure's shape. ``offered.py`` refuses the rest.
"""

from __future__ import annotations

from kmscourse.sandbox.operation import Members

OPERATIONS = {
    "CreateUser": "Path UserName PermissionsBoundary Tags",
    "GetUser": "UserName",
    "UpdateUser": "UserName NewPath NewUserName",
    "DeleteUser": "UserName",
    "ListUsers": "PathPrefix Marker MaxItems",
    "TagUser": "UserName Tags",
    "UntagUser": "UserName TagKeys",
    "ListUserTags": "UserName Marker MaxItems",
    "PutUserPolicy": "UserName PolicyName PolicyDocument",
    "GetUserPolicy": "UserName PolicyName",
    "DeleteUserPolicy": "UserName PolicyName",
    "ListUserPolicies": "UserName Marker MaxItems",
    "AttachUserPolicy": "UserName PolicyArn",
    "DetachUserPolicy": "UserName PolicyArn",
    "ListAttachedUserPolicies": "UserName PathPrefix Marker MaxItems",
    "PutUserPermissionsBoundary": "UserName PermissionsBoundary",
    "DeleteUserPermissionsBoundary": "UserName",
    "CreateAccessKey": "UserName",
    "UpdateAccessKey": "UserName AccessKeyId Status",
    "DeleteAccessKey": "UserName AccessKeyId",
    "ListAccessKeys": "UserName Marker MaxItems",
    "GetAccessKeyLastUsed": "AccessKeyId",
    "CreateLoginProfile": "UserName Password PasswordResetRequired",
    "GetLoginProfile": "UserName",
    "UpdateLoginProfile": "UserName Password PasswordResetRequired",
    "DeleteLoginProfile": "UserName",
    "ChangePassword": "OldPassword NewPassword",
    "UpdateAccountPasswordPolicy": (
        "MinimumPasswordLength RequireSymbols RequireNumbers RequireUppercaseCharacters "
        "RequireLowercaseCharacters AllowUsersToChangePassword MaxPasswordAge PasswordReusePrevention "
        "HardExpiry"
    ),
    "ListMFADevices": "UserName Marker MaxItems",
    "ListVirtualMFADevices": "AssignmentStatus Marker MaxItems",
    "ListSigningCertificates": "UserName Marker MaxItems",
    "ListSSHPublicKeys": "UserName Marker MaxItems",
    "ListServiceSpecificCredentials": "UserName Marker MaxItems",
    "ListInstanceProfilesForRole": "RoleName Marker MaxItems",
    "CreateGroup": "Path GroupName",
    "GetGroup": "GroupName Marker MaxItems",
    "UpdateGroup": "GroupName NewPath NewGroupName",
    "DeleteGroup": "GroupName",
    "ListGroups": "PathPrefix Marker MaxItems",
    "ListGroupsForUser": "UserName Marker MaxItems",
    "AddUserToGroup": "GroupName UserName",
    "RemoveUserFromGroup": "GroupName UserName",
    "PutGroupPolicy": "GroupName PolicyName PolicyDocument",
    "GetGroupPolicy": "GroupName PolicyName",
    "DeleteGroupPolicy": "GroupName PolicyName",
    "ListGroupPolicies": "GroupName Marker MaxItems",
    "AttachGroupPolicy": "GroupName PolicyArn",
    "DetachGroupPolicy": "GroupName PolicyArn",
    "ListAttachedGroupPolicies": "GroupName PathPrefix Marker MaxItems",
    "CreateRole": (
        "Path RoleName AssumeRolePolicyDocument Description MaxSessionDuration PermissionsBoundary Tags"
    ),
    "GetRole": "RoleName",
    "UpdateRole": "RoleName Description MaxSessionDuration",
    "UpdateRoleDescription": "RoleName Description",
    "UpdateAssumeRolePolicy": "RoleName PolicyDocument",
    "DeleteRole": "RoleName",
    "ListRoles": "PathPrefix Marker MaxItems",
    "TagRole": "RoleName Tags",
    "UntagRole": "RoleName TagKeys",
    "ListRoleTags": "RoleName Marker MaxItems",
    "PutRolePolicy": "RoleName PolicyName PolicyDocument",
    "GetRolePolicy": "RoleName PolicyName",
    "DeleteRolePolicy": "RoleName PolicyName",
    "ListRolePolicies": "RoleName Marker MaxItems",
    "AttachRolePolicy": "RoleName PolicyArn",
    "DetachRolePolicy": "RoleName PolicyArn",
    "ListAttachedRolePolicies": "RoleName PathPrefix Marker MaxItems",
    "PutRolePermissionsBoundary": "RoleName PermissionsBoundary",
    "DeleteRolePermissionsBoundary": "RoleName",
    "CreatePolicy": "PolicyName Path PolicyDocument Description Tags",
    "GetPolicy": "PolicyArn",
    "DeletePolicy": "PolicyArn",
    "ListPolicies": "Scope OnlyAttached PathPrefix PolicyUsageFilter Marker MaxItems",
    "TagPolicy": "PolicyArn Tags",
    "UntagPolicy": "PolicyArn TagKeys",
    "ListPolicyTags": "PolicyArn Marker MaxItems",
    "ListEntitiesForPolicy": "PolicyArn EntityFilter PathPrefix PolicyUsageFilter Marker MaxItems",
    "CreatePolicyVersion": "PolicyArn PolicyDocument SetAsDefault",
    "GetPolicyVersion": "PolicyArn VersionId",
    "SetDefaultPolicyVersion": "PolicyArn VersionId",
    "DeletePolicyVersion": "PolicyArn VersionId",
    "ListPolicyVersions": "PolicyArn Marker MaxItems",
    "SimulateCustomPolicy": (
        "PolicyInputList PermissionsBoundaryPolicyInputList ActionNames "
        "ResourceArns ResourcePolicy ResourceOwner CallerArn ContextEntries MaxItems "
        "Marker"
    ),
    "SimulatePrincipalPolicy": (
        "PolicySourceArn PolicyInputList PermissionsBoundaryPolicyInputList ActionNames "
        "ResourceArns ResourcePolicy ResourceOwner CallerArn ContextEntries MaxItems "
        "Marker"
    ),
    "GetContextKeysForCustomPolicy": "PolicyInputList",
    "GetContextKeysForPrincipalPolicy": "PolicySourceArn PolicyInputList",
    "GetAccountAuthorizationDetails": "Filter MaxItems Marker",
    "CreateAccountAlias": "AccountAlias",
    "DeleteAccountAlias": "AccountAlias",
    "ListAccountAliases": "Marker MaxItems",
}

STRUCTURES = {
    "ContextEntry": "ContextKeyName ContextKeyValues ContextKeyType",
    "Tag": "Key Value",
}

MEMBERS = Members(OPERATIONS, STRUCTURES)
