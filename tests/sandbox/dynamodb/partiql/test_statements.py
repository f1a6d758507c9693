"""PartiQL performed: what it reads, what it changes, and what it says of what it can't."""

# ruff: noqa: S608  (statements put together on purpose)

from __future__ import annotations

from typing import Any

import pytest

DIP = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
WHERE = "WHERE Author = 'Seth Godin' AND Title = 'The Dip'"
NOT_A_KEY = "Where clause does not contain a mandatory equality on all key attributes"


@pytest.fixture
def library(gate: Any) -> Any:
    """Four books of two authors."""
    gate.books()
    for author, title, pages in (
        ("Seth Godin", "Linchpin", 256),
        ("Seth Godin", "Purple Cow", 160),
        ("Ed Catmull", "Creativity, Inc.", 340),
    ):
        item = {"Author": {"S": author}, "Title": {"S": title}, "Pages": {"N": str(pages)}}
        gate("dynamodb:PutItem", TableName="Books", Item=item)
    return gate


def run(gate: Any, statement: str, *parameters: Any, **more: Any) -> list[dict[str, Any]]:
    given = {"Parameters": list(parameters)} if parameters else {}
    items: list[dict[str, Any]] = gate("dynamodb:ExecuteStatement", Statement=statement, **given, **more)[
        "Items"
    ]
    return items


def refused(gate: Any, statement: str, *parameters: Any) -> tuple[str, str]:
    given = {"Parameters": list(parameters)} if parameters else {}
    refusal = gate.refused("dynamodb:ExecuteStatement", Statement=statement, **given)
    return refusal.code, refusal.message


def item(gate: Any, **key: Any) -> dict[str, Any] | None:
    found: dict[str, Any] | None = gate("dynamodb:GetItem", TableName="Books", Key={**DIP, **key}).get("Item")
    return found


@pytest.mark.parametrize(
    ("rest", "titles"),
    [
        ("", {"Linchpin", "Purple Cow", "The Dip", "Creativity, Inc."}),
        ("WHERE Author = 'Seth Godin'", ["Linchpin", "Purple Cow", "The Dip"]),
        ("WHERE 'Seth Godin' = Author AND Title > 'M'", ["Purple Cow", "The Dip"]),
        ("WHERE Author = 'Seth Godin' AND begins_with(Title, 'The')", ["The Dip"]),
        ("WHERE Author = 'Seth Godin' AND Title BETWEEN 'A' AND 'Q'", ["Linchpin", "Purple Cow"]),
        ("WHERE Author = 'Seth Godin' AND Pages > 200", ["Linchpin"]),
        ("WHERE Author = 'Seth Godin' AND Pages IS MISSING", ["The Dip"]),
        ("WHERE Author = 'Seth Godin' AND (Pages < 200 OR Title = 'The Dip')", ["Purple Cow", "The Dip"]),
        ("WHERE Author = 'Seth Godin' AND NOT (Pages < 200 OR Title = 'The Dip')", ["Linchpin"]),
        ("WHERE Author = 'Seth Godin' AND Title = 'The Dip' AND Title = 'Linchpin'", []),
        ("WHERE Author = 'Seth Godin' ORDER BY Title DESC", ["The Dip", "Purple Cow", "Linchpin"]),
        ("WHERE Author IN ['Seth Godin', 'Ed Catmull'] AND Pages > 200", ["Linchpin", "Creativity, Inc."]),
        ("WHERE Author IN ['Seth Godin', 'Ed Catmull'] AND Pages > 200 ORDER BY Author",
         ["Creativity, Inc.", "Linchpin"]),
        ("WHERE Author = 'Ed Catmull' OR Author = 'Ed Catmull'", ["Creativity, Inc."]),
        ("WHERE Title = 'Linchpin' OR Pages = 340", {"Linchpin", "Creativity, Inc."}),
        ("WHERE contains(Title, 'ty, Inc')", {"Creativity, Inc."}),
    ],
)  # fmt: skip
def test_what_is_selected(library: Any, rest: str, titles: Any) -> None:
    found = [entry["Title"]["S"] for entry in run(library, f"SELECT * FROM Books {rest}")]
    assert (set(found) if isinstance(titles, set) else found) == titles


