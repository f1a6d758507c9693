"""The page Create key: filled in, filled in wrongly, and what KMS then has."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse import Lab
from kmscourse.account import Account
from kmscourse.iam import LAB_USER, user_arn
from kmscourse.kms import find_key, key_policy
from kmscourse.widgets import CreateKeyPage


@pytest.fixture
def page(lab1: Lab) -> CreateKeyPage:
    """The page, filled in as the lab does."""
    page = CreateKeyPage(lab1)
    page.alias.control.value = "myKey"
    page.administrators.control.value = page.users.control.value = (lab1.account.user_arn,)
    return page


def keys(lab: Lab) -> list[dict[str, Any]]:
    return list(lab.client("kms").list_keys()["Keys"])


def test_create_makes_the_key_and_shows_its_arn(lab1: Lab, page: CreateKeyPage) -> None:
    page.button.click()
    arn = find_key(lab1.client("kms"), "myKey")
    assert arn is not None
    assert arn in page.outcome.value
    assert page.outcome.value.count("✓") == 1
    assert lab1.check().passed


def test_the_policy_shown_is_the_policy_that_the_key_gets(lab1: Lab, page: CreateKeyPage) -> None:
    page.users.control.value = (
        lab1.account.user_arn,
        user_arn(lab1.client("iam"), LAB_USER),
    )
    shown = re.search(r"<pre>(.+?)</pre>", page.preview.value, re.DOTALL)
    assert shown is not None
    page.button.click()
    assert json.loads(html.unescape(shown[1])) == key_policy(lab1.client("kms"), lab1.key_arn)


def test_the_policy_grows_with_each_choice(lab1: Lab) -> None:
    page = CreateKeyPage(lab1)
    rows = [page.preview.value.count("<tr>")]
    page.administrators.control.value = (lab1.account.user_arn,)
    rows.append(page.preview.value.count("<tr>"))
    page.users.control.value = (lab1.account.user_arn,)
    rows.append(page.preview.value.count("<tr>"))
    assert rows == [2, 3, 5], "the head; then the account; the administrators; the users' two"


def test_the_lines_of_python_shown_do_what_the_button_does(lab1: Lab, page: CreateKeyPage) -> None:
    lines = re.search(r"In boto3</div><pre[^>]*>(.+?)</pre>", page.preview.value, re.DOTALL)
    policy = re.search(r"<pre>(.+?)</pre>", page.preview.value, re.DOTALL)
    assert lines is not None
    assert policy is not None
    names = {
        "kms": lab1.client("kms"),
        "json": json,
        "policy": json.loads(html.unescape(policy[1])),
    }
    exec(html.unescape(lines[1]), names)  # noqa: S102  the page's own lines
    assert lab1.check().passed


def test_the_alias_is_shown_once_prefixed_however_it_is_typed(page: CreateKeyPage) -> None:
    page.alias.control.value = "alias/other"
    assert "--alias-name alias/other " in page.preview.value


@pytest.mark.parametrize("alias", ["", "my key", "aws/mine", "x" * 251, "ключ"])
def test_an_alias_that_cannot_be_is_said_at_its_field(lab1: Lab, page: CreateKeyPage, alias: str) -> None:
    page.alias.control.value = alias
    page.button.click()
    assert "can't be an alias" in page.alias.problem
    assert "Nothing was sent" in page.outcome.value
    assert keys(lab1) == []
    page.alias.control.value = "myKey"
    assert page.alias.problem == "", "it goes away when it is mended"
    page.alias.control.value = "myKey!"
    assert page.alias.problem, "and comes back at once"


@pytest.mark.parametrize("who", ["administrators", "users"])
def test_nobody_chosen_is_said_at_its_field(lab1: Lab, page: CreateKeyPage, who: str) -> None:
    field = getattr(page, who)
    field.control.value = ()
    page.button.click()
    assert field.problem == f"Nobody is chosen. Choose yourself: {lab1.account.user_name}."
    assert keys(lab1) == []


def test_an_alias_that_is_taken_is_said_at_its_field_and_no_key_is_made(
    lab1: Lab, page: CreateKeyPage
) -> None:
    page.button.click()
    page.button.click()
    assert "already names a key" in page.alias.problem
    assert page.outcome.value == ""
    assert len(keys(lab1)) == 1
    assert not page.button.disabled


def test_a_refusal_by_aws_is_shown_as_aws_says_it(account: Account, page: CreateKeyPage) -> None:
    def refuse(**_: object) -> None:
        raise ClientError(
            {"Error": {"Code": "LimitExceededException", "Message": "Too <many> keys"}}, "CreateKey"
        )

    account.client("kms").meta.events.register("provide-client-params.kms.CreateKey", refuse)
    page.button.click()
    assert "(LimitExceededException)" in page.outcome.value
    assert "Too &lt;many&gt; keys" in page.outcome.value
    assert 'role="alert"' in page.outcome.value
