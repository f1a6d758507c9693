"""Pages of Query and Scan: those of a naive model, and what may not be asked.

The refusals are recorded of AWS, most in dynalite's tests, those of 2026 in public records of conformance tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.dynamodb import pages
from tests.effort import calls
from tests.sandbox.conftest import Gate, Practice

TABLE = {"TableName": "Books"}
TYPES = {"Author": "S", "Title": "S", "Shelf": "S", "Year": "N"}
KEYS = ("Author", "Title")
INDEXES = {"of-shelf": ("Shelf",), "of-year": ("Shelf", "Year"), "local": ("Author", "Year")}
AUTHORS, TITLES, SHELVES, YEARS = ("A", "B", "Ä"), ("a", "ab", "b", "ä"), ("x", "y"), ("-1", "2", "2.0", "10")
NOT_THE_SCHEMA = "The provided key element does not match the schema"
INVALID_START = "The provided starting key is invalid"


def schema(keys: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind} for name, kind in zip(keys, ("HASH", "RANGE"), strict=False)
    ]


def library(**projections: dict[str, Any]) -> dict[str, Any]:
    """CreateTable's parameters for a table of books with its indexes."""
    indexes = {
        name: {
            "IndexName": name,
            "KeySchema": schema(keys),
            "Projection": projections.get(name.replace("-", "_"), {"ProjectionType": "ALL"}),
        }
        for name, keys in INDEXES.items()
    }
    return {
        **TABLE,
        "KeySchema": schema(KEYS),
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in TYPES.items()
        ],
        "GlobalSecondaryIndexes": [indexes["of-shelf"], indexes["of-year"]],
        "LocalSecondaryIndexes": [indexes["local"]],
        "BillingMode": "PAY_PER_REQUEST",
    }


def value(name: str, text: str) -> Any:
    return Decimal(text) if TYPES.get(name) == "N" else text


def place(book: dict[str, str], keys: tuple[str, ...]) -> tuple[Any, ...]:
    """Where a book stands among those that have these keys."""
    return tuple(value(name, book[name]) for name in dict.fromkeys((*keys, *KEYS)))


def typed(book: dict[str, str]) -> dict[str, Any]:
    return {
        name: {"N": str(int(text.removesuffix(".0")))} if TYPES.get(name) == "N" else {"S": text}
        for name, text in book.items()
    }


