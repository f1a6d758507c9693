"""IAM: two users, groups, roles and policies, and for each member of each input a call in which it counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.frozen.replay import Step
from tests.sandbox.honoured.account import step
from tests.sandbox.honoured.proofs import NOT_OFFERED, Operation, Proof, differs, refused

Parameters = dict[str, Any]

ONE, TWO, THREE, FOUR = (
    f"arn:aws:iam::<<account>>:policy/{name}" for name in ("team/one", "two", "three", "four")
)
KEY = "arn:aws:kms:us-east-1:<<account>>:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALICE, BOB = "arn:aws:iam::<<account>>:user/team/alice", "arn:aws:iam::<<account>>:user/bob"
PASSWORD = "NewUs@r150"


def policy(*actions: str, **more: Any) -> str:
    """A policy that allows these actions."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


DECRYPT, ENCRYPT = policy("kms:Decrypt"), policy("kms:Encrypt")
TRUST, OTHER_TRUST = (
    json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": who}}],
        }
    )
    for who in ("<<account>>", BOB)
)


def tags(*keys: str) -> list[dict[str, str]]:
    """Tags with these keys, and the same for their values."""
    return [{"Key": key, "Value": key} for key in keys]


# Of each kind the member that names one, and two of the kind: the first has the path /team/, and more than the second.
KINDS = {
    "User": ("UserName", "alice", "bob"),
    "Group": ("GroupName", "readers", "writers"),
    "Role": ("RoleName", "robot", "other"),
}


def furnished(kind: str) -> dict[str, Step]:
    """The steps that make two of a kind, each with policies, and what users and roles have beside."""
    member, *names = KINDS[kind]
    steps: dict[str, Step] = {}
    for name, path in zip(names, ("/team/", "/"), strict=True):
        own = {member: name}
        trust = {"AssumeRolePolicyDocument": TRUST} if kind == "Role" else {}
        steps[name] = step(f"iam:Create{kind}", **own, Path=path, **trust)
        steps[f"{name}_a"] = step(
            f"iam:Put{kind}Policy",
            **own,
            PolicyName="a",
            PolicyDocument=DECRYPT if path == "/" else ENCRYPT,
        )
        steps[f"{name}_one"] = step(f"iam:Attach{kind}Policy", **own, PolicyArn=ONE)
    first = {member: names[0]}
    steps[f"{kind}_b"] = step(f"iam:Put{kind}Policy", **first, PolicyName="b", PolicyDocument=DECRYPT)
    steps[f"{kind}_two"] = step(f"iam:Attach{kind}Policy", **first, PolicyArn=TWO)
    if kind != "Group":
        steps[f"{kind}_tags"] = step(f"iam:Tag{kind}", **first, Tags=tags("x", "y"))
        steps[f"{kind}_boundary"] = step(
            f"iam:Put{kind}PermissionsBoundary", **first, PermissionsBoundary=FOUR
        )
    return steps


PREPARED = {
    "one": step(
        "iam:CreatePolicy", PolicyName="one", Path="/team/", PolicyDocument=DECRYPT, Tags=tags("x", "y")
    ),
    "two": step("iam:CreatePolicy", PolicyName="two", PolicyDocument=ENCRYPT),
    "three": step("iam:CreatePolicy", PolicyName="three", PolicyDocument=policy("kms:List*")),
    "four": step("iam:CreatePolicy", PolicyName="four", PolicyDocument=policy("kms:*", "iam:*")),
    "version": step("iam:CreatePolicyVersion", PolicyArn=ONE, PolicyDocument=ENCRYPT),
    "third_version": step("iam:CreatePolicyVersion", PolicyArn=ONE, PolicyDocument=policy("kms:Sign")),
    "second_of_two": step("iam:CreatePolicyVersion", PolicyArn=TWO, PolicyDocument=DECRYPT),
    **{name: each for kind in KINDS for name, each in furnished(kind).items()},
    "in_readers": step("iam:AddUserToGroup", GroupName="readers", UserName="alice"),
    "in_writers": step("iam:AddUserToGroup", GroupName="writers", UserName="alice"),
    "bob_in_readers": step("iam:AddUserToGroup", GroupName="readers", UserName="bob"),
    "key": step("iam:CreateAccessKey", UserName="alice"),
    "second_key": step("iam:CreateAccessKey", UserName="alice"),
    "bobs_key": step("iam:CreateAccessKey", UserName="bob"),
    "profile": step("iam:CreateLoginProfile", UserName="alice", Password=PASSWORD),
    "alias": step("iam:CreateAccountAlias", AccountAlias="practice"),
    "carol": step("iam:CreateUser", UserName="carol"),
    "dave": step("iam:CreateUser", UserName="dave"),
    "daves_profile": step("iam:CreateLoginProfile", UserName="dave", Password=PASSWORD),
    "empty_group": step("iam:CreateGroup", GroupName="empty"),
    "other_empty_group": step("iam:CreateGroup", GroupName="other_empty"),
    "empty_role": step("iam:CreateRole", RoleName="empty", AssumeRolePolicyDocument=TRUST),
    "other_empty_role": step("iam:CreateRole", RoleName="other_empty", AssumeRolePolicyDocument=TRUST),
    "used_key": step("sts:GetCallerIdentity", by="key"),
}

