"""An IAM user as a card: whether they can sign in, which access keys they have (by id only), which policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmscourse.access import find_identity, read_identities
from kmscourse.display.card import Card, Facts, Words
from kmscourse.display.moment import moment
from kmscourse.display.policy import statements
from kmscourse.display.table import Code
from kmscourse.iam import has_console_access

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient


class UserCard(Card):
    """A user as IAM tells them, and each policy that they carry.

    No secret is in it: IAM itself knows neither passwords nor secret access keys. Raises ClientError where there is
    no such user, or where IAM doesn't tell; KmsCourseError where it doesn't tell the policies.
    """

    def __init__(self, iam: IAMClient, user_name: str) -> None:
        rows = _rows(iam, user_name)
        policies = find_identity(read_identities(iam), user_name).policies
        none = [] if policies else [Words("Neither this user nor a group of this user has a policy.")]
        super().__init__(
            Facts(f"IAM user {user_name}", rows),
            *(statements(document, f"Policy {name}") for name, document in policies.items()),
            *none,
        )


def _rows(iam: IAMClient, user_name: str) -> list[tuple[str, str]]:
    user = iam.get_user(UserName=user_name)["User"]
    pages = iam.get_paginator("list_access_keys").paginate(UserName=user_name)
    keys = [f"{key['AccessKeyId']} {key['Status']}" for page in pages for key in page["AccessKeyMetadata"]]
    group_pages = iam.get_paginator("list_groups_for_user").paginate(UserName=user_name)
    groups = [group["GroupName"] for page in group_pages for group in page["Groups"]]
    boundary = user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return [
        ("ARN", Code(user["Arn"])),
        ("Created", moment(user["CreateDate"])),
        (
            "Console access",
            "✓ has a password" if has_console_access(iam, user_name) else "· none: no password",
        ),
        ("Access keys", Code("\n".join(keys)) if keys else "none"),
        ("Groups", "\n".join(groups) or "none"),
        ("Permissions boundary", Code(boundary) if boundary else "none"),
    ]
