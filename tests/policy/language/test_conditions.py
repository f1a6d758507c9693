"""Condition operators: each on values that match, that don't, that are missing, and that can't be read.

The rules are those of the IAM User Guide, "Condition operators" and "Creating a condition with multiple keys or
values".
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.errors import PolicyError
from kmscourse.policy.evaluate.request import read_values
from kmscourse.policy.language.conditions import Condition
from kmscourse.policy.language.operators import OPERATORS, read_date, read_number

Given = str | Sequence[str] | None
KEY = "aws:Some/Key"
TOPIC = "arn:aws:sns:us-east-1:123456789012:news"


def holds(operator: str, wanted: str | list[str], given: Given, *, denies: bool = False, **more: str) -> bool:
    texts = [wanted] if isinstance(wanted, str) else wanted
    context: dict[str, str | Sequence[str]] = {**more}
    if given is not None:
        context[KEY] = given
    return Condition(operator, KEY, texts, denies=denies, variables=True).holds(read_values(context))


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        ("StringEquals", "blue", "blue", True),
        ("StringEquals", "blue", "Blue", False),
        ("StringEquals", ["red", "blue"], "blue", True),
        ("StringEquals", "bl*", "blue", False),
        ("StringEquals", "bl*", "bl*", True),
        ("StringNotEquals", ["red", "blue"], "blue", False),
        ("StringNotEquals", ["red", "blue"], "green", True),
        ("StringEqualsIgnoreCase", "blue", "BLUE", True),
        ("StringNotEqualsIgnoreCase", "blue", "BLUE", False),
        ("StringLike", "bl*", "blue", True),
        ("StringLike", "bl?", "blue", False),
        ("StringLike", "BL*", "blue", False),
        ("StringLike", "bl${*}", "blue", False),
        ("StringLike", "bl${*}", "bl*", True),
        ("StringNotLike", ["r*", "b*"], "blue", False),
        ("StringNotLike", ["r*", "b*"], "green", True),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", "10", "11", False),
        ("NumericNotEquals", "10", "11", True),
        ("NumericEquals", "10", "1e1", True),
        ("NumericEquals", "-0", "0", True),
        ("NumericEquals", ["1", "2.50"], "2.5", True),
        ("NumericEquals", "10", "ten", False),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", ["1", "10"], "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "-1.5", "-1", True),
        ("NumericGreaterThanEquals", "10", "9.99", False),
        ("DateEquals", "2024-01-01T00:00:00Z", "1704067200", True),
        ("DateEquals", "2024-01-01", "1704067200000", True),  # the same in milliseconds
        ("DateEquals", "2024", "2024-01-01T01:00:00+01:00", True),
        ("DateEquals", "1704067200", "2024-01-01T00:00:00Z", True),
        ("DateEquals", "2024-01-01T00:00:00-05:00", "2024-01-01T05:00:00Z", True),
        ("DateGreaterThan", "1704067199", "1704067200", True),
        ("DateLessThan", "2024-02-29", "2023-02-29", False),  # there was no such day
        ("DateNotEquals", "2024-01", "2024-01-02", True),
        ("DateLessThan", "2024-01-01T00:00:00.500Z", "2024-01-01T00:00:00.25Z", True),
        ("DateLessThanEquals", "2024-01-01", "2024-01-01", True),
        ("DateGreaterThan", "2024-01-01", "2023-12-31T23:59:59Z", False),
        ("DateGreaterThanEquals", "2024-01-01", "2024-01-01T00:00Z", True),
        ("Bool", "true", "True", True),
        ("Bool", "true", "false", False),
        ("Bool", "false", "no", False),
        ("Bool", ["true", "false"], "false", True),
        ("BoolIfExists", "true", "false", False),
        ("BinaryEquals", "a2V5", "a2V5", True),
        ("BinaryEquals", "a2V5", "key", True),
        ("BinaryEquals", "a2V5", "Key", False),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("IpAddress", "10.0.0.1", "10.0.0.1", True),
        ("IpAddress", "10.9.9.9/8", "10.1.2.3", True),
        ("IpAddress", ["10.0.0.0/8", "2001:db8::/32"], "2001:DB8:1::1", True),
        ("IpAddress", "10.0.0.0/8", "2001:db8::1", False),
        ("IpAddress", "10.0.0.0/8", "::ffff:10.1.2.3", True),  # the same address, as IPv6 writes it
        ("IpAddress", "::ffff:10.0.0.0/104", "10.1.2.3", True),
        ("IpAddress", "::ffff:10.0.0.0/104", "11.1.2.3", False),
        ("IpAddress", "::ffff:10.0.0.1", "10.0.0.1", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("IpAddress", "::/0", "2001:db8::1", True),
        ("IpAddress", "::/0", "10.0.0.1", False),
        ("IpAddress", "2001:0DB8:0000::1", "2001:db8::1", True),
        ("NotIpAddress", "10.0.0.0/8", "::ffff:10.1.2.3", False),
        ("NotIpAddress", "10.0.0.0/8", "11.0.0.1", True),
        ("NotIpAddress", "10.0.0.0/8", "2001:db8::1", True),
        ("NotIpAddress", ["10.0.0.0/8", "::1"], "::1", False),
        ("ArnEquals", TOPIC, TOPIC, True),
        ("ArnEquals", "arn:aws:sns:*:123456789012:n*", TOPIC, True),
        ("ArnLike", "arn:aws:sns:*:news", TOPIC, False),  # a star ends at a colon
        ("ArnLike", "arn:aws:sns", TOPIC, False),
        ("ArnLike", "*", TOPIC, True),
        ("ArnLike", "arn:aws:lambda:*:*:fun*:f", "arn:aws:lambda:us-east-1:123456789012:function:f", True),
        ("ArnLike", "arn:aws:s3:::books/*", "arn:aws:s3:::books/a:b/c", True),  # save in the last part
        ("ArnLike", "arn:aws:sns:us-east-?:*:*", TOPIC, True),
        ("ArnLike", TOPIC.upper(), TOPIC, False),
        ("ArnEquals", "arn:aws:sns:*:*", TOPIC, False),  # one part short
        ("ArnLike", "not:an:arn", "not:an:arn", False),
        ("ArnNotLike", "arn:aws:sns:*:*:news", TOPIC, False),
        ("ArnNotEquals", "arn:aws:sqs:*:*:*", TOPIC, True),
    ],
)
def test_operators(operator: str, wanted: str | list[str], given: str, expected: bool) -> None:
    assert holds(operator, wanted, given) is expected


@pytest.mark.parametrize("operator", sorted(OPERATORS))
@pytest.mark.parametrize("denies", [False, True])
def test_a_missing_key(operator: str, denies: bool) -> None:
    """A missing key matches nothing, so that an inverted operator is true; with IfExists any is."""
    assert holds(operator, "1", None, denies=denies) is OPERATORS[operator].inverted
    assert holds(f"{operator}IfExists", "1", None, denies=denies)
    for quantifier, expected in (("ForAllValues:", True), ("ForAnyValue:", False)):
        assert holds(quantifier + operator, "1", None, denies=denies) is expected
        assert holds(f"{quantifier}{operator}IfExists", "1", None, denies=denies)


@pytest.mark.parametrize(
    ("operator", "wanted", "given"),
    [
        ("NumericNotEquals", "10", "ten"),
        ("NumericNotEquals", ["ten", "11"], "10"),
        ("DateNotEquals", "2024-01-01", "yesterday"),
        ("DateNotEquals", "2024-13-01", "2024-01-01"),
        ("NotIpAddress", "10.0.0.0/8", "localhost"),
        ("NotIpAddress", "10.0.0.0/99", "11.0.0.1"),
        ("StringNotEquals", "${aws:username}", "ana"),
        ("StringNotLike", "${aws:username}*", "ana"),
        (
            "ArnNotEquals",
            "arn:aws:iam::123456789012:user/${aws:username}",
            "arn:aws:iam::123456789012:user/ana",
        ),
        ("ArnNotEquals", "arn:aws:sqs:*:*:*", "news"),
        ("ArnNotEquals", "news", TOPIC),
        ("ArnNotEquals", "not:an:arn:in:six:parts", TOPIC),
        ("ArnNotLike", "arn:aws:sqs:*:*:*", ""),
        ("ArnNotLike", "arn:aws:sqs:*:*:*", "not:an:arn:in:six:parts"),
        ("ArnNotLike", "arn:aws:sqs:*:*", TOPIC),  # one part short
        ("ArnNotLike", "*:aws:sqs:*:*:*", TOPIC),
        ("ArnNotLike", ["arn:aws:sqs:*:*:*", "*news"], TOPIC),
    ],
)
def test_an_inverted_operator_is_never_true_by_what_cannot_be_read(
    operator: str, wanted: str | list[str], given: str
) -> None:
    """An Allow does not take effect then, a Deny does: with IfExists too, and with a set operator for each value."""
    for name in (operator, f"{operator}IfExists"):
        assert not holds(name, wanted, given, denies=False)
        assert holds(name, wanted, given, denies=True)
    for quantifier in ("ForAllValues", "ForAnyValue") if given else ():
        assert not holds(f"{quantifier}:{operator}", wanted, given, denies=False)
        assert holds(f"{quantifier}:{operator}", wanted, given, denies=True)


@pytest.mark.parametrize(
    ("operator", "wanted", "given"),
    [
        ("NumericLessThan", "10", "ten"),
        ("NumericGreaterThanEquals", "ten", "10"),
        ("DateLessThan", "2024-13-01", "2024-01-01"),
        ("IpAddress", "10.0.0.0/8", "localhost"),
        ("IpAddress", "10.0.0.0/99", "10.0.0.1"),
        ("Bool", "perhaps", "true"),
        ("Bool", "true", "perhaps"),
        ("ArnLike", "*news", "news"),
        ("ArnEquals", "not:an:arn:in:six:parts", "not:an:arn:in:six:parts"),
    ],
)
@pytest.mark.parametrize("denies", [False, True])
def test_what_cannot_be_read_matches_nothing(operator: str, wanted: str, given: str, denies: bool) -> None:
    for name in (operator, f"{operator}IfExists", f"ForAllValues:{operator}", f"ForAnyValue:{operator}"):
        assert not holds(name, wanted, given, denies=denies)


@pytest.mark.parametrize("operator", [name for name, operator in OPERATORS.items() if not operator.inverted])
@pytest.mark.parametrize("denies", [False, True])
def test_an_operator_does_not_match_a_variable_without_value(operator: str, denies: bool) -> None:
    assert not holds(operator, "${aws:username}", "ana", denies=denies)


def test_a_variable_without_value_leaves_the_other_values_be() -> None:
    assert holds("StringEquals", ["${aws:username}", "ana"], "ana")
    assert not holds("StringNotEquals", ["${aws:username}", "ana"], "ana", denies=True)


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        ("StringLike", "${aws:username}-*", "ana-1", True),
        ("StringEquals", "${aws:username, 'bob'}", "ana", True),
        ("ArnLike", "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::123456789012:user/ana", True),
        ("Bool", "${aws:secure}", "true", True),
        ("NumericEquals", "${aws:number}", "1", False),  # numbers, dates and addresses have no variables
    ],
)
def test_variables_in_values(operator: str, wanted: str, given: str, expected: bool) -> None:
    more = {"aws:username": "ana", "aws:secure": "true", "aws:number": "1"}
    assert holds(operator, wanted, given, **more) is expected


def test_before_version_2012_a_variable_is_text() -> None:
    compiled = Condition("StringEquals", KEY, ["${aws:username}"], denies=False, variables=False)
    assert compiled.holds(read_values({KEY: "${aws:username}"}))


@pytest.mark.parametrize(
    ("operator", "given", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "c"], False),
        ("ForAllValues:StringEquals", [], True),
        ("ForAllValues:StringEquals", "", True),  # an empty text counts as no value
        ("ForAnyValue:StringEquals", ["a", "c"], True),
        ("ForAnyValue:StringEquals", ["c"], False),
        ("ForAnyValue:StringEquals", [], False),
        ("ForAllValues:StringNotEquals", ["c", "d"], True),
        ("ForAllValues:StringNotEquals", ["a", "d"], False),
        ("ForAnyValue:StringNotEquals", ["a", "d"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], False),
    ],
)
def test_set_operators(operator: str, given: list[str], expected: bool) -> None:
    assert holds(operator, ["a", "b"], given) is expected


def test_many_values_without_a_set_operator_neither_open_nor_dodge() -> None:
    assert not holds("StringEquals", "a", ["a", "b"], denies=False)
    assert holds("StringEquals", "a", ["a", "b"], denies=True)
    assert holds("StringEquals", "a", ["a"], denies=False)


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        ("Null", "true", None, True),
        ("Null", "true", "x", False),
        ("Null", "true", "", True),  # an empty text counts as no value
        ("Null", "false", "", False),
        ("Null", "false", None, False),
        ("Null", "false", "false", True),
        ("Null", ["true", "false"], "x", True),
        ("Null", "perhaps", None, False),
        ("ForAllValues:Null", "false", ["x"], True),
        ("ForAllValues:Null", "true", None, True),
        ("ForAnyValue:Null", "true", None, False),
        ("ForAnyValue:Null", "false", ["x"], True),
    ],
)
def test_null_asks_whether_the_key_is_there(
    operator: str, wanted: str | list[str], given: str | None, expected: bool
) -> None:
    assert holds(operator, wanted, given) is expected


@pytest.mark.parametrize(
    ("operator", "hint"),
    [
        ("StringEqual", "did you mean StringEquals?"),
        ("stringEquals", "did you mean StringEquals?"),
        ("ForAnyValue:FakeOperator", "ForAnyValue:FakeOperator does not exist"),
        ("NullIfExists", "did you mean Null?"),
        ("ForSomeValues:StringEquals", "ForSomeValues:StringEquals"),
        ("", "does not exist"),
    ],
)
def test_an_unknown_operator_is_refused_by_name(operator: str, hint: str) -> None:
    with pytest.raises(PolicyError, match="does not exist") as refused:
        holds(operator, "a", "a")
    assert hint in str(refused.value)


@settings(deadline=None)
@given(operator=st.sampled_from(sorted(OPERATORS)), wanted=st.text(), given=st.text(), denies=st.booleans())
def test_no_value_makes_an_operator_fail(operator: str, wanted: str, given: str, denies: bool) -> None:
    holds(operator, wanted, given, denies=denies)


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12))
def test_numbers_are_read_as_they_are_written(value: int) -> None:
    assert read_number(str(value)) == value
    assert read_number(f" {value}.0 ") == value


@pytest.mark.parametrize("text", ["", "1_000", "0x10", "nan", "inf", "1e999", "٣", "1 2", "1" * 400])
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    "text", ["", "2024-1-1", "2024-02-30", "20240101T000000Z", "2024-01-01 00:00", "0000"]
)
def test_what_is_no_date(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    "text", ["1" * 32_000 + "x", "${" * 16_000, " " * 32_000, "${" + " " * 32_000 + "}", "*a" * 16_000]
)
def test_no_text_takes_long(text: str) -> None:
    start = time.perf_counter()
    for operator in OPERATORS:
        holds(operator, text, text)
    assert time.perf_counter() - start < 5, "reading a value must not take more than linear time"