LISTED_USERS, LISTED_GROUPS, LISTED_ROLES = (step(f"iam:List{kind}s") for kind in KINDS)
GOT_ALICE = step("iam:GetUser", UserName="alice")
GOT_ROBOT = step("iam:GetRole", RoleName="robot")
GOT_READERS = step("iam:GetGroup", GroupName="readers")
LISTED_KEYS = step("iam:ListAccessKeys", UserName="alice")
LISTED_ONE = step("iam:ListPolicyVersions", PolicyArn=ONE)
LISTED_POLICIES = step("iam:ListPolicies", Scope="Local")
OTHER_USER = {"UserName": differs("bob")}
OTHER_POLICY = {"PolicyArn": differs(TWO)}


def pages(action: str, **base: Any) -> Mapping[str, Proof]:
    """The proofs for MaxItems and Marker of a list."""
    first_page = {"page": step(action, **base, MaxItems=1)}
    return {"MaxItems": differs(1), "Marker": differs("<<page/Marker>>", first=first_page)}


def listed(action: str, *, by_path: bool = False, **base: Any) -> Operation:
    """A list of what one of two has, in pages; perhaps only what is under a path."""
    others = {"alice": "bob", "readers": "writers", "robot": "other", ONE: TWO}
    named = {member: differs(others[name]) for member, name in base.items()}
    path = {"PathPrefix": differs("/team/")} if by_path else {}
    return Operation(base, {**named, **path, **pages(f"iam:{action}", **base)})


def empty_list(**members: str | Proof) -> Operation:
    """A list of one entry or none, on which no page follows: that a member counts shows in what is refused.

    ``members`` are the names of whose list it is, and proofs for other members.
    """
    names = {member: name for member, name in members.items() if isinstance(name, str)}
    proofs = {member: proof for member, proof in members.items() if isinstance(proof, Proof)}
    return Operation(
        names,
        {
            **{member: refused("NoSuchEntity", "nobody") for member in names},
            **proofs,
            "MaxItems": refused("ValidationError", 1001, text="at 'maxItems'"),
            "Marker": refused("ValidationError", "AAAA", text="Invalid Marker"),
        },
    )


def policies_of(kind: str) -> dict[str, Operation]:
    """The operations on the policies of users, of groups or of roles."""
    member, first, second = KINDS[kind]
    named, other = {member: first}, {member: differs(second)}
    attached = step(f"iam:ListAttached{kind}Policies", **named)
    return {
        f"Put{kind}Policy": Operation(
            {**named, "PolicyName": "new", "PolicyDocument": DECRYPT},
            {**other, "PolicyName": differs("newer"), "PolicyDocument": differs(ENCRYPT)},
            read=step(f"iam:Get{kind}Policy", **named, PolicyName="new"),
        ),
        f"Get{kind}Policy": Operation({**named, "PolicyName": "a"}, {**other, "PolicyName": differs("b")}),
        f"Delete{kind}Policy": Operation(
            {**named, "PolicyName": "a"},
            {**other, "PolicyName": differs("b")},
            read=step(f"iam:List{kind}Policies", **named),
        ),
        f"List{kind}Policies": listed(f"List{kind}Policies", **named),
        f"Attach{kind}Policy": Operation(
            {**named, "PolicyArn": THREE}, {**other, "PolicyArn": differs(FOUR)}, read=attached
        ),
        f"Detach{kind}Policy": Operation(
            {**named, "PolicyArn": ONE}, {**other, **OTHER_POLICY}, read=attached
        ),
        f"ListAttached{kind}Policies": listed(f"ListAttached{kind}Policies", by_path=True, **named),
    }


