"""Policies as plain dicts, in the form in which AWS prints them: made, changed, and taken apart.

What is handed in stays as it was; each change returns a new policy. The console's key policy and the actions in its
statements: AWS KMS Developer Guide, "Default key policy".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from kmscourse.policy.language.principals import PrincipalKind, parse_principal

Document = dict[str, Any]

LAB_USER = "IAMLabUser"
LAB_POLICY_NAME = "BooksReader"  # The inline policy in which the lab user has ``lab_user_policy``.

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
PRINCIPAL_ELEMENTS = ("Principal", "NotPrincipal")
GRANT_ACTIONS = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")


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
        actions = [
            action
            for action in ADMINISTRATOR_ACTIONS
            if administrators_may_delete or action not in DELETION_ACTIONS
        ]
        statements.append(allow("Allow access for Key Administrators", administrators, actions))
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


def trust_policy(principal_arns: Iterable[str], condition: Mapping[str, Any] | None = None) -> Document:
    """A trust policy: the policy of a role that says who may assume it, and, with a ``condition``, when."""
    statement: Document = {
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_list(principal_arns)},
        "Action": "sts:AssumeRole",
    }
    return {
        "Version": "2012-10-17",
        "Statement": [statement | ({"Condition": dict(condition)} if condition else {})],
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
    values = list(items)
    return values[0] if len(values) == 1 else values


def list_values(value: Any) -> list[Any]:
    """The values of a policy's element as a list: a single value stands there without one, nothing is None."""
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def statements_of(policy: Mapping[str, Any]) -> list[Document]:
    """The policy's statements, also where it holds a single one without a list around it."""
    return deepcopy(list_values(policy.get("Statement")))


def with_statement(policy: Mapping[str, Any], statement: Mapping[str, Any]) -> Document:
    """The policy with a statement at its end; one that is in it already, however it is spelled, is not put twice.

    Order means nothing to AWS: a Deny wins from anywhere, and a list is as good as its only value.
    """
    statements = statements_of(policy)
    if any(_spelled_alike(other) == _spelled_alike(statement) for other in statements):
        return _replace_statements(policy, statements)
    return _replace_statements(policy, [*statements, deepcopy(dict(statement))])


def _spelled_alike(element: Any) -> Any:
    """An element of a policy in one spelling: lists in order, and the only value of a list by itself."""
    if isinstance(element, Mapping):
        return {name: _spelled_alike(value) for name, value in element.items()}
    if isinstance(element, list | tuple):
        values = sorted(map(_spelled_alike, element), key=str)
        return values[0] if len(values) == 1 else values
    return element


def without_sid(policy: Mapping[str, Any], sid: str) -> Document:
    """The policy without the statements of that Sid; a Sid that isn't there changes nothing."""
    others = [statement for statement in statements_of(policy) if statement.get("Sid") != sid]
    return _replace_statements(policy, others)


def without_principal(policy: Mapping[str, Any], arn: str) -> Document:
    """The policy with ``arn`` named nowhere: taken out of lists, and statements for it alone dropped."""
    statements = []
    for statement in statements_of(policy):
        for element in PRINCIPAL_ELEMENTS:
            names = _aws_principals(statement, element)
            if arn in names:
                others = [name for name in names if name != arn]
                principal = {type_: value for type_, value in statement[element].items() if type_ != "AWS"}
                statement[element] = principal | ({"AWS": _one_or_list(others)} if others else {})
        if all(statement.get(element) != {} for element in PRINCIPAL_ELEMENTS):
            statements.append(statement)
    return _replace_statements(policy, statements)


def replace_principals(policy: Mapping[str, Any], replace: Callable[[str], str]) -> Document:
    """The policy with ``replace(name)`` for each name under "AWS" in Principal and NotPrincipal."""
    replaced = deepcopy(dict(policy))
    for statement in list_values(replaced.get("Statement")):
        for element in PRINCIPAL_ELEMENTS:
            principal = statement.get(element)
            names = principal.get("AWS") if isinstance(principal, Mapping) else None
            if isinstance(names, list):
                statement[element]["AWS"] = [replace(name) for name in names]
            elif names is not None:
                statement[element]["AWS"] = replace(names)
    return replaced


def rename_principal(text: str, name: str, new_name: str) -> str | None:
    """The text of a policy that has another name for a principal; None where it does not name that one."""
    if name not in text and "\\" not in text:  # JSON can hide a name behind escapes
        return None
    policy = json.loads(text)
    renamed = replace_principals(policy, lambda each: new_name if each == name else each)
    return None if renamed == policy else json.dumps(renamed)


def deleted_principals(policy: Mapping[str, Any]) -> list[str]:
    """The ids of the users and roles that a policy names and that were deleted since: KMS takes no policy with them."""
    names = [
        name
        for statement in list_values(policy.get("Statement"))
        for element in PRINCIPAL_ELEMENTS
        for name in _aws_principals(statement, element)
    ]
    return [name for name in dict.fromkeys(names) if parse_principal(name).kind is PrincipalKind.DELETED]


def statements_naming(policy: Mapping[str, Any], arn: str) -> list[Document]:
    """The statements whose Principal names exactly that ARN: not "*", and not its account."""
    return [statement for statement in statements_of(policy) if arn in _aws_principals(statement)]


def principals_of(statement: Mapping[str, Any], element: str = "Principal") -> list[str]:
    """Whom Principal (or NotPrincipal) names, of whatever type: ARNs, account ids, services; "*" is everyone."""
    principal = statement.get(element)
    values = list(principal.values()) if isinstance(principal, Mapping) else [principal]
    return [name for value in values for name in list_values(value)]


def _aws_principals(statement: Mapping[str, Any], element: str = "Principal") -> list[str]:
    """What stands under ``Principal`` (or ``NotPrincipal``) -> ``AWS``."""
    principal = statement.get(element)
    return list_values(principal.get("AWS")) if isinstance(principal, Mapping) else []


def _replace_statements(policy: Mapping[str, Any], statements: list[Document]) -> Document:
    return deepcopy(dict(policy)) | {"Statement": statements}
