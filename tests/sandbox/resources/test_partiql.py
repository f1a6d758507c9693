"""The table of a PartiQL statement: found whatever its dress, refused in doubt, the same for gate and moto."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_partiql_parser import DynamoDBStatementParser

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.resources import partiql
from kmscourse.sandbox.resources.partiql import Statement, read

KEYWORDS = {
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "FROM",
    "INTO",
    "WHERE",
    "SET",
    "REMOVE",
    "VALUE",
    "ORDER",
}

names = st.text(string.ascii_letters + string.digits + "_.-", min_size=3, max_size=40)
words = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{2,20}", fullmatch=True).filter(
    lambda word: word.upper() not in KEYWORDS
)
gaps = st.sampled_from([" ", "  ", "\n", "\t", " /* FROM Other */ ", " -- FROM Other\n", "/**/"])
texts = st.text(string.ascii_letters + ' "/*-.,?{}[]', max_size=20).map(lambda text: f"'{text}'")


@st.composite
def dressed(draw: st.DrawFn) -> tuple[str, str, str]:
    """(verb, table, statement): a plain statement in random case, quotes, gaps and comments."""
    bare = draw(st.booleans())
    table = draw(words if bare else names)
    quoted = table if bare and draw(st.booleans()) else f'"{table}"'
    plain = {
        "Select": ["SELECT", "*", "FROM", quoted],
        "Insert": ["INSERT", "INTO", quoted, "VALUE", "{'Id': " + draw(texts) + "}"],
        "Update": ["UPDATE", quoted, "SET", "Pages = '1'", "WHERE", "Id = " + draw(texts)],
        "Delete": ["DELETE", "FROM", quoted, "WHERE", "Id = " + draw(texts)],
    }
    verb = draw(st.sampled_from(sorted(plain)))
    cased = [
        draw(st.sampled_from([piece, piece.lower()])) if piece in KEYWORDS else piece for piece in plain[verb]
    ]
    if verb == "Delete" or verb == "Insert":
        cased = [piece.replace("?", "") for piece in cased]
    return verb, table, "".join(piece + draw(gaps) for piece in cased)


@given(dressed())
def test_the_table_is_found_in_any_dress(statement: tuple[str, str, str]) -> None:
    verb, table, text = statement
    found = read(text)
    assert (found.verb, found.table, found.index) == (verb, table, None)


fragments = st.sampled_from(
    [
        "SELECT", "select", "INSERT INTO", "UPDATE", "DELETE FROM", "FROM", "from", "WHERE", "SET", "VALUE",
        "REMOVE", "AND", "*", "a", "Books", "Other", '"Books"', '"Other"', '"Books"."by-title"', "'Books'",
        "Books.x", "' FROM Other '", '" FROM Other "', "--", "-- FROM Other\n", "/*", "*/", "/* FROM Other */",
        "=", "'x'", "?", "{'Author': 'x'}", ",", ";", "(", ")", "[", "]", "AS", "Books b", "ORDER BY", "\\", "'", '"',
        "\0", "\u2028", "\x0b", "``", "RETURNING ALL OLD *", "EXISTS(SELECT * FROM Other)",
    ]
)  # fmt: skip
separators = st.sampled_from([" ", "", "\n", "\t", "\r", "  "])


@given(st.lists(st.tuples(fragments, separators), min_size=1, max_size=14))
def test_gate_and_moto_read_the_same_table(pieces: list[tuple[str, str]]) -> None:
    """Whatever is let through names one table, and the parser behind the gate comes to the same one."""
    text = "".join(piece + separator for piece, separator in pieces)
    found = read_or_refusal(text)
    if isinstance(found, AwsError):
        assert found.code in ("ValidationException", "UnsupportedOperationException")
        return
    assert moto_reads(found) == [f"{found.table}.{found.index}" if found.index else found.table]


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    found = read_or_refusal(text)
    assert isinstance(found, Statement) or found.status == 400


def read_or_refusal(text: str) -> Statement | AwsError:
    try:
        return read(text)
    except AwsError as refusal:
        return refusal


def moto_reads(statement: Statement) -> list[str]:
    """The tables that moto's parser sees in the plain form."""
    try:
        tables = DynamoDBStatementParser.get_query_metadata(statement.text).get_table_names()
    except (AssertionError, IndexError, TypeError, ValueError, AttributeError):
        # moto can't read it at all, so it does nothing; the name itself must stand where it looks for one.
        place = {"Select": " FROM ", "Insert": "INSERT INTO ", "Update": "UPDATE ", "Delete": "DELETE FROM "}
        tables = [statement.text.split(place[statement.verb], 1)[1].split(" ", 1)[0]]
    return [table.strip('"') for table in tables]


