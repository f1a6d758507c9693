"""IAM users and roles: the lab's second user, who may sign in to the console, and what has to go with each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from kmscourse.policy import LAB_POLICY_NAME, LAB_USER, lab_user_policy, trust_policy

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

__all__ = [
    "LAB_PASSWORD",
    "LAB_POLICY_NAME",
    "LAB_USER",
    "create_lab_user",
    "create_role",
    "create_user",
    "delete_role",
    "delete_user",
    "enable_console_access",
    "has_console_access",
    "lab_user_policy",
    "user_arn",
]

LAB_PASSWORD = "NewUs@r150"  # noqa: S105  printed in the lab for everyone to read: it opens the practice account only


def create_lab_user(iam: IAMClient) -> str:
    """The ARN of IAMLabUser with the lab's policy, made where it is missing. Raises ClientError where IAM refuses."""
    arn = create_user(iam, LAB_USER)
    iam.put_user_policy(
        UserName=LAB_USER, PolicyName=LAB_POLICY_NAME, PolicyDocument=json.dumps(lab_user_policy())
    )
    return arn


def create_role(iam: IAMClient, role_name: str, trusted: Sequence[str]) -> str:
    """The ARN of the role of that name, made where it is missing, which the ``trusted`` ARNs may assume from now on.

    Raises ClientError where IAM refuses.
    """
    trust = json.dumps(trust_policy(trusted))
    try:
        return iam.create_role(RoleName=role_name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=role_name, PolicyDocument=trust)
        return iam.get_role(RoleName=role_name)["Role"]["Arn"]


def create_user(iam: IAMClient, user_name: str, tags: Mapping[str, str] | None = None) -> str:
    """The ARN of the user of that name with these tags, made where it is missing. Raises ClientError where IAM refuses.

    Other tags that it has stay.
    """
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName=user_name)
    if tags:
        iam.tag_user(UserName=user_name, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    return user_arn(iam, user_name)


def enable_console_access(iam: IAMClient, user_name: str, password: str) -> None:
    """Let the user sign in to the console with ``password``, and with no other password from now on.

    Raises ClientError if the user does not exist, or if the account's password policy refuses the password.
    """
    try:
        iam.create_login_profile(UserName=user_name, Password=password, PasswordResetRequired=False)
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_login_profile(UserName=user_name, Password=password, PasswordResetRequired=False)


def has_console_access(iam: IAMClient, user_name: str) -> bool:
    """Has the user a password for the console? No user, no password."""
    try:
        iam.get_login_profile(UserName=user_name)
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


def delete_user(iam: IAMClient, user_name: str) -> None:
    """Deletes a user with all that hangs on it, as the console does. Raises ClientError where IAM refuses a step."""
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_login_profile(UserName=user_name)
    for keys in iam.get_paginator("list_access_keys").paginate(UserName=user_name):
        for key in keys["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=user_name, AccessKeyId=key["AccessKeyId"])
    for inline in iam.get_paginator("list_user_policies").paginate(UserName=user_name):
        for policy_name in inline["PolicyNames"]:
            iam.delete_user_policy(UserName=user_name, PolicyName=policy_name)
    for attached in iam.get_paginator("list_attached_user_policies").paginate(UserName=user_name):
        for policy in attached["AttachedPolicies"]:
            iam.detach_user_policy(UserName=user_name, PolicyArn=policy["PolicyArn"])
    for groups in iam.get_paginator("list_groups_for_user").paginate(UserName=user_name):
        for group in groups["Groups"]:
            iam.remove_user_from_group(UserName=user_name, GroupName=group["GroupName"])
    try:
        iam.delete_user(UserName=user_name)
    except iam.exceptions.DeleteConflictException:
        _delete_rarer_credentials(iam, user_name)
        iam.delete_user(UserName=user_name)


def _delete_rarer_credentials(iam: IAMClient, user_name: str) -> None:
    """What few users have, and what hinders a deletion all the same."""
    for devices in iam.get_paginator("list_mfa_devices").paginate(UserName=user_name):
        for device in devices["MFADevices"]:
            iam.deactivate_mfa_device(UserName=user_name, SerialNumber=device["SerialNumber"])
    for certificates in iam.get_paginator("list_signing_certificates").paginate(UserName=user_name):
        for certificate in certificates["Certificates"]:
            iam.delete_signing_certificate(UserName=user_name, CertificateId=certificate["CertificateId"])
    for ssh_keys in iam.get_paginator("list_ssh_public_keys").paginate(UserName=user_name):
        for ssh_key in ssh_keys["SSHPublicKeys"]:
            iam.delete_ssh_public_key(UserName=user_name, SSHPublicKeyId=ssh_key["SSHPublicKeyId"])
    for credential in iam.list_service_specific_credentials(UserName=user_name)["ServiceSpecificCredentials"]:
        iam.delete_service_specific_credential(
            UserName=user_name, ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"]
        )


def delete_role(iam: IAMClient, role_name: str) -> None:
    """Deletes a role with all that hangs on it, as the console does. Raises ClientError where IAM refuses a step."""
    for inline in iam.get_paginator("list_role_policies").paginate(RoleName=role_name):
        for policy_name in inline["PolicyNames"]:
            iam.delete_role_policy(RoleName=role_name, PolicyName=policy_name)
    for attached in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role_name):
        for policy in attached["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=role_name, PolicyArn=policy["PolicyArn"])
    for profiles in iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName=role_name):
        for profile in profiles["InstanceProfiles"]:
            iam.remove_role_from_instance_profile(
                RoleName=role_name, InstanceProfileName=profile["InstanceProfileName"]
            )
    iam.delete_role(RoleName=role_name)


def user_arn(iam: IAMClient, user_name: str) -> str:
    """The user's ARN. Raises ClientError (NoSuchEntity) where there is no such user."""
    return iam.get_user(UserName=user_name)["User"]["Arn"]
