"""Policies that the course begins with, as plain dicts in the form in which AWS prints them.

The two defaults of a KMS key, and the actions in their statements: AWS KMS Developer Guide,
"Default key policy".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Document = dict[str, Any]

ADMINISTRATOR_ACTIONS = (
    "kms:Create*",
    "kms:Describe*",
    "kms:Enable*",
    "kms:List*",
    "kms:Put*",
    "kms:Update*",
    "kms:Revoke*",
    "kms:Disable*",
    "kms:Get*",
    "kms:Delete*",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
    "kms:RotateKeyOnDemand",
)
DELETION_ACTIONS = ("kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion")
USER_ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
GRANT_ACTIONS = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")


def default_key_policy(account: str) -> Document:
    """The policy of a key that was created without one: the account's IAM policies decide everything."""
    return {"Version": "2012-10-17", "Id": "key-default-1", "Statement": [root_statement(account)]}


def console_key_policy(
    account: str,
    administrators: Sequence[str] = (),
    users: Sequence[str] = (),
    *,
    administrators_may_delete: bool = True,
) -> Document:
    """The policy that the console writes on its "create key" page.

    ``administrators`` and ``users`` are ARNs. The users get two statements: one for calls of their own, one
    for grants that an AWS service makes in their name. With neither, only the account's statement stands.
    ``administrators_may_delete`` is the page's tick "Allow key administrators to delete this key".
    """
    statements = [root_statement(account)]
    if administrators:
        may_do = [
            action
            for action in ADMINISTRATOR_ACTIONS
            if administrators_may_delete or action not in DELETION_ACTIONS
        ]
        statements.append(allow("Allow access for Key Administrators", administrators, may_do))
    if users:
        statements.append(allow("Allow use of the key", users, USER_ACTIONS))
        for_services = allow("Allow attachment of persistent resources", users, GRANT_ACTIONS)
        statements.append(for_services | {"Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}})
    return {"Id": "key-consolepolicy-3", "Version": "2012-10-17", "Statement": statements}


def root_statement(account: str) -> Document:
    """The statement of a key policy that hands the decision to the account's IAM policies."""
    return allow("Enable IAM User Permissions", [f"arn:aws:iam::{account}:root"], ["kms:*"])


def use_statement(
    principal_arn: str, actions: Iterable[str] = ("kms:Decrypt",), sid: str = "Allow use of the key"
) -> Document:
    """A key policy statement that lets one principal use the key; the default is the least that a reader needs."""
    return allow(sid, [principal_arn], actions)


def allow(sid: str, principals: Iterable[str], actions: Iterable[str]) -> Document:
    """An Allow statement of a key policy. In a key policy the resource is always "*": this key."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_list(principals)},
        "Action": _one_or_list(actions),
        "Resource": "*",
    }


def lab_user_policy() -> Document:
    """What IAMLabUser may do: read the table Books, and look at DynamoDB. KMS is in neither statement."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"],
                "Resource": "arn:aws:dynamodb:us-east-1:*:table/Books",
            },
            {"Effect": "Allow", "Action": ["dynamodb:Describe*", "dynamodb:list*"], "Resource": "*"},
        ],
    }


def _one_or_list(items: Iterable[str]) -> str | list[str]:
    """AWS prints a list of one as the one."""
    found = list(items)
    return found[0] if len(found) == 1 else found
