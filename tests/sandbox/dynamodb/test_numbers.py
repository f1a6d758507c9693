"""DynamoDB's numbers, to their limits. What a number costs was measured of AWS in 2026, byte by byte."""

from __future__ import annotations

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.dynamodb import numbers
from kmscourse.sandbox.dynamodb.numbers import NumberError

NOT_NUMERIC = "The parameter cannot be converted to a numeric value: "
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        ("0e9999999999999", "0"),
        ("-1.50", "-1.5"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("100", "100"),
        ("0042.1200", "42.12"),
        ("1e3", "1000"),
        ("12E-3", "0.012"),
        ("1E125", "1" + "0" * 125),
        ("1e-130", "0." + "0" * 129 + "1"),
        ("9" * 38, "9" * 38),
        ("9" * 38 + "0" * 80, "9" * 38 + "0" * 80),
        ("0.1e126", "1" + "0" * 125),
    ],
)
def test_numbers_and_how_they_come_back(text: str, plain: str) -> None:
    assert numbers.plain(numbers.parse(text)) == plain


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        *(
            (text, NOT_NUMERIC + text)
            for text in ("", "abc", "1.2.3", " 1", "1 ", "0x10", "1e", "NaN", "Infinity", "१")
        ),
        ("1e126", OVERFLOW),
        ("-1e126", OVERFLOW),
        ("1e2147483647", OVERFLOW),
        ("1e99999999999", OVERFLOW),
        ("1e-131", UNDERFLOW),
        ("1e-99999999999", UNDERFLOW),
        ("1" * 39, "Attempting to store more than 38 significant digits in a Number"),
        ("1" + "0" * 37 + ".1", "Attempting to store more than 38 significant digits in a Number"),
    ],
)
def test_what_is_none(text: str, fault: str) -> None:
    with pytest.raises(NumberError) as refusal:
        numbers.parse(text)
    assert str(refusal.value) == fault


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 1),
        ("1", 2),
        ("-1", 3),
        ("99", 2),
        ("100", 2),
        ("123456", 4),
        ("3.14159", 5),
        ("42.12", 3),
        ("1E125", 2),
        ("1e-130", 2),
        ("9" * 38, 20),
    ],
)
def test_what_a_number_costs(text: str, size: int) -> None:
    assert numbers.size(numbers.parse(text)) == size


kept = st.tuples(st.integers(-(10**38) + 1, 10**38 - 1), st.integers(-130, 60)).map(
    lambda parts: Decimal(parts[0]).scaleb(parts[1], Context(prec=50))
)


@given(kept, kept)
def test_a_sum_is_exact_or_refused(left: Decimal, right: Decimal) -> None:
    exact = Context(prec=400).add(left, right)
    try:
        total = numbers.add(left, right)
    except NumberError:
        digits = "".join(map(str, exact.as_tuple().digits)).strip("0")
        assert len(digits) > numbers.MAX_DIGITS or not -130 <= exact.adjusted() <= 125
    else:
        assert total == exact
        assert numbers.parse(numbers.plain(total)) == exact
