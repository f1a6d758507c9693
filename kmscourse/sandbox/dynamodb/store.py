"""The tables of an account as the stages see them, and which transactions it has had lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from kmscourse.sandbox.dynamodb.table import TableView
from kmscourse.sandbox.moto_adapter.models import Part
from kmscourse.sandbox.storage.journal import Tracked

REMEMBERED_SECONDS = 600.0


class Database(Part):
    """The part of ``Account`` that knows DynamoDB's tables."""

    _transactions: Tracked

    def table(self, region: str, name: str) -> TableView | None:
        """A table by its name or its ARN."""
        tables = self._models("dynamodb", region).tables
        found = dict.get(tables, name.rpartition(":table/")[2])
        return None if found is None else _table_view(found)

    def tables(self, region: str) -> list[TableView]:
        """All tables of a region, the oldest first."""
        return [_table_view(table) for table in dict.values(self._models("dynamodb", region).tables)]

    def count_tables(self, region: str) -> int:
        """How many tables a region has."""
        return len(self._models("dynamodb", region).tables)

    def tables_under(self, key_arn: str) -> list[TableView]:
        """The tables that a KMS key encrypts, in its region."""
        tables = self._models("dynamodb", key_arn.split(":")[3]).tables
        return [_table_view(table) for table in dict.values(tables) if _key_of(table) == key_arn]

    def set_inaccessible(self, table: TableView, since: float | None) -> None:
        """Note since when a table's key is of no use; None where it is."""
        with self._journal.changing(reads_count=True, tables_count=True):
            self._models("dynamodb", table.region).tables[table.name].inaccessible_since = since

    def transaction(self, token: str) -> str | None:
        """The digest of the transaction that had this token in the last ten minutes; None where none had."""
        found = dict.get(self._transactions, token)
        return None if found is None or found["until"] < self.now().timestamp() else str(found["digest"])

    def keep_transaction(self, token: str, digest: str) -> None:
        """Remember a transaction for ten minutes by its token."""
        now = self.now().timestamp()
        for known, entry in list(islice(dict.items(self._transactions), 10)):  # The oldest stand first.
            if entry["until"] < now:
                del self._transactions[known]
        self._transactions[token] = {"digest": digest, "until": now + REMEMBERED_SECONDS}


def _table_view(table: Any) -> TableView:
    return TableView(
        name=table.name,
        arn=table.table_arn,
        region=table.region_name,
        key_arn=_key_of(table),
        keys=_in_order(table.schema),
        indexes={index.name: _in_order(index.schema) for index in table.all_indexes()},
        types={definition["AttributeName"]: definition["AttributeType"] for definition in table.attr},
        tags={tag["Key"]: tag["Value"] for tag in table.tags},
        inaccessible_since=getattr(table, "inaccessible_since", None),
        settings=getattr(table, "settings", {}),
    )


def _key_of(table: Any) -> str | None:
    """The ARN of the key that encrypts a table of moto's; None where it is DynamoDB's own."""
    encryption = table.sse_specification or {}
    return encryption.get("KMSMasterKeyId") if encryption.get("Enabled") else None


def _in_order(schema: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The attributes of a key schema, the partition key first."""
    by_kind = sorted(schema, key=lambda element: element["KeyType"] != "HASH")
    return tuple(element["AttributeName"] for element in by_kind)
