"""The keys of one region and the grants on them, with all that they are found by. A lookup costs what it finds.

Source: AWS KMS Developer Guide, "Aliases in AWS KMS", "AWS managed keys".
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from datetime import datetime

from kmscourse.sandbox.kms.grant_index import GrantIndex
from kmscourse.sandbox.kms.grants import Grant
from kmscourse.sandbox.kms.key import Alias, Key
from kmscourse.sandbox.storage.collection import Collection
from kmscourse.sandbox.storage.journal import Journal

AWS_ALIASES = tuple(
    f"alias/aws/{service}"
    for service in (
        "acm",
        "dynamodb",
        "ebs",
        "elasticfilesystem",
        "es",
        "glue",
        "kinesisvideo",
        "lambda",
        "rds",
        "redshift",
        "s3",
        "secretsmanager",
        "ssm",
        "xray",
    )
)
"""The aliases of AWS's own: each is there from the start, and has a key once it is asked for one."""


class Region:
    """``key_ids`` and ``alias_names`` are in their order; ``grant_index`` finds the ids of grants."""

    def __init__(self, name: str, journal: Journal) -> None:
        self.keys: Collection[Key] = Collection(
            journal, f"kms/{name}/keys", Key.to_json, Key.from_json, self.index_keys
        )
        self.grants: Collection[Grant] = Collection(
            journal, f"kms/{name}/grants", Grant.to_json, Grant.from_json, self.index_grants
        )
        self.index_keys()
        self.index_grants()

    def index_keys(self) -> None:
        """Find everything anew, after keys came back from the file. Raises ValueError where one is not in its place."""
        self._key_id_of_alias: dict[str, str] = {}
        self._key_id_of_token: dict[bytes, str] = {}
        self._due_dates: list[tuple[datetime, str]] = []  # a heap; what is not in _due_date_of is passed over
        self._due_date_of: dict[str, datetime | None] = {}
        self.key_ids = sorted(self.keys)
        for key_id, key in self.keys.items():
            if key.id != key_id:
                raise ValueError("A key is in another's place.")
            self._key_id_of_alias.update(dict.fromkeys(key.aliases, key.id))
            self.note_change(key)
        self.alias_names = sorted({*AWS_ALIASES, *self._key_id_of_alias})

    def index_grants(self) -> None:
        """Find grants anew, after some came back from the file.

        Raises ValueError where one is not in its place, LookupError where it is on no key.
        """
        self.grant_index = GrantIndex()
        for grant_id, grant in self.grants.items():
            if grant.id != grant_id:
                raise ValueError("A grant is in another's place.")
            if grant.key_id not in self.keys:
                raise LookupError("A grant is on no key.")
            self.grant_index.add(grant)

    # Keys

    def add_key(self, key: Key) -> None:
        """Add a new key."""
        self.keys[key.id] = key
        insort(self.key_ids, key.id)
        self.note_change(key)

    def note_change(self, key: Key) -> None:
        """Note the material and the due date of a key that was changed."""
        self._key_id_of_token.update((material.token, key.id) for material in key.materials)
        due_date = key.due_date
        if due_date is not None and due_date != self._due_date_of.get(key.id):
            heapq.heappush(self._due_dates, (due_date, key.id))
        self._due_date_of[key.id] = due_date

    def remove_key(self, key: Key) -> None:
        """Remove a key: its material, its aliases and its grants go with it."""
        for name in list(key.aliases):
            self.remove_alias(name)
        for grant_id in list(self.grant_index.on_key(key.id)):
            self.remove_grant(self.grants[grant_id])
        for material in key.materials:
            self._key_id_of_token.pop(material.token, None)
        self._due_date_of.pop(key.id, None)
        del self.keys[key.id]
        del self.key_ids[bisect_left(self.key_ids, key.id)]

    def overdue(self, now: datetime) -> tuple[datetime, Key] | None:
        """The key for which something is due first, and when; None where nothing is due by ``now``."""
        while self._due_dates and self._due_dates[0][0] <= now:
            due_date, key_id = heapq.heappop(self._due_dates)
            if self._due_date_of.get(key_id) == due_date:
                del self._due_date_of[key_id]  # Should it be due again at this very date, it is listed anew.
                return due_date, self.keys[key_id]
        return None

    def key_of_token(self, token: bytes) -> Key | None:
        """The key that has, or had, the material with this token."""
        key_id = self._key_id_of_token.get(token)
        return None if key_id is None else self.keys[key_id]

    # Aliases

    def key_of_alias(self, name: str) -> Key | None:
        """The key that ``alias/name`` stands for."""
        key_id = self._key_id_of_alias.get(name)
        return None if key_id is None else self.keys[key_id]

    def set_alias(self, name: str, key: Key, now: float) -> None:
        """Let an alias stand for a key from ``now`` on, and for no other."""
        alias = self.remove_alias(name) or Alias(created=now, updated=now)
        alias.updated = now
        self.keys.touch(key.id)
        key.aliases[name] = alias
        self._key_id_of_alias[name] = key.id
        if name not in AWS_ALIASES:
            insort(self.alias_names, name)

    def remove_alias(self, name: str) -> Alias | None:
        """Take an alias from the key that it stands for, if it does."""
        key_id = self._key_id_of_alias.pop(name, None)
        if key_id is None:
            return None
        if name not in AWS_ALIASES:
            del self.alias_names[bisect_left(self.alias_names, name)]
        self.keys.touch(key_id)
        key: Key = self.keys[key_id]
        return key.aliases.pop(name)

    # Grants

    def add_grant(self, grant: Grant) -> None:
        """Put a new grant on its key."""
        self.grants[grant.id] = grant
        self.grant_index.add(grant)

    def remove_grant(self, grant: Grant) -> None:
        """Take a grant from its key."""
        del self.grants[grant.id]
        self.grant_index.remove(grant)
