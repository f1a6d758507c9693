"""Items that are written: where their conditions are met, all of a transaction or none, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError
from tests.sandbox.conftest import Gate, Practice, book

TABLE = {"TableName": "Books"}
KEY = book("The Dip")
OLD = {
    **KEY,
    "Pages": {"N": "80"},
    "Shelf": {"L": [{"S": "A"}, {"S": "B"}, {"S": "C"}]},
    "M": {"M": {"a": {"S": "b"}}},
}
FALSE = {"ConditionExpression": "attribute_exists(Nowhere)"}
FAILED = "The conditional request failed"


@pytest.fixture
def library(gate: Gate) -> Gate:
    gate.books()
    gate("dynamodb:PutItem", **TABLE, Item=OLD)
    return gate


def items(gate: Any) -> Any:
    return gate("dynamodb:Scan", **TABLE)["Items"]


def update(gate: Gate, text: str, returned: str, **values: Any) -> dict[str, Any]:
    given_in = (
        {"ExpressionAttributeValues": {f":{name}": value for name, value in values.items()}} if values else {}
    )
    asked = {**TABLE, "Key": KEY, "UpdateExpression": text, "ReturnValues": returned, **given_in}
    return dict(gate("dynamodb:UpdateItem", **asked))


@pytest.mark.parametrize(
    ("text", "values", "old", "new"),
    [
        ("SET Pages = :n", {"n": {"N": "80.0"}}, {"Pages": {"N": "80"}}, {"Pages": {"N": "80"}}),
        (
            "SET M.a = :s, M.c = :s",
            {"s": {"S": "d"}},
            {"M": {"M": {"a": {"S": "b"}}}},
            {"M": {"M": {"a": {"S": "d"}, "c": {"S": "d"}}}},
        ),
        (
            "SET Shelf[1] = :s",
            {"s": {"S": "X"}},
            {"Shelf": {"L": [{"S": "B"}]}},
            {"Shelf": {"L": [{"S": "X"}]}},
        ),
        ("SET Shelf[9] = :s", {"s": {"S": "X"}}, None, None),
        ("REMOVE Shelf[1]", {}, {"Shelf": {"L": [{"S": "B"}]}}, {"Shelf": {"L": [{"S": "C"}]}}),
        ("REMOVE Pages", {}, {"Pages": {"N": "80"}}, None),
        ("REMOVE Nothing", {}, None, None),
        ("SET Fresh = :s", {"s": {"S": "x"}}, None, {"Fresh": {"S": "x"}}),
        ("ADD Pages :n", {"n": {"N": "1"}}, {"Pages": {"N": "80"}}, {"Pages": {"N": "81"}}),
    ],
)
def test_what_an_update_names_comes_back(
    library: Gate, text: str, values: dict[str, Any], old: Any, new: Any
) -> None:
    for returned, expected in (("UPDATED_OLD", old), ("UPDATED_NEW", new)):
        library("dynamodb:PutItem", **TABLE, Item=OLD)
        answer = update(library, text, returned, **values)
        assert answer == ({} if expected is None else {"Attributes": expected})


def test_the_whole_item_comes_back_to_who_asks(library: Gate) -> None:
    new = {**OLD, "Pages": {"N": "81"}}
    assert update(library, "SET Pages = :n", "ALL_OLD", n={"N": "81"})["Attributes"] == OLD
    assert update(library, "SET Pages = :n", "ALL_NEW", n={"N": "81"})["Attributes"] == new
    assert update(library, "SET Pages = :n", "NONE", n={"N": "81"}) == {}
    put = library("dynamodb:PutItem", **TABLE, Item=KEY, ReturnValues="ALL_OLD")
    assert put == {"Attributes": new}
    assert library("dynamodb:DeleteItem", **TABLE, Key=KEY, ReturnValues="ALL_OLD") == {"Attributes": KEY}
    assert library("dynamodb:DeleteItem", **TABLE, Key=KEY, ReturnValues="ALL_OLD") == {}
    assert update(library, "REMOVE Pages", "ALL_NEW") == {}
    assert items(library) == [], "what removes makes nothing"
    assert library("dynamodb:UpdateItem", **TABLE, Key=KEY, ReturnValues="ALL_NEW") == {"Attributes": KEY}


WRITES: dict[str, dict[str, Any]] = {
    "PutItem": {"Item": KEY},
    "DeleteItem": {"Key": KEY},
    "UpdateItem": {"Key": KEY, "UpdateExpression": "REMOVE Pages"},
}


@pytest.mark.parametrize("operation", WRITES)
def test_a_condition_that_is_not_met_changes_nothing(library: Gate, operation: str) -> None:
    asked = {**TABLE, **WRITES[operation], **FALSE}
    for wanted, fields in (({}, {}), ({"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}, {"Item": OLD})):
        refusal = library.refused(f"dynamodb:{operation}", **asked, **wanted)
        assert (refusal.code, refusal.message) == ("ConditionalCheckFailedException", FAILED)
        assert refusal.fields == fields
        assert items(library) == [OLD]
    assert library.refused(
        f"dynamodb:{operation}", **asked, ReturnValuesOnConditionCheckFailure="X"
    ).message == (
        "1 validation error detected: Value 'X' at 'returnValuesOnConditionCheckFailure' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ALL_OLD, NONE]"
    )


def test_a_placeholder_without_its_sign_guards_nothing_and_is_refused(library: Gate) -> None:
    """Once this overwrote the item that it should have guarded."""
    guard = {"ConditionExpression": "attribute_not_exists(n)", "ExpressionAttributeNames": {"n": "Author"}}
    refusal = library.refused("dynamodb:PutItem", **TABLE, Item=KEY, **guard)
    assert refusal.message == (
        '1 validation error detected: ExpressionAttributeNames contains invalid key: Syntax error; key: "n"'
    )
    assert items(library) == [OLD]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["PutItem", "DeleteItem", "UpdateItem", "TransactWriteItems"]),
    st.sampled_from(
        ["Pages = :v", "Pages > :v", "NOT Pages <= :v", "attribute_exists(Nowhere)", "size(M) > :v"]
    ),
    st.integers(0, 200),
)
def test_no_false_condition_ever_changes_anything(operation: str, text: str, value: int) -> None:
    made = Practice()
    made.books()
    made("dynamodb:PutItem", **TABLE, Item=OLD)
    values = {"ExpressionAttributeValues": {":v": {"N": str(value)}}} if ":v" in text else {}
    selected = made("dynamodb:Scan", **TABLE, FilterExpression=text, **values)["Count"]
    guarded = {**TABLE, "ConditionExpression": text, **values}
    if operation == "TransactWriteItems":
        other = {"Put": {**TABLE, "Item": book("Other")}}
        call: dict[str, Any] = {"TransactItems": [other, {"ConditionCheck": {**guarded, "Key": KEY}}]}
    else:
        call = {**guarded, **WRITES[operation]}
    failed = None
    try:
        made(f"dynamodb:{operation}", **call)
    except AwsError as refusal:
        failed = refusal.code
    assert failed in (None, "ConditionalCheckFailedException", "TransactionCanceledException")
    assert (failed is None) == bool(selected), "it is met where a filter of the same text selects the item"
    assert (items(made) == [OLD]) == (failed is not None)
    made.account.close()


def transaction(gate: Gate, *entries: dict[str, Any]) -> AwsError:
    before = items(gate)
    refusal = gate.refused("dynamodb:TransactWriteItems", TransactItems=list(entries))
    assert items(gate) == before
    return refusal


def test_a_transaction_says_why_for_each_item(library: Gate) -> None:
    asked = {**TABLE, **FALSE, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    refusal = transaction(
        library,
        {"Put": {**TABLE, "Item": book("New")}},
        {"Delete": {**asked, "Key": KEY}},
        {"ConditionCheck": {**asked, "Key": book("None")}},
        {"Update": {**TABLE, "Key": book("Other"), "UpdateExpression": "SET a = b"}},
    )
    assert (refusal.code, refusal.message) == (
        "TransactionCanceledException",
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, "
        "ConditionalCheckFailed, ValidationError]",
    )
    missing = "The provided expression refers to an attribute that does not exist in the item"
    assert refusal.fields["CancellationReasons"] == [
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Message": FAILED, "Item": OLD},
        {"Code": "ConditionalCheckFailed", "Message": FAILED},
        {"Code": "ValidationError", "Message": missing},
    ]


def test_a_transaction_has_one_operation_for_an_item(library: Gate) -> None:
    check = {"ConditionCheck": {**TABLE, "Key": KEY, "ConditionExpression": "attribute_exists(Author)"}}
    swapped = dict(reversed(KEY.items()))
    for other in ({"Put": {**TABLE, "Item": swapped}}, {"Delete": {**TABLE, "Key": swapped}}, check):
        refusal = transaction(library, check, other)
        assert (refusal.code, refusal.message) == (
            "ValidationException",
            "Transaction request cannot include multiple operations on one item",
        )


def test_a_transaction_has_a_hundred_items(library: Gate) -> None:
    puts = [{"Put": {**TABLE, "Item": book(f"Book {number}")}} for number in range(101)]
    assert transaction(library, *puts).message == (
        "1 validation error detected: Value at 'TransactItems' failed to satisfy constraint: Member must have length "
        "less than or equal to 100"
    )
    library("dynamodb:TransactWriteItems", TransactItems=puts[:100])
    assert len(items(library)) == 101


def test_a_transaction_has_four_megabytes(library: Gate) -> None:
    puts = [{"Put": {**TABLE, "Item": {**book(str(n)), "Text": {"S": "x" * 350_000}}}} for n in range(12)]
    refusal = transaction(library, *puts)
    fault = "Transaction payload size cannot exceed 4MB. Payload Size: "
    size = 12 * (350_000 + len("AuthorTitleText") + len("Seth Godin")) + len("01234567891011")
    assert (refusal.code, refusal.message) == ("ValidationException", f"{fault}: {fault}{size}")
    library("dynamodb:TransactWriteItems", TransactItems=puts[:11])


def test_the_first_wrong_item_of_a_transaction_cancels_it_and_no_other_is_looked_at(library: Gate) -> None:
    """Alternator's tests, whose authors run them against AWS (test_transact_..._reasons_validationerror)."""
    wrong = {"Put": {**TABLE, "Item": {**KEY, "Author": {"N": "5"}}}}
    unmet = {"Put": {**TABLE, **FALSE, "Item": KEY}}
    for entries in ([wrong, wrong, unmet], [unmet, wrong, wrong]):
        refusal = transaction(library, *entries)
        codes = [reason["Code"] for reason in refusal.fields["CancellationReasons"]]
        assert refusal.code == "TransactionCanceledException"
        assert codes == ["ValidationError" if place == entries.index(wrong) else "None" for place in range(3)]


