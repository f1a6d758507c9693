"""DynamoDB's answers, where moto's are not DynamoDB's.

An answer to UpdateTable shows the table as it was, with what is about to change marked UPDATING; here the next request
finds it changed.

Source: DynamoDB API Reference, "TableDescription"; recorded answers of AWS.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from kmscourse.sandbox.dynamodb.store import Table

Answer = dict[str, Any]
INACCESSIBLE = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"


def of_new_table(answer: Answer, table: Table | None) -> Answer:
    """CreateTable's answer, of ``table`` as it is now."""
    return _described(answer, table, status="CREATING", is_new=True)


def of_deleted_table(answer: Answer, table: Table | None) -> Answer:
    """DeleteTable's answer, of ``table`` as it was."""
    return _described(answer, table, status="DELETING")


def of_table(answer: Answer, table: Table | None) -> Answer:
    """DescribeTable's answer."""
    return _described(answer, table)


def of_changed_table(answer: Answer, table: Table | None, parameters: Mapping[str, Any]) -> Answer:
    """UpdateTable's answer, of ``table`` as it is now."""
    is_key_changing = "SSESpecification" in parameters
    is_done_at_once = is_key_changing or "DeletionProtectionEnabled" in parameters
    status = None if is_done_at_once else "UPDATING"
    return _described(answer, table, status=status, is_key_changing=is_key_changing)


def of_items(answer: Answer, parameters: Mapping[str, Any]) -> Answer:
    """An answer without a key as if it were updated, and without what ``metrics.py`` tells instead of moto."""
    for member in ("ConsumedCapacity", "ItemCollectionMetrics"):
        answer.pop(member, None)
    if parameters.get("ReturnValues") in ("UPDATED_NEW", "UPDATED_OLD") and "Attributes" in answer:
        updated = answer.pop("Attributes")
        shown = {name: value for name, value in updated.items() if name not in parameters["Key"]}
        answer |= {"Attributes": shown} if shown else {}
    return answer


def _described(
    answer: Answer,
    table: Table | None,
    *,
    status: str | None = None,
    is_new: bool = False,
    is_key_changing: bool = False,
) -> Answer:
    member = "TableDescription" if "TableDescription" in answer else "Table"
    shown = dict(answer[member])
    made = f"{shown['TableArn']} {shown['CreationDateTime']}"
    since = None if table is None else table.inaccessible_since
    shown["TableId"] = str(uuid.uuid5(uuid.NAMESPACE_URL, made))
    shown["TableStatus"] = status or ("ACTIVE" if since is None else INACCESSIBLE)
    encryption = shown.get("SSEDescription") or {}
    if is_key_changing:
        shown["SSEDescription"] = {**encryption, "Status": "UPDATING"}
    elif encryption and since is not None:
        shown["SSEDescription"] = {**encryption, "InaccessibleEncryptionDateTime": since}
    shown.update(_settings(shown, {} if table is None else table.settings, is_new=is_new))
    for name in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        shown[name] = [
            {**index, "IndexArn": f"{shown['TableArn']}/index/{index['IndexName']}"}
            for index in shown.get(name, [])
        ]
    return {member: {name: value for name, value in shown.items() if value not in (None, [])}}


def _settings(shown: Answer, settings: Mapping[str, Any], *, is_new: bool) -> Answer:
    """How the table is paid for, as far as that was ever chosen."""
    billing = {"BillingMode": shown["BillingModeSummary"]["BillingMode"]}
    since = settings.get("on_demand_since")
    if since is not None and not is_new:
        billing["LastUpdateToPayPerRequestDateTime"] = since
    table_class = {"TableClass": settings.get("table_class")}
    if settings.get("class_since") is not None:
        table_class["LastUpdateDateTime"] = settings["class_since"]
    return {
        "BillingModeSummary": None if since is None else billing,
        "TableClassSummary": table_class if table_class["TableClass"] else None,
    }
