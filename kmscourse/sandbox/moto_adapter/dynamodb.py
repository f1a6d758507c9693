"""moto's DynamoDB: its tables, with settings that it does not keep. Their items are read and written past it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models import DynamoDBBackend

from kmscourse.sandbox.moto_adapter.stored_items import StoredItems


class DynamoDb(DynamoDBBackend):
    """The tables of one region."""

    def index(self) -> None:
        """Nothing is derived from tables."""

    def items(self, table_name: str) -> StoredItems:
        """The items of a table that is there."""
        return StoredItems(dict.__getitem__(self.tables, table_name))

    def keep_settings(
        self, table_name: str, parameters: Mapping[str, Any], now: float, *, is_new: bool
    ) -> None:
        """Keep what moto doesn't of the parameters of CreateTable or UpdateTable, beside the table's own."""
        table: Any = self.get_table(table_name)
        table.settings = settings = dict(getattr(table, "settings", {}))
        if parameters.get("BillingMode") == "PAY_PER_REQUEST":
            settings["on_demand_since"] = now
            for paid in (table, *table.global_indexes):
                paid.throughput = {
                    "ReadCapacityUnits": 0,
                    "WriteCapacityUnits": 0,
                    "NumberOfDecreasesToday": 0,
                }
        chosen = parameters.get("TableClass")
        if chosen not in (None, settings.get("table_class", "STANDARD")):
            settings["table_class"] = chosen
            if not is_new:
                settings["class_since"] = now

    def update_table(
        self, name: str, attr_definitions: list[dict[str, str]], *others: Any, **named: Any
    ) -> Any:
        # A new index needs only its own attributes defined; moto would forget all others', the table's key among them,
        # and keep what no key has any more. The types of known ones stay, whatever else is said of them.
        known = {known["AttributeName"]: known for known in self.get_table(name).attr}
        given = {given["AttributeName"]: given for given in attr_definitions or ()}
        table = super().update_table(name, [], *others, **named)
        schemas = (table.schema, *(index.schema for index in (*table.indexes, *table.global_indexes)))
        keys = {element["AttributeName"] for schema in schemas for element in schema}
        table.attr = [each for attribute, each in (known | given | known).items() if attribute in keys]
        return table

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
        items, table.items = table.items, {}  # moto would count them one by one.
        try:
            described: dict[str, Any] = super().describe_table(name)
        finally:
            table.items = items
        described["Table"]["ItemCount"] = items.count()
        return described
