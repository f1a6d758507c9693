"""Which attributes an expression names, however it is written."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.expressions import KINDS, WORDS, Expressions

NAMES = {"#a": "Author", "#t": "Title", "#dot": "a.b"}


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("ProjectionExpression", "Title, #a", {"Title", "Author"}),
        ("ProjectionExpression", "Award.Grammys[0].#t, Pages", {"Award", "Pages"}),
        ("ProjectionExpression", "#dot", {"a.b"}),
        ("ConditionExpression", "attribute_not_exists(Author) AND NOT (Pages BETWEEN :a AND :b)", {"Author", "Pages"}),
        ("ConditionExpression", "size(#t) > :n or Pages in (:a, :b)", {"Title", "Pages"}),
        ("FilterExpression", "contains(Tags,:x)", {"Tags"}),
        ("KeyConditionExpression", "#a=:a AND begins_with(#t,:t)", {"Author", "Title"}),
        ("UpdateExpression", "SET Pages = Pages + :n, #t=if_not_exists(Old, :t)", {"Pages", "Title", "Old"}),
        ("UpdateExpression", "REMOVE x.y SET z = :n", {"x", "z"}),
        ("UpdateExpression", "add c :n delete s :s", {"c", "s"}),
        ("UpdateExpression", "SET c=c-:n", {"c"}),
    ],
)  # fmt: skip
def test_the_attributes_of_an_expression(kind: str, text: str, found: set[str]) -> None:
    assert Expressions({kind: text, "ExpressionAttributeNames": NAMES}).attributes == found


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("ProjectionExpression", " ", "The expression can not be empty;"),
        ("ProjectionExpression", "Title, ?", 'Syntax error; token: "?", near: ", ?"'),
        ("FilterExpression", "größe = :a", 'Syntax error; token: "ö", near: "gr ö ß"'),
        (
            "ConditionExpression",
            "attribute_exists(#b)",
            "An expression attribute name used in the document path is not defined; attribute name: #b",
        ),
    ],
)
def test_what_can_not_be_read_is_refused(kind: str, text: str, fault: str) -> None:
    with pytest.raises(AwsError) as refusal:
        _ = Expressions({kind: text, "ExpressionAttributeNames": NAMES}).attributes
    assert (refusal.value.code, refusal.value.message) == ("ValidationException", f"Invalid {kind}: {fault}")


def test_an_empty_update_is_refused_with_a_count() -> None:
    with pytest.raises(AwsError) as refusal:
        _ = Expressions({"UpdateExpression": ""}).attributes
    assert refusal.value.message == (
        "1 validation error detected: Invalid UpdateExpression: The expression can not be empty;"
    )


words = st.from_regex(r"[a-z_][A-Za-z0-9_]{1,10}", fullmatch=True).filter(
    lambda word: word.upper() not in WORDS | {"SET", "REMOVE", "ADD", "DELETE"}
)
gaps = st.sampled_from(["", " ", "\n\t "])


@given(st.lists(words, min_size=1, max_size=5, unique=True), gaps, st.booleans())
def test_no_attribute_is_missed(names: list[str], gap: str, placeholders: bool) -> None:
    """Whatever stands in a condition as an operand is found, by its name or by a placeholder."""
    given_names = {f"#n{number}": name for number, name in enumerate(names)} if placeholders else {}
    operands = list(given_names) or names
    text = " AND ".join(f"({gap}{operand}{gap}={gap}:v{gap})" for operand in operands)
    parameters: dict[str, Any] = {"FilterExpression": text, "ExpressionAttributeNames": given_names}
    assert Expressions(parameters).attributes == set(names)


@given(st.sampled_from(KINDS), st.text(max_size=60))
def test_no_text_breaks_the_reading(kind: str, text: str) -> None:
    with contextlib.suppress(AwsError):
        _ = Expressions({kind: text}).attributes
