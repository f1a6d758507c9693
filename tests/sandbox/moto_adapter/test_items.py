"""A call that reaches some items notes these and no others, however many there are."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.moto_adapter import stored_items
from kmscourse.sandbox.storage.file import Row

TABLES = "dynamodb/us-east-1/tables"
BOOK = {"Author": {"S": "Seth Godin"}, "Title": {"S": "5"}}


@pytest.fixture
def written(practice: Any, monkeypatch: pytest.MonkeyPatch) -> list[set[Row]]:
    """What each commit writes, in an account with twenty books and as many other things."""
    practice.books()
    practice(
        "dynamodb:CreateTable",
        TableName="Counters",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(20):
        practice.put(str(number))
        practice("dynamodb:PutItem", TableName="Counters", Item={"Id": {"N": str(number)}})
        practice.key()
        practice("iam:CreateUser", UserName=f"user{number}")
    commits: list[set[Row]] = []
    write = practice.account.storage.write

    def noting(documents: Any, *rest: Any) -> None:
        if documents:
            commits.append(set(documents))
        write(documents, *rest)

    monkeypatch.setattr(practice.account.storage, "write", noting)
    return commits


def row(table: str, key: str) -> Row:
    return Row(f"{TABLES}/{table}/items", key)


FIFTH = row("Books", 'S"Seth Godin" S"5"')


@pytest.mark.parametrize(
    ("operation", "parameters", "rows"),
    [
        ("PutItem", {"TableName": "Books", "Item": BOOK}, {FIFTH}),
        ("DeleteItem", {"TableName": "Books", "Key": BOOK}, {FIFTH}),
        (
            "UpdateItem",
            {
                "TableName": "Books",
                "Key": BOOK,
                "UpdateExpression": "SET a = :a",
                "ExpressionAttributeValues": {":a": {"S": "x"}},
            },
            {FIFTH},
        ),
        ("PutItem", {"TableName": "Counters", "Item": {"Id": {"N": "5.0"}}}, {row("Counters", 'N"5"')}),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "Books", "Item": BOOK}},
                    {"Delete": {"TableName": "Counters", "Key": {"Id": {"N": "7"}}}},
                ]
            },
            {FIFTH, row("Counters", 'N"7"')},
        ),
        ("UpdateTable", {"TableName": "Books", "DeletionProtectionEnabled": True}, {Row(TABLES, "Books")}),
    ],
)
def test_only_what_was_touched_is_written(
    practice: Any, written: list[set[Row]], operation: str, parameters: dict[str, Any], rows: set[Row]
) -> None:
    practice(f"dynamodb:{operation}", **parameters)
    assert written == [rows]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("Scan", {"TableName": "Books"}),
        ("GetItem", {"TableName": "Books", "Key": BOOK}),
        ("GetItem", {"TableName": "Books", "Key": {**BOOK, "Title": {"S": "none"}}}),
        ("GetItem", {"TableName": "Books", "Key": {**BOOK, "Author": {"S": "nobody"}}}),
        ("BatchGetItem", {"RequestItems": {"Books": {"Keys": [BOOK]}}}),
        ("DescribeTable", {"TableName": "Books"}),
        ("ListTables", {}),
    ],
)
def test_reading_writes_nothing(
    practice: Any, written: list[set[Row]], operation: str, parameters: Any
) -> None:
    practice(f"dynamodb:{operation}", **parameters)
    assert written == []


@pytest.mark.parametrize(("condition", "looked_at"), [("Author = :a", 2), ("Author = :a AND Title = :t", 1)])
def test_a_query_looks_at_the_items_it_asks_for(
    practice: Any, monkeypatch: pytest.MonkeyPatch, condition: str, looked_at: int
) -> None:
    practice.books()
    for author in ("Seth Godin", "Ed Catmull", "Ann"):
        for title in ("1", "2"):
            practice(
                "dynamodb:PutItem", TableName="Books", Item={"Author": {"S": author}, "Title": {"S": title}}
            )
    read: list[Any] = []
    item_of = stored_items._item
    monkeypatch.setattr(stored_items, "_item", lambda item: read.append(item) or item_of(item))
    values = {":a": {"S": "Seth Godin"}, ":t": {"S": "2"}}
    used = {name: value for name, value in values.items() if name in condition}
    named = {"KeyConditionExpression": condition, "ExpressionAttributeValues": used}
    found = practice("dynamodb:Query", TableName="Books", **named)["Items"]
    assert (len(found), len(read)) == (looked_at, looked_at)


def test_a_deleted_table_takes_its_items_along(practice: Any, written: list[set[Row]]) -> None:
    practice("dynamodb:DeleteTable", TableName="Books")
    assert len(written[0]) == 21
    assert not any("Books" in row.collection for row, _ in practice.account.storage.rows())
    practice.books()
    assert practice.titles() == []


def test_two_keys_that_run_together_alike_are_two_items(kept: Any) -> None:
    kept.books()
    pairs = [('a" S"b', "c"), ("a", 'b" S"c'), ("a", '"c'), ("\U0001f511", "a")]
    for author, title in pairs:
        kept("dynamodb:PutItem", TableName="Books", Item={"Author": {"S": author}, "Title": {"S": title}})
    kept.restart()
    found = {
        (item["Author"]["S"], item["Title"]["S"])
        for item in kept("dynamodb:Scan", TableName="Books")["Items"]
    }
    assert found == set(pairs)


def test_a_key_of_bytes_is_found_again(kept: Any) -> None:
    kept(
        "dynamodb:CreateTable",
        TableName="Blobs",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "B"}],
        BillingMode="PAY_PER_REQUEST",
    )
    kept("dynamodb:PutItem", TableName="Blobs", Item={"Id": {"B": "AAEC/w=="}, "a": {"S": "b"}})
    kept.restart()
    found = kept("dynamodb:GetItem", TableName="Blobs", Key={"Id": {"B": "AAEC/w=="}})
    assert found["Item"]["a"] == {"S": "b"}
