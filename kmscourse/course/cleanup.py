"""Removes from a real account what the course has in it, and nothing else.

It goes by what the account holds now, not by what was noted, so it can be run again and again, and after a kernel was
killed at any moment. The guard looks at each thing's mark once more before it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from botocore.exceptions import BotoCoreError, ClientError

from kmscourse import dynamodb as tables
from kmscourse.account import Account
from kmscourse.account.ownership import ABSENT_CODES, Owner
from kmscourse.course.inventory import (
    PENDING_STATES,
    Inventory,
    InventoryItem,
    require_guard,
)
from kmscourse.errors import KmsCourseError
from kmscourse.iam import delete_role, delete_user
from kmscourse.kms import aliases_by_key

MIN_WAITING_DAYS = 7  # the shortest that KMS takes
MAX_TRIES = 10
REMOVED_CODES = ABSENT_CODES | {"KMSInvalidStateException", "ResourceInUseException"}
"""What AWS says of a thing that somebody else has removed, or is about to remove."""


class CleanUp:
    """One clean-up of an account. ``failures`` says, once it is through, what could not be removed, and why."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.failures: list[str] = []

    def run(self) -> Iterator[str]:
        """Remove everything; yields a sentence for each thing that is gone, or on its way.

        Raises KmsCourseError where the ledger can't be read or written.
        """
        ledger = require_guard(self._account).ledger
        entries = ledger.entries
        inventory = Inventory(self._account)
        for item in list(inventory):
            if item.is_gone:
                continue
            try:
                yield self._remove(item)
            except (ClientError, BotoCoreError, KmsCourseError) as error:
                self.failures.append(f"{item.kind} {item.description}: {error}")
        self.failures += inventory.missed
        yield from inventory.hidden
        if not self.failures:
            ledger.strike(entries)

    def _remove(self, item: InventoryItem) -> str:
        """Remove a thing, also where somebody else, as another clean-up, removes it or what hangs on it meanwhile."""
        remove: dict[str, Callable[[InventoryItem], str]] = {
            "table": self._remove_table,
            "user": self._remove_user,
            "role": self._remove_role,
            "key": self._remove_key,
        }
        for tries_left in reversed(range(MAX_TRIES)):
            try:
                return remove[item.kind](item)
            except ClientError as error:
                if self._is_gone(item):
                    break
                if not tries_left or error.response["Error"]["Code"] not in REMOVED_CODES:
                    raise
        return f"The {item.kind} {item.id} is gone."

    def _is_gone(self, item: InventoryItem) -> bool:
        if item.kind == "key":
            kms, key_id = self._account.client_in("kms", item.region), _key_id(item)
            state = kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]
            return state in PENDING_STATES and not aliases_by_key(kms).get(key_id)
        owners = require_guard(self._account).owners
        return owners.of(item.kind, item.region, item.id) is Owner.ABSENT

    def _remove_table(self, item: InventoryItem) -> str:
        dynamodb = self._account.client_in("dynamodb", item.region)
        described = dynamodb.describe_table(TableName=item.id)["Table"]
        # AWS deletes no table that is about to change.
        if described["TableStatus"] in ("CREATING", "UPDATING"):
            dynamodb.get_waiter("table_exists").wait(TableName=item.id, WaiterConfig=tables.POLL)
        if described.get("DeletionProtectionEnabled"):
            dynamodb.update_table(TableName=item.id, DeletionProtectionEnabled=False)
            dynamodb.get_waiter("table_exists").wait(TableName=item.id, WaiterConfig=tables.POLL)
        if described["TableStatus"] != "DELETING":
            dynamodb.delete_table(TableName=item.id)
        dynamodb.get_waiter("table_not_exists").wait(TableName=item.id, WaiterConfig=tables.POLL)
        return f"The table {item.id} is deleted."

    def _remove_user(self, item: InventoryItem) -> str:
        delete_user(self._account.client("iam"), item.id)
        return f"The user {item.id} is deleted, with its access keys, password and policies."

    def _remove_role(self, item: InventoryItem) -> str:
        delete_role(self._account.client("iam"), item.id)
        return f"The role {item.id} is deleted, with its policies."

    def _remove_key(self, item: InventoryItem) -> str:
        kms = self._account.client_in("kms", item.region)
        under_it = self._tables_under(item)
        if under_it:
            raise KmsCourseError(
                f"it stays, as these tables are encrypted under it: {', '.join(under_it)}. "
                "Give them another key, or delete them, and clean up again."
            )
        key_id = _key_id(item)
        for alias in aliases_by_key(kms).get(key_id, []):
            kms.delete_alias(AliasName=alias)
        if kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] not in PENDING_STATES:
            kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=MIN_WAITING_DAYS)
        date = kms.describe_key(KeyId=key_id)["KeyMetadata"].get("DeletionDate")
        when = f"on {date:%Y-%m-%d}" if date else "when its replicas are gone"
        return f"The key {item.id} has no alias, and will be deleted {when}."

    def _tables_under(self, key: InventoryItem) -> list[str]:
        """The tables of a key's Region that it encrypts."""
        dynamodb = self._account.client_in("dynamodb", key.region)
        pages = dynamodb.get_paginator("list_tables").paginate()
        names = [name for page in pages for name in page["TableNames"]]
        return [name for name in names if tables.key_of_table(dynamodb, name) == key.id]


def _key_id(key: InventoryItem) -> str:
    """The id in a key's ARN: whatever speaks KMS takes it everywhere, and some take no ARN."""
    return key.id.rpartition("/")[2]
