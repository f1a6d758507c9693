"""The tables of an account, who has opened their keys, and which transactions it has had lately."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Call
from kmscourse.sandbox.dynamodb.table_key_cache import TableKeyCache
from kmscourse.sandbox.moto_adapter.invoke import invoke
from kmscourse.sandbox.moto_adapter.models import Models
from kmscourse.sandbox.storage.collection import Collection
from kmscourse.sandbox.storage.journal import Journal

if TYPE_CHECKING:
    from kmscourse.sandbox.moto_adapter.stored_items import StoredItems

REMEMBERED_SECONDS = 600.0


@dataclass(frozen=True)
class Index:
    """A secondary index: ``keys`` like a table's; ``projected`` are the attributes in it, None for all."""

    name: str
    keys: Sequence[str]
    is_global: bool
    projected: frozenset[str] | None


@dataclass(frozen=True)
class Table:
    """A DynamoDB table; ``key_arn`` is None where DynamoDB's own key encrypts it.

    ``keys`` are its partition key and its sort key, if it has one, ``indexes`` its indexes by name, ``types`` the
    types of all attributes that are defined. ``inaccessible_since`` is when its KMS key stopped being usable (seconds
    since 1970), ``expires_by`` the attribute of its time to live; None where there is none. ``settings`` are what was
    chosen for it, and when: on_demand_since, table_class, class_since.
    """

    name: str
    arn: str
    region: str
    key_arn: str | None
    keys: Sequence[str]
    indexes: Mapping[str, Index]
    types: Mapping[str, str]
    tags: Mapping[str, str]
    inaccessible_since: float | None
    settings: Mapping[str, Any]
    billing_mode: str
    throughput: Mapping[str, int]
    is_protected: bool
    expires_by: str | None


@dataclass(frozen=True)
class Transaction:
    """A transaction that was done: a digest of its changes, and until when it is remembered (seconds since 1970)."""

    digest: str
    until: float


class TableStore:
    """The tables of an account: moto's, and what DynamoDB remembers beside them.

    ``table_key_cache`` are the seconds for which an opened table key is kept.
    """

    def __init__(
        self, account_id: str, models: Models, journal: Journal, table_key_cache: float = 0.0
    ) -> None:
        self._account_id = account_id
        self._models = models
        self._journal = journal
        self.opened_keys = TableKeyCache(table_key_cache)
        self.transactions: Collection[Transaction] = Collection(
            journal, "account/transactions", _encoded, _decoded
        )

    def perform(self, call: Call, *, changes: bool) -> dict[str, Any]:
        """The answer of moto's operation on tables; ``call`` has its parameters as moto takes them.

        ``changes`` is whether it can change anything. Raises AwsError, moto's own or (status 400) where moto fails.
        """
        self._models("dynamodb", call.region)  # It is made before moto looks for it.
        with self._models.entered(), self._journal.changing(changes):
            answer = invoke(call, self._account_id)
        if not isinstance(answer, dict):
            raise TypeError("DynamoDB answers in JSON")
        return answer

    def items(self, table: Table) -> StoredItems:
        """The items of a table."""
        items: StoredItems = self._models("dynamodb", table.region).items(table.name)
        return items

    def find(self, region: str, name_or_arn: str) -> Table | None:
        """A table by its name or its ARN."""
        table = dict.get(self._tables(region), name_or_arn.rpartition(":table/")[2])
        return None if table is None else _table(table)

    def of_region(self, region: str) -> list[Table]:
        """All tables of a region, the oldest first."""
        return [_table(table) for table in dict.values(self._tables(region))]

    def count(self, region: str) -> int:
        """How many tables a region has."""
        return len(self._tables(region))

    def under_key(self, key_arn: str) -> list[Table]:
        """The tables that a KMS key encrypts, in its region."""
        tables = dict.values(self._tables(key_arn.split(":")[3]))
        return [_table(table) for table in tables if _key_of(table) == key_arn]

    def follow_key(self, key_arn: str, usable: bool, at: datetime) -> None:
        """Note which tables can be opened, and which can't, as their key has (not) been ``usable`` since ``at``.

        AWS notices after 12 to 75 minutes, and notices the return after 18 to 57; here it is noticed at once. Since
        when is kept with the table, so that it stays the same whoever asks, also after a restart and when the key is
        gone.

        Source: DynamoDB API Reference, "TableDescription" (TableStatus), "SSEDescription"
        (InaccessibleEncryptionDateTime); recorded answers of AWS.
        """
        for table in self.under_key(key_arn):
            if usable != (table.inaccessible_since is None):
                with self._journal.changing():
                    self._tables(table.region)[table.name].inaccessible_since = (
                        None if usable else at.timestamp()
                    )

    def keep_settings(
        self, region: str, name: str, parameters: Mapping[str, Any], now: datetime, *, is_new: bool
    ) -> None:
        """Keep what moto does not keep of the parameters of CreateTable or UpdateTable; the time in milliseconds."""
        since = int(now.timestamp() * 1000) / 1000
        with self._journal.changing():
            self._models("dynamodb", region).keep_settings(name, parameters, since, is_new=is_new)

    def encrypt(self, region: str, name: str, specification: Mapping[str, Any] | None) -> None:
        """Have a table encrypted as an SSESpecification says; None for DynamoDB's own key."""
        with self._journal.changing():
            self._tables(region)[name].sse_specification = specification

    def transaction(self, token: str, now: datetime) -> Transaction | None:
        """The transaction that had this token in the last ten minutes; None where none had."""
        transaction: Transaction | None = dict.get(self.transactions, token)
        return None if transaction is None or transaction.until < now.timestamp() else transaction

    def forget_transactions(self) -> None:
        """Remember no transaction any more."""
        for token in list(self.transactions):
            del self.transactions[token]

    def keep_transaction(self, token: str, digest: str, now: datetime) -> None:
        """Remember a transaction for ten minutes by its token."""
        for known, transaction in list(islice(self.transactions.items(), 10)):  # The oldest stand first.
            if transaction.until < now.timestamp():
                del self.transactions[known]
        self.transactions[token] = Transaction(digest, now.timestamp() + REMEMBERED_SECONDS)

    def _tables(self, region: str) -> Any:
        """moto's tables of a region by name."""
        return self._models("dynamodb", region).tables


