"""The parameters that DynamoDB had before expressions are refused, wherever its model has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from kmscourse.sandbox.model.shapes import input_shape
from tests.sandbox.conftest import OFFERED

LEGACY = {
    "AttributesToGet",
    "AttributeUpdates",
    "ConditionalOperator",
    "Expected",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
}
KEY = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}


def minimal(shape: Shape) -> Any:
    """A value that the model lets through."""
    if isinstance(shape, StructureShape):
        return {name: minimal(shape.members[name]) for name in shape.required_members}
    if isinstance(shape, MapShape):
        return {"Pages": minimal(shape.value)}
    if isinstance(shape, ListShape):
        return [minimal(shape.member)]
    return "Pages"


def filled(shape: StructureShape, name: str, value: Any) -> dict[str, Any]:
    """Parameters of a structure: what it requires, and one member with its value."""
    known: dict[str, Any] = {"TableName": "Books", "Key": KEY, "Keys": [KEY], "Item": KEY}
    required = {member: known.get(member) for member in shape.required_members}
    return {member: value for member, value in required.items() if value is not None} | {name: value}


def places(shape: Shape) -> Iterator[tuple[str, Any]]:
    """Each legacy parameter in a shape, with a value of the shape that has it."""
    if shape.name == "AttributeValue":  # It holds itself, and whatever names a learner has given.
        return
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            if name in LEGACY:
                yield name, filled(shape, name, minimal(member))
            else:
                yield from ((legacy, filled(shape, name, value)) for legacy, value in places(member))
    elif isinstance(shape, MapShape):
        yield from ((legacy, {"Books": value}) for legacy, value in places(shape.value))
    elif isinstance(shape, ListShape):
        yield from ((legacy, [value]) for legacy, value in places(shape.member))


CASES = [
    (operation, name, parameters)
    for operation in OFFERED["dynamodb"]
    for name, parameters in places(input_shape("dynamodb", operation))
]


def test_they_stand_in_these_operations() -> None:
    assert {name for _, name, _ in CASES} == LEGACY
    assert {operation for operation, _, _ in CASES} == {
        *("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"),
    }


@pytest.mark.parametrize(
    ("operation", "name", "parameters"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES]
)
def test_it_is_refused_and_its_successor_named(
    gate: Any, operation: str, name: str, parameters: dict[str, Any]
) -> None:
    gate.books()
    refusal = gate.refused(f"dynamodb:{operation}", **parameters)
    assert (refusal.code, refusal.status) == ("UnsupportedOperationException", 400)
    refused, _, successor = refusal.message.partition(": use ")
    place = f"RequestItems.{name}" if operation == "BatchGetItem" else name
    assert refused == f"The practice account does not offer {place} in {operation}"
    taken = input_shape("dynamodb", operation).members
    if operation == "BatchGetItem":
        taken = taken["RequestItems"].value.members
    assert successor.removesuffix(".") in taken
    assert successor.removesuffix(".").endswith("Expression")


@pytest.mark.parametrize(
    ("operation", "name", "parameters"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES]
)
def test_who_may_not_call_is_told_that(
    gate: Any, operation: str, name: str, parameters: dict[str, Any]
) -> None:
    gate.books()
    gate.user("Nobody")
    refusal = gate.refused(f"dynamodb:{operation}", by="Nobody", **parameters)
    assert refusal.code == "AccessDeniedException"


def test_nothing_given_is_nothing_refused(gate: Any) -> None:
    gate.books()
    found = gate("dynamodb:GetItem", TableName="Books", Key=KEY, AttributesToGet=None)
    assert found["Item"] == KEY
