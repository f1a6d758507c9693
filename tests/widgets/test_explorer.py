"""The decision explorer: every choice and every keystroke decides anew, and the account stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmscourse import Lab
from kmscourse.access import may_read_table
from kmscourse.iam import LAB_USER
from kmscourse.kms import key_policy, put_key_policy
from kmscourse.policy import use_statement, with_statement
from kmscourse.widgets import DecisionExplorer
from kmscourse.widgets.policy_field import text_of
from tests.widgets.reading import words


@pytest.fixture
def page(seen_lab8: Lab) -> DecisionExplorer:
    page = DecisionExplorer(seen_lab8)
    choose(page.who, LAB_USER)
    return page


def choose(field: object, beginning: str) -> None:
    control = field.control  # type: ignore[attr-defined]
    control.value = next(value for name, value in control.options if name.startswith(beginning))


def let_in(page: DecisionExplorer, **condition: object) -> None:
    """Type a statement for IAMLabUser into the key policy."""
    choose(page.sheet, "Key policy")
    saved = page._what_if.saved(page.sheet.value)
    page.policy.control.value = text_of(with_statement(saved, use_statement(page.who.value) | condition))


def test_it_begins_with_the_readers_decrypt_and_explains_the_refusal(page: DecisionExplorer) -> None:
    assert not page.decision.allowed
    assert words(page.verdict.value) == f"✗ {page.decision.reason}"
    assert "Does a grant let IAMLabUser call kms:Decrypt?" in words(page.steps.value)
    assert "What would let them in" in words(page.steps.value)
    assert "Every policy is as it is in the account" in words(page.effect.value)


def test_a_change_of_the_policy_changes_the_decision_and_says_who_gains(page: DecisionExplorer) -> None:
    let_in(page)
    assert words(page.verdict.value).startswith("✓ IAMLabUser may call kms:Decrypt")
    said = words(page.effect.value)
    assert "What the change opens and closes" in said
    assert "IAMLabUser" in said
    assert "through DynamoDB, for Books" in said
    page.back.click()
    assert words(page.verdict.value).startswith("✗")
    assert "Every policy is as it is in the account" in words(page.effect.value)


def test_nothing_is_ever_written(seen_lab8: Lab, page: DecisionExplorer) -> None:
    before = key_policy(seen_lab8.client("kms"), seen_lab8.key_arn)
    let_in(page)
    assert key_policy(seen_lab8.client("kms"), seen_lab8.key_arn) == before
    reader = f"arn:aws:iam::{seen_lab8.account.id}:user/{LAB_USER}"
    assert not may_read_table(seen_lab8.account, reader, "Books").allowed


def test_the_way_decides_where_the_policy_asks_for_it(page: DecisionExplorer) -> None:
    via = {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
    let_in(page, Condition=via)
    assert words(page.verdict.value).startswith("✗")
    choose(page.way, "through DynamoDB, for Books")
    assert words(page.verdict.value).startswith("✓")


def test_so_does_what_is_said_about_the_call(page: DecisionExplorer) -> None:
    let_in(page, Condition={"StringEquals": {"kms:EncryptionContext:course": "kms"}})
    assert words(page.verdict.value).startswith("✗")
    page.context.control.value = "kms:EncryptionContext:course=kms"
    assert words(page.verdict.value).startswith("✓")
    page.context.control.value = "kms:EncryptionContext:course"
    assert page.context.problem.startswith("Line 1: write a name")
    assert words(page.verdict.value).startswith("✗"), "what is no pair counts for nothing"


def test_a_scan_asks_the_table_and_then_its_key(page: DecisionExplorer) -> None:
    page.what.control.value = "dynamodb:Scan"
    assert page.resource.control.label == "Table Books"
    said = words(page.verdict.value)
    assert "✓ IAMLabUser may call dynamodb:Scan" in said
    assert "✗ IAMLabUser may not call kms:Decrypt" in said
    let_in(page)
    assert "✗" not in words(page.verdict.value)
    assert "myKey" in words(page.effect.value)
    page.what.control.value = "kms:Encrypt"
    assert page.resource.control.label == "Key myKey"


@pytest.mark.parametrize(
    ("who", "mark"), [("ed-user", "✓"), ("The account's root", "✓"), ("A visitor", "✗"), ("Anonymous", "✗")]
)
def test_anybody_can_be_asked_about(page: DecisionExplorer, who: str, mark: str) -> None:
    choose(page.who, who)
    assert words(page.verdict.value).startswith(mark)


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ("kms:Decrpyt", "Did you mean kms:Decrypt?"),
        ("Decrypt", "Did you mean kms:Decrypt?"),
        ("", "Nothing is no action that AWS knows. Type one"),
        ("kms:*", "no action that AWS knows"),
    ],
)
def test_what_is_no_action_is_said_at_its_field(page: DecisionExplorer, action: str, problem: str) -> None:
    page.what.control.value = action
    assert problem in page.what.problem
    assert "What is asked has to be an action first." in words(page.verdict.value)
    page.what.control.value = "kms:Decrypt"
    assert page.what.problem == ""


def test_a_mistake_in_the_policy_is_said_and_the_last_readable_one_does_not_decide(
    page: DecisionExplorer,
) -> None:
    let_in(page)
    typed = page.policy.value.replace('"Statement"', "Statement", 1)
    page.policy.control.value = typed
    assert page.policy.problem.startswith("Line 4, column 5")
    assert words(page.verdict.value).startswith("✗")
    choose(page.sheet, "BooksReader")
    choose(page.sheet, "Key policy")
    assert page.policy.value == typed, "nothing typed is lost"


def test_refresh_reads_the_account_and_keeps_what_was_typed(lab8: Lab) -> None:
    page = DecisionExplorer(lab8)
    choose(page.who, LAB_USER)
    choose(page.sheet, "BooksReader")
    page.policy.control.value = typed = page.policy.value.replace("dynamodb:Scan", "dynamodb:PutItem")
    kms = lab8.client("kms")
    opened = with_statement(key_policy(kms, lab8.key_arn), use_statement(page.who.value, sid="Reader"))
    put_key_policy(kms, lab8.key_arn, opened)
    lab8.client("iam").create_user(UserName="Ada")
    assert words(page.verdict.value).startswith("✗")
    page.refresh.click()
    assert words(page.verdict.value).startswith("✓")
    assert page.policy.value == typed
    assert page.who.control.label == LAB_USER
    choose(page.who, "Ada")
    assert words(page.verdict.value).startswith("✗ Ada may not call")


def test_an_empty_account_says_where_to_begin(lab1: Lab) -> None:
    page = DecisionExplorer(lab1)
    assert "section 1 creates a key" in words(page.verdict.value)
    lab1.client("kms").create_alias(
        AliasName="alias/mine", TargetKeyId=lab1.client("kms").create_key()["KeyMetadata"]["KeyId"]
    )
    page.refresh.click()
    assert words(page.verdict.value).startswith("✗ IAMLabUser may not call kms:Decrypt")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.text(), st.text(), st.text())
def test_whatever_is_typed_is_decided_or_explained(
    page: DecisionExplorer, action: str, context: str, policy: str
) -> None:
    page.what.control.value, page.context.control.value, page.policy.control.value = action, context, policy
    assert page.verdict.value
    assert page.policy.problem or page.policy.policy is not None
