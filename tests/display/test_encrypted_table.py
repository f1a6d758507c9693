"""A table as a card: the key that it is encrypted under, and its items, or why they are not shown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from botocore.exceptions import ClientError

from kmscourse import audit
from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.notes import Notes
from kmscourse.display.encrypted_table import TableCard
from kmscourse.dynamodb import put_item
from kmscourse.iam import LAB_USER


@pytest.fixture
def books(account: Account, notes: Notes) -> Account:
    """The account with the table Books."""
    prepare(account, notes, 7)
    return account


def test_a_table_is_shown_with_its_key_and_its_items(books: Account) -> None:
    shown = repr(TableCard(books.client("dynamodb"), artifacts.TABLE))
    assert "✓ ACTIVE" in shown
    assert "Author (partition key, S), Book_Title (sort key, S)" in shown
    assert f"Encrypted under  {artifacts.key_arn(books)}" in shown
    assert shown.splitlines()[-1].split("  ") == ["Seth Godin", "The Dip"]


def test_any_value_is_shown_in_words(books: Account) -> None:
    dynamodb = books.client("dynamodb")
    more = {"Pages": Decimal(96), "Cover": b"\x00\x01", "Tags": ["short", None], "Title": "<script>"}
    put_item(dynamodb, artifacts.TABLE, {"Author": "A", "Book_Title": "B", **more})
    card = TableCard(dynamodb, artifacts.TABLE)
    head, first, *_ = repr(card).splitlines()[-3:]
    assert head.split() == ["Author", "Book_Title", "Cover", "Pages", "Tags", "Title"]
    assert "2 bytes" in first
    assert "['short', None]" in first
    assert "&lt;script&gt;" in card._repr_html_()
    assert "<script>" not in card._repr_html_()


def test_of_many_items_the_first_are_shown(books: Account) -> None:
    dynamodb = books.client("dynamodb")
    put_item(dynamodb, artifacts.TABLE, {"Author": "A", "Book_Title": "B"})
    assert "The first 1 items" in repr(TableCard(dynamodb, artifacts.TABLE, max_items=1))


def test_whom_kms_refuses_sees_the_table_and_the_refusal(books: Account) -> None:
    shown = repr(TableCard(books.session_for(LAB_USER).client("dynamodb"), artifacts.TABLE))
    assert "✓ ACTIVE" in shown
    assert "✗ Its items are not shown. An error occurred (AccessDeniedException)" in shown
    assert "Seth Godin" not in shown


def test_a_look_at_the_items_is_in_the_trail(books: Account) -> None:
    before = len(audit.events(books.client("cloudtrail"), event_name="Decrypt"))
    TableCard(books.client("dynamodb"), artifacts.TABLE)
    assert len(audit.events(books.client("cloudtrail"), event_name="Decrypt")) == before + 1


def test_a_table_without_a_key_of_ones_own(account: Account) -> None:
    dynamodb = account.client("dynamodb")
    dynamodb.create_table(
        TableName="Plain",
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    shown = repr(TableCard(dynamodb, "Plain"))
    assert "a key that AWS owns" in shown
    assert "There are no items in it." in shown


def test_a_table_that_is_not_there_is_awss_own_error(account: Account) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        TableCard(account.client("dynamodb"), "Nowhere")