def test_a_malformed_expression_refuses_the_whole_transaction(library: Gate) -> None:
    nowhere = {"Put": {"TableName": "Nowhere", "Item": KEY}}
    check = {"ConditionCheck": {**TABLE, "Key": KEY, "ConditionExpression": "attribute_not_exists("}}
    refusal = transaction(library, nowhere, check)
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "("',
    )
    assert transaction(library, nowhere).code == "ResourceNotFoundException"


def test_a_token_has_36_characters(library: Gate) -> None:
    for token, limit in (("x" * 37, "less than or equal to 36"), ("", "greater than or equal to 1")):
        refusal = library.refused(
            "dynamodb:TransactWriteItems",
            TransactItems=[{"Put": {**TABLE, "Item": KEY}}],
            ClientRequestToken=token,
        )
        assert refusal.message == (
            f"1 validation error detected: Value '{token}' at 'clientRequestToken' failed to satisfy constraint: "
            f"Member must have length {limit}"
        )


LIMIT = 409_600
ROOM = LIMIT - len("AuthorSeth GodinTitleThe DipText")


def test_an_item_has_400_kilobytes(library: Gate) -> None:
    def text(size: int) -> dict[str, Any]:
        return {"Text": {"S": "x" * size}}

    put, updated = ("Item size has exceeded", "Item size to update has exceeded")
    rest = " the maximum allowed size"
    library("dynamodb:PutItem", **TABLE, Item={**KEY, **text(ROOM)})
    larger = {**KEY, **text(ROOM + 1)}
    assert library.refused("dynamodb:PutItem", **TABLE, Item=larger).message == put + rest
    batch = {"Books": [{"PutRequest": {"Item": larger}}]}
    assert library.refused("dynamodb:BatchWriteItem", RequestItems=batch).message == put + rest
    entry = {"Put": {**TABLE, "Item": larger}}
    refusal = transaction(library, entry)
    assert (refusal.code, refusal.message) == ("ValidationException", put + rest)
    more = {
        "UpdateExpression": "SET a = :a",
        "ExpressionAttributeValues": {":a": {"S": ""}},
    }
    assert library.refused("dynamodb:UpdateItem", **TABLE, Key=KEY, **more).message == updated + rest
    refusal = transaction(library, {"Update": {**TABLE, "Key": KEY, **more}})
    assert refusal.fields["CancellationReasons"] == [{"Code": "ValidationError", "Message": updated + rest}]


