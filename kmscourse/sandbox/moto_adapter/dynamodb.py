"""moto's DynamoDB with settings that it does not keep, and queries and transactions that cost what they touch."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, dynamo_type

from kmscourse.sandbox.moto_adapter import item_pages
from kmscourse.sandbox.moto_adapter.attributes import LimitedSizeDict

dynamo_type.LimitedSizeDict = LimitedSizeDict  # type: ignore[misc]  # what an item makes its attributes of


class DynamoDb(DynamoDBBackend):
    """The tables of one region."""

    def index(self) -> None:
        """Nothing is derived from tables."""

    def keep_settings(
        self, table_name: str, parameters: Mapping[str, Any], now: float, *, is_new: bool
    ) -> None:
        """Keep what moto doesn't of the parameters of CreateTable or UpdateTable, beside the table's own."""
        table: Any = self.get_table(table_name)
        table.settings = settings = dict(getattr(table, "settings", {}))
        if parameters.get("BillingMode") == "PAY_PER_REQUEST":
            settings["on_demand_since"] = now
            table.throughput = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0, "NumberOfDecreasesToday": 0}
        chosen = parameters.get("TableClass")
        if chosen not in (None, settings.get("table_class", "STANDARD")):
            settings["table_class"] = chosen
            if not is_new:
                settings["class_since"] = now

    def update_table(
        self, name: str, attr_definitions: list[dict[str, str]], *others: Any, **named: Any
    ) -> Any:
        # A new index needs only its own attributes defined; moto would forget all others', the table's key among them.
        known = {known["AttributeName"]: known for known in self.get_table(name).attr}
        given = {given["AttributeName"]: given for given in attr_definitions or ()}
        return super().update_table(name, list((known | given).values()), *others, **named)

    def list_tables(self, limit: int, exclusive_start_table_name: str | None) -> tuple[list[str], str | None]:
        # In the order of their names, after any name; moto has them as they were made, after one that is there.
        names = sorted(self.tables)
        start = 0 if exclusive_start_table_name is None else bisect_right(names, exclusive_start_table_name)
        shown = names[start : start + limit]
        return shown, shown[-1] if start + limit < len(names) else None

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """Give a table these tags; moto would keep another of the same key beside it."""
        self.untag_resource(arn, list(tags))
        super().tag_resource(arn, tags)

    def describe_table(self, name: str) -> dict[str, Any]:
        table: Any = dict.get(self.tables, name)
        if table is None:
            return super().describe_table(name)
        with item_pages.only(table, ()):
            described: dict[str, Any] = super().describe_table(name)
        described["Table"]["ItemCount"] = table.items.count()  # moto counts them one by one
        return described

    def query(  # type: ignore[override]  # what it does nothing with it hands on
        self,
        table_name: str,
        hash_key: dict[str, Any] | None,
        comparison: str | None,
        values: list[dict[str, Any]],
        limit: Any,
        start: Any,
        forward: bool,
        *others: Any,
        index_name: str | None = None,
        **named: Any,
    ) -> Any:
        table = self.get_table(table_name)
        page = item_pages.of_query(
            table, index_name, hash_key, comparison, values, start, limit, forward=forward is not False
        )
        named["index_name"] = index_name
        with item_pages.only(table, page):
            return super().query(
                table_name, hash_key, comparison, values, limit, start, forward, *others, **named
            )

    def scan(  # type: ignore[override]  # what it does nothing with it hands on
        self, table_name: str, filters: dict[str, Any], limit: Any, start: Any, *others: Any, **named: Any
    ) -> Any:
        table, index = self.get_table(table_name), named.get("index_name")
        page = item_pages.of_scan(table, index, start, limit, named["segments"])
        with item_pages.only(table, page):
            return super().scan(table_name, filters, limit, start, *others, **named)

    def update_item(  # type: ignore[override]  # what it does nothing with it hands on
        self, table_name: str, key: dict[str, Any], update_expression: str, **named: Any
    ) -> Any:
        named["attribute_updates"] = {}  # Where there is no expression, moto can't do without.
        return super().update_item(table_name, key, update_expression, **named)

    def transact_write_items(self, transact_items: list[dict[str, Any]]) -> None:
        # moto copies each table with all its items, to put the copy back where the transaction fails.
        # Account.rollback undoes what a failed call has touched, so the "copy" may be the table itself.
        tables: list[Any] = list(dict.values(self.tables))
        for table in tables:
            table.__deepcopy__ = lambda _, itself=table: itself
        try:
            super().transact_write_items(transact_items)
        finally:
            for table in tables:
                del table.__deepcopy__
