"""The mistakes that beginners make with items, answered in AWS's words, and nothing changed by them."""

from __future__ import annotations

from typing import Any

import pytest

KEY = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
BOOKS = {"TableName": "Books"}
COUNTED = "1 validation error detected: "
NOT_THE_SCHEMA = "The provided key element does not match the schema"
EMPTY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
    "string value. Key: Author"
)
NOT_EMPTY_KEY = {**KEY, "Author": {"S": ""}}
UPDATE = {"UpdateExpression": "SET Pages = :n", "ExpressionAttributeValues": {":n": {"N": "80"}}}


@pytest.fixture
def library(gate: Any) -> Any:
    gate.books()
    return gate


def refused(gate: Any, operation: str, code: str = "ValidationException", **parameters: Any) -> str:
    """The text of a refusal that left everything as it was."""
    before = gate("dynamodb:Scan", TableName="Books")
    refusal = gate.refused(f"dynamodb:{operation}", **parameters)
    assert (refusal.code, refusal.status) == (code, 400), refusal.message
    assert gate("dynamodb:Scan", TableName="Books") == before
    return str(refusal.message)


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"Author": {"S": "Seth Godin"}},
        {**KEY, "Pages": {"N": "80"}},
        {"Autor": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}},
        {**KEY, "Author": {"N": "1"}},
    ],
)
@pytest.mark.parametrize(
    "operation", ["GetItem", "DeleteItem", "UpdateItem", "BatchGetItem", "BatchWriteItem"]
)
def test_a_key_is_whole_and_of_its_types(library: Any, operation: str, key: dict[str, Any]) -> None:
    requested = {
        "BatchGetItem": {"RequestItems": {"Books": {"Keys": [key]}}},
        "BatchWriteItem": {"RequestItems": {"Books": [{"DeleteRequest": {"Key": key}}]}},
        "UpdateItem": {**BOOKS, "Key": key, **UPDATE},
    }.get(operation, {**BOOKS, "Key": key})
    assert refused(library, operation, **requested) == NOT_THE_SCHEMA


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetItem", {**BOOKS, "Key": NOT_EMPTY_KEY}),
        ("DeleteItem", {**BOOKS, "Key": NOT_EMPTY_KEY}),
        ("UpdateItem", {**BOOKS, "Key": NOT_EMPTY_KEY, **UPDATE}),
        ("PutItem", {**BOOKS, "Item": NOT_EMPTY_KEY}),
        ("BatchWriteItem", {"RequestItems": {"Books": [{"PutRequest": {"Item": NOT_EMPTY_KEY}}]}}),
        (
            "Query",
            {
                **BOOKS,
                "KeyConditionExpression": "Author = :a",
                "ExpressionAttributeValues": {":a": {"S": ""}},
            },
        ),
    ],
)
def test_a_key_is_not_empty(library: Any, operation: str, parameters: dict[str, Any]) -> None:
    assert refused(library, operation, **parameters) == EMPTY


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (
            {"Author": {"S": "x"}},
            "One or more parameter values were invalid: Missing the key Title in the item",
        ),
        (
            {**KEY, "Author": {"N": "1"}},
            "One or more parameter values were invalid: Type mismatch for key Author expected: S actual: N",
        ),
        ({**KEY, "Text": {"S": "x" * 409_600}}, "Item size has exceeded the maximum allowed size"),
        (
            {**KEY, "Pages": {"N": "many"}},
            COUNTED + "The parameter cannot be converted to a numeric value: many",
        ),
        ({**KEY, "Pages": {"N": ""}}, COUNTED + "The parameter cannot be converted to a numeric value: "),
        (
            {**KEY, "M": {"M": {"deep": {"L": [{"N": "1" * 39}]}}}},
            COUNTED + "Attempting to store more than 38 significant digits in a Number",
        ),
        (
            {**KEY, "Pages": {"N": "1e126"}},
            COUNTED
            + "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            {**KEY, "Tags": {"SS": ["a", "a"]}},
            COUNTED
            + 'One or more parameter values were invalid: Input collection ["a", "a"] contains duplicates.',
        ),
        (
            {**KEY, "Tags": {"NS": ["1", "1.0"]}},
            COUNTED + "One or more parameter values were invalid: Input collection contains duplicates.",
        ),
        (
            {**KEY, "Tags": {"SS": []}},
            COUNTED + "One or more parameter values were invalid: An string set  may not be empty",
        ),
        (
            {**KEY, "Pages": {"N": "1", "S": "one"}},
            COUNTED
            + "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
            "supported datatypes",
        ),
        (
            {**KEY, "Author": {"S": "x" * 2049}},
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 "
            "bytes",
        ),
    ],
)
def test_items_that_are_not_put(library: Any, item: dict[str, Any], message: str) -> None:
    assert refused(library, "PutItem", **BOOKS, Item=item) == message


@pytest.mark.parametrize(
    ("number", "plain"),
    [("-1.50", "-1.5"), ("1E3", "1000"), ("+5", "5"), (".5", "0.5"), ("9" * 38, "9" * 38)],
)
def test_a_number_comes_back_in_its_plain_form(library: Any, number: str, plain: str) -> None:
    library("dynamodb:PutItem", **BOOKS, Item={**KEY, "Pages": {"N": number}})
    found = library("dynamodb:GetItem", **BOOKS, Key=KEY)["Item"]
    assert found["Pages"] == {"N": plain}


