"""Keys made, described, enabled and disabled, and deleted after a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Call
from kmscourse.sandbox.kms.pages import page_of
from kmscourse.sandbox.kms.request import Answer, Operation, key_in

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

DEFAULT_WINDOW = 30  # Days that a key waits for its deletion.


def create_key(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html"""
    return {"KeyMetadata": account.create_key(call.region, call.parameters)}


def describe_key(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html"""
    return {"KeyMetadata": account.metadata(key_in(call, account))}


def list_keys(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html"""
    own = "SELF" in call.parameters.get("ResourceOwners", ["SELF"])  # Nobody shares a key with the account.
    arn = f"arn:aws:kms:{call.region}:{account.account_id}:key/"
    key_ids = account.key_ids(call.region) if own else []
    return page_of(call, "Keys", key_ids, lambda key_id: {"KeyId": key_id, "KeyArn": arn + key_id})


def enable_key(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html"""
    account.set_enabled(key_in(call, account), True)
    return {}


def disable_key(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html"""
    account.set_enabled(key_in(call, account), False)
    return {}


def schedule_key_deletion(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html"""
    key = key_in(call, account)
    days = call.parameters.get("PendingWindowInDays", DEFAULT_WINDOW)
    date = account.schedule_deletion(key, days)
    return {
        "KeyId": key.arn,
        "DeletionDate": date.timestamp(),
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": days,
    }


def cancel_key_deletion(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html"""
    key = key_in(call, account)
    account.cancel_deletion(key)
    return {"KeyId": key.arn}


OPERATIONS: Mapping[str, Operation] = {
    "CreateKey": create_key,
    "DescribeKey": describe_key,
    "ListKeys": list_keys,
    "EnableKey": enable_key,
    "DisableKey": disable_key,
    "ScheduleKeyDeletion": schedule_key_deletion,
    "CancelKeyDeletion": cancel_key_deletion,
}