@pytest.mark.parametrize(
    ("text", "verb", "table", "index"),
    [
        ("SELECT * FROM Books", "Select", "Books", None),
        ("select Title from Books where Author = 'x'", "Select", "Books", None),
        ('SELECT * FROM "Books"."by-title" WHERE Title = ?', "Select", "Books", "by-title"),
        ('SELECT * FROM "Books"."by-title"', "Select", "Books", "by-title"),
        ('SELECT * FROM "2026.books-a_b"', "Select", "2026.books-a_b", None),
        ("SELECT*FROM Books", "Select", "Books", None),
        ("/* x */ SELECT * FROM Books -- Other", "Select", "Books", None),
        ("INSERT INTO Books VALUE{'Author':'FROM Other'}", "Insert", "Books", None),
        ("UPDATE \"Books\" SET a = 'x' REMOVE b WHERE Author = ? AND Title = 'y'", "Update", "Books", None),
        ("DELETE FROM Books WHERE Author = 'FROM Other'", "Delete", "Books", None),
    ],
)
def test_statements_that_are_read(text: str, verb: str, table: str, index: str | None) -> None:
    found = read(text)
    assert (found.verb, found.table, found.index) == (verb, table, index)
    assert found.action == f"dynamodb:PartiQL{verb}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x" * 9000,
        "DROP TABLE Books",
        "SELECT * Books",
        "SELECT FROM Books",
        "SELECT * FROM",
        "SELECT * FROM 'Books'",
        "SELECT * FROM Books, Other",
        "SELECT * FROM Books AS b",
        "SELECT * FROM Books b",
        "SELECT * FROM my-table",
        "SELECT * FROM ab",
        'SELECT * FROM "../Books"',
        'SELECT * FROM "Books',
        "SELECT * FROM Books WHERE Author = 'x",
        "SELECT * FROM Books; DELETE FROM Books WHERE Author = 'x'",
        "SELECT * FROM Books WHERE Author IN (SELECT Author FROM Other)",
        "SELECT ' FROM Other ' FROM Books",
        'SELECT " FROM Other WHERE " FROM Books',
        "SELECT * FROM Books WHERE Title = 'letters FROM home'",
        "SELECT * FROM Books ORDER BY Title",
        "UPDATE \"Books\".\"by-title\" SET a = 'x' WHERE Author = 'y'",
        "UPDATE Books WHERE Author = 'y'",
        "UPDATE Books SET a = 'x'",
        "DELETE FROM Books",
        "DELETE FROM Books WHERE Pages > 3",
        "DELETE FROM Books WHERE Author = 'x' OR Title = 'y'",
        "DELETE FROM Books WHERE Author = 'x' RETURNING ALL OLD *",
        "DELETE FROM Books WHERE Author = 'x' AND",
        "DELETE Books WHERE Author = 'x'",
        "INSERT Books VALUE {'Author': 'x'}",
        "INSERT INTO Books {'Author': 'x'}",
    ],
)
def test_statements_that_are_refused(text: str) -> None:
    with pytest.raises(AwsError) as refusal:
        read(text)
    assert refusal.value.status == 400
    assert refusal.value.message


def test_the_plain_form_has_neither_comments_nor_odd_gaps() -> None:
    found = read("select\n  Title,Author /* those two */ FROM\t\"Books\"\nwhere Author='x'   and Pages>=3")
    assert found.text == "SELECT Title,Author FROM Books WHERE Author = 'x' and Pages >= 3"


def test_the_plain_form_keeps_quoted_text_as_it_is() -> None:
    found = read("UPDATE Books SET Title = 'a  --b /*c*/ = d' WHERE Author = 'it''s'")
    assert found.text == "UPDATE Books SET Title = 'a  --b /*c*/ = d' WHERE Author = 'it''s'"


def test_an_update_says_which_attributes_it_compares() -> None:
    assert read("UPDATE Books SET a = 'x' WHERE Author = 'y' and \"Title\" = ?").equals == ("Author", "Title")
    assert partiql.read("SELECT * FROM Books WHERE Author = 'y'").equals == ()
