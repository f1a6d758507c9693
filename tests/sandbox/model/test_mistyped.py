"""JSON of the wrong type, refused in AWS's words."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.model.mistyped import mistyped


@pytest.mark.parametrize(
    ("value", "wanted", "text"),
    [
        (96, "String", "NUMBER_VALUE cannot be converted to String"),
        (9.6, "String", "DECIMAL_VALUE cannot be converted to String"),
        (True, "String", "TRUE_VALUE cannot be converted to String"),
        ("23", "Integer", "STRING_VALUE cannot be converted to Integer"),
        (False, "Long", "FALSE_VALUE cannot be converted to Long"),
        ("true", "Boolean", "Unexpected token received from parser"),
        (1, "Boolean", "NUMBER_VALUE cannot be converted to Boolean"),
        (1, "Blob", "only base-64-encoded strings are convertible to bytes"),
        ([], "String", "Unrecognized collection type class java.lang.String"),
        ([], "Blob", "Unrecognized collection type class java.nio.ByteBuffer"),
        ({}, "String", "Start of structure or map found where not expected"),
        ({}, "List", "Start of structure or map found where not expected"),
        ("x", "List", "Unexpected field type"),
        (1, "Structure", "Unexpected field type"),
    ],
)
def test_dynamodbs_words(value: Any, wanted: str, text: str) -> None:
    error = mistyped(value, wanted, "dynamodb")
    assert (error.code, error.message, error.status) == ("SerializationException", text, 400)


@pytest.mark.parametrize(
    ("value", "wanted", "text"),
    [
        (1, "String", "NUMBER_VALUE can not be converted to a String"),
        (1.5, "String", "NUMBER_VALUE can not be converted to a String"),
        (True, "Integer", "TRUE_VALUE can not be converted to an Integer"),
        ("1", "Integer", "STRING_VALUE can not be converted to an Integer"),
        (["x"], "String", "Start of list found where not expected"),
        ({"a": 1}, "Integer", "Start of structure or map found where not expected."),
        ("x", "List", "Expected list or null"),
        (True, "Structure", "Expected null"),
    ],
)
def test_everybody_elses_words(value: Any, wanted: str, text: str) -> None:
    assert mistyped(value, wanted, "kms").message == text


def test_they_are_said_of_requests(gate: Any) -> None:
    refusal = gate.refused("kms:ListKeys", Limit="2")
    assert refusal.message == "STRING_VALUE can not be converted to an Integer"
    gate.books()
    item = {"Author": {"S": "Seth Godin"}, "Title": {"S": "Tribes"}, "Pages": {"N": 160}}
    refusal = gate.refused("dynamodb:PutItem", TableName="Books", Item=item)
    assert refusal.message == "NUMBER_VALUE cannot be converted to String"
