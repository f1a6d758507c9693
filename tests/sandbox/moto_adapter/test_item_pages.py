"""A page of a Query or a Scan is what moto makes of the whole table, however few items it is shown of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.dynamodb.models import table as motos_table

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.moto_adapter import item_pages
from tests.effort import calls
from tests.sandbox.conftest import Practice

AUTHORS, TITLES, YEARS, SHELVES = (
    ("A", "B", "Ä"),
    ("a", "ab", "b", "ä", "é"),
    ("-1", "2", "2.0", "10"),
    ("x", "y"),
)
TABLE = {"TableName": "Books"}
PAGE = 500  # bytes, in the place of a megabyte


def element(name: str, kind: str) -> dict[str, str]:
    return {"AttributeName": name, "KeyType": kind}


def index(name: str, *keys: dict[str, str]) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": list(keys), "Projection": {"ProjectionType": "ALL"}}


OF_SHELF, OF_YEAR, LOCAL = "of-shelf", "of-year", "local"
GLOBAL = [
    index(OF_SHELF, element("Shelf", "HASH")),
    index(OF_YEAR, element("Shelf", "HASH"), element("Year", "RANGE")),
]
LOCALS = [index(LOCAL, element("Author", "HASH"), element("Year", "RANGE"))]
TYPES = {"Author": "S", "Title": "S", "Shelf": "S", "Year": "N"}


def library(*, ranged: bool) -> Practice:
    """An account with a table of books by author and title (or by author alone), and its indexes."""
    made = Practice()
    names = [name for name in TYPES if ranged or name != "Title"]
    made(
        "dynamodb:CreateTable",
        **TABLE,
        KeySchema=[element("Author", "HASH"), *([element("Title", "RANGE")] if ranged else [])],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": TYPES[name]} for name in names],
        GlobalSecondaryIndexes=GLOBAL,
        **({"LocalSecondaryIndexes": LOCALS} if ranged else {}),
        BillingMode="PAY_PER_REQUEST",
    )
    return made


keys = st.fixed_dictionaries({"Author": st.sampled_from(AUTHORS), "Title": st.sampled_from(TITLES)})
books = st.fixed_dictionaries(
    {"Author": st.sampled_from(AUTHORS), "Title": st.sampled_from(TITLES)},
    optional={
        "Shelf": st.sampled_from(SHELVES),
        "Year": st.sampled_from(YEARS),
        "Text": st.sampled_from(["short", "x" * 100, "x" * 200]),
    },
)
puts = st.lists(st.tuples(st.just("PutItem"), books), min_size=9, max_size=20)
changes = st.lists(
    st.one_of(
        st.tuples(st.just("PutItem"), books),
        st.tuples(st.just("DeleteItem"), keys),
        st.tuples(st.just("UpdateItem"), books),
        st.tuples(st.just("undone"), books),
        st.tuples(st.just("read"), keys),
    ),
    max_size=14,
)
conditions = st.sampled_from(
    ["=", "<", "<=", ">", ">=", "BETWEEN", "begins_with", None],
)
reads = st.fixed_dictionaries(
    {
        "operation": st.sampled_from(["Query", "Scan"]),
        "index": st.sampled_from([None, OF_SHELF, OF_YEAR, LOCAL]),
        "condition": conditions,
        "author": st.sampled_from(AUTHORS),
        "shelf": st.sampled_from(SHELVES),
        "titles": st.tuples(st.sampled_from(TITLES), st.sampled_from(TITLES)).map(sorted),
        "years": st.tuples(st.sampled_from(YEARS), st.sampled_from(YEARS)).map(
            lambda pair: sorted(pair, key=float)
        ),
        "start": st.none() | books,
        "limit": st.sampled_from([1, 2, 3, None]),
        "forward": st.booleans(),
        "segments": st.sampled_from([None, (0, 2), (1, 2), (300, 400)]),
        "filtered": st.booleans(),
    }
)


def typed(book: dict[str, str], *, ranged: bool) -> dict[str, Any]:
    return {name: {TYPES.get(name, "S"): text} for name, text in book.items() if ranged or name != "Title"}


def change(made: Practice, what: str, book: dict[str, str], *, ranged: bool) -> None:
    """One of ``changes``."""
    item = typed(book, ranged=ranged)
    key = {name: item[name] for name in ("Author", "Title") if name in item}
    rest = {name: value for name, value in item.items() if name not in key}
    if what in ("PutItem", "undone"):
        commit = made.account.commit
        made.account.commit = made.account.rollback if what == "undone" else commit  # type: ignore[method-assign]
        made("dynamodb:PutItem", **TABLE, Item=item)
        made.account.commit = commit  # type: ignore[method-assign]
    elif what == "UpdateItem":
        update: dict[str, Any] = {}
        if rest:
            update["UpdateExpression"] = "SET " + ", ".join(f"#{name} = :{name}" for name in rest)
            update["ExpressionAttributeNames"] = {f"#{name}": name for name in rest}
            update["ExpressionAttributeValues"] = {f":{name}": value for name, value in rest.items()}
        made("dynamodb:UpdateItem", **TABLE, Key=key, **update)
    else:
        made(f"dynamodb:{'GetItem' if what == 'read' else what}", **TABLE, Key=key)


def parameters(read: dict[str, Any], *, ranged: bool) -> tuple[str, dict[str, Any]]:
    """One of ``reads`` as a call."""
    name = read["index"] if ranged or read["index"] != LOCAL else None
    asked: dict[str, Any] = {**TABLE, **({"IndexName": name} if name else {})}
    if read["limit"]:
        asked["Limit"] = read["limit"]
    if read["start"]:
        start = typed({"Shelf": "x", "Year": "2", **read["start"]}, ranged=ranged)
        wanted = {"Author", "Title", *({"Shelf"} if name in (OF_SHELF, OF_YEAR) else ())}
        wanted |= {"Year"} if name in (OF_YEAR, LOCAL) else set()
        asked["ExclusiveStartKey"] = {key: value for key, value in start.items() if key in wanted}
    if read["operation"] == "Scan":
        if read["segments"]:
            asked |= {"Segment": read["segments"][0], "TotalSegments": read["segments"][1]}
        if read["filtered"]:
            asked |= {"FilterExpression": "#t = :t", "ExpressionAttributeNames": {"#t": "Text"}}
            asked["ExpressionAttributeValues"] = {":t": {"S": "short"}}
        return "Scan", asked
    asked["ScanIndexForward"] = read["forward"]
    hash_name, hash_value = (
        ("Shelf", read["shelf"]) if name in (OF_SHELF, OF_YEAR) else ("Author", read["author"])
    )
    text, values = f"{hash_name} = :h", {":h": {"S": hash_value}}
    sort = {OF_YEAR: "Year", LOCAL: "Year", None: "Title" if ranged else None}.get(name)
    if sort and read["condition"] and not (sort == "Year" and read["condition"] == "begins_with"):
        low, high = ({TYPES[sort]: each} for each in read["years" if sort == "Year" else "titles"])
        values |= {":low": low}
        match read["condition"]:
            case "BETWEEN":
                text, values = f"{text} AND {sort} BETWEEN :low AND :high", {**values, ":high": high}
            case "begins_with":
                text = f"{text} AND begins_with({sort}, :low)"
            case sign:
                text = f"{text} AND {sort} {sign} :low"
    return "Query", {**asked, "KeyConditionExpression": text, "ExpressionAttributeValues": values}


def answered(made: Practice, operation: str, asked: dict[str, Any]) -> Any:
    try:
        return made(f"dynamodb:{operation}", **asked)
    except AwsError as error:
        return error.code, error.message


@contextmanager
def whole(table: Any, items: Any) -> Iterator[None]:
    """In the place of ``only``: moto finds all that there is."""
    yield


@settings(max_examples=150, deadline=None)
@given(st.booleans(), puts, changes, st.lists(reads, min_size=4, max_size=10))
def check_pages(ranged: bool, before: list[Any], between: list[Any], asked: list[dict[str, Any]]) -> None:
    made = library(ranged=ranged)
    for some in (before, between):  # An order that was read before follows what changes.
        for what, book in some:
            change(made, what, book, ranged=ranged)
        for read in asked:
            operation, call = parameters(read, ranged=ranged)
            found = answered(made, operation, call)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(item_pages, "only", whole)
                expected = answered(made, operation, call)
            if "Title = :low" in call.get("KeyConditionExpression", ""):
                expected.pop("LastEvaluatedKey", None)  # Of one item there is no other page.
            assert found == expected, f"{operation} of {call}"
    items = made.account._models("dynamodb", "us-east-1").tables["Books"].items
    count = made("dynamodb:DescribeTable", **TABLE)["Table"]["ItemCount"]
    assert count == len(list(items.keys_of_items()))
    made.account.close()


def test_a_page_is_that_of_the_whole_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_pages, "RESULT_SIZE_LIMIT", PAGE)
    monkeypatch.setattr(motos_table, "RESULT_SIZE_LIMIT", PAGE)
    check_pages()


def steps(count: int) -> dict[str, int]:
    """How many steps each read takes in a table of so many items, all under one author."""
    made = library(ranged=True)
    for number in range(count):
        item = {"Author": {"S": "A"}, "Title": {"S": f"{number:05}"}, "Shelf": {"S": "x"}}
        made("dynamodb:PutItem", **TABLE, Item={**item, "Year": {"N": str(number)}})
    half = {"Author": {"S": "A"}, "Title": {"S": f"{count // 2:05}x"}}
    by_author = {"KeyConditionExpression": "Author = :a", "ExpressionAttributeValues": {":a": {"S": "A"}}}
    by_shelf = {"KeyConditionExpression": "Shelf = :s", "ExpressionAttributeValues": {":s": {"S": "x"}}}
    asked = {
        "Scan": ("Scan", {"Limit": 1}),
        "Scan, further": ("Scan", {"Limit": 1, "ExclusiveStartKey": half}),
        "Scan of an index": ("Scan", {"Limit": 1, "IndexName": OF_SHELF}),
        "Query": ("Query", {"Limit": 1, **by_author}),
        "Query, backwards": ("Query", {"Limit": 1, "ScanIndexForward": False, **by_author}),
        "Query, further": ("Query", {"Limit": 1, "ExclusiveStartKey": half, **by_author}),
        "Query of an index": ("Query", {"Limit": 1, "IndexName": OF_YEAR, **by_shelf}),
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
        practice(
            "dynamodb:GetItem", **TABLE, Key={"Author": {"S": f"nobody {number}"}, "Title": {"S": "none"}}
        )
    practice.put("one")
    practice("dynamodb:DeleteItem", **TABLE, Key={"Author": {"S": "Seth Godin"}, "Title": {"S": "one"}})
    assert len(practice.account._models("dynamodb", "us-east-1").tables["Books"].items) == 0
