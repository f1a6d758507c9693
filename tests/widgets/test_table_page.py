"""The page of a table: what it is, and that it is deleted by nobody who has not typed the word."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmscourse import Lab
from kmscourse.dynamodb import create_encrypted_table, delete_table
from kmscourse.widgets import TablePage
from tests.widgets.reading import words


@pytest.fixture
def page(lab8: Lab) -> TablePage:
    return TablePage(lab8)


def tables(lab: Lab) -> list[str]:
    return list(lab.client("dynamodb").list_tables()["TableNames"])


def test_it_says_what_the_table_is(lab8: Lab, page: TablePage) -> None:
    facts = dict(page.rows())
    assert (facts["Table"], facts["Status"]) == ("Books", "ACTIVE")
    assert (facts["Partition key"], facts["Sort key"]) == ("Author (S)", "Book_Title (S)")
    assert facts["KMS key"] == lab8.key_arn
    assert facts["ARN"].endswith(":table/Books")


def test_the_table_is_deleted_once_the_word_is_typed(lab8: Lab, page: TablePage) -> None:
    page.button.click()
    assert page.confirmation.problem.startswith('Type "confirm" first')
    assert tables(lab8) == ["Books"]
    page.confirmation.control.value = "confirm"
    page.button.click()
    assert tables(lab8) == []
    assert words(page.outcome.value) == "✓ The table Books has been deleted."
    assert "There is no table Books." in words(page.general.value)
    assert page.button.layout.display == "none"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text().filter(lambda text: text != "confirm") | st.sampled_from(["Confirm", "confirm ", "CONFIRM"]))
def test_no_other_word_deletes_it(lab8: Lab, page: TablePage, word: str) -> None:
    page.confirmation.control.value = word
    page.button.click()
    assert page.confirmation.problem
    assert page.confirmation.value == word
    assert tables(lab8) == ["Books"]


def test_a_table_that_is_gone_and_comes_back(lab8: Lab, page: TablePage) -> None:
    delete_table(lab8.client("dynamodb"), "Books")
    page.confirmation.control.value = "confirm"
    page.button.click()
    assert "(ResourceNotFoundException)" in words(page.outcome.value)
    page.refresh.click()
    assert "There is no table Books." in words(page.general.value)
    assert not page.confirmation.offered
    create_encrypted_table(lab8.client("dynamodb"), "Books", "alias/myKey", "Author")
    page.refresh.click()
    assert dict(page.rows())["Sort key"] == "-"
    assert page.button.layout.display != "none"


def test_a_table_under_a_key_of_aws(lab8: Lab) -> None:
    lab8.client("dynamodb").create_table(
        TableName="Open",
        AttributeDefinitions=[{"AttributeName": "Number", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "Number", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    facts = dict(TablePage(lab8, "Open").rows())
    assert (facts["Encryption"], facts["Partition key"]) == ("Owned by Amazon DynamoDB", "Number (N)")
    assert "KMS key" not in facts
