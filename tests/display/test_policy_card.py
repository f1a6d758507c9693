"""A policy is shown as a table: a row for each statement."""

from __future__ import annotations

from kmscourse.display.policy import PolicyCard
from kmscourse.policy import console_key_policy

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/ed-user-0123abcd"


def test_a_policy_has_a_row_for_each_statement() -> None:
    card = PolicyCard(console_key_policy(ACCOUNT, [USER], [USER]))
    assert len(repr(card).splitlines()) == 2 + 4
    html = card._repr_html_()
    assert html.count("<tr>") == 1 + 4
    assert "kms:GrantIsForAWSResource Bool true" in html
    assert '<th scope="col"' in html


def test_a_single_statement_and_the_not_elements_are_shown() -> None:
    statement = {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": USER},
        "NotAction": ["kms:Get*"],
        "NotResource": "arn:x",
    }
    card = repr(PolicyCard({"Statement": statement}, title="Deny the rest"))
    assert "Deny the rest" in card
    assert f"all but {USER}" in card
    assert "all but kms:Get*" in card
    assert "all but arn:x" in card


def test_whoever_was_deleted_is_shown_as_such() -> None:
    gone = ["AIDACKCEVSQ6C2EXAMPLE", "AROACKCEVSQ6C2EXAMPLE"]
    statement = {"Effect": "Allow", "Principal": {"AWS": [USER, *gone]}, "Action": "kms:*"}
    card = repr(PolicyCard({"Statement": statement}))
    assert USER in card
    assert f"the deleted user {gone[0]}" in card
    assert f"the deleted role {gone[1]}" in card


def test_what_a_policy_says_is_shown_and_never_run() -> None:
    hostile = {"Sid": "<script>alert(1)</script>", "Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    html = PolicyCard({"Statement": [hostile]})._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
