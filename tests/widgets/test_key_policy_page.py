"""The page of the key policy: mistakes while typing, the difference before saving, and AWS's refusals."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest

from kmscourse import Lab
from kmscourse.errors import CourseError
from kmscourse.iam import LAB_USER, user_arn
from kmscourse.kms import key_policy, put_key_policy
from kmscourse.policy.build import default_key_policy, use_statement
from kmscourse.policy.edit import with_statement
from kmscourse.widgets import KeyPolicyPage


@pytest.fixture
def page(lab8: Lab) -> KeyPolicyPage:
    return KeyPolicyPage(lab8)


@pytest.fixture
def before(lab8: Lab) -> dict[str, Any]:
    return key_policy(lab8.client("kms"), lab8.key_arn)


def opened(lab: Lab, before: dict[str, Any]) -> dict[str, Any]:
    return with_statement(before, use_statement(user_arn(lab.client("iam"), LAB_USER), sid="The reader"))


def now(lab: Lab) -> dict[str, Any]:
    return key_policy(lab.client("kms"), lab.key_arn)


def test_it_begins_with_the_policy_as_it_is(page: KeyPolicyPage, before: dict[str, Any]) -> None:
    assert json.loads(page.policy.value) == before
    assert "No difference yet" in page.preview.value


def test_the_difference_is_shown_before_and_gone_after_saving(
    lab8: Lab, page: KeyPolicyPage, before: dict[str, Any]
) -> None:
    page.policy.control.value = json.dumps(opened(lab8, before), indent=4)
    shown = html.unescape(page.preview.value)
    assert '+            "Sid": "The reader",' in shown
    assert f"aws kms put-key-policy --key-id {lab8.key_arn} " in shown
    assert now(lab8) == before, "nothing is sent while one types"
    page.button.click()
    assert now(lab8) == opened(lab8, before)
    assert "✓ The key policy has been saved." in page.outcome.value
    assert "No difference yet" in page.preview.value


def test_another_layout_makes_no_difference(page: KeyPolicyPage, before: dict[str, Any]) -> None:
    page.policy.control.value = json.dumps(before)
    assert "No difference yet" in page.preview.value


def test_a_mistake_is_said_with_its_line_and_column_while_one_types(page: KeyPolicyPage) -> None:
    page.policy.control.value = page.policy.value.replace('"Statement": [', '"Statement": [ //added here')
    assert page.policy.problem.startswith("Line 4, column 20: JSON has no comments.")
    assert page.policy.problem.endswith('4 |     "Statement": [ ▸//added here')
    page.policy.control.value = page.policy.value.replace(" //added here", "")
    assert page.policy.problem == ""


def test_doubtful_statements_are_remarked_on_while_one_types_and_can_be_saved(
    lab8: Lab, page: KeyPolicyPage, before: dict[str, Any]
) -> None:
    assert "administrator-can-decrypt" in page.preview.value
    twins = with_statement(before, before["Statement"][2])
    page.policy.control.value = json.dumps(twins)
    assert "duplicate-sid" in page.preview.value
    assert "The difference" in page.preview.value
    assert page.policy.problem == ""
    page.button.click()
    assert now(lab8) == twins
    page.policy.control.value = "{"
    assert "duplicate-sid" not in page.preview.value, "what can't be read has no remarks"


def test_a_policy_that_cannot_be_read_is_not_sent(
    lab8: Lab, page: KeyPolicyPage, before: dict[str, Any]
) -> None:
    for text in ("", "{", "[]", '{"Version": "2012-10-17", "Statement": [{"Effect": "Alow"}]}'):
        page.policy.control.value = text
        page.button.click()
        assert page.policy.problem
        assert "Nothing was sent" in page.outcome.value
    assert now(lab8) == before


def test_what_would_lock_you_out_is_refused_in_full(
    lab8: Lab, page: KeyPolicyPage, before: dict[str, Any]
) -> None:
    statement = use_statement(user_arn(lab8.client("iam"), LAB_USER))
    page.policy.control.value = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    page.button.click()
    assert "(MalformedPolicyDocumentException)" in page.outcome.value
    assert "will not allow you to update the key policy in the future" in page.outcome.value
    assert now(lab8) == before
    assert "The difference" in page.preview.value, "what was typed is still there"


def test_saving_what_is_there_says_so(page: KeyPolicyPage) -> None:
    page.button.click()
    assert "There is nothing to save" in page.outcome.value


def test_a_change_that_somebody_else_made_is_not_overwritten(
    lab8: Lab, page: KeyPolicyPage, before: dict[str, Any]
) -> None:
    page.policy.control.value = json.dumps(opened(lab8, before))
    theirs = default_key_policy(lab8.account.id)
    put_key_policy(lab8.client("kms"), lab8.key_arn, theirs)
    page.button.click()
    assert "no longer the one on this page" in page.outcome.value
    assert now(lab8) == theirs
    page.again.click()
    assert json.loads(page.policy.value) == theirs
    assert "✓" in page.outcome.value
    page.policy.control.value = json.dumps(opened(lab8, theirs))
    page.button.click()
    assert now(lab8) == opened(lab8, theirs)


def test_there_is_no_page_without_a_key(lab1: Lab) -> None:
    with pytest.raises(CourseError, match="section 1 creates it"):
        KeyPolicyPage(lab1)