def test_only_some_attributes_are_selected(library: Any) -> None:
    assert run(library, f'SELECT Title, Pages FROM "Books" {WHERE}') == [{"Title": {"S": "The Dip"}}]


def test_quoted_text_is_text(library: Any) -> None:
    odd = "letters FROM home WHERE x = 1; -- it's"
    quoted = odd.replace("'", "''")
    run(library, f"INSERT INTO Books VALUE {{'Author': '{quoted}', 'Title': ?}}", {"S": odd})
    assert run(library, "SELECT Title FROM Books WHERE Author = ?", {"S": odd}) == [{"Title": {"S": odd}}]


def test_pages_hold_each_item_once(library: Any) -> None:
    statement = "SELECT Title FROM Books WHERE Author IN ['Ed Catmull', 'Seth Godin']"
    for limit in (1, 2, 3, 4):
        found, token = [], None
        while True:
            more = {"NextToken": token} if token else {}
            page = library("dynamodb:ExecuteStatement", Statement=statement, Limit=limit, **more)
            assert len(page["Items"]) <= limit
            found += [entry["Title"]["S"] for entry in page["Items"]]
            token = page.get("NextToken")
            if token is None:
                break
        assert found == ["Creativity, Inc.", "Linchpin", "Purple Cow", "The Dip"], limit


@pytest.mark.parametrize(
    "token", ["junk", "eA==", "W10=", "WzUsIG51bGxd", "WzAsIDdd", "WzAsIHsieCI6IDd9XQ=="]
)
def test_a_token_of_somebody_else_is_refused(library: Any, token: str) -> None:
    refusal = library.refused("dynamodb:ExecuteStatement", Statement="SELECT * FROM Books", NextToken=token)
    assert (refusal.code, refusal.status) == ("ValidationException", 400)


def test_an_item_is_inserted_once(library: Any) -> None:
    insert = (
        "INSERT INTO Books VALUE {'Author': ?, 'Title': ?, 'Tags': <<'a', 'b'>>, 'Prices': [1, {'EUR': 2.5}]}"
    )
    assert run(library, insert, {"S": "Seth Godin"}, {"S": "Tribes"}) == []
    assert item(library, Title={"S": "Tribes"}) == {
        "Author": {"S": "Seth Godin"},
        "Title": {"S": "Tribes"},
        "Tags": {"SS": ["a", "b"]},
        "Prices": {"L": [{"N": "1"}, {"M": {"EUR": {"N": "2.5"}}}]},
    }
    assert refused(library, insert, {"S": "Seth Godin"}, {"S": "Tribes"}) == (
        "DuplicateItemException",
        "Duplicate primary key exists in table",
    )


def test_an_item_is_updated(library: Any) -> None:
    sets = "SET Pages = 80 SET Award.Name = 'x'"
    assert refused(library, f"UPDATE Books {sets} {WHERE}")[1] == (
        "The document path provided in the update expression is invalid for update"
    )
    run(library, f"UPDATE Books SET Pages = 80, Award = {{'Names': ['a']}}, Tags = <<'t'>> {WHERE}")
    run(
        library,
        "UPDATE Books SET Pages = Pages + ? SET Award.Names = list_append(Award.Names, ['b']) "
        f"SET Tags = set_add(Tags, <<'u'>>) {WHERE} AND Pages = 80",
        {"N": "5"},
    )
    assert item(library) == {
        **DIP,
        "Pages": {"N": "85"},
        "Award": {"M": {"Names": {"L": [{"S": "a"}, {"S": "b"}]}}},
        "Tags": {"SS": ["t", "u"]},
    }
    run(library, f"UPDATE Books REMOVE Award.Names[0], Pages SET Tags = set_delete(Tags, <<'t'>>) {WHERE}")
    assert item(library) == {**DIP, "Award": {"M": {"Names": {"L": [{"S": "b"}]}}}, "Tags": {"SS": ["u"]}}


