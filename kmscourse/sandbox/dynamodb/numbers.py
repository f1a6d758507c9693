"""DynamoDB's numbers: 38 significant digits, as far from zero as 9.99…E+125, as near to it as 1E-130.

Source: DynamoDB Developer Guide, "Supported data types and naming rules in Amazon DynamoDB"; DynamoDB API Reference,
"AttributeValue"; the texts as AWS prints them.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal

MAX_DIGITS = 38
_LARGEST, _SMALLEST = 125, -130  # exponents of the first digit

_NUMBER = re.compile(
    r"(?P<digits>[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+))([eE](?P<exponent>[+-]?[0-9]+))?", re.ASCII
)
_EXPONENT_DIGITS = 6
_EXACT = Context(
    prec=500_000, Emax=999_999_999, Emin=-999_999_999
)  # Room for any text, and any sum of two numbers.
NOT_NUMERIC = "The parameter cannot be converted to a numeric value"
_OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
_UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"


class NumberError(ValueError):
    """A number that DynamoDB does not keep; its text is AWS's."""


def parse(text: str) -> Decimal:
    """The number that ``text`` stands for. Raises NumberError."""
    match = _NUMBER.fullmatch(text)
    if not match:
        raise NumberError(f"{NOT_NUMERIC}: {text[:100]}")
    number, exponent = Decimal(match["digits"]), match["exponent"] or "0"
    if _digits(number) > MAX_DIGITS:
        raise NumberError("Attempting to store more than 38 significant digits in a Number")
    if number and len(exponent.lstrip("+-0")) > _EXPONENT_DIGITS:  # More than a Decimal may have room for.
        raise NumberError(_UNDERFLOW if exponent.startswith("-") else _OVERFLOW)
    return _within_range(number.scaleb(int(exponent), _EXACT)) if number else Decimal(0)


def add(left: Decimal, right: Decimal) -> Decimal:
    """The sum of two numbers. Raises NumberError where it is none that DynamoDB keeps.

    A sum of more than 38 digits is an overflow too, in AWS's words.
    """
    total = _EXACT.add(left, right)
    if _digits(total) > MAX_DIGITS:
        raise NumberError(_OVERFLOW)
    return _within_range(total)


def plain(number: Decimal) -> str:
    """A number as DynamoDB returns it: in decimal notation, without zeros that say nothing, and without an exponent."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if not number else text


def size(number: Decimal) -> int:
    """The bytes that a number takes: one, one more for each two digits on either side of the point, one for a minus."""
    whole, _, fraction = plain(number.copy_abs()).partition(".")
    whole = whole.lstrip("0") if fraction else whole.strip("0")
    fraction = fraction if whole else fraction.lstrip("0")
    return 1 + _half(whole) + _half(fraction) + (number < 0)


def _half(digits: str) -> int:
    return (len(digits) + 1) // 2


def _digits(number: Decimal) -> int:
    """How many significant digits a number has."""
    return len("".join(map(str, number.as_tuple().digits)).strip("0"))


def _within_range(number: Decimal) -> Decimal:
    if number and number.adjusted() > _LARGEST:
        raise NumberError(_OVERFLOW)
    if number and number.adjusted() < _SMALLEST:
        raise NumberError(_UNDERFLOW)
    return number