books = st.fixed_dictionaries(
    {"Author": st.sampled_from(AUTHORS), "Title": st.sampled_from(TITLES)},
    optional={
        "Shelf": st.sampled_from(SHELVES),
        "Year": st.sampled_from(YEARS),
        "Blurb": st.sampled_from(["short", "x" * 300]),
    },
)
reads = st.fixed_dictionaries(
    {
        "index": st.sampled_from([None, *INDEXES]),
        "is_query": st.booleans(),
        "partition": st.sampled_from([0, 1]),
        "comparison": st.sampled_from([None, "=", "<", "<=", ">", ">="]),
        "bound": st.integers(0, 3),
        "limit": st.sampled_from([None, 1, 2, 3]),
        "forward": st.booleans(),
        "filtered": st.booleans(),
        "segments": st.sampled_from([None, 1, 2, 5, 1_000_000]),
    }
)
COMPARISONS = {"=": "__eq__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}


def pages_of(made: Practice, operation: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    start: dict[str, Any] = {}
    while True:
        page = made(f"dynamodb:{operation}", **TABLE, **asked, **start)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def parameters(read: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """A Query as a call, and which books the conditions on its keys leave."""
    keys = INDEXES.get(read["index"], KEYS)
    partition = (SHELVES if keys[0] == "Shelf" else AUTHORS)[read["partition"]]
    asked: dict[str, Any] = {"ScanIndexForward": read["forward"]}
    text, values = f"{keys[0]} = :p", {":p": {"S": partition}}
    bound = None
    if len(keys) > 1 and read["comparison"]:
        bound = (YEARS if keys[1] == "Year" else TITLES)[read["bound"]]
        text += f" AND #s {read['comparison']} :b"
        values[":b"] = {TYPES[keys[1]]: bound}
        asked["ExpressionAttributeNames"] = {"#s": keys[1]}

    def is_met(book: dict[str, str]) -> bool:
        if book[keys[0]] != partition:
            return False
        compare = COMPARISONS[read["comparison"]] if bound is not None else None
        return compare is None or getattr(value(keys[1], book[keys[1]]), compare)(value(keys[1], str(bound)))

    return {**asked, "KeyConditionExpression": text, "ExpressionAttributeValues": values}, is_met


@settings(max_examples=60, deadline=None)
@given(st.lists(books, max_size=20), st.lists(reads, min_size=3, max_size=6))
def check_pages(put: list[dict[str, str]], asked: list[dict[str, Any]]) -> None:
    made, table = Practice(), dict[tuple[str, str], dict[str, str]]()
    made("dynamodb:CreateTable", **library())
    for book in put:
        made("dynamodb:PutItem", **TABLE, Item=typed(book))
        table[book["Author"], book["Title"]] = book
    for read in asked:
        keys = INDEXES.get(read["index"], KEYS)
        call: dict[str, Any] = {} if read["index"] is None else {"IndexName": read["index"]}
        is_met: Any = lambda book: True  # noqa: E731
        if read["is_query"]:
            more, is_met = parameters(read)
            call |= more
        if read["limit"]:
            call["Limit"] = read["limit"]
        if read["filtered"]:
            call["FilterExpression"] = "Blurb = :short"
            call["ExpressionAttributeValues"] = {
                **call.get("ExpressionAttributeValues", {}),
                ":short": {"S": "short"},
            }
        through = [book for book in table.values() if all(key in book for key in keys) and is_met(book)]
        through.sort(key=lambda book: place(book, keys), reverse=read["is_query"] and not read["forward"])
        expected = [typed(book) for book in through if not read["filtered"] or book.get("Blurb") == "short"]
        if read["is_query"] or read["segments"] is None:
            found = list(pages_of(made, "Query" if read["is_query"] else "Scan", call))
            assert [item for page in found for item in page["Items"]] == expected, call
        else:
            total = read["segments"]
            segments = range(total) if total < 10 else []
            found = [
                page
                for segment in segments
                for page in pages_of(made, "Scan", {**call, "Segment": segment, "TotalSegments": total})
            ]
            items = [item for page in found for item in page["Items"]]
            assert not segments or sorted(map(str, items)) == sorted(map(str, expected))
            if not segments:
                continue
        assert sum(page["ScannedCount"] for page in found) == len(through)
        for page in found:
            assert page["Count"] == len(page["Items"])
            assert page["ScannedCount"] <= (read["limit"] or len(table))
            if "LastEvaluatedKey" in page:
                assert set(page["LastEvaluatedKey"]) == {*keys, *KEYS}
    made.account.close()


def test_pages_are_those_of_a_sorted_list() -> None:
    check_pages()


def test_small_pages_are_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_PAGE", 500)
    check_pages()


def scan(made: Any, **asked: Any) -> dict[str, Any]:
    return dict(made("dynamodb:Scan", **TABLE, **asked))


def test_a_page_that_is_full_names_its_last_key_though_nothing_follows(practice: Practice) -> None:
    practice.books()
    for title in "ab":
        practice.put(title)
    assert "LastEvaluatedKey" in scan(practice, Limit=2)
    assert "LastEvaluatedKey" not in scan(practice, Limit=3)


def test_a_page_holds_a_megabyte_whatever_the_filter_leaves(practice: Practice) -> None:
    practice.books()
    for title in "abcd":
        practice.put(title, Blurb={"S": "x" * 350_000})
    nothing = {"FilterExpression": "Blurb = :n", "ExpressionAttributeValues": {":n": {"S": "n"}}}
    page = scan(practice, **nothing)
    assert (page["Count"], page["ScannedCount"]) == (0, 3)
    assert page["LastEvaluatedKey"]["Title"] == {"S": "c"}


def test_a_count_has_no_items(practice: Practice) -> None:
    practice.books()
    practice.put("a")
    assert scan(practice, Select="COUNT") == {"Count": 1, "ScannedCount": 1}


@pytest.fixture
def indexed(gate: Gate) -> Gate:
    """A table of books whose indexes have only some attributes of them."""
    some = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["Blurb"]}
    gate(
        "dynamodb:CreateTable", **library(of_year=some, of_shelf={"ProjectionType": "KEYS_ONLY"}, local=some)
    )
    book = {"Author": "A", "Title": "a", "Shelf": "x", "Year": "2", "Blurb": "short", "Price": "9"}
    gate("dynamodb:PutItem", **TABLE, Item=typed(book))
    return gate


def test_an_index_shows_what_is_projected_into_it(indexed: Gate) -> None:
    for index, shown in (
        ("of-shelf", {"Author", "Title", "Shelf"}),
        ("of-year", {"Author", "Title", "Shelf", "Year", "Blurb"}),
        ("local", {"Author", "Title", "Year", "Blurb"}),
    ):
        for select in ({}, {"Select": "ALL_PROJECTED_ATTRIBUTES"}):
            [item] = scan(indexed, IndexName=index, **select)["Items"]
            assert set(item) == shown


def test_a_local_index_gets_the_rest_from_its_table(indexed: Gate) -> None:
    [item] = scan(indexed, IndexName="local", Select="ALL_ATTRIBUTES")["Items"]
    assert item["Price"] == {"S": "9"}
    [item] = scan(indexed, IndexName="local", ProjectionExpression="Price, Title")["Items"]
    assert item == {"Price": {"S": "9"}, "Title": {"S": "a"}}


def test_a_filter_sees_what_is_in_a_global_index(indexed: Gate) -> None:
    cheap = {"FilterExpression": "Price = :p", "ExpressionAttributeValues": {":p": {"S": "9"}}}
    assert scan(indexed, IndexName="of-year", **cheap)["Count"] == 0
    assert scan(indexed, **cheap)["Count"] == 1


BY_AUTHOR = {"KeyConditionExpression": "Author = :a", "ExpressionAttributeValues": {":a": {"S": "A"}}}
BY_SHELF = {
    "IndexName": "of-year",
    "KeyConditionExpression": "Shelf = :a",
    "ExpressionAttributeValues": {":a": {"S": "x"}},
}
YEAR_TOO = {
    **BY_SHELF,
    "KeyConditionExpression": "Shelf = :a AND #y > :y",
    "ExpressionAttributeNames": {"#y": "Year"},
    "ExpressionAttributeValues": {":a": {"S": "x"}, ":y": {"N": "5"}},
}
START = {"Author": {"S": "A"}, "Title": {"S": "a"}}
IN_INDEX = {**START, "Shelf": {"S": "x"}, "Year": {"N": "6"}}
NOT_ALL = (
    "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index "
    "of-year because its projection type is not ALL"
)
CONSISTENT = "Consistent reads are not supported on global secondary indexes"
SCALAR = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {},
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        ),
        (
            {**BY_AUTHOR, "IndexName": "by-title"},
            "The table does not have the specified index: by-title",
        ),
        (
            {**BY_AUTHOR, "IndexName": "a!"},
            "2 validation errors detected: Value 'a!' at 'indexName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value 'a!' at 'indexName' failed to satisfy "
            "constraint: Member must have length greater than or equal to 3",
        ),
        ({**BY_SHELF, "ConsistentRead": True}, CONSISTENT),
        (
            {**BY_AUTHOR, "KeyConditionExpression": "Title = :a"},
            "Query condition missed key schema element: Author",
        ),
        (
            {**BY_AUTHOR, "KeyConditionExpression": "Pages = :a"},
            "Query condition missed key schema element: Author",
        ),
        (
            {**BY_AUTHOR, "KeyConditionExpression": "Author = :a AND Pages = :a"},
            "Query condition missed key schema element: Title",
        ),
        (
            {**BY_AUTHOR, "KeyConditionExpression": "Author = :a AND Title > :a AND Pages = :a"},
            "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
        ),
        ({**BY_AUTHOR, "KeyConditionExpression": "Author > :a"}, "Query key condition not supported"),
        (
            {**BY_AUTHOR, "ExpressionAttributeValues": {":a": {"N": "1"}}},
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            {
                **YEAR_TOO,
                "KeyConditionExpression": "Shelf = :a AND begins_with(#y, :y)",
                "ExpressionAttributeValues": {":a": {"S": "x"}, ":y": {"S": "5"}},
            },
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            {
                **YEAR_TOO,
                "KeyConditionExpression": "Shelf = :a AND begins_with(#y, :y)",
            },
            "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: "
            "begins_with, operand type: N",
        ),
        (
            {**BY_AUTHOR, "ExpressionAttributeValues": {":a": {"S": ""}}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: Author",
        ),
        (
            {**BY_AUTHOR, "FilterExpression": "Title = :a"},
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: Title",
        ),
        ({**BY_AUTHOR, "ProjectionExpression": "Title.x"}, f"{SCALAR}Key: Title"),
        ({**BY_AUTHOR, "FilterExpression": "Shelf[0] = :a"}, f"{SCALAR}IndexKey: Shelf"),
        ({**BY_SHELF, "Select": "ALL_ATTRIBUTES"}, NOT_ALL),
        (
            {**BY_SHELF, "ProjectionExpression": "Blurb, Price"},
            "One or more parameter values were invalid: Global secondary index of-year does not project [Price]",
        ),
        ({**BY_AUTHOR, "ExclusiveStartKey": {}}, INVALID_START),
        ({**BY_AUTHOR, "ExclusiveStartKey": {"Author": {"S": "A"}}}, INVALID_START),
        ({**BY_AUTHOR, "ExclusiveStartKey": {**START, "Pages": {"N": "1"}}}, INVALID_START),
        ({**BY_AUTHOR, "ExclusiveStartKey": {**START, "Title": {"N": "1"}}}, NOT_THE_SCHEMA),
        ({**BY_SHELF, "ExclusiveStartKey": START}, INVALID_START),
        ({**BY_SHELF, "ExclusiveStartKey": {**IN_INDEX, "Year": {"S": "6"}}}, NOT_THE_SCHEMA),
        (
            {**BY_SHELF, "ExclusiveStartKey": {**IN_INDEX, "Title": {"N": "6"}}},
            f"{INVALID_START}: {NOT_THE_SCHEMA}",
        ),
        (
            {**BY_AUTHOR, "ExclusiveStartKey": {**START, "Author": {"S": "B"}}},
            "The provided starting key is outside query boundaries based on provided conditions",
        ),
        (
            {**YEAR_TOO, "ExclusiveStartKey": {**IN_INDEX, "Year": {"N": "5"}}},
            "The provided starting key does not match the range key predicate",
        ),
        (
            {**YEAR_TOO, "ExclusiveStartKey": {**IN_INDEX, "Shelf": {"S": "y"}}},
            "The query can return at most one row and cannot be restarted",
        ),
        (
            {**BY_AUTHOR, "Select": "SPECIFIC_ATTRIBUTES"},
            "1 validation error detected: Must specify the AttributesToGet or ProjectionExpression when choosing to "
            "get SPECIFIC_ATTRIBUTES",
        ),
        (
            {**BY_AUTHOR, "Select": "COUNT", "ProjectionExpression": "Title"},
            "1 validation error detected: Cannot specify the ProjectionExpression when choosing to get only the Count",
        ),
        (
            {**BY_AUTHOR, "Select": "ALL_PROJECTED_ATTRIBUTES"},
            "1 validation error detected: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        ),
        (
            {**BY_AUTHOR, "Select": "ALL"},
            "1 validation error detected: Value 'ALL' at 'select' failed to satisfy constraint: Member must satisfy "
            "enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
        ),
    ],
)
def test_what_a_query_may_not_ask(indexed: Gate, asked: dict[str, Any], message: str) -> None:
    refusal = indexed.refused("dynamodb:Query", **TABLE, **asked)
    assert (refusal.code, refusal.message, refusal.status) == ("ValidationException", message, 400)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"IndexName": "by-title"}, "The table does not have the specified index: by-title"),
        ({"IndexName": "of-year", "ConsistentRead": True}, CONSISTENT),
        ({"IndexName": "of-year", "Select": "ALL_ATTRIBUTES"}, NOT_ALL),
        (
            {"Select": "SPECIFIC_ATTRIBUTES"},
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
        ),
        ({"ExclusiveStartKey": {}}, f"{INVALID_START}: {NOT_THE_SCHEMA}"),
        ({"ExclusiveStartKey": {**START, "Title": {"N": "1"}}}, f"{INVALID_START}: {NOT_THE_SCHEMA}"),
        ({"IndexName": "of-year", "ExclusiveStartKey": START}, INVALID_START),
        (
            {"IndexName": "of-year", "ExclusiveStartKey": {**IN_INDEX, "Year": {"S": "6"}}},
            NOT_THE_SCHEMA,
        ),
        ({"FilterExpression": "attribute_exists(Author.x)"}, f"{SCALAR}Key: Author"),
        (
            {"Segment": 1, "FilterExpression": "a = a"},
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
            "present",
        ),
        (
            {"TotalSegments": 1},
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is "
            "present",
        ),
        (
            {"Segment": 5, "TotalSegments": 5},
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 5 is not "
            "less than TotalSegments: 5",
        ),
    ],
)
def test_what_a_scan_may_not_ask(indexed: Gate, asked: dict[str, Any], message: str) -> None:
    refusal = indexed.refused("dynamodb:Scan", **TABLE, **asked)
    assert (refusal.code, refusal.message, refusal.status) == ("ValidationException", message, 400)


