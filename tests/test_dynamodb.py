"""Encrypted tables and their items as plain Python values."""

from __future__ import annotations

from decimal import Decimal

import pytest
from botocore.exceptions import ClientError

from kmscourse.dynamodb import create_encrypted_table, delete_table, put_item, scan

BOOK = {"Author": "Seth Godin", "Book_Title": "The Dip"}


@pytest.fixture
def dynamodb(main):
    return main.client("dynamodb")


@pytest.fixture
def books(dynamodb, key_id):
    create_encrypted_table(dynamodb, "Books", key_id, "Author", "Book_Title")
    return "Books"


def test_a_table_is_active_and_encrypted_under_the_key(dynamodb, key_id):
    arn = create_encrypted_table(dynamodb, "Books", key_id, "Author", "Book_Title")
    table = dynamodb.describe_table(TableName="Books")["Table"]
    assert (table["TableArn"], table["TableStatus"]) == (arn, "ACTIVE")
    assert table["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key_id}
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert {(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]} == {
        ("Author", "HASH"),
        ("Book_Title", "RANGE"),
    }


def test_a_table_may_have_no_sort_key(dynamodb, key_id):
    create_encrypted_table(dynamodb, "Authors", key_id, "Author")
    assert len(dynamodb.describe_table(TableName="Authors")["Table"]["KeySchema"]) == 1


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"Pages": 96, "Price": Decimal("12.95"), "Read": True, "Notes": None},
        {"Cover": b"\x00\xff", "Tags": {"quit", "stick"}, "Chapters": ["one", {"two": 2}], "Empty": ""},
    ],
)
def test_an_item_comes_back_as_it_was_put(dynamodb, books, more):
    put_item(dynamodb, books, BOOK | more)
    assert scan(dynamodb, books) == [BOOK | more]


def test_the_same_key_replaces_an_item(dynamodb, books):
    put_item(dynamodb, books, BOOK | {"Pages": 1})
    put_item(dynamodb, books, BOOK)
    assert scan(dynamodb, books) == [BOOK]


def test_a_scan_reads_all_pages(dynamodb, books):
    """A page holds 1 MB."""
    items = [BOOK | {"Book_Title": str(number), "Text": "x" * 300_000} for number in range(8)]
    for item in items:
        put_item(dynamodb, books, item)
    assert "LastEvaluatedKey" in dynamodb.scan(TableName=books)
    assert sorted(item["Book_Title"] for item in scan(dynamodb, books)) == [
        item["Book_Title"] for item in items
    ]


def test_a_float_is_refused_before_anything_is_sent(dynamodb, books):
    with pytest.raises(TypeError, match="Decimal"):
        put_item(dynamodb, books, BOOK | {"Price": 12.95})
    assert scan(dynamodb, books) == []


def test_a_deleted_table_is_gone(dynamodb, books):
    delete_table(dynamodb, books)
    assert dynamodb.list_tables()["TableNames"] == []


def test_a_reader_without_the_key_gets_aws_own_refusal(dynamodb, books, lab_user):
    put_item(dynamodb, books, BOOK)
    with pytest.raises(ClientError, match="KMS key access denied error") as refused:
        scan(lab_user.client("dynamodb"), books)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


@pytest.mark.parametrize("key", ["alias/nothing", "00000000-0000-0000-0000-000000000000", "not-a-key"])
def test_a_table_under_a_key_that_is_not_there_is_not_made(dynamodb, key):
    with pytest.raises(ClientError) as refused:
        create_encrypted_table(dynamodb, "Books", key, "Author", "Book_Title")
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert dynamodb.list_tables()["TableNames"] == []


def test_a_table_that_is_there_gets_aws_own_answer(dynamodb, books, key_id):
    with pytest.raises(ClientError) as refused:
        create_encrypted_table(dynamodb, books, key_id, "Author", "Book_Title")
    assert refused.value.response["Error"]["Code"] == "ResourceInUseException"


@pytest.mark.parametrize(
    "call", [scan, delete_table, lambda dynamodb, table: put_item(dynamodb, table, BOOK)]
)
def test_a_table_that_is_not_there_gets_aws_own_answer(dynamodb, call):
    with pytest.raises(ClientError) as refused:
        call(dynamodb, "Nothing")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
