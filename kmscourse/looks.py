"""What the checks look at: one question each to the account, answered yes or no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kmscourse import access, audit, pieces
from kmscourse import dynamodb as tables
from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.environment import problems
from kmscourse.notes import Notes

Look = Callable[[Account, Notes], bool]


def happened(event_name: str, *, by: str | None = None, error: str | None = None, **expected: Any) -> Look:
    """Is there an event of this name in the trail, by this user, with this error code (None: without an error)?"""

    def look(account: Account, _: Notes) -> bool:
        for event in audit.events(account.client("cloudtrail"), event_name=event_name):
            who = event["userIdentity"].get("userName")
            if who != (by or account.user_name) or event.get("errorCode") != error:
                continue
            asked = event.get("requestParameters") or {}
            if all(asked.get(name) == value for name, value in expected.items()):
                return True
        return False

    return look


def _key_metadata(account: Account) -> dict[str, Any]:
    arn = pieces.find_key(account)
    return account.client("kms").describe_key(KeyId=arn)["KeyMetadata"] if arn else {}


def all_packages_here(account: Account, notes: Notes) -> bool:
    """Is every package here that the course needs?"""
    return not problems()


def is_symmetric(account: Account, _: Notes) -> bool:
    """Is myKey a symmetric key, for encrypting and decrypting?"""
    key = _key_metadata(account)
    return key.get("KeySpec") == "SYMMETRIC_DEFAULT" and key.get("KeyUsage") == "ENCRYPT_DECRYPT"


def has_description(account: Account, _: Notes) -> bool:
    """Has myKey a description?"""
    return bool(_key_metadata(account).get("Description"))


def policy_names_main_user(account: Account, _: Notes) -> bool:
    """Has myKey's policy the console's statements, those for the main user among them?"""
    arn = pieces.find_key(account)
    if arn is None:
        return False
    policy = keys.key_policy(account.client("kms"), arn)
    named = [s for s in policy["Statement"] if s["Principal"].get("AWS") == account.user_arn]
    return len(policy["Statement"]) >= 4 and len(named) >= 3


def has_second_book(account: Account, notes: Notes) -> bool:
    """Is there more than one book by the author of the lab's book?"""
    if not pieces.table_exists(account, notes):
        return False
    books = tables.scan(account.client("dynamodb"), pieces.TABLE)
    author = pieces.BOOK[pieces.PARTITION_KEY]
    return len([book for book in books if book[pieces.PARTITION_KEY] == author]) > 1


def reader_let_in(account: Account, notes: Notes) -> bool:
    """Would IAMLabUser's Scan of Books be answered?"""
    return (
        pieces.table_exists(account, notes)
        and access.may_read_table(account, pieces.lab_user_arn(account), pieces.TABLE).allowed
    )


def reader_kept_out(account: Account, notes: Notes) -> bool:
    """Would it be refused?"""
    return not reader_let_in(account, notes)


def let_in_by_iam(account: Account, notes: Notes) -> bool:
    """Is IAMLabUser let in although the key policy does not name it?"""
    return not pieces.has_permission(account, notes) and reader_let_in(account, notes)


def table_gone(account: Account, notes: Notes) -> bool:
    """Is there no table Books?"""
    return not pieces.table_exists(account, notes)


def key_rests(account: Account, _: Notes) -> bool:
    """Is myKey disabled, or waiting for its deletion?"""
    return pieces.key_state(account) in {"Disabled", "PendingDeletion"}


def key_is_disabled(account: Account, _: Notes) -> bool:
    """Is myKey disabled, and not about to be deleted?"""
    return pieces.key_state(account) == "Disabled"
