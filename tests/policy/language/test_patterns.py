"""Wildcards and ARNs: what a pattern matches, and that no pattern takes long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kmscourse.policy.language.patterns import ResourcePatterns, action_matcher, text_matcher
from kmscourse.policy.language.variables import split_wildcards

USER = "arn:aws:iam::123456789012:user/Ana"


def covers(pattern: str | list[str], resource: str, context: dict[str, str] | None = None) -> bool | None:
    patterns = [pattern] if isinstance(pattern, str) else pattern
    values = {key.lower(): (value,) for key, value in (context or {}).items()}
    return ResourcePatterns(patterns, variables=True).cover(resource.split(":", 5), values)


@settings(deadline=None)
@given(pattern=st.text("ab*?", max_size=12), value=st.text("ab*?", max_size=12))
@example("a*b*", "ab")
@example("*?", "")
@example("a*a", "a")
@example("?*?", "a")
def test_a_pattern_matches_what_the_same_regular_expression_would(pattern: str, value: str) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    assert text_matcher(split_wildcards(pattern))(value) == bool(re.fullmatch(expression, value, re.DOTALL))


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("*a" * 2_000 + "*b", "a" * 20_000),
        ("*?a" * 500 + "*b", "a" * 5_000),
        ("?" * 2_000 + "*" + "a?" * 500, "a" * 20_000),
    ],
)
def test_no_pattern_takes_long(pattern: str, value: str) -> None:
    matches = text_matcher(split_wildcards(pattern))
    start = time.perf_counter()
    matches(value)
    assert time.perf_counter() - start < 2, "a wildcard pattern must not take exponential time"


@pytest.mark.parametrize(
    ("patterns", "action", "covered"),
    [
        (["kms:Decrypt"], "kms:decrypt", True),  # names of actions ignore case
        (["KMS:De*"], "kms:decrypt", True),
        (["kms:Get???"], "kms:getkey", True),
        (["kms:Get???"], "kms:getkeys", False),
        (["*"], "kms:decrypt", True),
        (["kms*"], "kms:decrypt", False),  # without a colon it is no action of a service
        (["kms:Decrypt,Encrypt", "kms:Sign"], "kms:sign", True),
        (["kms:Decrypt,Encrypt"], "kms:decrypt", False),
        ([], "kms:decrypt", False),
    ],
)
def test_action_patterns(patterns: list[str], action: str, covered: bool) -> None:
    assert action_matcher(patterns)(action) is covered


KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    ("pattern", "resource", "covered"),
    [
        ("*", KEY, True),
        ("**", KEY, True),
        ("*", "*", True),
        ("", KEY, False),
        (KEY, KEY, True),
        (KEY.upper(), KEY, False),  # ARNs are case-sensitive
        ("arn:aws:kms:*:123456789012:key/*", KEY, True),
        ("arn:aws:kms:*:123456789012:alias/*", KEY, False),
        ("arn:aws:kms:us-east-?:*:key/*", KEY, True),
        ("arn:aws:kms:*:key/*", KEY, False),  # a star ends at a colon
        ("arn:*:key/*", KEY, False),
        (KEY, "*", False),
        ("arn:aws:kms:*:*:key/*", "*", False),
        ("arn:aws:s3:::books/*:c", "arn:aws:s3:::books/b:c", True),
        ("arn:aws:s3:::books/*", "arn:aws:s3:::books/a/b:c", True),  # save in the last segment
        ("arn:aws:s3:::*/b:c", "arn:aws:s3:::books/a/b:c", True),
        # An ARN that ends early is completed with stars.
        ("arn:aws:kms", KEY, True),
        ("arn:aws:kms:us-west-2", KEY, False),
        ("arn:aws:kms:*:123456789012", KEY, True),
        ("arn", KEY, False),
        ("key*", KEY, False),
        # The type of a resource takes no wildcard.
        (
            "arn:aws:lambda:us-east-1:123456789012:function:*",
            "arn:aws:lambda:us-east-1:123456789012:function:f",
            True,
        ),
        (
            "arn:aws:lambda:us-east-1:123456789012:func*:f",
            "arn:aws:lambda:us-east-1:123456789012:function:f",
            False,
        ),
        (
            "arn:aws:lambda:us-east-1:123456789012:*:f",
            "arn:aws:lambda:us-east-1:123456789012:function:f",
            False,
        ),
        ("arn:aws:lambda:us-east-1:123456789012:*", "arn:aws:lambda:us-east-1:123456789012:function:f", True),
    ],
)
def test_resource_patterns(pattern: str, resource: str, covered: bool) -> None:
    assert covers(pattern, resource) is covered


def test_one_of_several_patterns_is_enough() -> None:
    assert covers(["arn:aws:s3:::other", KEY], KEY) is True


HOME = "arn:aws:s3:::home/${aws:username}/*"


@pytest.mark.parametrize(
    ("context", "covered"),
    [
        ({"aws:username": "ana"}, True),
        ({"AWS:UserName": "ana"}, True),  # keys ignore case
        ({"aws:username": "bob"}, False),
        ({"aws:username": "*"}, False),  # a value is never a wildcard
        ({}, None),
    ],
)
def test_a_variable_takes_its_value_from_the_request(context: dict[str, str], covered: bool | None) -> None:
    assert covers(HOME, "arn:aws:s3:::home/ana/notes", context) is covered


def test_a_variable_before_the_fifth_colon_is_never_filled_in() -> None:
    pattern = "arn:aws:kms:us-east-1:${aws:PrincipalAccount}:key/*"
    assert covers(pattern, KEY, {"aws:PrincipalAccount": "123456789012"}) is None
