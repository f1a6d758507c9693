"""A key policy: shown, and put on a key where it is well formed, about principals that exist, and locks nobody out.

Source: AWS KMS Developer Guide, "Key policies", "Default key policy"; DynamoDB Developer Guide, "AWS managed key" in
"Encryption at rest usage notes"; AWS KMS API Reference, "GetKeyPolicy", "PutKeyPolicy"; recorded answers of AWS.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from kmscourse.errors import PolicyError
from kmscourse.policy import has_wildcard_service, list_values, parse, replace_principals
from kmscourse.sandbox.auth.authorize import decide
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import permissions
from kmscourse.sandbox.kms.keys import page
from kmscourse.sandbox.kms.resolve import KmsCall
from kmscourse.sandbox.operation import Answer, PermissionCheck

MAX_BYTES = 32 * 1024
_USE = [
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:CreateGrant",
    "kms:DescribeKey",
]
_LOOK = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
UNBORN = "00000000-0000-0000-0000-000000000000"  # A key's id before the key is made.


# Validation


def check_policy_of_new_key(resolved: KmsCall) -> None:
    """Raises AwsError where the Policy in CreateKey's parameters can't be that of the new key."""
    if resolved.parameters.get("Policy") is not None:
        check, *_ = permissions.create_key(resolved)
        _check(resolved, replace(check, resource=resolved.arn_of(f"key/{UNBORN}")))


def check_new_policy(resolved: KmsCall) -> None:
    """Raises AwsError where the Policy in PutKeyPolicy's parameters can't be that of the key."""
    check_name(resolved)
    check, *_ = permissions.put_key_policy(resolved)
    _check(resolved, check)


def check_name(resolved: KmsCall) -> None:
    """The one name that a key policy can have is ``default``."""
    if resolved.parameters.get("PolicyName", "default") != "default":
        raise AwsError("NotFoundException", "No such policy exists")


def _check(resolved: KmsCall, check: PermissionCheck) -> None:
    """Raises AwsError where the Policy in the parameters can't be the policy of the key that ``check`` is about.

    LimitExceededException above 32 KB; MalformedPolicyDocumentException where it can't be read, names a
    principal that does not exist, or would not let the caller change it again (unless
    BypassPolicyLockoutSafetyCheck asks for just that).
    """
    text = resolved.parameters["Policy"]
    if len(text.encode()) > MAX_BYTES:
        raise AwsError("LimitExceededException", f"A key policy has at most {MAX_BYTES} bytes.")
    identities = resolved.account.identities
    policy = replace_principals(_read(text), identities.name_in_policies)
    if not all(identities.is_policy_principal(kind, name) for kind, name in _principals(policy)):
        raise _malformed("Policy contains a statement with one or more invalid principals.")
    if not resolved.parameters.get("BypassPolicyLockoutSafetyCheck"):
        next_change = replace(check, action="kms:PutKeyPolicy", resource_policy=policy)
        if not decide(resolved, next_change).allowed:
            raise _malformed("The new key policy will not allow you to update the key policy in the future.")


def _read(text: str) -> Mapping[str, Any]:
    try:
        policy = parse(text)
    except PolicyError as error:
        raise _malformed(str(error)) from None
    statements = list_values(policy.get("Statement"))
    if policy.get("Version", "2012-10-17") not in ("2012-10-17", "2008-10-17"):
        raise _malformed("The policy's Version is neither 2012-10-17 nor 2008-10-17.")
    if not statements:
        raise _malformed("The policy has no Statement.")
    for number, statement in enumerate(statements, 1):
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise _malformed(f"Statement {number} has no Effect of Allow or Deny.")
        if ("Principal" in statement) == ("NotPrincipal" in statement):
            raise _malformed(f"Statement {number} needs a Principal: a key policy says whom it speaks of.")
        for action in (*list_values(statement.get("Action")), *list_values(statement.get("NotAction"))):
            if has_wildcard_service(action):
                raise _malformed(f"Statement {number} has the action {action}, whose service is a wildcard.")
    return policy


def _principals(policy: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """(type, name) of each principal in a policy."""
    for statement in list_values(policy["Statement"]):
        named = statement.get("Principal", statement.get("NotPrincipal"))
        if isinstance(named, str):
            yield "AWS" if named == "*" else "", named
            continue
        if not isinstance(named, dict) or not named:
            raise _malformed('A Principal is * or an object such as {"AWS": "arn:aws:iam::…"}.')
        for kind, names in named.items():
            for name in list_values(names):
                yield kind, name if isinstance(name, str) else json.dumps(name)


def _malformed(text: str) -> AwsError:
    return AwsError("MalformedPolicyDocumentException", text)


# Operations


def get_key_policy(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html"""
    return {"Policy": printed(resolved.key.policy), "PolicyName": "default"}


def put_key_policy(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html"""
    resolved.account.keys.put_policy(resolved.key, resolved.parameters["Policy"])
    return {}


def list_key_policies(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html"""
    return page(resolved.parameters, "PolicyNames", ["default"], str)


def printed(value: Any, indent: str = "") -> str:
    """JSON as KMS prints a key policy: two spaces a level, a space before each colon, brackets on their line."""
    if isinstance(value, Mapping) and value:
        inner = indent + "  "
        members = (f"{inner}{json.dumps(name)} : {printed(member, inner)}" for name, member in value.items())
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        return "[ " + ", ".join(printed(member, indent) for member in value) + " ]"
    return json.dumps(value, ensure_ascii=False)


# The policies of keys that nobody gave one


def default_policy(account_id: str) -> str:
    """The text of the default key policy: the account's IAM policies decide."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Id": "key-default-1",
            "Statement": [
                {
                    "Sid": "Enable IAM User Permissions",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                }
            ],
        }
    )


def policy_of_aws_managed_key(service: str, region: str, account_id: str) -> str:
    """The text of the policy of an AWS managed key: the account's principals use it through the service only."""
    through = {"kms:CallerAccount": account_id, "kms:ViaService": f"{service}.{region}.amazonaws.com"}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Id": f"auto-{service}-1",
            "Statement": [
                {
                    "Sid": f"Use through {service} by the principals of this account",
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": _USE,
                    "Resource": "*",
                    "Condition": {"StringEquals": through},
                },
                {
                    "Sid": "Allow direct access to key metadata to the account",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                    "Action": _LOOK,
                    "Resource": "*",
                },
            ],
        }
    )
