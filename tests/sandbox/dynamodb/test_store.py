"""A table whose KMS key does not work: what it refuses, what it still does, and how it comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application

KEY = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
TTL = {"Enabled": True, "AttributeName": "Ends"}
DISABLED = ("KMS key disabled error", "DisabledException", "{} is disabled.")
PENDING = ("KMS validation error", "KMSInvalidStateException", "{} is pending deletion.")
GONE = ("KMS validation error", "NotFoundException", "Key '{}' does not exist")

BOOKS = {"TableName": "Books"}
ASKED = {"KeyConditionExpression": "Author = :a", "ExpressionAttributeValues": {":a": {"S": "x"}}}
ELSEWHERE = {"PutRequest": {"Item": KEY}}

ON_ITEMS: list[tuple[str, dict[str, Any]]] = [
    ("GetItem", {**BOOKS, "Key": KEY}),
    ("PutItem", {**BOOKS, "Item": KEY}),
    ("UpdateItem", {**BOOKS, "Key": KEY}),
    ("DeleteItem", {**BOOKS, "Key": KEY}),
    ("Scan", BOOKS),
    ("Query", {**BOOKS, **ASKED}),
    ("BatchGetItem", {"RequestItems": {"Books": {"Keys": [KEY]}}}),
    ("BatchWriteItem", {"RequestItems": {"Open": [ELSEWHERE], "Books": [{"DeleteRequest": {"Key": KEY}}]}}),
    ("TransactGetItems", {"TransactItems": [{"Get": {**BOOKS, "Key": KEY}}]}),
    (
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "Open", "Item": KEY}}, {"Delete": {**BOOKS, "Key": KEY}}]},
    ),
    ("UpdateTimeToLive", {**BOOKS, "TimeToLiveSpecification": TTL}),
]


def table(gate: Any, name: str = "Books") -> dict[str, Any]:
    return dict(gate("dynamodb:DescribeTable", TableName=name)["Table"])


def noticed(gate: Any) -> float | None:
    moment: float | None = table(gate)["SSEDescription"].get("InaccessibleEncryptionDateTime")
    return moment


def ruined(gate: Any, how: str) -> str:
    """The ARN of a key that does not work any more, and a table Books under it."""
    key = str(gate.key())
    gate.books(key)
    gate.books(name="Open")
    if how == "disabled":
        gate("kms:DisableKey", KeyId=key)
    else:
        gate("kms:ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    if how == "deleted":
        gate.later(days=8)
    return key


@pytest.mark.parametrize(
    ("how", "told"),
    [("disabled", DISABLED), ("pending", PENDING), ("deleted", GONE)],
    ids=lambda each: each[0],
)
def test_its_items_are_out_of_reach(gate: Any, how: str, told: tuple[str, str, str]) -> None:
    key = ruined(gate, how)
    beginning, exception, text = told
    before = gate("dynamodb:Scan", TableName="Open")
    for operation, parameters in ON_ITEMS:
        refusal = gate.refused(f"dynamodb:{operation}", **parameters)
        assert (refusal.code, refusal.status) == ("ValidationException", 400), operation
        assert refusal.message == (
            f"{beginning}: com.amazonaws.services.kms.model.{exception}: {text.format(key)} (Service: AWSKMS; Status "
            f"Code: 400; Error Code: {exception}; Request ID: 1234-5678; Proxy: null)"
        ), operation
    assert gate("dynamodb:Scan", TableName="Open") == before


@pytest.mark.parametrize("how", ["disabled", "pending", "deleted"])
def test_it_is_said_to_be_inaccessible(gate: Any, how: str) -> None:
    key = ruined(gate, how)
    described = table(gate)
    assert described["TableStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    since = described["SSEDescription"].pop("InaccessibleEncryptionDateTime")
    assert described["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    assert abs(datetime.fromtimestamp(since, UTC) - datetime.now(UTC)) < timedelta(minutes=1), (
        "the day it was ruined"
    )
    gate.later(days=3)
    assert noticed(gate) == since
    assert table(gate, "Open")["TableStatus"] == "ACTIVE"


@pytest.mark.parametrize("how", ["disabled", "pending", "deleted"])
def test_what_needs_no_key_goes_on(gate: Any, how: str) -> None:
    ruined(gate, how)
    arn = table(gate)["TableArn"]
    assert gate("dynamodb:ListTables")["TableNames"] == ["Books", "Open"]
    gate("dynamodb:TagResource", ResourceArn=arn, Tags=[{"Key": "Team", "Value": "Sales"}])
    assert gate("dynamodb:ListTagsOfResource", ResourceArn=arn)["Tags"] == [{"Key": "Team", "Value": "Sales"}]
    gate("dynamodb:UntagResource", ResourceArn=arn, TagKeys=["Team"])
    gate("dynamodb:DescribeTimeToLive", TableName="Books")
    gate("dynamodb:DescribeContinuousBackups", TableName="Books")
    for change in (
        {"DeletionProtectionEnabled": True},
        {"DeletionProtectionEnabled": False},
        {"TableClass": "STANDARD_INFREQUENT_ACCESS"},
        {
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        },
    ):
        gate("dynamodb:UpdateTable", TableName="Books", **change)
        assert table(gate)["TableStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    deleted = gate("dynamodb:DeleteTable", TableName="Books")["TableDescription"]
    assert deleted["TableStatus"] == "DELETING"
    assert "InaccessibleEncryptionDateTime" in deleted["SSEDescription"]
    assert gate("dynamodb:ListTables")["TableNames"] == ["Open"]


def test_an_enabled_key_opens_it_again(gate: Any) -> None:
    key = ruined(gate, "disabled")
    gate("kms:EnableKey", KeyId=key)
    described = table(gate)
    assert described["TableStatus"] == "ACTIVE"
    assert described["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    assert gate("dynamodb:Scan", TableName="Books")["Count"] == 1


def test_a_cancelled_deletion_alone_does_not(gate: Any) -> None:
    key = ruined(gate, "pending")
    since = noticed(gate)
    gate.later(days=1)
    gate("kms:CancelKeyDeletion", KeyId=key)
    assert noticed(gate) == since
    assert gate.refused("dynamodb:Scan", TableName="Books").message.startswith("KMS key disabled error: ")
    gate("kms:EnableKey", KeyId=key)
    assert gate("dynamodb:Scan", TableName="Books")["Count"] == 1


def test_another_time_is_another_moment(gate: Any) -> None:
    key = ruined(gate, "disabled")
    first = noticed(gate)
    gate("kms:EnableKey", KeyId=key)
    gate.later(days=1)
    gate("kms:DisableKey", KeyId=key)
    gate("kms:DisableKey", KeyId=key)
    assert noticed(gate) == pytest.approx(first + 86_400, abs=60)


def test_a_key_that_is_gone_leaves_the_table_closed_for_ever(gate: Any) -> None:
    ruined(gate, "deleted")
    other = gate.key()
    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": other}
    refusal = gate.refused("dynamodb:UpdateTable", TableName="Books", SSESpecification=specification)
    assert "NotFoundException" in refusal.message
    assert table(gate)["TableStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"


def test_the_moment_outlives_the_process(tmp_path: Path) -> None:
    application = Application.open(tmp_path)
    session = inprocess.session(application)
    key = session.client("kms").create_key()["KeyMetadata"]["Arn"]
    dynamodb = session.client("dynamodb")
    dynamodb.create_table(
        TableName="Books",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "Author", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Author", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    session.client("kms").disable_key(KeyId=key)
    before = dynamodb.describe_table(TableName="Books")["Table"]
    application.close()

    application = Application.open(tmp_path)
    session = inprocess.session(application)
    dynamodb = session.client("dynamodb")
    assert dynamodb.describe_table(TableName="Books")["Table"] == before
    assert isinstance(before["SSEDescription"]["InaccessibleEncryptionDateTime"], datetime)
    with pytest.raises(ClientError, match="is disabled"):
        dynamodb.scan(TableName="Books")
    session.client("kms").enable_key(KeyId=key)
    assert dynamodb.describe_table(TableName="Books")["Table"]["TableStatus"] == "ACTIVE"
    application.close()


def test_a_revoked_grant_is_not_missed_here(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    [grant] = gate("kms:ListGrants", KeyId=key)["Grants"]
    gate("kms:RevokeGrant", KeyId=key, GrantId=grant["GrantId"])
    assert table(gate)["TableStatus"] == "ACTIVE"
    assert gate("dynamodb:Scan", TableName="Books")["Count"] == 1
    gate("dynamodb:DeleteTable", TableName="Books")


def test_a_refused_change_of_the_key_changes_nothing_here(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    gate.user("Nobody")
    gate.refused("kms:DisableKey", by="Nobody", KeyId=key)
    assert table(gate)["TableStatus"] == "ACTIVE"
