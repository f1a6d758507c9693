"""IAM users: the lab's second user, and who may sign in to the console."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from kmscourse.policy.build import lab_user_policy

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

__all__ = [
    "LAB_PASSWORD",
    "LAB_POLICY_NAME",
    "LAB_USER",
    "create_lab_user",
    "enable_console_access",
    "has_console_access",
    "lab_user_policy",
    "user_arn",
]

LAB_USER = "IAMLabUser"
LAB_PASSWORD = "NewUs@r150"  # noqa: S105  printed in the lab for everyone to read: it opens the practice account only
LAB_POLICY_NAME = "BooksReader"


def create_lab_user(iam: IAMClient) -> str:
    """The ARN of IAMLabUser with the lab's policy, made where it is missing. Raises ClientError where IAM refuses."""
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName=LAB_USER)
    iam.put_user_policy(
        UserName=LAB_USER, PolicyName=LAB_POLICY_NAME, PolicyDocument=json.dumps(lab_user_policy())
    )
    return user_arn(iam, LAB_USER)


def enable_console_access(iam: IAMClient, user_name: str, password: str) -> None:
    """Lets the user sign in with ``password``, from now on with this one only.

    Raises ClientError where there is no such user or the password doesn't suit the account's password policy.
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


def user_arn(iam: IAMClient, user_name: str) -> str:
    """The user's ARN. Raises ClientError (NoSuchEntity) where there is no such user."""
    return iam.get_user(UserName=user_name)["User"]["Arn"]
