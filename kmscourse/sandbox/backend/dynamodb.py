"""moto's DynamoDB with encryption that can change, and transactions that cost what they touch."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models import DynamoDBBackend


class DynamoDb(DynamoDBBackend):
    """The tables of one region."""

    def index(self) -> None:
        """Nothing is derived from tables."""

    def encrypt(self, table_name: str, specification: dict[str, Any] | None) -> None:
        """Have a table encrypted as an SSESpecification says; None for DynamoDB's own key."""
        table = self.tables.get(table_name)
        if table is not None:
            table.sse_specification = specification

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