def test_a_segment_goes_on_with_its_own_keys(indexed: Gate) -> None:
    asked = {**TABLE, "Segment": 0, "TotalSegments": 1_000_000, "ExclusiveStartKey": START}
    assert indexed.refused("dynamodb:Scan", **asked).message == (
        f"{INVALID_START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
        "TotalSegments: 1000000 Segment: 0"
    )


def test_an_expression_is_looked_at_before_the_table(gate: Gate) -> None:
    asked = {"KeyConditionExpression": "a = :a AND begins_with(b, :n)"}
    values = {":a": {"S": "x"}, ":n": {"N": "1"}}
    for operand, code in (({"N": "1"}, "ValidationException"), ({"S": "1"}, "ResourceNotFoundException")):
        given_in = {"ExpressionAttributeValues": {**values, ":n": operand}}
        assert gate.refused("dynamodb:Query", TableName="Nowhere", **asked, **given_in).code == code


@given(
    st.sampled_from(["Author = :v", "size(Title) > :n", "NOT Shelf = :v", "Year2 < :n OR Blurb <> :v"]),
    st.lists(books, min_size=1, max_size=8),
    books,
)
@settings(max_examples=25, deadline=None)
def test_no_answer_depends_on_an_item_that_the_filter_leaves_out(
    text: str, put: list[dict[str, str]], other: dict[str, str]
) -> None:
    made = Practice()
    made("dynamodb:CreateTable", **library())
    values = {name: held for name, held in ((":v", {"S": "A"}), (":n", {"N": "1"})) if name in text}
    asked = {"FilterExpression": text, "ExpressionAttributeValues": values}
    for book in put:
        made("dynamodb:PutItem", **TABLE, Item=typed(book))
    before = scan(made, **asked)["Items"]
    key = {name: other[name] for name in KEYS}
    made("dynamodb:DeleteItem", **TABLE, Key=typed(key))
    without = scan(made, **asked)["Items"]
    made("dynamodb:PutItem", **TABLE, Item=typed(other))
    found = scan(made, **asked)["Items"]
    rest = [item for item in found if {name: item[name] for name in KEYS} != typed(key)]
    assert rest == without
    assert [item for item in before if {name: item[name] for name in KEYS} != typed(key)] == without
    made.account.close()