@pytest.mark.parametrize(
    ("returning", "items"),
    [
        ("", []),
        ("RETURNING ALL OLD *", [DIP]),
        ("RETURNING MODIFIED OLD *", []),
        ("RETURNING ALL NEW *", [{**DIP, "Pages": {"N": "80"}}]),
        ("RETURNING MODIFIED NEW *", [{"Pages": {"N": "80"}}]),
    ],
)
def test_what_an_update_returns(library: Any, returning: str, items: list[Any]) -> None:
    assert run(library, f"UPDATE Books SET Pages = 80 {WHERE} {returning}") == items


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE Books SET a = 1 WHERE Author = 'Seth Godin' AND Title = 'Nowhere'", "ConditionalCheckFailedException"),
        (f"UPDATE Books SET Pages = 80 {WHERE} AND Pages = 7", "ConditionalCheckFailedException"),
        (f"DELETE FROM Books {WHERE} AND Pages = 7", "ConditionalCheckFailedException"),
        ("UPDATE Books SET Pages = 80 WHERE Author = 'Seth Godin'", "ValidationException"),
        ("DELETE FROM Books WHERE Author = 'Seth Godin' AND Title > 'A'", "ValidationException"),
        ("DELETE FROM Books WHERE Author = 'Seth Godin' OR Title = 'A'", "ValidationException"),
        (f"UPDATE Books SET Title = 'x' {WHERE}", "ValidationException"),
        ("INSERT INTO Books VALUE {'Author': 'Seth Godin'}", "ValidationException"),
        ("SELECT * FROM Books ORDER BY Title", "ValidationException"),
        ("SELECT * FROM Books WHERE Author = 'x' ORDER BY Pages", "ValidationException"),
        ("SELECT * FROM Missing", "ResourceNotFoundException"),
        ("INSERT INTO Missing VALUE {'Author': 'x'}", "ResourceNotFoundException"),
        (f"EXISTS(SELECT * FROM Books {WHERE})", "ValidationException"),
    ],
)  # fmt: skip
def test_what_is_refused_changes_nothing(library: Any, statement: str, code: str) -> None:
    before = library("dynamodb:Scan", TableName="Books")
    found, message = refused(library, statement)
    assert (found, bool(message)) == (code, True)
    if code == "ValidationException" and statement.startswith("DELETE"):
        assert message == NOT_A_KEY
    assert library("dynamodb:Scan", TableName="Books") == before


def test_an_item_is_deleted(library: Any) -> None:
    assert run(library, f"DELETE FROM Books {WHERE} RETURNING ALL OLD *") == [DIP]
    assert item(library) is None
    assert run(library, f"DELETE FROM Books {WHERE} AND Pages = 7") == [], (
        "what isn't there is deleted in peace"
    )


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        (f"SELECT * FROM Books {WHERE}", 0),
        ("SELECT * FROM Books", 0),
        (f"UPDATE Books SET Pages = 80 {WHERE}", 1),
        ("INSERT INTO Books VALUE {'Author': 'x', 'Title': 'y'}", 1),
        (f"DELETE FROM Books {WHERE}", 1),
    ],
)
def test_only_what_a_statement_changes_is_written(
    library: Any, monkeypatch: pytest.MonkeyPatch, statement: str, rows: int
) -> None:
    library.books(name="Films")
    written: list[Any] = []
    write = library.account.storage.write
    monkeypatch.setattr(
        library.account.storage,
        "write",
        lambda documents, *more: written.extend(documents) or write(documents, *more),
    )
    run(library, statement)
    assert len(written) == rows, written
