"""Which members of an input are not honoured, and whether a call asks for them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import ShapeResolver, StructureShape

from kmscourse.sandbox.model.members import EACH, is_asked_for, places_not_honoured, printed
from kmscourse.sandbox.model.shapes import input_shape

BOOK = {"type": "structure", "members": {"Title": {"shape": "Text"}, "Author": {"shape": "Text"}}}
SHAPES = {
    "Text": {"type": "string"},
    "Book": BOOK,
    "Entry": BOOK,
    "Books": {"type": "list", "member": {"shape": "Book"}},
    "Entries": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Entry"}},
    "Shelf": {
        "type": "structure",
        "members": {
            "Name": {"shape": "Text"},
            "Books": {"shape": "Books"},
            "ByAuthor": {"shape": "Entries"},
        },
    },
}


@pytest.mark.parametrize(
    ("members", "structures", "expected"),
    [
        ("Name Books ByAuthor", {"Book": "Title Author", "Entry": "Title Author"}, []),
        ("", {}, [("Name",), ("Books",), ("ByAuthor",)]),
        ("Name Books", {"Book": "Title"}, [("Books", EACH, "Author"), ("ByAuthor",)]),
        (
            "Name ByAuthor",
            {"Entry": ""},
            [("Books",), ("ByAuthor", EACH, "Title"), ("ByAuthor", EACH, "Author")],
        ),
    ],
)
def test_what_is_not_named_is_not_honoured(
    members: str, structures: dict[str, str], expected: list[tuple[str, ...]]
) -> None:
    shelf = ShapeResolver(SHAPES).get_shape_by_name("Shelf")
    assert isinstance(shelf, StructureShape)
    assert list(places_not_honoured(shelf, members, structures)) == expected


def test_a_structure_that_holds_itself_is_gone_through_once() -> None:
    shape = input_shape("dynamodb", "GetItem")
    assert shape is not None
    members = " ".join(shape.members)
    assert ("Key", EACH, "BOOL") in list(places_not_honoured(shape, members, {"AttributeValue": "S N M L"}))
    whole = {"AttributeValue": "S N B SS NS BS M L NULL BOOL"}
    assert list(places_not_honoured(shape, members, whole)) == []


@pytest.mark.parametrize(
    ("parameters", "place", "is_asked"),
    [
        ({}, ("Name",), False),
        ({"Name": None}, ("Name",), False),
        ({"Name": False}, ("Name",), False),
        ({"Name": 0}, ("Name",), True),
        ({"Name": ""}, ("Name",), True),
        ({"Name": []}, ("Name",), True),
        ({"Name": {}}, ("Name",), True),
        ({"Name": {"On": False}}, ("Name",), False),
        ({"Name": {"On": False, "Kind": "x"}}, ("Name",), True),
        ({"Books": None}, ("Books", EACH, "Author"), False),
        ({"Books": [{"Title": "x"}]}, ("Books", EACH, "Author"), False),
        ({"Books": [{"Title": "x"}, {"Author": "y"}]}, ("Books", EACH, "Author"), True),
        ({"ByAuthor": {"y": {"Title": "x"}}}, ("ByAuthor", EACH, "Title"), True),
        ({"ByAuthor": {"y": None}}, ("ByAuthor", EACH, "Title"), False),
    ],
)
def test_whether_a_call_asks_for_it(parameters: Any, place: tuple[str, ...], is_asked: bool) -> None:
    assert is_asked_for(parameters, place) is is_asked


def test_how_a_refusal_names_it() -> None:
    assert printed(("RequestItems", EACH, "AttributesToGet")) == "RequestItems.AttributesToGet"
