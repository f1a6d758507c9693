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
_NOT_OF_DELETED = (
    "AttributeDefinitions",
    "KeySchema",
    "CreationDateTime",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
)
INACCESSIBLE = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"


def of_new_table(answer: Answer, table: Table | None) -> Answer:
    """CreateTable's answer, of ``table`` as it is now."""
    return _described(answer, table, status="CREATING", is_new=True)


def of_deleted_table(answer: Answer, table: Table | None) -> Answer:
    """DeleteTable's answer, of ``table`` as it was, which has nothing of its keys, its indexes and its age."""
    [(member, shown)] = _described(answer, table, status="DELETING").items()
    return {member: {name: value for name, value in shown.items() if name not in _NOT_OF_DELETED}}


def of_table(answer: Answer, table: Table | None, counts: Mapping[str, int]) -> Answer:
    """DescribeTable's answer; ``counts`` are the numbers of items in its indexes."""
    return _described(answer, table, counts=counts)


def of_changed_table(
    answer: Answer, table: Table | None, parameters: Mapping[str, Any], counts: Mapping[str, int]
) -> Answer:
    """UpdateTable's answer, of ``table`` as it is now."""
    is_key_changing = "SSESpecification" in parameters
    is_done_at_once = is_key_changing or "DeletionProtectionEnabled" in parameters
    status = None if is_done_at_once else "UPDATING"
    return _described(answer, table, status=status, is_key_changing=is_key_changing, counts=counts)


def _described(
    answer: Answer,
    table: Table | None,
    *,
    status: str | None = None,
    is_new: bool = False,
    is_key_changing: bool = False,
    counts: Mapping[str, int] | None = None,
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
            _described_index(index, shown["TableArn"], (counts or {}).get(index["IndexName"], 0))
            for index in shown.get(name, [])
        ]
    return {member: {name: value for name, value in shown.items() if value not in (None, [])}}


def _described_index(index: Answer, table_arn: str, count: int) -> Answer:
    shown = {
        **index,
        "IndexArn": f"{table_arn}/index/{index['IndexName']}",
        "IndexSizeBytes": 0,
        "ItemCount": count,
    }
    if "ProvisionedThroughput" in index:
        shown["ProvisionedThroughput"] = {"NumberOfDecreasesToday": 0, **index["ProvisionedThroughput"]}
    return shown


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
