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
from kmscourse.course.inventory import PENDING, Holding, Holdings, aliases_of_keys, guard_of
from kmscourse.errors import KmsCourseError
from kmscourse.iam import delete_user

WAITING_DAYS = 7  # the shortest that KMS takes
TRIES = 10
OVERTAKEN = ABSENT_CODES | {"KMSInvalidStateException", "ResourceInUseException"}
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
        ledger = guard_of(self._account).ledger
        written = ledger.entries
        found = Holdings(self._account)
        for holding in list(found):
            if holding.gone:
                continue
            try:
                yield self._remove(holding)
            except (ClientError, BotoCoreError, KmsCourseError) as error:
                self.failures.append(f"{holding.kind} {holding.says}: {error}")
        self.failures += found.missed
        yield from found.hidden
        if not self.failures:
            ledger.strike(written)

    def _remove(self, holding: Holding) -> str:
        """Remove a thing, also where somebody else, as another clean-up, removes it or what hangs on it meanwhile."""
        remove: dict[str, Callable[[Holding], str]] = {
            "table": self._remove_table,
            "user": self._remove_user,
            "key": self._remove_key,
        }
        for tries_left in reversed(range(TRIES)):
            try:
                return remove[holding.kind](holding)
            except ClientError as error:
                if self._is_gone(holding):
                    break
                if not tries_left or error.response["Error"]["Code"] not in OVERTAKEN:
                    raise
        return f"The {holding.kind} {holding.id} is gone."

    def _is_gone(self, holding: Holding) -> bool:
        marks = guard_of(self._account).marks
        if holding.kind == "key":
            kms, key_id = self._account.client_in("kms", holding.region), _key_id(holding)
            state = kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]
            return state in PENDING and not aliases_of_keys(kms).get(key_id)
        owner_of = marks.of_table if holding.kind == "table" else marks.of_user
        return owner_of(holding.region, holding.id) is Owner.ABSENT

    def _remove_table(self, holding: Holding) -> str:
        dynamodb = self._account.client_in("dynamodb", holding.region)
        described = dynamodb.describe_table(TableName=holding.id)["Table"]
        # AWS deletes no table that is about to change.
        if described["TableStatus"] in ("CREATING", "UPDATING"):
            dynamodb.get_waiter("table_exists").wait(TableName=holding.id, WaiterConfig=tables.POLL)
        if described.get("DeletionProtectionEnabled"):
            dynamodb.update_table(TableName=holding.id, DeletionProtectionEnabled=False)
            dynamodb.get_waiter("table_exists").wait(TableName=holding.id, WaiterConfig=tables.POLL)
        if described["TableStatus"] != "DELETING":
            dynamodb.delete_table(TableName=holding.id)
        dynamodb.get_waiter("table_not_exists").wait(TableName=holding.id, WaiterConfig=tables.POLL)
        return f"The table {holding.id} is deleted."

    def _remove_user(self, holding: Holding) -> str:
        delete_user(self._account.client("iam"), holding.id)
        return f"The user {holding.id} is deleted, with its access keys, password and policies."

    def _remove_key(self, holding: Holding) -> str:
        kms = self._account.client_in("kms", holding.region)
        under_it = self._tables_under(holding)
        if under_it:
            raise KmsCourseError(
                f"it stays, as these tables are encrypted under it: {', '.join(under_it)}. "
                "Give them another key, or delete them, and clean up again."
            )
        key_id = _key_id(holding)
        for alias in aliases_of_keys(kms).get(key_id, []):
            kms.delete_alias(AliasName=alias)
        if kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] not in PENDING:
            kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=WAITING_DAYS)
        date = kms.describe_key(KeyId=key_id)["KeyMetadata"].get("DeletionDate")
        when = f"on {date:%Y-%m-%d}" if date else "when its replicas are gone"
        return f"The key {holding.id} has no alias, and will be deleted {when}."

    def _tables_under(self, key: Holding) -> list[str]:
        """The tables of a key's Region that it encrypts."""
        dynamodb = self._account.client_in("dynamodb", key.region)
        pages = dynamodb.get_paginator("list_tables").paginate()
        names = [name for page in pages for name in page["TableNames"]]
        return [name for name in names if tables.key_of_table(dynamodb, name) == key.id]


def _key_id(key: Holding) -> str:
    """The id in a key's ARN: whatever speaks KMS takes it everywhere, and some take no ARN."""
    return key.id.rpartition("/")[2]
