"""The page Create table: filled in, filled in wrongly, and the table that is there then."""

from __future__ import annotations

import html
import json
import re
import shlex
from typing import Any

import pytest

from kmscourse import Lab
from kmscourse.dynamodb import delete_table
from kmscourse.kms import create_key
from kmscourse.widgets import CreateTablePage
from kmscourse.widgets.create_table import WHOSE, YOURS


def filled(lab: Lab) -> CreateTablePage:
    """The page, filled in as the lab does."""
    page = CreateTablePage(lab)
    page.name.control.value = "Books"
    page.partition_key.control.value = "Author"
    page.sort_key.control.value = "Book_Title"
    page.encryption.control.value = YOURS
    page.key.control.value = "alias/myKey"
    return page


def tables(lab: Lab) -> list[str]:
    return list(lab.client("dynamodb").list_tables()["TableNames"])


def test_create_makes_the_table_under_the_key(lab6: Lab) -> None:
    page = filled(lab6)
    page.button.click()
    table = lab6.client("dynamodb").describe_table(TableName="Books")["Table"]
    assert table["TableArn"] in page.outcome.value
    assert table["SSEDescription"]["KMSMasterKeyArn"] == lab6.key_arn
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["Author", "Book_Title"]


def test_a_table_without_a_sort_key(lab6: Lab) -> None:
    page = filled(lab6)
    page.sort_key.control.value = ""
    page.button.click()
    schema = lab6.client("dynamodb").describe_table(TableName="Books")["Table"]["KeySchema"]
    assert schema == [{"AttributeName": "Author", "KeyType": "HASH"}]


def test_the_calls_shown_are_the_call_that_is_made(lab6: Lab) -> None:
    page, sent = filled(lab6), []
    events = lab6.client("dynamodb").meta.events
    events.register("provide-client-params.dynamodb.CreateTable", lambda params, **_: sent.append(params))
    page.button.click()
    python, cli = (
        html.unescape(text) for text in re.findall(r"<pre[^>]*>(.+?)</pre>", page.preview.value, re.DOTALL)
    )
    delete_table(lab6.client("dynamodb"), "Books")
    exec(python, {"dynamodb": lab6.client("dynamodb")})  # noqa: S102  the page's own lines
    assert sent[1] == sent[0]
    words = shlex.split(cli.replace("\\\n", ""))
    assert words[:3] == ["aws", "dynamodb", "create-table"]
    given = dict(zip(words[3::2], words[4::2], strict=True))
    assert given["--table-name"] == "Books"
    assert json.loads(given["--key-schema"]) == sent[0]["KeySchema"]
    assert json.loads(given["--sse-specification"]) == sent[0]["SSESpecification"]


def test_only_keys_of_ones_own_are_offered(lab6: Lab) -> None:
    lab6.client("kms").create_alias(AliasName="alias/another", TargetKeyId=lab6.key_arn)
    assert CreateTablePage(lab6).key.control.options == ("alias/another", "alias/myKey")


def test_no_key_yet_is_said_at_its_field_and_found_by_refresh_once_it_is_there(lab1: Lab) -> None:
    page = CreateTablePage(lab1)
    page.encryption.control.value = YOURS
    page.button.click()
    assert page.key.problem.startswith("There is no key of your own yet: section 1 creates one.")
    create_key(lab1.client("kms"), "mine")
    page.refresh.click()
    assert page.key.value == "alias/mine"
    assert "alias/mine" in page.preview.value


@pytest.mark.parametrize("whose", [choice for choice in WHOSE if choice != YOURS])
def test_a_key_that_is_not_yours_is_explained_at_its_field(lab6: Lab, whose: str) -> None:
    page = filled(lab6)
    page.encryption.control.value = whose
    assert not page.key.offered
    page.button.click()
    assert page.encryption.problem.startswith(WHOSE[whose])
    assert tables(lab6) == []


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("name", "", "3 to 255 letters"),
        ("name", "My Books", "no space"),
        ("name", "x" * 256, "3 to 255 letters"),
        ("partition_key", "", "1 to 255 characters"),
        ("partition_key", "x" * 256, "1 to 255 characters"),
        ("sort_key", "Author", "another attribute"),
        ("sort_key", "x" * 256, "1 to 255 characters"),
    ],
)
def test_wrong_input_is_said_at_its_field(lab6: Lab, field: str, value: str, problem: str) -> None:
    page = filled(lab6)
    at: Any = getattr(page, field)
    at.control.value = value
    page.button.click()
    assert problem in at.problem
    assert [each.problem for each in page.fields if each is not at] == [""] * 4, "only there"
    assert tables(lab6) == []


def test_a_table_that_is_there_already_is_refused_by_dynamodb(lab6: Lab) -> None:
    page = filled(lab6)
    page.button.click()
    page.button.click()
    assert "(ResourceInUseException)" in page.outcome.value


def test_a_mistake_that_is_mended_is_no_longer_spoken_of(lab6: Lab) -> None:
    page = filled(lab6)
    page.name.control.value = "B"
    page.partition_key.control.value = ""
    page.button.click()
    page.name.control.value = "Books"
    assert page.outcome.value == "", "it was about what is no longer there"
    assert (page.name.problem, page.partition_key.problem) == (
        "",
        "An attribute's name has 1 to 255 characters.",
    ), "there is another"
    page.partition_key.control.value = "Author"
    assert page.partition_key.problem == ""
