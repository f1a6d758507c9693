"""Policy text: read as it stands in an editor, with the place of every mistake."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.errors import PolicyError
from kmscourse.policy import build, parse

KEY_POLICY = build.console_key_policy("123456789012", ["arn:aws:iam::123456789012:user/Ana"])


@pytest.mark.parametrize("indent", [None, 2])
def test_text_and_dict_give_the_same_policy(indent: int | None) -> None:
    assert parse(json.dumps(KEY_POLICY, indent=indent)) == parse(KEY_POLICY) == KEY_POLICY


def test_what_is_read_is_a_copy() -> None:
    policy = parse(KEY_POLICY)
    policy["Statement"].clear()
    assert KEY_POLICY["Statement"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "Line 1, column 1: there is nothing here"),
        (
            '{"Statement": [\n  {"Effect": "Allow"},\n  //added here\n  {}]}',
            "Line 3, column 3: JSON has no comments",
        ),
        (
            '{"Statement": [\n  {"Effect": "Allow"},\n]}',
            "Line 2, column 22: there is nothing after this comma",
        ),
        ('{"Version": "2012-10-17",\n}', "Line 1, column 25: there is nothing after this comma"),
        ("{'Version': 1}", "Line 1, column 2: JSON puts text in double quotes"),
        ('{"Statement": []}}', "Line 1, column 18: the policy has ended"),
        ('{"Statement": []', "Line 1, column 17: the text ends before the policy does"),
        ('{"Version": "2012-10-17"\n "Statement": []}', "Line 2, column 2: a comma is missing before this"),
        ('{"Statement": NaN}', "NaN is not JSON"),
        ('{"Statement": nope}', "Line 1, column 15: this is not JSON (expecting value)"),
        ('{"Statement": [], "Statement": []}', '"Statement" stands twice'),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 5_000, "can't be read"),
        ('"Allow"', "must be a JSON object"),
        (
            '{"Statement": [{"Effect": "Allow", "Acton": "*"}]}',
            "Statement 1: a statement has no element Acton.",
        ),
        (
            '{"Statement": {"Effect": "Allow", "Condition": {"StringEquls": {}}}}',
            "did you mean StringEquals?",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(PolicyError) as refused:
        parse(text)
    assert complaint in str(refused.value)


@settings(deadline=None)
@given(st.text() | st.text('{}[]",:/ \n'))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(PolicyError):  # no text made by chance is a policy
        parse(text)
