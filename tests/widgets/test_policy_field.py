"""A policy's text: numbered lines, marks at what is wrong, remarks with their line."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.policy import console_key_policy, use_statement, with_statement
from kmscourse.widgets.policy_field import SPARE, PolicyField, text_of
from tests.widgets.reading import words

ACCOUNT = "123456789012"
ADA = f"arn:aws:iam::{ACCOUNT}:user/Ada"
POLICY = console_key_policy(ACCOUNT, [ADA], [f"arn:aws:iam::{ACCOUNT}:user/Grace"])


def field(text: str) -> PolicyField:
    field = PolicyField("Key policy", account=ACCOUNT)
    field.control.value = text
    return field


def numbers(field: PolicyField) -> list[str]:
    return words(field.view.children[0].children[0].value).split("\n")


def test_every_line_has_its_number_beside_it() -> None:
    shown = field(text_of(POLICY))
    lines = text_of(POLICY).count("\n") + 1
    assert [int(number.strip(" !✗")) for number in numbers(shown)] == list(range(1, lines + SPARE + 1))
    assert shown.control.rows == lines + SPARE, "the text is as high as its numbers"


def test_a_mistake_marks_its_line() -> None:
    shown = field('{\n  "Version": "2012-10-17",\n  "Statement": [},\n}')
    assert shown.problem.startswith("Line 3, column ")
    assert [number[0] for number in numbers(shown)] == [" ", " ", "✗", " ", " "]
    shown.control.value = text_of(POLICY)
    assert not any("✗" in number for number in numbers(shown))


def test_a_remark_marks_the_line_on_which_its_statement_begins() -> None:
    doubtful = with_statement(POLICY, use_statement(ADA, ["kms:Decrpyt"], sid="Typing error"))
    shown = field(text_of(doubtful))
    marked = [at for at, number in enumerate(numbers(shown)) if number.startswith("!")]
    at = next(line for line, remark in shown.remarks() if remark.name == "no-such-action") - 1
    assert at in marked
    assert text_of(doubtful).split("\n")[at + 1].strip() == '"Sid": "Typing error",'


def test_what_was_doubtful_before_is_folded_away() -> None:
    once = with_statement(POLICY, use_statement(ADA, ["kms:Decrpyt"], sid="Typing error"))
    twice = with_statement(once, use_statement(ADA, ["kms:Encrpyt"], sid="Another"))
    shown = field(text_of(twice)).shown_remarks(once)
    new, _, old = shown.partition("<details>")
    assert "kms:Encrpyt" in new
    assert "kms:Encrpyt" not in old
    assert "kms:Decrpyt" in old


json_values = st.recursive(
    st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(max_examples=60, deadline=None)
@given(st.text() | json_values)
def test_any_text_is_a_policy_or_explained(typed: Any) -> None:
    text = typed if isinstance(typed, str) else json.dumps(typed, indent=1)
    shown = field(text)
    assert shown.passes() == (shown.policy is not None)
    assert bool(shown.problem) == (shown.policy is None)
    assert len(numbers(shown)) == text.count("\n") + 1 + SPARE
    assert shown.value == text
