"""Whether DynamoDB can open a table: it can't while the table's KMS key is disabled, pending deletion or gone.

AWS notices after 12 to 75 minutes, and notices the return after 18 to 57; here it is noticed at once. Since when is
kept with the table, so that it stays the same whoever asks, also after a restart and when the key is gone.

Source: DynamoDB API Reference, "TableDescription" (TableStatus), "SSEDescription" (InaccessibleEncryptionDateTime);
recorded answers of AWS.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def follow(key_arn: str, usable: bool, at: datetime, account: Account) -> None:
    """Note which tables can be opened, and which can't: their key is usable, or not, since ``at``."""
    for table in account.tables_under(key_arn):
        if usable != (table.inaccessible_since is None):
            account.set_inaccessible(table, None if usable else at.timestamp())
