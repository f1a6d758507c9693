"""Items that are read: one, several, several at one moment."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.dynamodb import reading
from tests.sandbox.conftest import Gate, book

TABLE = {"TableName": "Books"}
ITEM = {**book("The Dip"), "Tags": {"L": [{"S": "x"}, {"S": "y"}]}, "M": {"M": {"a": {"S": "b"}}}}


@pytest.fixture
def library(gate: Gate) -> Gate:
    gate.books()
    gate("dynamodb:PutItem", **TABLE, Item=ITEM)
    return gate


@pytest.mark.parametrize(
    ("projection", "shown"),
    [
        ("Tags[1], M.a", {"Tags": {"L": [{"S": "y"}]}, "M": {"M": {"a": {"S": "b"}}}}),
        ("Nowhere", {}),
        ("Title", {"Title": {"S": "The Dip"}}),
    ],
)
def test_a_part_of_an_item(library: Gate, projection: str, shown: dict[str, Any]) -> None:
    asked = {"ProjectionExpression": projection}
    key = book("The Dip")
    assert library("dynamodb:GetItem", **TABLE, Key=key, **asked) == {"Item": shown}
    keys = {"Books": {"Keys": [key, book("None")], **asked}}
    assert library("dynamodb:BatchGetItem", RequestItems=keys) == {
        "Responses": {"Books": [shown]},
        "UnprocessedKeys": {},
    }
    gets = [{"Get": {**TABLE, "Key": each, **asked}} for each in (key, book("None"))]
    assert library("dynamodb:TransactGetItems", TransactItems=gets) == {"Responses": [{"Item": shown}, {}]}


def test_an_item_that_is_not_there_is_no_item(library: Gate) -> None:
    assert library("dynamodb:GetItem", **TABLE, Key=book("None")) == {}


def test_what_an_answer_has_no_room_for_comes_back(library: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BATCH_READ", 1000)
    for title in "abcd":
        library("dynamodb:PutItem", **TABLE, Item={**book(title), "Text": {"S": "x" * 450}})
    found: list[str] = []
    left: dict[str, Any] = {"Books": {"Keys": [book(title) for title in "abcd"], "ConsistentRead": True}}
    rounds = 0
    while left:
        answer = library("dynamodb:BatchGetItem", RequestItems=left)
        found += [item["Title"]["S"] for item in answer["Responses"]["Books"]]
        left, rounds = answer["UnprocessedKeys"], rounds + 1
        assert all(entry["ConsistentRead"] for entry in left.values())
    assert (found, rounds) == (list("abcd"), 2)


def test_a_table_by_its_arn(library: Gate) -> None:
    arn = f"arn:aws:dynamodb:us-east-1:{library.account_id}:table/Books"
    key = book("The Dip")
    assert library("dynamodb:GetItem", TableName=arn, Key=key)["Item"] == ITEM
    assert library("dynamodb:BatchGetItem", RequestItems={arn: {"Keys": [key]}})["Responses"] == {arn: [ITEM]}
    assert library("dynamodb:Scan", TableName=arn)["Count"] == 1
