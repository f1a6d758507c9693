"""The keys of items: what DynamoDB refuses of them, wherever they stand.

The texts of index keys are recorded of AWS in four regions in June 2026, the others in dynalite's tests against AWS.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Gate

TABLE = {"TableName": "Books"}
KEY = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
INVALID = "One or more parameter values were invalid: "
NOT_VALID = "One or more parameter values are not valid. "
FOR_AN_INDEX = "A value specified for a secondary index key is not supported. "
UPDATED = "The update expression attempted to update a secondary index key to a value that is not supported. "
SCHEMA = "The provided key element does not match the schema"


def never_empty(what: str) -> str:
    return f"The AttributeValue for a key attribute cannot contain an empty {what} value."


def index(name: str, *keys: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": key, "KeyType": kind}
            for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
        ],
        "Projection": {"ProjectionType": "ALL"},
    }


@pytest.fixture
def library(gate: Gate) -> Gate:
    """A table of books with indexes by shelf (two), by year and by cover."""
    types = {"Author": "S", "Title": "S", "Shelf": "S", "Year": "N", "Cover": "B"}
    gate(
        "dynamodb:CreateTable",
        **TABLE,
        KeySchema=[
            {"AttributeName": "Author", "KeyType": "HASH"},
            {"AttributeName": "Title", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()],
        GlobalSecondaryIndexes=[
            index("of-shelf", "Shelf"),
            index("in-shelf", "Shelf"),
            index("of-year", "Year"),
            index("of-cover", "Cover"),
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    gate("dynamodb:PutItem", **TABLE, Item={**KEY, "Words": {"S": "x"}, "Number": {"N": "1"}})
    return gate


FAULTS = [
    (
        {"Shelf": {"N": "5"}},
        f"{INVALID}Type mismatch for Index Key Shelf Expected: S Actual: N IndexName: in-shelf",
    ),
    (
        {"Shelf": {"L": [{"S": "x"}]}},
        f"{INVALID}Type mismatch for Index Key Shelf Expected: S Actual: L IndexName: in-shelf",
    ),
    (
        {"Year": {"S": "2007"}},
        f"{INVALID}Type mismatch for Index Key Year Expected: N Actual: S IndexName: of-year",
    ),
    (
        {"Shelf": {"S": "x" * 2049}},
        f"{INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes",
    ),
]
EMPTY = [
    ({"Shelf": {"S": ""}}, "string", " IndexName: in-shelf, IndexKey: Shelf"),
    ({"Cover": {"B": ""}}, "binary", " IndexName: of-cover, IndexKey: Cover"),
]


def update(attributes: dict[str, Any]) -> dict[str, Any]:
    """An update that sets these attributes."""
    return {
        "Key": KEY,
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
        "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
        "ExpressionAttributeValues": {f":{name}": value for name, value in attributes.items()},
    }


def refused(gate: Gate, operation: str, **parameters: Any) -> Any:
    """A refusal that left everything as it was."""
    before = gate("dynamodb:Scan", **TABLE)
    refusal = gate.refused(f"dynamodb:{operation}", **parameters)
    assert refusal.status == 400
    assert gate("dynamodb:Scan", **TABLE) == before
    return refusal


@pytest.mark.parametrize(("attributes", "message"), FAULTS)
def test_an_index_key_is_of_its_type(library: Gate, attributes: dict[str, Any], message: str) -> None:
    item = {**KEY, **attributes}
    put = {"RequestItems": {"Books": [{"PutRequest": {"Item": item}}]}}
    for operation, parameters in (
        ("PutItem", {**TABLE, "Item": item}),
        ("BatchWriteItem", put),
        ("UpdateItem", {**TABLE, **update(attributes)}),
    ):
        refusal = refused(library, operation, **parameters)
        assert (refusal.code, refusal.message) == ("ValidationException", message)
    for entry in ({"Put": {**TABLE, "Item": item}}, {"Update": {**TABLE, **update(attributes)}}):
        refusal = refused(library, "TransactWriteItems", TransactItems=[entry])
        assert refusal.code == "TransactionCanceledException"
        assert refusal.fields["CancellationReasons"] == [{"Code": "ValidationError", "Message": message}]


@pytest.mark.parametrize(("attributes", "what", "where"), EMPTY)
def test_an_index_key_is_not_empty(library: Gate, attributes: dict[str, Any], what: str, where: str) -> None:
    item = {**KEY, **attributes}
    put = f"{NOT_VALID}{FOR_AN_INDEX}{never_empty(what)}{where}"
    updated = f"{NOT_VALID}{UPDATED}{never_empty(what)}"
    for operation, parameters, message in (
        ("PutItem", {**TABLE, "Item": item}, put),
        ("BatchWriteItem", {"RequestItems": {"Books": [{"PutRequest": {"Item": item}}]}}, put),
        ("UpdateItem", {**TABLE, **update(attributes)}, updated),
        ("TransactWriteItems", {"TransactItems": [{"Put": {**TABLE, "Item": item}}]}, put),
        ("TransactWriteItems", {"TransactItems": [{"Update": {**TABLE, **update(attributes)}}]}, updated),
    ):
        refusal = refused(library, operation, **parameters)
        assert (refusal.code, refusal.message) == ("ValidationException", message)


def test_an_item_without_an_index_key_is_in_no_index(library: Gate) -> None:
    for name in ("of-shelf", "of-year", "of-cover"):
        assert library("dynamodb:Scan", **TABLE, IndexName=name)["Count"] == 0
    library("dynamodb:UpdateItem", **TABLE, **update({"Shelf": {"S": "x"}}))
    assert library("dynamodb:Scan", **TABLE, IndexName="of-shelf")["Count"] == 1
    library("dynamodb:UpdateItem", **TABLE, Key=KEY, UpdateExpression="REMOVE Shelf")
    assert library("dynamodb:Scan", **TABLE, IndexName="of-shelf")["Count"] == 0


def test_what_is_copied_into_an_index_key_fits_too(library: Gate) -> None:
    copied = {
        **TABLE,
        "Key": KEY,
        "UpdateExpression": "SET Shelf = #n",
        "ExpressionAttributeNames": {"#n": "Number"},
    }
    message = "The update expression attempted to update the secondary index key to unsupported type"
    assert refused(library, "UpdateItem", **copied).message == message
    library("dynamodb:UpdateItem", **TABLE, Key=KEY, UpdateExpression="SET Shelf = Words")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SET Title = :v", f"{INVALID}Cannot update attribute Title. This attribute is part of the key"),
        ("REMOVE Author", f"{INVALID}Cannot update attribute Author. This attribute is part of the key"),
        (
            "SET Title.x = :v",
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: Title",
        ),
        (
            "REMOVE Shelf[0]",
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: "
            "Shelf",
        ),
    ],
)
def test_no_update_changes_a_key(library: Gate, text: str, message: str) -> None:
    values = {"ExpressionAttributeValues": {":v": {"S": "x"}}} if ":v" in text else {}
    refusal = refused(library, "UpdateItem", **TABLE, Key=KEY, UpdateExpression=text, **values)
    assert (refusal.code, refusal.message) == ("ValidationException", message)


LARGE = {
    "Author": f"{INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes",
    "Title": f"{INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
}


@pytest.mark.parametrize(("name", "most"), [("Author", 2048), ("Title", 1024)])
def test_a_key_is_not_too_large(library: Gate, name: str, most: int) -> None:
    key = {**KEY, name: {"S": "é" * (most // 2)}}
    library("dynamodb:PutItem", **TABLE, Item=key)
    assert library("dynamodb:GetItem", **TABLE, Key=key)["Item"] == key
    larger = {**KEY, name: {"S": key[name]["S"] + "x"}}
    for operation, parameters in (
        ("PutItem", {"Item": larger}),
        ("GetItem", {"Key": larger}),
        ("UpdateItem", {"Key": larger}),
        ("DeleteItem", {"Key": larger}),
    ):
        assert refused(library, operation, **TABLE, **parameters).message == LARGE[name]


def test_a_batch_says_of_a_key_that_is_none_what_a_read_says(library: Gate) -> None:
    for item in ({"Author": {"S": "x"}}, {**KEY, "Title": {"N": "1"}}, {**KEY, "Title": {"L": []}}):
        put = {"Books": [{"PutRequest": {"Item": item}}]}
        assert refused(library, "BatchWriteItem", RequestItems=put).message == SCHEMA


def transacted(entry: str, key: dict[str, Any]) -> dict[str, Any]:
    condition = {"ConditionExpression": "attribute_exists(Author)"} if entry == "ConditionCheck" else {}
    update_of_it = {"UpdateExpression": "REMOVE x"} if entry == "Update" else {}
    member = "Item" if entry == "Put" else "Key"
    return {entry: {**TABLE, member: key, **condition, **update_of_it}}


@pytest.mark.parametrize("entry", ["Put", "Update", "Delete", "ConditionCheck"])
def test_a_transaction_is_refused_for_an_empty_key_and_cancelled_for_one_of_another_type(
    library: Gate, entry: str
) -> None:
    whole = {"TransactItems": [transacted(entry, {**KEY, "Author": {"S": ""}})]}
    refusal = refused(library, "TransactWriteItems", **whole)
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        f"{NOT_VALID}{never_empty('string')} Key: Author",
    )
    other = {"TransactItems": [transacted(entry, {**KEY, "Author": {"N": "5"}})]}
    refusal = refused(library, "TransactWriteItems", **other)
    assert refusal.code == "TransactionCanceledException"
    [reason] = refusal.fields["CancellationReasons"]
    put = f"{INVALID}Type mismatch for key Author expected: S actual: N"
    assert reason == {"Code": "ValidationError", "Message": put if entry == "Put" else SCHEMA}


def test_an_expressions_own_fault_is_told_before_a_wrong_key(library: Gate) -> None:
    unused = {"ExpressionAttributeNames": {"#c": "c"}, "ConditionExpression": "attribute_exists(Author)"}
    message = "Value provided in ExpressionAttributeNames unused in expressions: keys: {#c}"
    one = "1 validation error detected: "
    wrong = {"Author": {"N": "1"}}
    assert refused(library, "DeleteItem", **TABLE, Key=wrong, **unused).message == one + message
    entry = {"Delete": {**TABLE, "Key": wrong, **unused}}
    assert refused(library, "TransactWriteItems", TransactItems=[entry]).message == message


def test_an_item_from_before_an_index_stays_as_it_is(gate: Gate) -> None:
    """An index that is made later has only the items that fit; an update elsewhere does not ask for more."""
    gate.books()
    shelves = {"a": {"S": "x"}, "b": {"N": "1"}, "c": {"S": ""}, "d": {"S": "\u00e9" * 1025}}
    for title, shelf in shelves.items():
        gate("dynamodb:PutItem", **TABLE, Item={**KEY, "Title": {"S": title}, "Shelf": shelf})
    gate(
        "dynamodb:UpdateTable",
        **TABLE,
        AttributeDefinitions=[{"AttributeName": "Shelf", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": index("of-shelf", "Shelf")}],
    )
    found = gate("dynamodb:Scan", **TABLE, IndexName="of-shelf")["Items"]
    assert [item["Title"]["S"] for item in found] == ["a"]
    for title in shelves:
        changed = {**update({"Pages": {"N": "1"}}), "Key": {**KEY, "Title": {"S": title}}}
        gate("dynamodb:UpdateItem", **TABLE, **changed)


@pytest.mark.parametrize(("keys", "most"), [(("Shelf",), 2048), (("Author", "Shelf"), 1024)])
def test_a_new_index_has_only_keys_that_are_not_too_large(
    gate: Gate, keys: tuple[str, ...], most: int
) -> None:
    """Alternator's tests, which its authors run against AWS too (test_gsi_backfill_key_limits)."""
    gate.books()
    for length in (1024, 1025, 2048, 2049):
        shelved = {"Title": {"S": str(length)}, "Shelf": {"S": "a" * length}}
        gate("dynamodb:PutItem", **TABLE, Item={**KEY, **shelved})
    gate(
        "dynamodb:UpdateTable",
        **TABLE,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
        GlobalSecondaryIndexUpdates=[{"Create": index("of-shelf", *keys)}],
    )
    found = gate("dynamodb:Scan", **TABLE, IndexName="of-shelf")["Items"]
    assert sorted(int(item["Title"]["S"]) for item in found) == [
        length for length in (1024, 1025, 2048) if length <= most
    ]