def tags_of(kind: str, **named: str) -> dict[str, Operation]:
    """The operations on the tags of users, of roles or of policies."""
    ((member, _),) = named.items()
    second = KINDS[kind][2] if kind in KINDS else TWO
    other, read = {member: differs(second)}, step(f"iam:List{kind}Tags", **named)
    return {
        f"Tag{kind}": Operation(
            {**named, "Tags": tags("new")},
            {**other, "Tags[].Key": differs("newer"), "Tags[].Value": differs("newer")},
            read=read,
        ),
        f"Untag{kind}": Operation(
            {**named, "TagKeys": ["x"]}, {**other, "TagKeys": differs(["y"])}, read=read
        ),
        f"List{kind}Tags": listed(f"List{kind}Tags", **named),
    }


def boundary_of(kind: str) -> dict[str, Operation]:
    """The operations on the permissions boundary of users or of roles."""
    member, first, second = KINDS[kind]
    named, other = {member: first}, {member: differs(second)}
    read = step(f"iam:Get{kind}", **named)
    return {
        f"Put{kind}PermissionsBoundary": Operation(
            {**named, "PermissionsBoundary": TWO}, {**other, "PermissionsBoundary": differs(THREE)}, read=read
        ),
        f"Delete{kind}PermissionsBoundary": Operation(
            named,
            {
                member: differs(
                    second,
                    first={
                        "bound": step(
                            f"iam:Put{kind}PermissionsBoundary", **{member: second}, PermissionsBoundary=FOUR
                        )
                    },
                )
            },
            read=read,
        ),
    }


def signs_in(password: str) -> Step:
    """The step in which alice signs in."""
    return step("kmscourse:SignIn", UserName="alice", Password=password)


RULES = {
    "MinimumPasswordLength": 20,
    "RequireSymbols": True,
    "RequireNumbers": True,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "AllowUsersToChangePassword": True,
    "MaxPasswordAge": 30,
    "PasswordReusePrevention": 5,
    "HardExpiry": True,
}

# The members that both simulators have.
SIMULATED = {
    "ActionNames": differs(["kms:Encrypt"]),
    "ResourceArns": differs([KEY]),
    "ResourcePolicy": differs(
        policy("kms:Encrypt", Principal={"AWS": "*"}),
        beside={
            "ResourceArns": [KEY],
            "CallerArn": ALICE,
            "ResourcePolicy": policy("kms:Decrypt", Principal={"AWS": "*"}),
        },
    ),
    "ResourceOwner": differs(
        "arn:aws:iam::999999999999:root",
        beside={
            "ResourceArns": ["arn:aws:s3:::bucket"],
            "ActionNames": ["s3:ListBucket"],
            "CallerArn": ALICE,
            "ResourcePolicy": policy("s3:ListBucket", Principal={"AWS": "*"}),
        },
    ),
    "CallerArn": differs(
        BOB,
        beside={
            "CallerArn": ALICE,
            "PolicyInputList": [policy("kms:Decrypt", Condition={"StringEquals": {"aws:username": "bob"}})],
        },
    ),
    "PermissionsBoundaryPolicyInputList": differs([ENCRYPT]),
    "ResourceHandlingOption": NOT_OFFERED,
    "MaxItems": differs(1, beside={"ActionNames": ["kms:Decrypt", "kms:Encrypt"]}),
}


def simulated_pages(action: str, **base: Any) -> Proof:
    """The proof for the Marker of a simulation, which is of its own operation's."""
    actions = {"ActionNames": ["kms:Decrypt", "kms:Encrypt"]}
    return differs(
        "<<page/Marker>>", beside=actions, first={"page": step(action, **base, **actions, MaxItems=1)}
    )


ASKED = {
    "PolicyInputList": [
        policy("kms:Decrypt", Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "60"}})
    ],
    "ContextEntries": [
        {
            "ContextKeyName": "aws:MultiFactorAuthAge",
            "ContextKeyValues": ["30"],
            "ContextKeyType": "numeric",
        }
    ],
}
CONTEXT = {
    "ContextEntries[].ContextKeyName": differs("aws:CurrentTime", beside=ASKED),
    "ContextEntries[].ContextKeyValues": differs(["90"], beside=ASKED),
    "ContextEntries[].ContextKeyType": refused(
        "InvalidInput", "boolean", beside=ASKED, text="ContextKeyType"
    ),
}

