"""A table under a customer managed key opens only with the key, whichever operation asks for its items."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.cloudtrail.events import DATA_EVENTS
from kmscourse.sandbox.dynamodb import permissions
from kmscourse.sandbox.dynamodb.operations import OPERATIONS
from kmscourse.sandbox.model.shapes import service_model

KEY = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
NEW = {"Author": {"S": "Seth Godin"}, "Title": {"S": "Linchpin"}}
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Books"
EVERYTHING = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}

UPDATE = {
    "Key": KEY,
    "UpdateExpression": "SET Pages = :n",
    "ExpressionAttributeValues": {":n": {"N": "80"}},
}
CONDITION = {
    "Key": KEY,
    "ConditionExpression": "attribute_exists(Author)",
}

PUT_NEW = {"PutRequest": {"Item": NEW}}

WAYS: list[tuple[str, dict[str, Any]]] = [
    ("GetItem", {"TableName": "Books", "Key": KEY}),
    ("GetItem", {"TableName": ARN, "Key": KEY}),
    ("PutItem", {"TableName": "Books", "Item": NEW}),
    ("PutItem", {"TableName": ARN, "Item": NEW}),
    ("UpdateItem", {"TableName": "Books", **UPDATE}),
    ("DeleteItem", {"TableName": "Books", "Key": KEY}),
    ("Scan", {"TableName": "Books"}),
    ("Scan", {"TableName": "Books", "Select": "COUNT"}),
    (
        "Query",
        {
            "TableName": "Books",
            "KeyConditionExpression": "Author = :a",
            "ExpressionAttributeValues": {":a": {"S": "Seth Godin"}},
        },
    ),
    ("BatchGetItem", {"RequestItems": {"Books": {"Keys": [KEY]}}}),
    ("BatchGetItem", {"RequestItems": {"Open": {"Keys": [KEY]}, ARN: {"Keys": [KEY]}}}),
    ("BatchWriteItem", {"RequestItems": {"Books": [{"PutRequest": {"Item": NEW}}]}}),
    ("BatchWriteItem", {"RequestItems": {"Open": [PUT_NEW], "Books": [{"DeleteRequest": {"Key": KEY}}]}}),
    ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "Books", "Key": KEY}}]}),
    (
        "TransactGetItems",
        {
            "TransactItems": [
                {"Get": {"TableName": "Open", "Key": KEY}},
                {"Get": {"TableName": ARN, "Key": KEY}},
            ]
        },
    ),
    ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "Books", "Item": NEW}}]}),
    ("TransactWriteItems", {"TransactItems": [{"Update": {"TableName": "Books", **UPDATE}}]}),
    ("TransactWriteItems", {"TransactItems": [{"Delete": {"TableName": "Books", "Key": KEY}}]}),
    (
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": "Open", "Item": NEW}},
                {"ConditionCheck": {"TableName": "Books", **CONDITION}},
            ]
        },
    ),
]


ON_ITEMS = (
    permissions.on_items,
    permissions.on_batch_of_reads,
    permissions.on_batch_of_writes,
    permissions.on_transaction_of_reads,
    permissions.on_transaction_of_writes,
)


def test_every_operation_on_items_is_in_the_table() -> None:
    ways = {f"dynamodb:{operation}" for operation, _ in WAYS}
    assert ways == {f"dynamodb:{name}" for name, each in OPERATIONS.items() if each.permissions in ON_ITEMS}
    assert ways == DATA_EVENTS


@pytest.mark.parametrize(("operation", "parameters"), WAYS)
def test_no_operation_is_a_way_around_the_key(gate: Any, operation: str, parameters: dict[str, Any]) -> None:
    key = gate.key()
    gate.books(key)
    gate.books(name="Open")
    gate.user("Reader", EVERYTHING)
    before = gate("dynamodb:Scan", TableName="Books"), gate("dynamodb:Scan", TableName="Open")

    refusal = gate.refused(f"dynamodb:{operation}", by="Reader", **parameters)

    assert (refusal.code, refusal.status) == ("AccessDeniedException", 400)
    assert refusal.message == (
        "KMS key access denied error: com.amazonaws.services.kms.model.AWSKMSException: User: "
        f"{gate.arn('Reader')} is not authorized to perform: kms:Decrypt on resource: {key} because no "
        "identity-based policy allows the kms:Decrypt action (Service: AWSKMS; Status Code: 400; Error Code: "
        "AccessDeniedException; Request ID: 1234-5678; Proxy: null)"
    )
    after = gate("dynamodb:Scan", TableName="Books"), gate("dynamodb:Scan", TableName="Open")
    assert after == before, "a refused call changed something"

    gate.allow(key, "Reader", "kms:Decrypt")
    gate(f"dynamodb:{operation}", by="Reader", **parameters)


@pytest.mark.parametrize(("operation", "parameters"), WAYS)
def test_the_lab_user_is_refused_by_dynamodb_or_by_the_key(
    gate: Any, operation: str, parameters: dict[str, Any]
) -> None:
    gate.books(gate.key())
    gate.books(name="Open")
    before = gate("dynamodb:Scan", TableName="Books")
    refusal = gate.refused(f"dynamodb:{operation}", by="IAMLabUser", **parameters)
    by_key = refusal.message.startswith("KMS key access denied error: ")
    by_dynamodb = "is not authorized to perform: dynamodb:" in refusal.message
    assert refusal.code == "AccessDeniedException"
    assert by_key != by_dynamodb, refusal.message
    assert gate("dynamodb:Scan", TableName="Books") == before


def test_dynamodb_is_asked_before_the_key(gate: Any) -> None:
    gate.books(gate.key())
    gate.user("Nobody")
    refusal = gate.refused("dynamodb:Scan", by="Nobody", TableName="Books")
    assert refusal.message == (
        f"User: {gate.arn('Nobody')} is not authorized to perform: dynamodb:Scan on resource: {ARN} because no "
        "identity-based policy allows the dynamodb:Scan action"
    )


def test_an_iam_policy_opens_the_table_too(gate: Any) -> None:
    """The default key policy lets the account delegate: the key policy is not the only way in."""
    key = gate.key()
    gate.books(key)
    gate.user("Reader", EVERYTHING, {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key})
    assert gate("dynamodb:Scan", by="Reader", TableName="Books")["Items"] == [KEY]


@pytest.mark.parametrize(
    ("condition", "opens"),
    [
        ({"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}, True),
        ({"StringEquals": {"kms:ViaService": "dynamodb.eu-west-1.amazonaws.com"}}, False),
        ({"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": "Books"}}, True),
        ({"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": "Films"}}, False),
        ({"StringEquals": {"kms:EncryptionContext:aws:dynamodb:subscriberId": "123456789012"}}, True),
        ({"Bool": {"aws:ViaAWSService": "true"}}, True),
        ({"StringEquals": {"kms:CallerAccount": "123456789012"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:CalledVia": "dynamodb.amazonaws.com"}}, True),
        ({"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "aws:dynamodb:tableName"}}, True),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.1"}}, False),
    ],
)
def test_the_key_policy_can_tell_how_it_is_asked(gate: Any, condition: dict[str, Any], opens: bool) -> None:
    key = gate.key()
    gate.books(key)
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key, "Condition": condition}
    gate.user("Reader", EVERYTHING, statement)
    if opens:
        assert gate("dynamodb:Scan", by="Reader", TableName="Books")["Count"] == 1
    else:
        gate.refused("dynamodb:Scan", by="Reader", TableName="Books")


def test_a_table_under_dynamodbs_own_key_asks_no_key(gate: Any) -> None:
    gate.books(name="Open")
    gate.user("Reader", EVERYTHING)
    assert gate("dynamodb:Scan", by="Reader", TableName="Open")["Count"] == 1


def test_a_table_under_the_aws_managed_key_asks_no_policy(gate: Any) -> None:
    gate.user("Reader", EVERYTHING)
    gate(
        "dynamodb:CreateTable",
        TableName="Managed",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True},
    )
    assert gate("dynamodb:Scan", by="Reader", TableName="Managed")["Count"] == 0


@pytest.mark.parametrize(
    "operation", sorted(set(service_model("dynamodb").operation_names) - set(OPERATIONS))
)
def test_what_is_not_offered_is_refused_at_once(gate: Any, operation: str) -> None:
    refusal = gate.refused(f"dynamodb:{operation}")
    assert (refusal.code, refusal.status) == ("UnsupportedOperationException", 400)
    assert f"does not offer dynamodb:{operation}" in refusal.message


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("BatchGetItem", {"RequestItems": {}}),
        ("BatchWriteItem", {"RequestItems": {}}),
        ("TransactGetItems", {"TransactItems": []}),
        ("TransactWriteItems", {"TransactItems": [{}]}),
        ("TransactWriteItems", {"TransactItems": [{"Steal": {"TableName": "Books"}}]}),
        ("TransactWriteItems", {"TransactItems": [{"Get": {}}]}),
        ("TransactGetItems", {"TransactItems": [{"Put": {"TableName": "Books"}}]}),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "Open", "Item": NEW}, "Delete": {"TableName": "Books", "Key": KEY}}
                ]
            },
        ),
        ("Scan", {"TableName": "../Books"}),
        ("Scan", {"TableName": f"{ARN}/index/x"}),
        ("Scan", {"TableName": ["Books"]}),
        ("Scan", {}),
    ],
)
def test_a_call_that_names_no_table_is_refused(gate: Any, operation: str, parameters: dict[str, Any]) -> None:
    gate.books(gate.key())
    refusal = gate.refused(f"dynamodb:{operation}", **parameters)
    assert refusal.code in ("ValidationException", "SerializationException")


@pytest.mark.parametrize(
    "name",
    [
        "arn:aws:dynamodb:eu-west-1:123456789012:table/Books",
        "arn:aws:dynamodb:us-east-1:999999999999:table/Books",
    ],
)
def test_a_table_elsewhere_is_not_here(gate: Any, name: str) -> None:
    gate.books()
    refusal = gate.refused("dynamodb:Scan", TableName=name)
    assert refusal.code in ("ResourceNotFoundException", "AccessDeniedException")


def test_an_index_is_a_resource_of_its_own(gate: Any) -> None:
    gate.books()
    by_title = {"TableName": "Books", "IndexName": "by-title"}
    refusal = gate.refused("dynamodb:Scan", by="IAMLabUser", **by_title)
    assert f"on resource: {ARN}/index/by-title because" in refusal.message
