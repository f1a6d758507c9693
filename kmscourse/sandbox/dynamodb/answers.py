"""A table's description as DynamoDB gives it, where moto's is not.

An answer to UpdateTable shows the table as it was, with what is about to change marked UPDATING; here the next request
finds it changed.

Source: DynamoDB API Reference, "TableDescription"; recorded answers of AWS.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from kmscourse.sandbox.call import Call
from kmscourse.sandbox.dynamodb.table import TableView

Answer = dict[str, Any]
INACCESSIBLE = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
_STATUS = {"CreateTable": "CREATING", "DeleteTable": "DELETING"}
_DONE_AT_ONCE = ("DeletionProtectionEnabled", "SSESpecification")


def described(call: Call, answer: Answer, view: TableView | None) -> Answer:
    """The answer of CreateTable, UpdateTable, DescribeTable or DeleteTable, whose table is ``view``."""
    member = "TableDescription" if "TableDescription" in answer else "Table"
    table = dict(answer[member])
    made = f"{table['TableArn']} {table['CreationDateTime']}"
    table["TableId"] = str(uuid.uuid5(uuid.NAMESPACE_URL, made))
    table["TableStatus"] = _status(call, view)
    table.update(_encryption(call, table, view))
    table.update(_settings(call, table, view))
    for name in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        table[name] = [
            {**index, "IndexArn": f"{table['TableArn']}/index/{index['IndexName']}"}
            for index in table.get(name, [])
        ]
    return {member: {name: value for name, value in table.items() if value not in (None, [])}}


def _status(call: Call, view: TableView | None) -> str:
    if call.operation == "UpdateTable" and not any(name in call.parameters for name in _DONE_AT_ONCE):
        return "UPDATING"
    accessible = view is None or view.inaccessible_since is None
    return _STATUS.get(call.operation, "ACTIVE" if accessible else INACCESSIBLE)


def _encryption(call: Call, table: Answer, view: TableView | None) -> Answer:
    shown = dict(table.get("SSEDescription") or {})
    if call.operation == "UpdateTable" and "SSESpecification" in call.parameters:
        return {"SSEDescription": {**shown, "Status": "UPDATING"}}
    if shown and view is not None and view.inaccessible_since is not None:
        return {"SSEDescription": {**shown, "InaccessibleEncryptionDateTime": view.inaccessible_since}}
    return {}


def _settings(call: Call, table: Answer, view: TableView | None) -> Answer:
    """How the table is paid for, as far as that was ever chosen."""
    settings: Mapping[str, Any] = view.settings if view is not None else {}
    billing = {"BillingMode": table["BillingModeSummary"]["BillingMode"]}
    since = settings.get("on_demand_since")
    if since is not None and call.operation != "CreateTable":
        billing["LastUpdateToPayPerRequestDateTime"] = since
    table_class = {"TableClass": settings.get("table_class")}
    if settings.get("class_since") is not None:
        table_class["LastUpdateDateTime"] = settings["class_since"]
    return {
        "BillingModeSummary": None if since is None else billing,
        "TableClassSummary": table_class if table_class["TableClass"] else None,
    }


def of_items(call: Call, answer: Answer) -> Answer:
    """An answer without what nobody asked for: how much capacity the operation took, a key as if it were updated."""
    if call.parameters.get("ReturnConsumedCapacity") in (None, "NONE"):
        answer.pop("ConsumedCapacity", None)
    if call.parameters.get("ReturnItemCollectionMetrics") in (None, "NONE"):
        answer.pop("ItemCollectionMetrics", None)
    if call.parameters.get("ReturnValues") in ("UPDATED_NEW", "UPDATED_OLD") and "Attributes" in answer:
        updated = answer.pop("Attributes")
        shown = {name: value for name, value in updated.items() if name not in call.parameters["Key"]}
        answer |= {"Attributes": shown} if shown else {}
    return answer
