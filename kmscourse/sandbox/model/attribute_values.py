"""What DynamoDB takes as a number and as a set, wherever in a request an attribute's value stands.

Source: DynamoDB Developer Guide, "Supported data types and naming rules"; the texts as AWS prints them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kmscourse.sandbox.call import AwsError

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", re.ASCII)
_DIGITS, _LARGEST, _SMALLEST = 38, 125, -130
_SETS = {"SS": "An string set  may not be empty", "NS": "An number set  may not be empty"}


def check(value: Mapping[str, Any]) -> None:
    """Raises AwsError ValidationException where a number in ``value``, or a set, is none that DynamoDB keeps.

    What lies within maps and lists is checked by itself.
    """
    for kind, held in value.items():
        if kind == "N" and isinstance(held, str):
            _check_number(held)
        elif kind in ("SS", "NS", "BS") and isinstance(held, list):
            _check_set(kind, held)


def _check_number(text: str) -> None:
    if not _NUMBER.fullmatch(text):
        shown = f": {text[:100]}" if text else ""
        raise _refused(f"The parameter cannot be converted to a numeric value{shown}")
    number = Decimal(text)
    if len("".join(map(str, number.as_tuple().digits)).strip("0")) > _DIGITS:
        raise _refused("Attempting to store more than 38 significant digits in a Number")
    if number and number.adjusted() > _LARGEST:
        raise _refused(
            "Number overflow. Attempting to store a number with magnitude larger than supported range"
        )
    if number and number.adjusted() < _SMALLEST:
        raise _refused(
            "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        )


def _check_set(kind: str, members: Sequence[Any]) -> None:
    if not members:
        fault = _SETS.get(kind, "Binary sets should not be empty")
        raise _refused(f"1 validation error detected: One or more parameter values were invalid: {fault}")
    texts = [member for member in members if isinstance(member, str)]
    for text in texts if kind == "NS" else ():
        _check_number(text)
    same = [Decimal(text) for text in texts] if kind == "NS" else texts
    if len(set(same)) < len(same):
        shown = "" if kind == "NS" else f" [{', '.join(texts)[:300]}]"
        raise _refused(
            f"One or more parameter values were invalid: Input collection{shown} contains duplicates."
        )


def _refused(message: str) -> AwsError:
    return AwsError("ValidationException", message)
