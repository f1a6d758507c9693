"""Lists of what the practice account has none of, which many clients read before they delete a user or role.

Nobody has an MFA device, a signing certificate, an SSH key or credentials for one service, and no role is in an
instance profile: no operation makes any of these.

Source: IAM API Reference, each operation's response and errors.
"""

from __future__ import annotations

from collections.abc import Callable

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam.resolve import IamCall
from kmscourse.sandbox.operation import Answer

Perform = Callable[[IamCall], Answer]


def none_of_account(member: str) -> Perform:
    """An empty list, under its name in the answer."""

    def perform(resolved: IamCall) -> Answer:
        return {member: [], "IsTruncated": False}

    return perform


def none_of_user(member: str) -> Perform:
    """The same of a user, who must be there: else AwsError NoSuchEntity (404)."""

    def perform(resolved: IamCall) -> Answer:
        if resolved.user is None:
            raise _not_found("user", resolved.parameters["UserName"])
        return {member: [], "IsTruncated": False}

    return perform


def none_of_role(member: str) -> Perform:
    """The same of a role."""

    def perform(resolved: IamCall) -> Answer:
        if resolved.role is None:
            raise _not_found("role", resolved.parameters["RoleName"])
        return {member: [], "IsTruncated": False}

    return perform


def _not_found(kind: str, name: str) -> AwsError:
    return AwsError("NoSuchEntity", f"The {kind} with name {name} cannot be found.", 404)
