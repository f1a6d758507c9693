"""What those have in common that break an account on purpose: the challenge, the incident, the tickets.

Each is in the practice account only, and begins by taking away what an earlier one of its kind has left.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from botocore.exceptions import ClientError

from kmscourse import dynamodb as tables
from kmscourse import iam, kms
from kmscourse.account import Account
from kmscourse.errors import CourseError


def require_practice_account(account: Account, why: str) -> None:
    """Raises CourseError in another account than the practice account; ``why`` begins its sentence."""
    if not account.practice:
        raise CourseError(f"{why} in the practice account only: unset KMSCOURSE_TARGET.")


def clear(
    account: Account, *, table: str, users: Iterable[str], aliases: Iterable[str], roles: Iterable[str] = ()
) -> None:
    """Take away the things of these names, as far as they are there. A key waits for its deletion, as keys do."""
    dynamodb, keys, people = (account.client(service) for service in ("dynamodb", "kms", "iam"))
    if tables.has_table(dynamodb, table):
        tables.delete_table(dynamodb, table)
    for name in users:
        with suppress(people.exceptions.NoSuchEntityException):
            iam.delete_user(people, name)
    for name in roles:
        with suppress(people.exceptions.NoSuchEntityException):
            iam.delete_role(people, name)
    for alias in aliases:
        key = kms.find_key(keys, alias)
        if key is not None:
            keys.delete_alias(AliasName=alias)
            with suppress(ClientError):  # it waits already, or the learner has locked themselves out of it
                keys.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
