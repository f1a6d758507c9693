"""How long a table's key stays open for whoever has opened it, without asking KMS again: by default not at all.

AWS keeps a table's plaintext key for about five minutes: its documentation said for each principal until 2023, and
says for each connection since. Connections come and go here, so it is kept for each principal and table, for a fixed
time after it was opened (our reading). For that long there is no Decrypt, no decision about the key and no event of
one, also when the permission or the key is taken away meanwhile. In memory only: a restart forgets it.

Source: DynamoDB Developer Guide, "Encryption at rest: how it works" and "usage notes", table key caching.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from kmscourse.errors import SandboxError
from kmscourse.sandbox.call import Caller
from kmscourse.sandbox.operation import PermissionCheck

VARIABLE = "KMSCOURSE_TABLE_KEY_CACHE"
MAX_SECONDS = 3600.0
MAX_ENTRIES = 10_000
_TABLE = "kms:EncryptionContext:aws:dynamodb:tableName"

Entry = tuple[str, str, str]  # a principal, a key, a table


def seconds(text: str, name: str = VARIABLE) -> float:
    """The setting ``name`` from its text. Raises SandboxError where that is no time."""
    try:
        given = float(text or 0)
    except ValueError:
        given = -1.0
    if not 0 <= given <= MAX_SECONDS:
        raise SandboxError(
            f"{name} is {text!r}. Give the seconds for which an opened table key is kept, from 0 (not at all) to "
            f"{MAX_SECONDS:.0f}; AWS keeps it for about 300."
        )
    return given


class TableKeyCache:
    """Who has opened which table's key, and until when that counts; for ``seconds`` 0 nobody, ever."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self._until: dict[Entry, datetime] = {}

    def is_open(self, caller: Caller, check: PermissionCheck, now: datetime) -> bool:
        """Whether ``caller`` has the key open that ``check`` would ask."""
        until = self._until.get(_entry(caller, check))
        return until is not None and now < until

    def keep_open(self, caller: Caller, checks: Iterable[PermissionCheck], now: datetime) -> None:
        """Keep open what DynamoDB has just opened for ``caller``."""
        if not self.seconds:
            return
        for check in checks:
            if check.via and check.action == "kms:Decrypt" and _TABLE in check.context:
                entry = _entry(caller, check)
                self._until.pop(entry, None)  # What was opened last stands last.
                self._until[entry] = now + timedelta(seconds=self.seconds)
        while len(self._until) > MAX_ENTRIES:
            del self._until[next(iter(self._until))]

    def close(self, region: str, table: str) -> None:
        """Close a table to all: it is deleted, or goes under another key."""
        self._until = {
            entry: until
            for entry, until in self._until.items()
            if (entry[1].split(":")[3], entry[2]) != (region, table)
        }


def _entry(caller: Caller, check: PermissionCheck) -> Entry:
    return caller.arn, check.resource, str(check.context.get(_TABLE, ""))
