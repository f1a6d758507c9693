"""Policy text: read as it stands in an editor, with the place of every mistake."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.errors import PolicyError
from kmscourse.policy import console_key_policy, parse

KEY_POLICY = console_key_policy("123456789012", ["arn:aws:iam::123456789012:user/Ana"])


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
        ('{"Statement":\n NaN}', "Line 2, column 2: NaN is not JSON"),
        ('{"Statement": [-Infinity]}', "Line 1, column 16: -Infinity is not JSON"),
        ('{"Statement": nope}', 'Line 1, column 15: JSON puts text in double quotes: "nope"'),
        ('{Version: "2012-10-17"}', 'Line 1, column 2: JSON puts text in double quotes: "Version"'),
        ('{"Version": 2012-10-17}', 'Line 1, column 13: JSON puts text in double quotes: "2012-10-17"'),
        ('{"Statement": [{"Bool": True}]}', "Line 1, column 25: JSON spells this true"),
        ('{"Id": None}', "Line 1, column 8: JSON spells this null"),
        ('{"Statement": [],\n "Statement": []}', 'Line 2, column 2: "Statement" stands twice'),
        ('{"a": {"x": 1},\n "b": {"x": 1, "y": 2,\n  "x": 3}}', 'Line 3, column 3: "x" stands twice'),
        ('{"Version": "2012-10-17" // now\n, "Id": ""}', "Line 1, column 26: JSON has no comments"),
        ('// mine\n{"Statement": []}', "Line 1, column 1: JSON has no comments"),
        ('{"Statement": []} /* end */', "Line 1, column 19: JSON has no comments"),
        ('{"Statement": [], # none\n "Id": ""}', "Line 1, column 19: JSON has no comments"),
        ('{"Statement": [{},, {}]}', "Line 1, column 19: there is nothing before this comma"),
        ('{"Statement": []},', "Line 1, column 18: the policy has ended before this comma"),
        ('{"Version" "2012-10-17"}', "Line 1, column 12: after a name comes a colon"),
        ("{\u201cVersion\u201d: 1}", "Line 1, column 2: \u201c is a typographic quote"),
        ('\ufeff{"Statement": []}', "Line 1, column 1: an invisible byte order mark"),
        ('{\u00a0"Statement": []}', "Line 1, column 2: an invisible character (U+00A0)"),
        ('{"Version": "2012-\n10-17"}', "Line 1, column 19: the line ends within a text"),
        ('{"Version": "2012\t"}', "Line 1, column 18: a tab or another control character"),
        ('{"Version": "2012-10-17', "Line 1, column 13: this text has no double quote at its end"),
        ('{"Version": "2012\\d"}', "Line 1, column 18: a backslash begins an escape"),
        ('{"Statement": [ ... ]}', "Line 1, column 17: dots stand for what was left out"),
        (
            '{"Statement": [{"Effect": "Allow"]}',
            "column 34: this ] can't close anything: the { of line 1, column 16",
        ),
        ('{"Statement": [{"Effect": "Allow"}', "the [ of line 1, column 15 is still open. Close it with ]"),
        ('Version: "2012-10-17"', "Line 1, column 1: a policy is a JSON object. Begin it with {"),
        ('{"Statement": @}', "Line 1, column 15: this can't stand here"),
        ("[" * 100_000, "nested too deeply"),
        (
            '{"Statement": []}\tdefault\n',
            "Line 1, column 19: this is the policy's name, which AWS CLI prints behind it. To get the policy alone, "
            'call "aws kms get-key-policy" with "--query Policy --output text".',
        ),
        ('{"Statement": []} default policy', "Line 1, column 19: the policy has ended"),
        (
            '\n{"Policy": "{\\"Statement\\": []}", "PolicyName": "default"}',
            "Line 2, column 1: this is KMS's whole answer, and the policy is a text in it. To get the policy alone",
        ),
        (
            '"{\\"Statement\\": []}"',
            "Line 1, column 1: the policy is a text in quotes here. To get the policy alone",
        ),
        ("1" * 5_000, "A number in the policy is longer"),
        ('"Allow"', "must be a JSON object"),
        (
            '{"Statement": [{"Effect": "Allow", "Acton": "*"}]}',
            "Line 1, column 16: Statement 1: a statement has no element Acton.",
        ),
        (
            '{"Statement": [\n  {"Effect": "Allow"},\n  {"Sid": "Mine", "Effect": "Alow"}]}',
            'Line 3, column 3: Statement 2 ("Mine"): Effect must be "Allow" or "Deny".',
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


@pytest.mark.parametrize("policy", [{"Statement": [{"Effect": "Alow"}]}, []])
def test_a_policy_that_is_no_text_has_no_lines(policy: Any) -> None:
    with pytest.raises(PolicyError) as refused:
        parse(policy)
    assert "Line" not in str(refused.value)


@settings(deadline=None)
@given(data=st.data())
def test_a_policy_damaged_anywhere_is_read_or_refused_with_a_place(data: st.DataObject) -> None:
    text = json.dumps(KEY_POLICY, indent=1)
    at = data.draw(st.integers(0, len(text)))
    put_in = data.draw(st.text("{}[]\",:/#'\\ \n\tx1-", max_size=2))
    damaged = text[:at] + put_in + text[at + data.draw(st.integers(0, 3)) :]
    said = complaint(damaged)
    if said:
        place = re.match(r"Line (\d+), column (\d+): .+[.?]$", said)
        assert place, said
        lines = damaged.split("\n")
        assert int(place[1]) <= len(lines)
        assert int(place[2]) <= len(lines[int(place[1]) - 1]) + 1


def complaint(text: str) -> str | None:
    try:
        parse(text)
    except PolicyError as refused:
        return str(refused)
    return None


@settings(deadline=None)
@given(st.text() | st.text('{}[]",:/ \n'))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(PolicyError):  # no text made by chance is a policy
        parse(text)
