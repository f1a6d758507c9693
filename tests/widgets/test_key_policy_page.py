"""The page of the key policy: two views, mistakes while typing, the difference before saving, and AWS's refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmscourse import Lab
from kmscourse.errors import CourseError
from kmscourse.iam import LAB_USER, user_arn
from kmscourse.kms import key_policy, put_key_policy
from kmscourse.policy import console_key_policy, use_statement, with_statement
from kmscourse.widgets import KeyPolicyPage
from kmscourse.widgets.key_policy import default_view
from tests.policy.key_policies import default_key_policy
from tests.widgets.reading import codes, words


@pytest.fixture
def page(lab8: Lab) -> KeyPolicyPage:
    """The page, in Edit."""
    page = KeyPolicyPage(lab8)
    page.edit.click()
    return page


@pytest.fixture
def before(lab8: Lab) -> dict[str, Any]:
    return key_policy(lab8.client("kms"), lab8.key_arn)


def opened(lab: Lab, before: dict[str, Any]) -> dict[str, Any]:
    return with_statement(before, use_statement(user_arn(lab.client("iam"), LAB_USER), sid="The reader"))


def now(lab: Lab) -> dict[str, Any]:
    return key_policy(lab.client("kms"), lab.key_arn)


def test_it_begins_with_the_default_view_and_switches_to_the_policy(
    lab8: Lab, before: dict[str, Any]
) -> None:
    page = KeyPolicyPage(lab8)
    assert "Key administrators" in words(page.preview.value)
    assert not page.policy.offered
    page.switch.click()
    assert json.loads(codes(page.preview.value)["Key policy"]) == before
    page.switch.click()
    assert "Key administrators" in words(page.preview.value)


def test_edit_begins_with_the_policy_as_it_is(page: KeyPolicyPage, before: dict[str, Any]) -> None:
    assert page.policy.offered
    assert json.loads(page.policy.value) == before
    assert "No difference yet" in page.preview.value


def test_the_difference_is_shown_before_saving_and_the_new_policy_after(
    lab8: Lab, page: KeyPolicyPage, before: dict[str, Any]
) -> None:
    page.policy.control.value = json.dumps(opened(lab8, before), indent=4)
    assert (
        '+            "Sid": "The reader",' in codes(page.preview.value)["The difference (+ comes, - goes)"]
    )
    assert f"--key-id {lab8.key_arn} " in codes(page.preview.value)["In the AWS CLI"]
    assert now(lab8) == before, "nothing is sent while one types"
    page.button.click()
    assert now(lab8) == opened(lab8, before)
    assert "✓ The key policy has been saved." in words(page.outcome.value)
    assert not page.editing
    assert json.loads(codes(page.preview.value)["Key policy"]) == opened(lab8, before)


def test_what_a_change_opens_and_closes_is_said_before_saving(
    lab8: Lab, page: KeyPolicyPage, before: dict[str, Any]
) -> None:
    page.policy.control.value = json.dumps(opened(lab8, before))
    said = words(page.preview.value)
    row = said[said.index("What the change opens and closes") : said.index("In boto3")]
    assert LAB_USER in row
    assert "kms:Decrypt" in row
    page.policy.control.value = json.dumps(before | {"Id": "another-name"})
    assert "Nobody's permission changes" in words(page.preview.value)


def test_the_line_of_python_shown_puts_the_policy(
    lab8: Lab, page: KeyPolicyPage, before: dict[str, Any]
) -> None:
    page.policy.control.value = text = json.dumps(opened(lab8, before))
    exec(codes(page.preview.value)["In boto3"], {"kms": lab8.client("kms"), "text": text})  # noqa: S102  the page's own
    assert now(lab8) == opened(lab8, before)


def test_another_layout_makes_no_difference(page: KeyPolicyPage, before: dict[str, Any]) -> None:
    page.policy.control.value = json.dumps(before)
    assert "No difference yet" in page.preview.value


def test_a_mistake_is_said_with_its_line_and_column_while_one_types(page: KeyPolicyPage) -> None:
    page.policy.control.value = page.policy.value.replace('"Statement": [', '"Statement": [ //added here')
    assert page.policy.problem.startswith("Line 4, column 20: JSON has no comments.")
    assert page.policy.problem.endswith('4 |     "Statement": [ ▸//added here')
    page.policy.control.value = page.policy.value.replace(" //added here", "")
    assert page.policy.problem == ""


def test_doubtful_statements_are_remarked_on_with_their_line_and_can_be_saved(
    lab8: Lab, page: KeyPolicyPage, before: dict[str, Any]
) -> None:
    assert "administrator-can-decrypt" in page.preview.value.split("Remarks on the policy as it is: 1")[1]
    twins = with_statement(before, before["Statement"][2] | {"Action": "kms:Encrypt"})
    page.policy.control.value = json.dumps(twins, indent=4)
    said = words(page.preview.value)
    assert "duplicate-sid" in said
    line = said.split("! Line ")[1].split(":")[0]
    assert page.policy.value.split("\n")[int(line)].strip() == '"Sid": "Allow use of the key",'
    assert page.policy.problem == ""
    page.button.click()
    assert now(lab8) == twins
    page.edit.click()
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
        assert (page.editing, page.policy.value) == (True, text)
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


def test_cancel_drops_the_changes(lab8: Lab, page: KeyPolicyPage, before: dict[str, Any]) -> None:
    page.policy.control.value = json.dumps(opened(lab8, before))
    page.cancel.click()
    assert "Nothing has been changed" in page.outcome.value
    assert (page.editing, page.policy.offered, now(lab8)) == (False, False, before)
    page.edit.click()
    assert json.loads(page.policy.value) == before


def test_cancel_forgets_a_mistake_too(page: KeyPolicyPage) -> None:
    page.policy.control.value = "{"
    page.cancel.click()
    assert page.policy.problem == ""


def test_a_change_that_somebody_else_made_is_not_overwritten(
    lab8: Lab, page: KeyPolicyPage, before: dict[str, Any]
) -> None:
    mine = json.dumps(opened(lab8, before))
    page.policy.control.value = mine
    theirs = default_key_policy(lab8.account.id)
    put_key_policy(lab8.client("kms"), lab8.key_arn, theirs)
    page.button.click()
    assert "somebody else has changed it" in page.outcome.value
    assert now(lab8) == theirs
    page.refresh.click()
    assert page.policy.value == mine, "nothing typed is lost"
    assert "key-default-1" in codes(page.preview.value)["The difference (+ comes, - goes)"]
    page.button.click()
    assert now(lab8) == opened(lab8, before), "now it is done knowingly"


def test_there_is_no_page_without_a_key(lab1: Lab) -> None:
    with pytest.raises(CourseError, match="section 1 creates it"):
        KeyPolicyPage(lab1)


ADA = "arn:aws:iam::123456789012:user/Ada"


@pytest.mark.parametrize(
    ("may_delete", "said"), [(True, "may delete this key"), (False, "Not by this policy")]
)
def test_the_default_view_names_administrators_and_users(may_delete: bool, said: str) -> None:
    policy = console_key_policy("123456789012", [ADA], [ADA], administrators_may_delete=may_delete)
    view = words(default_view(policy))
    assert "Key administratorsAda" in view
    assert "Key usersAda" in view
    assert said in view
    assert "Statements beside the console's" not in view
    more = with_statement(policy, use_statement(ADA, sid="One more"))
    assert "Statements beside the console's" in words(default_view(more))


def test_a_policy_of_another_form_is_shown_statement_by_statement() -> None:
    view = words(default_view(default_key_policy("123456789012")))
    assert "Key administrators" not in view
    assert "Enable IAM User Permissions" in view
