"""What KMS does for other services of the practice account: DynamoDB comes in here and nowhere else, as on AWS.

DynamoDB uses a table's key for the caller, by the caller's permission, and by a grant of its own.

Source: DynamoDB Developer Guide, "Encryption at rest usage notes"; AWS KMS Developer Guide, "kms:ViaService".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import resolve
from kmscourse.sandbox.kms.key import Key, check_state
from kmscourse.sandbox.kms.permissions import key_check, quota_for
from kmscourse.sandbox.on_behalf import DYNAMODB
from kmscourse.sandbox.operation import Context, PermissionCheck, ResolvedCall

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def find_key(resolved: ResolvedCall, key_id: str) -> Key:
    """The key that a call to another service names by id, ARN, alias name or alias ARN.

    Raises AwsError NotFoundException; AccessDeniedException for a key of another account.
    """
    return resolve.find_key(resolved, key_id, action="kms:DescribeKey")


def key_with_arn(resolved: ResolvedCall, key_arn: str) -> Key | None:
    """The key with this key ARN; None where it is gone."""
    return resolved.account.keys.find(key_arn)


def use_by_dynamodb(
    resolved: ResolvedCall,
    action: str,
    key: Key,
    encryption_context: Mapping[str, str] | None = None,
    more: Context | None = None,
) -> PermissionCheck:
    """The check that DynamoDB may do ``action`` with ``key`` for the caller; ``more`` are its own condition keys."""
    return key_check(resolved, action, key, encryption_context=encryption_context, more=more, via=DYNAMODB)


def opening_by_dynamodb(
    resolved: ResolvedCall, key_arn: str, key: Key | None, encryption_context: Mapping[str, str]
) -> PermissionCheck:
    """The check that DynamoDB may open a table for the caller with the key of this ARN.

    A key that is gone (None) has no policy to ask any more: nobody decides, and the check is refused as unusable.
    """
    if key is None:
        return PermissionCheck(
            "kms:Decrypt",
            key_arn,
            via=DYNAMODB,
            is_decided=False,
            require_quota=quota_for(resolved, "kms:Decrypt"),
            require_usable=partial(require_working, key_arn, key),
        )
    return use_by_dynamodb(resolved, "kms:Decrypt", key, encryption_context)


def require_working(key_arn: str, key: Key | None) -> None:
    """Raises AwsError in KMS's words where the key of this ARN is gone (None), or is in no state to decrypt."""
    if key is None:
        raise AwsError("NotFoundException", f"Key '{key_arn}' does not exist")
    check_state("kms:Decrypt", key)


def make_grant(account: Account, key: Key, terms: Mapping[str, Any]) -> None:
    """Put a grant with these terms, which are parameters of CreateGrant, on a key."""
    account.keys.add_grant(key.region, account.keys.new_grant(key, terms))


def retire_grant(account: Account, key: Key, terms: Mapping[str, Any]) -> None:
    """Take the grants with these very terms from a key."""
    account.keys.remove_grants_like(key, terms)