OPERATIONS = {
    **{name: operation for kind in KINDS for name, operation in policies_of(kind).items()},
    **tags_of("User", UserName="alice"),
    **tags_of("Role", RoleName="robot"),
    **tags_of("Policy", PolicyArn=ONE),
    **boundary_of("User"),
    **boundary_of("Role"),
    # Users
    "CreateUser": Operation(
        {"UserName": "new"},
        {
            "UserName": differs("newer"),
            "Path": differs("/team/"),
            "PermissionsBoundary": differs(FOUR),
            "Tags[].Key": differs("b", beside={"Tags": tags("a")}),
            "Tags[].Value": differs("b", beside={"Tags": tags("a")}),
        },
        read=step("iam:GetUser", UserName="new"),
    ),
    "GetUser": Operation({"UserName": "alice"}, OTHER_USER),
    "UpdateUser": Operation(
        {"UserName": "alice", "NewUserName": "anna"},
        {**OTHER_USER, "NewUserName": differs("anne"), "NewPath": differs("/others/")},
        read=LISTED_USERS,
    ),
    "DeleteUser": Operation({"UserName": "carol"}, {"UserName": refused("DeleteConflict", "dave")}),
    "ListUsers": listed("ListUsers", by_path=True),
    # Access keys and passwords
    "CreateAccessKey": Operation({"UserName": "carol"}, {"UserName": differs("dave")}),
    "UpdateAccessKey": Operation(
        {"UserName": "alice", "AccessKeyId": "<<key/AccessKey/AccessKeyId>>", "Status": "Inactive"},
        {
            "UserName": refused("NoSuchEntity", "bob"),
            "AccessKeyId": differs("<<second_key/AccessKey/AccessKeyId>>"),
            "Status": differs("Active"),
        },
        read=LISTED_KEYS,
    ),
    "DeleteAccessKey": Operation(
        {"UserName": "alice", "AccessKeyId": "<<key/AccessKey/AccessKeyId>>"},
        {
            "UserName": refused("NoSuchEntity", "bob"),
            "AccessKeyId": differs("<<second_key/AccessKey/AccessKeyId>>"),
        },
        read=LISTED_KEYS,
    ),
    "ListAccessKeys": listed("ListAccessKeys", UserName="alice"),
    "GetAccessKeyLastUsed": Operation(
        {"AccessKeyId": "<<key/AccessKey/AccessKeyId>>"},
        {"AccessKeyId": differs("<<bobs_key/AccessKey/AccessKeyId>>")},
    ),
    "CreateLoginProfile": Operation(
        {"UserName": "bob", "Password": PASSWORD},
        {
            "UserName": differs("carol"),
            "Password": differs(
                "OldUs@r150", read=step("kmscourse:SignIn", UserName="bob", Password=PASSWORD)
            ),
            "PasswordResetRequired": differs(True),
            "MaxSigninSessionDuration": NOT_OFFERED,
        },
    ),
    "GetLoginProfile": Operation({"UserName": "alice"}, {"UserName": differs("dave")}),
    "UpdateLoginProfile": Operation(
        {"UserName": "alice"},
        {
            "UserName": refused("NoSuchEntity", "bob"),
            "Password": differs("OldUs@r150"),
            "PasswordResetRequired": differs(True),
            "MaxSigninSessionDuration": NOT_OFFERED,
            "ResetMaxSigninSessionDuration": NOT_OFFERED,
        },
        read=signs_in(PASSWORD),
    ),
    "DeleteLoginProfile": Operation(
        {"UserName": "alice"}, {"UserName": differs("dave")}, read=signs_in(PASSWORD)
    ),
    "ChangePassword": Operation(
        {"OldPassword": PASSWORD, "NewPassword": "OldUs@r150"},
        {"OldPassword": refused("AccessDenied", "OldUs@r150"), "NewPassword": differs("OtherUs@r150")},
        by="second_key",
        first={
            "may": step(
                "iam:PutUserPolicy", UserName="alice", PolicyName="own", PolicyDocument=policy("iam:*")
            )
        },
        read=signs_in("OldUs@r150"),
    ),
    "UpdateAccountPasswordPolicy": Operation(
        {},
        {rule: differs(value) for rule, value in RULES.items()},
        read=step("iam:GetAccountPasswordPolicy"),
    ),
    "GetAccountPasswordPolicy": Operation({}, {}, first={"policy": step("iam:UpdateAccountPasswordPolicy")}),
    "DeleteAccountPasswordPolicy": Operation(
        {}, {}, first={"policy": step("iam:UpdateAccountPasswordPolicy")}
    ),
    # What nobody has
    "ListMFADevices": empty_list(UserName="alice"),
    "ListVirtualMFADevices": empty_list(
        AssignmentStatus=refused("ValidationError", "Lost", text="at 'assignmentStatus'")
    ),
    "ListSigningCertificates": empty_list(UserName="alice"),
    "ListSSHPublicKeys": empty_list(UserName="alice"),
    "ListServiceSpecificCredentials": empty_list(
        UserName="alice", ServiceName=NOT_OFFERED, AllUsers=NOT_OFFERED
    ),
    "ListInstanceProfilesForRole": empty_list(RoleName="robot"),
    # Groups
    "CreateGroup": Operation(
        {"GroupName": "new"}, {"GroupName": differs("newer"), "Path": differs("/team/")}, read=LISTED_GROUPS
    ),
    "GetGroup": listed("GetGroup", GroupName="readers"),
    "UpdateGroup": Operation(
        {"GroupName": "readers", "NewGroupName": "new"},
        {
            "GroupName": differs("writers"),
            "NewGroupName": differs("newer"),
            "NewPath": differs("/others/"),
        },
        read=LISTED_GROUPS,
    ),
    "DeleteGroup": Operation(
        {"GroupName": "empty"}, {"GroupName": differs("other_empty")}, read=LISTED_GROUPS
    ),
    "ListGroups": listed("ListGroups", by_path=True),
    "ListGroupsForUser": listed("ListGroupsForUser", UserName="alice"),
    "AddUserToGroup": Operation(
        {"GroupName": "readers", "UserName": "carol"},
        {"GroupName": differs("writers"), "UserName": differs("dave")},
        read=GOT_READERS,
    ),
    "RemoveUserFromGroup": Operation(
        {"GroupName": "readers", "UserName": "alice"},
        {"GroupName": differs("writers"), "UserName": differs("bob")},
        read=GOT_READERS,
    ),
    # Roles
    "CreateRole": Operation(
        {"RoleName": "new", "AssumeRolePolicyDocument": TRUST},
        {
            "RoleName": differs("newer"),
            "Path": differs("/team/"),
            "AssumeRolePolicyDocument": differs(OTHER_TRUST),
            "Description": differs("another"),
            "MaxSessionDuration": differs(7200),
            "MaxSigninSessionDuration": NOT_OFFERED,
            "PermissionsBoundary": differs(FOUR),
            "Tags[].Key": differs("b", beside={"Tags": tags("a")}),
            "Tags[].Value": differs("b", beside={"Tags": tags("a")}),
        },
        read=step("iam:GetRole", RoleName="new"),
    ),
    "GetRole": Operation({"RoleName": "robot"}, {"RoleName": differs("other")}),
    "UpdateRole": Operation(
        {"RoleName": "robot", "Description": "new"},
        {
            "RoleName": differs("other"),
            "Description": differs("newer"),
            "MaxSessionDuration": differs(7200),
            "MaxSigninSessionDuration": NOT_OFFERED,
            "ResetMaxSigninSessionDuration": NOT_OFFERED,
        },
        read=GOT_ROBOT,
    ),
    "UpdateRoleDescription": Operation(
        {"RoleName": "robot", "Description": "new"},
        {"RoleName": differs("other"), "Description": differs("newer")},
    ),
    "UpdateAssumeRolePolicy": Operation(
        {"RoleName": "robot", "PolicyDocument": OTHER_TRUST},
        {"RoleName": differs("other"), "PolicyDocument": differs(TRUST)},
        read=GOT_ROBOT,
    ),
    "DeleteRole": Operation({"RoleName": "empty"}, {"RoleName": differs("other_empty")}, read=LISTED_ROLES),
    "ListRoles": listed("ListRoles", by_path=True),
    # Managed policies
    "CreatePolicy": Operation(
        {"PolicyName": "new", "PolicyDocument": DECRYPT},
        {
            "PolicyName": differs("newer"),
            "Path": differs("/team/"),
            "PolicyDocument": differs(
                ENCRYPT,
                read=step("iam:GetPolicyVersion", PolicyArn="<<answer/Policy/Arn>>", VersionId="v1"),
            ),
            "Description": differs("another", read=step("iam:GetPolicy", PolicyArn="<<answer/Policy/Arn>>")),
            "Tags[].Key": differs("b", beside={"Tags": tags("a")}),
            "Tags[].Value": differs("b", beside={"Tags": tags("a")}),
        },
    ),
    "GetPolicy": Operation({"PolicyArn": ONE}, OTHER_POLICY),
    "DeletePolicy": Operation({"PolicyArn": THREE}, {"PolicyArn": refused("DeleteConflict", FOUR)}),
    "ListPolicies": Operation(
        {"Scope": "Local"},
        {
            "Scope": differs("AWS"),
            "OnlyAttached": differs(True),
            "PathPrefix": differs("/team/"),
            "PolicyUsageFilter": differs("PermissionsBoundary"),
            **pages("iam:ListPolicies", Scope="Local"),
        },
    ),
    "ListEntitiesForPolicy": Operation(
        {"PolicyArn": ONE},
        {
            **OTHER_POLICY,
            "EntityFilter": differs("Role"),
            "PathPrefix": differs("/team/"),
            "PolicyUsageFilter": differs("PermissionsBoundary"),
            **pages("iam:ListEntitiesForPolicy", PolicyArn=ONE),
        },
    ),
    "CreatePolicyVersion": Operation(
        {"PolicyArn": TWO, "PolicyDocument": DECRYPT},
        {
            "PolicyArn": differs(THREE),
            "PolicyDocument": differs(
                ENCRYPT, read=step("iam:GetPolicyVersion", PolicyArn=TWO, VersionId="v3")
            ),
            "SetAsDefault": differs(True),
        },
    ),
    "GetPolicyVersion": Operation(
        {"PolicyArn": ONE, "VersionId": "v1"}, {**OTHER_POLICY, "VersionId": differs("v2")}
    ),
    "SetDefaultPolicyVersion": Operation(
        {"PolicyArn": ONE, "VersionId": "v2"}, {**OTHER_POLICY, "VersionId": differs("v3")}, read=LISTED_ONE
    ),
    "DeletePolicyVersion": Operation(
        {"PolicyArn": ONE, "VersionId": "v2"}, {**OTHER_POLICY, "VersionId": differs("v3")}, read=LISTED_ONE
    ),
    "ListPolicyVersions": listed("ListPolicyVersions", PolicyArn=ONE),
    "SimulateCustomPolicy": Operation(
        {"PolicyInputList": [DECRYPT], "ActionNames": ["kms:Decrypt"]},
        {
            **SIMULATED,
            **CONTEXT,
            "Marker": simulated_pages("iam:SimulateCustomPolicy", PolicyInputList=[DECRYPT]),
            "PolicyInputList": differs([ENCRYPT]),
            "OrderedOrganizationPolicyInputList": NOT_OFFERED,
        },
    ),
    "SimulatePrincipalPolicy": Operation(
        {"PolicySourceArn": BOB, "ActionNames": ["kms:Decrypt"]},
        {
            **SIMULATED,
            **CONTEXT,
            "Marker": simulated_pages("iam:SimulatePrincipalPolicy", PolicySourceArn=BOB),
            "PolicySourceArn": differs(ALICE),
            "PolicyInputList": differs([policy("kms:*")]),
            "PolicyExclusionList": NOT_OFFERED,
        },
    ),
    "GetContextKeysForCustomPolicy": Operation(
        {"PolicyInputList": [policy("kms:Decrypt", Condition={"Bool": {"aws:a": "true"}})]},
        {"PolicyInputList": differs([policy("kms:Decrypt", Condition={"Bool": {"aws:b": "true"}})])},
    ),
    "GetContextKeysForPrincipalPolicy": Operation(
        {"PolicySourceArn": ALICE},
        {
            "PolicySourceArn": differs(
                BOB,
                first={
                    "conditional": step(
                        "iam:PutUserPolicy",
                        UserName="bob",
                        PolicyName="a",
                        PolicyDocument=policy("kms:Decrypt", Condition={"Bool": {"aws:a": "true"}}),
                    )
                },
            ),
            "PolicyInputList": differs([policy("kms:Decrypt", Condition={"Bool": {"aws:b": "true"}})]),
        },
    ),
    # The account
    "GetAccountSummary": Operation({}, {}),
    "GetAccountAuthorizationDetails": Operation(
        {}, {"Filter": differs(["Role"]), **pages("iam:GetAccountAuthorizationDetails")}
    ),
    "CreateAccountAlias": Operation(
        {"AccountAlias": "new"},
        {"AccountAlias": differs("newer")},
        read=step("iam:ListAccountAliases"),
    ),
    "DeleteAccountAlias": Operation(
        {"AccountAlias": "practice"}, {"AccountAlias": refused("NoSuchEntity", "other")}
    ),
    "ListAccountAliases": empty_list(),
}
