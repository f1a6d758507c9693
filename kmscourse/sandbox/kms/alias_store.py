"""Aliases: names of keys, kept with the keys that they stand for.

Source: AWS KMS Developer Guide, "Aliases in AWS KMS"; AWS KMS API Reference, "AliasListEntry".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.views import KeyView
from kmscourse.sandbox.moto_adapter.models import Part

MOST = 50  # Aliases of one key ("Quotas" in the developer guide).


@dataclass
class Alias:
    """When an alias was made, and when it was last given a key, in seconds since 1970."""

    created: float
    updated: float


class Aliases(Part):
    """The part of ``Account`` that knows aliases."""

    def alias_exists(self, region: str, name: str) -> bool:
        """True where ``alias/name`` is taken."""
        return bool(self._models("kms", region).alias_exists(name))

    def set_alias(self, name: str, key: KeyView) -> None:
        """Let ``alias/name`` stand for ``key``, whether it is new or stands for another.

        Raises AwsError LimitExceededException.
        """
        if name not in key.aliases and len(key.aliases) >= MOST:
            raise AwsError("LimitExceededException", f"A key can have at most {MOST} aliases.")
        with self._journal.changing(reads_count=True, tables_count=False):
            self._models("kms", key.region).set_alias(name, key.id, self.now().timestamp())

    def remove_alias(self, region: str, name: str) -> None:
        """Let ``alias/name`` stand for nothing any more."""
        with self._journal.changing(reads_count=True, tables_count=False):
            self._models("kms", region).take_alias(name)

    def alias_names(self, region: str) -> Sequence[str]:
        """The names of all aliases of a region, in their order; AWS's own are there before they have a key."""
        names: Sequence[str] = self._models("kms", region).alias_names
        return names

    def alias(self, region: str, name: str) -> dict[str, Any]:
        """One of them, as ListAliases prints it."""
        printed = {"AliasName": name, "AliasArn": f"arn:aws:kms:{region}:{self.account_id}:{name}"}
        kms = self._models("kms", region)
        if not kms.alias_exists(name):
            return printed
        key = dict.__getitem__(kms.keys, kms.get_key_id_from_alias(name))
        alias = key.aliases[name]
        return {
            **printed,
            "TargetKeyId": key.id,
            "CreationDate": alias.created,
            "LastUpdatedDate": alias.updated,
        }