def steps(count: int) -> dict[str, int]:
    """How many steps each read takes in a table of so many items, all under one author."""
    made = Practice()
    made("dynamodb:CreateTable", **library())
    for number in range(count):
        book = {"Author": "A", "Title": f"{number:05}", "Shelf": "x", "Year": str(number)}
        made("dynamodb:PutItem", **TABLE, Item=typed(book))
    half = {"Author": {"S": "A"}, "Title": {"S": f"{count // 2:05}x"}}
    asked = {
        "Scan": ("Scan", {"Limit": 1}),
        "Scan, further": ("Scan", {"Limit": 1, "ExclusiveStartKey": half}),
        "Scan of an index": ("Scan", {"Limit": 1, "IndexName": "of-shelf"}),
        "Query": ("Query", {"Limit": 1, **BY_AUTHOR}),
        "Query, backwards": ("Query", {"Limit": 1, "ScanIndexForward": False, **BY_AUTHOR}),
        "Query, further": ("Query", {"Limit": 1, "ExclusiveStartKey": half, **BY_AUTHOR}),
        "Query of an index": ("Query", {"Limit": 1, **BY_SHELF}),
        "DescribeTable": ("DescribeTable", {}),
        "GetItem": ("GetItem", {"Key": {"Author": {"S": "A"}, "Title": {"S": "00001"}}}),
    }
    found = {}
    for title, (operation, call) in asked.items():
        made(f"dynamodb:{operation}", **TABLE, **call)  # what is sorted once, is sorted
        found[title] = calls(lambda o=operation, c=call: made(f"dynamodb:{o}", **TABLE, **c))  # type: ignore[misc]
    made.account.close()
    return found


def test_a_page_takes_as_many_steps_in_a_large_table() -> None:
    small, large = steps(10), steps(400)
    grew = {title: (small[title], large[title]) for title in small if large[title] > 1.2 * small[title]}
    assert not grew, f"steps among 10 items, and among 400: find the walk in {grew}"


def test_reading_what_is_not_there_leaves_nothing_behind(practice: Practice) -> None:
    practice.books()
    for number in range(5):
        key = {"Author": {"S": f"nobody {number}"}, "Title": {"S": "none"}}
        practice("dynamodb:GetItem", **TABLE, Key=key)
    practice.put("one")
    practice("dynamodb:DeleteItem", **TABLE, Key={"Author": {"S": "Seth Godin"}, "Title": {"S": "one"}})
    assert len(practice.account._models("dynamodb", "us-east-1").tables["Books"].items) == 0
