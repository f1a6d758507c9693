"""The size of an item: bounded as in DynamoDB, and cheap to keep an eye on."""

from __future__ import annotations

from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import DynamoType

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.moto_adapter import attributes
from kmscourse.sandbox.moto_adapter.attributes import LimitedSizeDict


def many(count: int, size: int) -> dict[str, dict[str, str]]:
    return {f"a{number}": {"S": "x" * size} for number in range(count)}


def test_an_item_of_many_attributes_is_added_up_once(practice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    practice.books()
    looked_at = []
    size_of = attributes._size
    monkeypatch.setattr(attributes, "_size", lambda thing: looked_at.append(thing) or size_of(thing))
    practice.put("Thick", **many(3000, 1))
    assert len(looked_at) < 3000 * 6


def test_an_item_is_not_larger_than_400_kb(practice: Any) -> None:
    practice.books()
    practice.put("Fits", **many(39, 10_000))
    with pytest.raises(AwsError, match="Item size has exceeded the maximum allowed size"):
        practice.put("Too large", **many(41, 10_000))
    assert practice.titles() == ["Fits"]


def test_an_attribute_may_be_set_again_and_again(practice: Any) -> None:
    practice.books()
    practice.put("Fits", **many(38, 10_000))
    for text in "abcde":
        practice(
            "dynamodb:UpdateItem",
            TableName="Books",
            Key={"Author": {"S": "Seth Godin"}, "Title": {"S": "Fits"}},
            UpdateExpression="SET a1 = :a",
            ExpressionAttributeValues={":a": {"S": text * 15_000}},
        )
    with pytest.raises(AwsError, match="maximum allowed size"):
        practice(
            "dynamodb:UpdateItem",
            TableName="Books",
            Key={"Author": {"S": "Seth Godin"}, "Title": {"S": "Fits"}},
            UpdateExpression="SET a1 = :a",
            ExpressionAttributeValues={":a": {"S": "x" * 50_000}},
        )


def test_what_grew_from_within_is_counted_before_anything_is_added() -> None:
    held = LimitedSizeDict()
    grown = DynamoType({"L": [{"S": "x"}]})
    held["list"] = grown
    grown.value.append(DynamoType({"S": "y" * 300_000}))
    held["more"] = DynamoType({"S": "z" * 90_000})
    with pytest.raises(Exception, match="Item size"):
        held["most"] = DynamoType({"S": "z" * 320_000})


def test_a_stored_item_goes_on_being_bounded(kept: Any) -> None:
    kept.books()
    kept.put("Fits", **many(39, 10_000))
    kept.restart()
    with pytest.raises(AwsError, match="maximum allowed size"):
        kept(
            "dynamodb:UpdateItem",
            TableName="Books",
            Key={"Author": {"S": "Seth Godin"}, "Title": {"S": "Fits"}},
            UpdateExpression="SET b = :b",
            ExpressionAttributeValues={":b": {"S": "x" * 20_000}},
        )