def test_an_updated_item_is_bounded_too(library: Any) -> None:
    values = {"ExpressionAttributeValues": {":t": {"S": "x" * 409_600}}}
    assert refused(library, "UpdateItem", **BOOKS, Key=KEY, UpdateExpression="SET a = :t", **values) == (
        "Item size to update has exceeded the maximum allowed size"
    )
    title = {"UpdateExpression": "SET Title = :t", "ExpressionAttributeValues": {":t": {"S": "x"}}}
    assert refused(library, "UpdateItem", **BOOKS, Key=KEY, **title) == (
        "One or more parameter values were invalid: Cannot update attribute Title. This attribute is part of the key"
    )


def test_an_update_that_changes_nothing_makes_the_item(library: Any) -> None:
    new = {**KEY, "Title": {"S": "Linchpin"}}
    library("dynamodb:UpdateItem", **BOOKS, Key=new)
    assert library("dynamodb:GetItem", **BOOKS, Key=new)["Item"] == new


def test_pages_of_an_index_begin_where_the_last_one_ended(library: Any) -> None:
    index = {
        "IndexName": "ByPages",
        "KeySchema": [{"AttributeName": "Pages", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    library(
        "dynamodb:UpdateTable",
        **BOOKS,
        AttributeDefinitions=[
            {"AttributeName": "Author", "AttributeType": "S"},
            {"AttributeName": "Title", "AttributeType": "S"},
            {"AttributeName": "Pages", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )
    for title in ("Linchpin", "Tribes", "Purple Cow"):
        library("dynamodb:PutItem", **BOOKS, Item={**KEY, "Title": {"S": title}, "Pages": {"N": "160"}})
    for operation, asked in (
        ("Scan", {}),
        (
            "Query",
            {"KeyConditionExpression": "Pages = :p", "ExpressionAttributeValues": {":p": {"N": "160"}}},
        ),
    ):
        titles: list[str] = []
        start: dict[str, Any] = {}
        while True:
            page = library(f"dynamodb:{operation}", **BOOKS, IndexName="ByPages", Limit=1, **asked, **start)
            titles += [item["Title"]["S"] for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        assert sorted(titles) == ["Linchpin", "Purple Cow", "Tribes"]


@pytest.mark.parametrize(
    ("operation", "wanted", "message"),
    [
        ("PutItem", "ALL_NEW", "ReturnValues can only be ALL_OLD or NONE"),
        ("DeleteItem", "UPDATED_OLD", "ReturnValues can only be ALL_OLD or NONE"),
        (
            "UpdateItem",
            "EVERYTHING",
            "1 validation error detected: Value 'EVERYTHING' at 'returnValues' failed to satisfy constraint: Member "
            "must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
        ),
    ],
)
def test_what_can_be_returned(library: Any, operation: str, wanted: str, message: str) -> None:
    named = {"Item": KEY} if operation == "PutItem" else {"Key": KEY}
    assert refused(library, operation, **BOOKS, **named, ReturnValues=wanted) == message


@pytest.mark.parametrize(
    ("requested", "message"),
    [
        (
            {"Books": [{"PutRequest": {"Item": {**KEY, "Title": {"S": str(n)}}}} for n in range(26)]},
            "1 validation error detected: Value at 'RequestItems.Books.member' failed to satisfy constraint: Member "
            "must have length less than or equal to 25",
        ),
        (
            {
                name: [{"PutRequest": {"Item": {**KEY, "Title": {"S": str(n)}}}} for n in range(13)]
                for name in ("Books", "Films")
            },
            "Too many items requested for the BatchWriteItem call",
        ),
        (
            {
                "Books": [
                    {"PutRequest": {"Item": {**KEY, "Pages": {"N": "80"}}}},
                    {"DeleteRequest": {"Key": KEY}},
                ]
            },
            "Provided list of item keys contains duplicates",
        ),
    ],
)
def test_batches_that_are_too_much(library: Any, requested: dict[str, Any], message: str) -> None:
    library.books(name="Films")
    assert refused(library, "BatchWriteItem", RequestItems=requested) == message


def test_batches_of_keys(library: Any) -> None:
    library("dynamodb:BatchWriteItem", RequestItems={"Books": [{"DeleteRequest": {"Key": KEY}}]})
    path = "1 validation error detected: Value at 'RequestItems.Books.member.Keys' failed to satisfy constraint: "
    for keys, message in (
        ([], path + "Member must have length greater than or equal to 1"),
        (
            [{**KEY, "Title": {"S": str(number)}} for number in range(101)],
            path + "Member must have length less than or equal to 100",
        ),
        ([KEY, KEY], "Provided list of item keys contains duplicates"),
    ):
        assert refused(library, "BatchGetItem", RequestItems={"Books": {"Keys": keys}}) == message


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetItem", {"Key": KEY}),
        ("PutItem", {"Item": KEY}),
        ("UpdateItem", {"Key": KEY}),
        ("Scan", {}),
        (
            "Query",
            {"KeyConditionExpression": "Author = :a", "ExpressionAttributeValues": {":a": {"S": "x"}}},
        ),
    ],
)
def test_a_table_that_is_not_there(library: Any, operation: str, parameters: dict[str, Any]) -> None:
    message = refused(library, operation, "ResourceNotFoundException", TableName="Nowhere", **parameters)
    assert message == "Requested resource not found"
