"""What KMS does for other services of the practice account: DynamoDB comes in here and nowhere else, as on AWS.

DynamoDB uses a table's key for the caller, by the caller's permission, and by a grant of its own.

Source: DynamoDB Developer Guide, "Encryption at rest usage notes"; AWS KMS Developer Guide, "kms:ViaService".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import key_use, resolve
from kmscourse.sandbox.kms.key import Key
from kmscourse.sandbox.kms.key_state import check_state
from kmscourse.sandbox.operation import Context, PermissionCheck, ResolvedCall

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

DYNAMODB = "dynamodb.amazonaws.com"


def find_key(resolved: ResolvedCall, key_id: str) -> Key:
    """The key that a call to another service names by id, ARN, alias name or alias ARN.

    Raises AwsError NotFoundException; AccessDeniedException for a key of another account.
    """
    return resolve.find_key(resolved, key_id, action="kms:DescribeKey")


def use_by_dynamodb(
    resolved: ResolvedCall,
    action: str,
    key: Key,
    encryption_context: Mapping[str, str] | None = None,
    more: Context | None = None,
) -> PermissionCheck:
    """The check that DynamoDB may do ``action`` with ``key`` for the caller; ``more`` are its own condition keys."""
    return key_use.key_check(
        resolved, action, key, encryption_context=encryption_context, more=more, via=DYNAMODB
    )


def opening_by_dynamodb(
    resolved: ResolvedCall, key_arn: str, encryption_context: Mapping[str, str]
) -> PermissionCheck:
    """The check that DynamoDB may open a table for the caller with the key of this ARN.

    A key that is gone has no policy to ask any more: nobody decides, and the check is refused as unusable.
    """
    key = resolved.account.keys.find(key_arn)
    if key is None:
        return PermissionCheck(
            "kms:Decrypt",
            key_arn,
            via=DYNAMODB,
            is_decided=False,
            require_usable=partial(require_working, resolved.account, key_arn),
        )
    return use_by_dynamodb(resolved, "kms:Decrypt", key, encryption_context)


def require_working(account: Account, key_arn: str) -> None:
    """Raises AwsError in KMS's words where the key of this ARN is gone, or is in no state to decrypt."""
    key = account.keys.find(key_arn)
    if key is None:
        raise AwsError("NotFoundException", f"Key '{key_arn}' does not exist")
    check_state("kms:Decrypt", key)


def make_grant(account: Account, key: Key, terms: Mapping[str, Any]) -> None:
    """Put a grant with these terms, which are parameters of CreateGrant, on a key."""
    account.keys.add_grant(key.region, account.keys.new_grant(key, terms))


def retire_grant(account: Account, key_arn: str, terms: Mapping[str, Any]) -> None:
    """Take the grants with these very terms from a key; where the key is gone nothing is done."""
    key = account.keys.find(key_arn)
    if key is not None:
        account.keys.remove_grants_like(key, terms)


def is_key(resource: str) -> bool:
    """Whether a resource is a KMS key."""
    return resource.startswith("arn:aws:kms:") and ":key/" in resource


def is_alias(resource: str) -> bool:
    """Whether a resource is the alias of a KMS key."""
    return resource.startswith("arn:aws:kms:") and ":alias/" in resource
