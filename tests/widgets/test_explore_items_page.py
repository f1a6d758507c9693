"""The page Explore items: scanned, queried and filled by the user who is chosen, and refused as AWS refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmscourse import Lab
from kmscourse.dynamodb import put_item, scan
from kmscourse.iam import LAB_USER
from kmscourse.kms import key_policy, put_key_policy
from kmscourse.policy import use_statement, with_statement
from kmscourse.widgets import ExploreItemsPage
from tests.widgets.reading import codes, words

SCAN, QUERY, CREATE = "Scan", "Query", "Create item"


@pytest.fixture
def page(lab8: Lab) -> ExploreItemsPage:
    """The page, with IAMLabUser signed in beside you."""
    return ExploreItemsPage(lab8, lab8.session_for(LAB_USER))


def be(page: ExploreItemsPage, user_name: str) -> None:
    page.who.control.value = next(arn for name, arn in page.who.control.options if name.startswith(user_name))


def let_in(lab: Lab) -> None:
    kms, arn = lab.client("kms"), f"arn:aws:iam::{lab.account.id}:user/{LAB_USER}"
    put_key_policy(
        kms, lab.key_arn, with_statement(key_policy(kms, lab.key_arn), use_statement(arn, sid="Reader"))
    )


def items(lab: Lab) -> list[dict[str, Any]]:
    return scan(lab.client("dynamodb"), "Books")


def test_a_scan_shows_the_items(lab8: Lab, page: ExploreItemsPage) -> None:
    assert page.who.control.label == f"{lab8.account.user_name} (you)"
    assert codes(page.preview.value)["In boto3"] == "dynamodb.scan(TableName='Books')"
    page.button.click()
    said = words(page.outcome.value)
    assert said.startswith("✓ 1 item returned.")
    assert "Seth Godin" in said
    assert "The Dip" in said


def test_a_refusal_is_shown_as_aws_gives_it_and_explained(lab8: Lab, page: ExploreItemsPage) -> None:
    be(page, LAB_USER)
    page.button.click()
    refusal, why = page.outcome.value.split("<details>", 1)
    assert "(AccessDeniedException) when calling the Scan operation: KMS key access denied error" in refusal
    assert 'role="alert"' in refusal
    assert "Does a grant let IAMLabUser call kms:Decrypt?" in words(why)
    assert "What would let them in" in words(why)
    assert "Seth Godin" not in page.outcome.value


def test_once_let_in_the_reader_sees_the_items_too(lab8: Lab, page: ExploreItemsPage) -> None:
    be(page, LAB_USER)
    page.button.click()
    let_in(lab8)
    page.button.click()
    assert words(page.outcome.value).startswith("✓ 1 item returned.")


def test_what_the_reader_may_not_write_is_refused_by_the_table(lab8: Lab, page: ExploreItemsPage) -> None:
    be(page, LAB_USER)
    page.what.control.value = CREATE
    page.partition_key.control.value, page.sort_key.control.value = "Seth Godin", "Purple Cow"
    page.button.click()
    assert "is not authorized to perform: dynamodb:PutItem" in words(page.outcome.value)
    assert "Does an identity-based policy allow dynamodb:PutItem?" in words(page.outcome.value)
    assert (page.partition_key.value, page.sort_key.value) == ("Seth Godin", "Purple Cow")


def test_an_item_is_created_with_what_is_typed(lab8: Lab, page: ExploreItemsPage) -> None:
    page.what.control.value = CREATE
    assert (page.partition_key.control.description, page.sort_key.control.description) == (
        "Author",
        "Book_Title",
    )
    assert page.button.description == CREATE
    page.partition_key.control.value, page.sort_key.control.value = "Seth Godin", "Purple Cow"
    page.more.control.value = "Pages=244\nAuthor=ignored: the key is typed above"
    page.button.click()
    assert words(page.outcome.value) == "✓ The item has been created."
    assert {"Author": "Seth Godin", "Book_Title": "Purple Cow", "Pages": "244"} in items(lab8)


def test_the_lines_shown_create_the_same_item(lab8: Lab, page: ExploreItemsPage) -> None:
    page.what.control.value = CREATE
    page.partition_key.control.value, page.sort_key.control.value = "It's", 'a "quote"'
    exec(codes(page.preview.value)["In boto3"], {"dynamodb": lab8.client("dynamodb")})  # noqa: S102
    assert {"Author": "It's", "Book_Title": 'a "quote"'} in items(lab8)


@pytest.mark.parametrize("what", [QUERY, CREATE])
def test_a_key_that_is_missing_is_said_at_its_field(lab8: Lab, page: ExploreItemsPage, what: str) -> None:
    page.what.control.value = what
    page.button.click()
    assert page.partition_key.problem == "Type a value for Author: every item has one."
    assert bool(page.sort_key.problem) == (what == CREATE)
    assert "Nothing was sent" in page.outcome.value
    assert len(items(lab8)) == 1


def test_wrong_attributes_are_said_at_their_field(lab8: Lab, page: ExploreItemsPage) -> None:
    page.what.control.value = CREATE
    page.partition_key.control.value = page.sort_key.control.value = "x"
    page.more.control.value = "Pages 96"
    page.button.click()
    assert page.more.problem.startswith("Line 1: write a name")
    assert len(items(lab8)) == 1


@pytest.mark.parametrize(
    ("condition", "value", "titles"),
    [
        ("None", "", ["Linchpin", "Purple Cow", "The Dip"]),
        ("Equal to", "The Dip", ["The Dip"]),
        ("Begins with", "Pur", ["Purple Cow"]),
        ("Less than", "Purple Cow", ["Linchpin"]),
        ("Less than or equal to", "Purple Cow", ["Linchpin", "Purple Cow"]),
        ("Greater than", "Purple Cow", ["The Dip"]),
        ("Greater than or equal to", "Purple Cow", ["Purple Cow", "The Dip"]),
    ],
)
def test_a_query_asks_for_one_author_and_some_titles(
    lab8: Lab, page: ExploreItemsPage, condition: str, value: str, titles: list[str]
) -> None:
    for author, title in [("Seth Godin", "Linchpin"), ("Seth Godin", "Purple Cow"), ("Somebody", "Else")]:
        put_item(lab8.client("dynamodb"), "Books", {"Author": author, "Book_Title": title})
    page.what.control.value = QUERY
    page.partition_key.control.value = "Seth Godin"
    page.condition.control.value = condition
    assert page.sort_key.offered == (condition != "None")
    page.sort_key.control.value = value
    page.button.click()
    said = words(page.outcome.value)
    assert said.startswith(f"✓ {len(titles)} item")
    assert [title for title in ("Linchpin", "Purple Cow", "The Dip", "Else") if title in said] == titles


def test_an_empty_condition_is_said_at_its_field(page: ExploreItemsPage) -> None:
    page.what.control.value, page.condition.control.value = QUERY, "Equal to"
    page.partition_key.control.value = "Seth Godin"
    page.button.click()
    assert page.sort_key.problem.startswith("Type a value for Book_Title")


def test_a_table_that_came_later_is_found_by_refresh(lab6: Lab) -> None:
    page = ExploreItemsPage(lab6)
    page.button.click()
    assert page.table.problem.startswith("There is no table yet: section 6 creates one.")
    lab6.client("dynamodb").create_table(
        TableName="Films",
        AttributeDefinitions=[{"AttributeName": "Year", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "Year", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    page.refresh.click()
    page.what.control.value = CREATE
    assert not page.sort_key.offered, "this table has no sort key"
    page.partition_key.control.value = "early"
    page.button.click()
    assert page.partition_key.problem.startswith("Year is a number")
    page.partition_key.control.value = "1926"
    page.button.click()
    assert "✓" in page.outcome.value
    page.what.control.value = SCAN
    page.button.click()
    assert "1926" in words(page.outcome.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.text(), st.text(), st.text())
def test_whatever_is_typed_is_created_or_explained(
    lab8: Lab, page: ExploreItemsPage, author: str, title: str, more: str
) -> None:
    page.what.control.value = CREATE
    page.partition_key.control.value, page.sort_key.control.value, page.more.control.value = (
        author,
        title,
        more,
    )
    page.button.click()
    said = words(page.outcome.value)
    if said.startswith("✓"):
        assert any((item["Author"], item["Book_Title"]) == (author, title) for item in items(lab8))
    else:
        assert "Nothing was sent" in said or "(ValidationException)" in said
