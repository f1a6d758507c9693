"""Whether DynamoDB can open a table: it can't while the table's KMS key is disabled, pending deletion or gone.

AWS notices after 12 to 75 minutes, and notices the return after 18 to 57; here it is noticed at once. Since when is
kept with the table, so that it stays the same whoever asks, also after a restart and when the key is gone.

Source: DynamoDB API Reference, "TableDescription" (TableStatus), "SSEDescription" (InaccessibleEncryptionDateTime);
recorded answers of AWS.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Call

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

# The operations after which a key may be in another state.
CHANGES_OF_STATE = frozenset(
    {
        "CancelKeyDeletion",
        "DeleteImportedKeyMaterial",
        "DisableKey",
        "EnableKey",
        "ImportKeyMaterial",
        "ScheduleKeyDeletion",
    }
)


def follow_call(call: Call, account: Account) -> None:
    """Note what an operation of KMS means to the tables under its key."""
    if call.service == "kms" and call.operation in CHANGES_OF_STATE:
        follow(account.key(call.region, call.parameters["KeyId"]).arn, account.now(), account)


def follow(key_arn: str, at: datetime, account: Account) -> None:
    """Note which tables can be opened, and which can't, as the key under which they are has been since ``at``."""
    key = account.find_key(key_arn)
    usable = key is not None and key.state == "Enabled"
    for table in account.tables_under(key_arn):
        if usable != (table.inaccessible_since is None):
            account.set_inaccessible(table, None if usable else at.timestamp())