def test_an_item_has_32_levels(library: Gate) -> None:
    def deep(levels: int) -> dict[str, Any]:
        value: dict[str, Any] = {"S": "leaf"}
        for _ in range(levels - 1):
            value = {"M": {"n": value}}
        return value

    message = (
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported "
        "limit"
    )
    library("dynamodb:PutItem", **TABLE, Item={**KEY, "Deep": deep(32)})
    one = "1 validation error detected: "
    refusal = library.refused("dynamodb:PutItem", **TABLE, Item={**KEY, "Deep": deep(33)})
    assert refusal.message == one + message
    wrapped = {"UpdateExpression": "SET M.a = Deep", "Key": KEY}
    library("dynamodb:PutItem", **TABLE, Item={**OLD, "Deep": deep(32)})
    assert library.refused("dynamodb:UpdateItem", **TABLE, **wrapped).message == message


def test_what_was_put_under_the_limit_is_kept_under_it(kept: Practice) -> None:
    kept.books()
    kept.put("Fits", Text={"S": "x" * 409_000})
    kept.restart()
    more = {"UpdateExpression": "SET b = :b", "ExpressionAttributeValues": {":b": {"S": "x" * 1000}}}
    with pytest.raises(AwsError, match="Item size to update has exceeded the maximum allowed size"):
        kept("dynamodb:UpdateItem", **TABLE, Key=book("Fits"), **more)