def _table(table: Any) -> Table:
    """A table of moto's."""
    is_expiring = table.ttl["TimeToLiveStatus"] == "ENABLED"
    return Table(
        name=table.name,
        arn=table.table_arn,
        region=table.region_name,
        key_arn=_key_of(table),
        keys=_in_order(table.schema),
        indexes={index.name: index for index in _indexes(table)},
        types={definition["AttributeName"]: definition["AttributeType"] for definition in table.attr},
        tags={tag["Key"]: tag["Value"] for tag in table.tags},
        inaccessible_since=getattr(table, "inaccessible_since", None),
        settings=getattr(table, "settings", {}),
        billing_mode=table.billing_mode,
        throughput=table.throughput,
        is_protected=bool(table.deletion_protection_enabled),
        expires_by=table.ttl["AttributeName"] if is_expiring else None,
    )


def _indexes(table: Any) -> Iterator[Index]:
    """The indexes of a table of moto's."""
    own = _in_order(table.schema)
    for of_kind, is_global in ((table.global_indexes, True), (table.indexes, False)):
        for index in of_kind or ():
            keys, projection = _in_order(index.schema), index.projection or {}
            is_whole = projection.get("ProjectionType") in (None, "ALL")
            projected = frozenset((*own, *keys, *projection.get("NonKeyAttributes", ())))
            yield Index(index.name, keys, is_global, None if is_whole else projected)


def _key_of(table: Any) -> str | None:
    """The ARN of the key that encrypts a table of moto's; None where it is DynamoDB's own."""
    encryption = table.sse_specification or {}
    return encryption.get("KMSMasterKeyId") if encryption.get("Enabled") else None


def _in_order(schema: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The attributes of a key schema, the partition key first."""
    by_kind = sorted(schema, key=lambda element: element["KeyType"] != "HASH")
    return tuple(element["AttributeName"] for element in by_kind)


def _encoded(transaction: Transaction) -> dict[str, Any]:
    return {"version": 1, "digest": transaction.digest, "until": transaction.until}


def _decoded(entry: Mapping[str, Any]) -> Transaction:
    """A transaction as it was written; before version 1 there was no version."""
    return Transaction(str(entry["digest"]), float(entry["until"]))
