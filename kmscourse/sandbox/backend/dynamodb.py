"""moto's DynamoDB with encryption that can change, and queries and transactions that cost what they touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, dynamo_type
from moto.dynamodb.models.dynamo_type import DynamoType

from kmscourse.sandbox.backend.attributes import LimitedSizeDict

dynamo_type.LimitedSizeDict = LimitedSizeDict  # type: ignore[misc]  # what an item makes its attributes of


class DynamoDb(DynamoDBBackend):
    """The tables of one region."""

    def index(self) -> None:
        """Nothing is derived from tables."""

    def encrypt(self, table_name: str, specification: dict[str, Any] | None) -> None:
        """Have a table encrypted as an SSESpecification says; None for DynamoDB's own key."""
        self.get_table(table_name).sse_specification = specification

    def choose(self, table_name: str, parameters: Mapping[str, Any], now: float, *, created: bool) -> None:
        """Keep what moto doesn't of the parameters of CreateTable or UpdateTable: ``TableView.settings``."""
        table: Any = self.get_table(table_name)
        table.settings = settings = dict(getattr(table, "settings", {}))
        if parameters.get("BillingMode") == "PAY_PER_REQUEST":
            settings["on_demand_since"] = now
            table.throughput = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0, "NumberOfDecreasesToday": 0}
        chosen = parameters.get("TableClass")
        if chosen not in (None, settings.get("table_class", "STANDARD")):
            settings["table_class"] = chosen
            if not created:
                settings["class_since"] = now

    def update_table(
        self, name: str, attr_definitions: list[dict[str, str]], *others: Any, **named: Any
    ) -> Any:
        # A new index needs only its own attributes defined; moto would forget all others', the table's key among them.
        known = {known["AttributeName"]: known for known in self.get_table(name).attr}
        given = {given["AttributeName"]: given for given in attr_definitions or ()}
        return super().update_table(name, list((known | given).values()), *others, **named)

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """Give a table these tags; moto would keep another of the same key beside it."""
        self.untag_resource(arn, list(tags))
        super().tag_resource(arn, tags)

    def query(
        self,
        table_name: str,
        hash_key_dict: dict[str, Any] | None,
        range_comparison: str | None,
        range_value_dicts: list[dict[str, Any]],
        *others: Any,
        index_name: str | None = None,
        **named: Any,
    ) -> Any:
        asked = (table_name, hash_key_dict, range_comparison, range_value_dicts, *others)
        query: Any = super().query
        if index_name is not None or hash_key_dict is None:
            return query(*asked, index_name=index_name, **named)
        exact = range_value_dicts[0] if range_comparison == "=" else None
        with self._only(table_name, hash_key_dict, exact):
            return query(*asked, **named)

    @contextmanager
    def _only(
        self, table_name: str, hash_key: dict[str, Any], range_key: dict[str, Any] | None
    ) -> Iterator[None]:
        """Within it, a table has the items with this key and no others: moto goes through all that a table has."""
        table: Any = self.get_table(table_name)
        everything, key = table.items, DynamoType(hash_key)
        found = dict.get(everything, key)
        if found is not None and everything.ranged:
            exact = None if range_key is None else DynamoType(range_key)
            found = dict(found) if exact is None else {exact: found[exact]} if exact in found else {}
        table.items = {} if found is None else {key: found}
        try:
            yield
        finally:
            table.items = everything

    def transact_write_items(self, transact_items: list[dict[str, Any]]) -> None:
        # moto copies each table with all its items, to put the copy back where the transaction fails.
        # Backend.rollback undoes what a failed call has touched, so the "copy" may be the table itself.
        tables: list[Any] = list(dict.values(self.tables))
        for table in tables:
            table.__deepcopy__ = lambda _, itself=table: itself
        try:
            super().transact_write_items(transact_items)
        finally:
            for table in tables:
                del table.__deepcopy__
