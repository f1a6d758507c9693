"""What a PartiQL statement says: found whatever its dress, refused in doubt."""

# ruff: noqa: S608  (statements put together on purpose)

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.partiql.reader import read
from kmscourse.sandbox.dynamodb.partiql.syntax import Insert, Path, Select, Statement, Term, Update, Value

KEYWORDS = {"SELECT", "INSERT", "UPDATE", "DELETE", "FROM", "INTO", "WHERE", "SET", "VALUE", "AND"}

names = st.text(string.ascii_letters + string.digits + "_.-", min_size=3, max_size=40)
words = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{2,20}", fullmatch=True)
gaps = st.sampled_from([" ", "  ", "\n", "\t", " /* FROM Other */ ", " -- FROM Other\n", "/**/"])
texts = st.text(string.printable, max_size=20)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@st.composite
def dressed(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """(verb, table, a text in it, statement): a plain statement in random case, quotes, gaps and comments."""
    bare, text = draw(st.booleans()), draw(texts)
    table = draw(words.filter(lambda word: word.upper() not in KEYWORDS) if bare else names)
    name = table if bare and draw(st.booleans()) else f'"{table}"'
    pieces = {
        "Select": ["SELECT", "*", "FROM", name, "WHERE", "Id", "=", quoted(text)],
        "Insert": ["INSERT", "INTO", name, "VALUE", "{", "'Id'", ":", quoted(text), "}"],
        "Update": ["UPDATE", name, "SET", "Pages", "=", "1", "WHERE", "Id", "=", quoted(text)],
        "Delete": ["DELETE", "FROM", name, "WHERE", "Id", "=", quoted(text)],
    }
    verb = draw(st.sampled_from(sorted(pieces)))
    cased = [
        draw(st.sampled_from([piece, piece.lower()])) if piece in KEYWORDS else piece
        for piece in pieces[verb]
    ]
    return verb, table, text, "".join(piece + draw(gaps) for piece in cased)


@given(dressed())
def test_table_and_values_are_found_in_any_dress(statement: tuple[str, str, str, str]) -> None:
    verb, table, text, written = statement
    found = read(written)
    assert (found.verb, found.table, found.index) == (verb, table, None)
    if isinstance(found, Insert):
        assert found.item == {"Id": {"S": text}}
    else:
        assert found.where == Term("=", (Path(("Id",)), Value({"S": text})))


fragments = st.sampled_from(
    [
        "SELECT", "select", "INSERT INTO", "UPDATE", "DELETE FROM", "FROM", "from", "WHERE", "SET", "VALUE",
        "REMOVE", "AND", "OR", "NOT", "*", "a", "Books", '"Books"', '"Books"."by-title"', "'Books'", "Books.x", "--",
        "/*", "*/", "=", "'x'", "?", "{'Author': 'x'}", ",", ";", "(", ")", "[", "]", "<<", ">>", "1", "-", "+", "IS",
        "MISSING", "NULL", "IN", "BETWEEN", "ORDER BY", "\\", "'", '"', "\0", "\u2028", "``", "RETURNING ALL OLD *",
        "EXISTS(SELECT * FROM Other)", "begins_with(", "size(", "list_append(",
    ]
)  # fmt: skip
separators = st.sampled_from([" ", "", "\n", "\t"])


@given(
    st.lists(st.tuples(fragments, separators), max_size=16)
    | st.text(max_size=200).map(lambda text: [(text, "")])
)
def test_no_text_breaks_the_reading(pieces: list[tuple[str, str]]) -> None:
    found = read_or_refusal("".join(piece + separator for piece, separator in pieces))
    assert isinstance(found, Statement) or found.code in (
        "ValidationException",
        "UnsupportedOperationException",
    )


@pytest.mark.parametrize("nested", ["(", "NOT ", "[", "{'a':", "size("])
def test_depth_is_bounded(nested: str) -> None:
    found = read_or_refusal(f"SELECT * FROM Books WHERE a = {nested * 1000}")
    also = read_or_refusal(f"SELECT * FROM Books WHERE {nested * 1000}")
    assert isinstance(found, AwsError)
    assert isinstance(also, AwsError)


def read_or_refusal(text: str) -> Statement | AwsError:
    try:
        return read(text, [{"S": "x"}] * text.count("?"))
    except AwsError as refusal:
        return refusal


@pytest.mark.parametrize(
    ("text", "table", "index", "attributes", "order"),
    [
        ("SELECT * FROM Books", "Books", None, (), ()),
        ("SELECT*FROM Books", "Books", None, (), ()),
        ("select Title , \"Year\" from \"Books\"", "Books", None, ("Title", "Year"), ()),
        ('SELECT * FROM "Books"."by-title"', "Books", "by-title", (), ()),
        ('SELECT * FROM "2026.books-a_b"', "2026.books-a_b", None, (), ()),
        ("/* x */ SELECT * FROM Books -- Other", "Books", None, (), ()),
        ("SELECT * FROM Books ORDER BY Title DESC, a", "Books", None, (), (("Title", False), ("a", True))),
    ],
)  # fmt: skip
def test_selects(text: str, table: str, index: str | None, attributes: Any, order: Any) -> None:
    found = read(text)
    assert isinstance(found, Select)
    assert (found.table, found.index, found.attributes, found.order) == (table, index, attributes, order)
    assert found.action == "dynamodb:PartiQLSelect"


A, ONE = Path(("a",)), Value({"N": "1"})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a = 1", Term("=", (A, ONE))),
        ("a != -1.5e3", Term("<>", (A, Value({"N": "-1.5e3"})))),
        ("a.b[0].\"c\" >= 1", Term(">=", (Path(("a", "b", 0, "c")), ONE))),
        ("a IN [1, 'x']", Term("IN", (A, ONE, Value({"S": "x"})))),
        ("a NOT IN (1)", Term("NOT", (Term("IN", (A, ONE)),))),
        ("a BETWEEN 1 AND 1", Term("BETWEEN", (A, ONE, ONE))),
        ("a IS MISSING", Term("attribute_not_exists", (A,))),
        ("a IS NOT MISSING", Term("attribute_exists", (A,))),
        ("a is null", Term("attribute_type", (A, Value({"S": "NULL"})))),
        ("BEGINS_WITH(a, 'x')", Term("begins_with", (A, Value({"S": "x"})))),
        ("size(a) < 1", Term("<", (Term("size", (A,)), ONE))),
        ("a = 1 AND a = 1 OR a = 1", Term("OR", (Term("AND", (Term("=", (A, ONE)),) * 2), Term("=", (A, ONE))))),
        ("NOT (a = 1 or a = 1)", Term("NOT", (Term("OR", (Term("=", (A, ONE)),) * 2),))),
        ("a = TRUE", Term("=", (A, Value({"BOOL": True})))),
        ("a = [1, {'k': NULL}]", Term("=", (A, Value({"L": [{"N": "1"}, {"M": {"k": {"NULL": True}}}]})))),
        ("a = <<'x', 'y'>>", Term("=", (A, Value({"SS": ["x", "y"]})))),
        ("a = 'it''s'", Term("=", (A, Value({"S": "it's"})))),
        ("a = ? AND a = '?'", Term("AND", (Term("=", (A, Value({"B": "AA=="}))), Term("=", (A, Value({"S": "?"})))))),
    ],
)  # fmt: skip
def test_conditions(condition: str, expected: Term) -> None:
    found = read(f"SELECT * FROM Books WHERE {condition}", [{"B": "AA=="}] if "= ?" in condition else [])
    assert found.where == expected


def test_an_update_sets_and_removes() -> None:
    text = (
        "UPDATE Books SET a = a + 1, b = list_append(b, [?]) REMOVE c[2] SET d = 'x' WHERE a = ? "
        "RETURNING MODIFIED NEW *"
    )
    found = read(text, [{"S": "p"}, {"S": "q"}])
    assert isinstance(found, Update)
    assert [str(path.parts[0]) for path, _ in found.sets] == ["a", "b", "d"]
    assert found.sets[1][1] == Term("list_append", (Path(("b",)), Value({"L": [{"S": "p"}]})))
    assert (found.removes, found.returning) == ((Path(("c", 2)),), "UPDATED_NEW")
    assert found.conditions == [Term("=", (A, Value({"S": "q"})))]


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
        "SELECT * FROM Books WHERE Author",
        "SELECT * FROM Books WHERE Author = 'x' 'y'",
        "SELECT * FROM Books; DELETE FROM Books WHERE Author = 'x'",
        "SELECT * FROM Books WHERE Author IN (SELECT Author FROM Other)",
        "SELECT ' FROM Other ' FROM Books",
        "SELECT Award.Name FROM Books",
        "SELECT * FROM Books WHERE upper(a) = 'x'",
        "SELECT * FROM Books WHERE begins_with(a)",
        "SELECT * FROM Books WHERE a = <<>>",
        "SELECT * FROM Books WHERE a = <<1, 'x'>>",
        "SELECT * FROM Books WHERE a IS 5",
        "SELECT * FROM Books LIMIT 5",
        "UPDATE \"Books\".\"by-title\" SET a = 'x' WHERE Author = 'y'",
        "UPDATE Books WHERE Author = 'y'",
        "UPDATE Books SET a = 'x'",
        "UPDATE Books SET a = 'x' WHERE Author = 'y' RETURNING SOME OLD *",
        "DELETE FROM Books",
        "DELETE FROM Books WHERE Author = 'x' RETURNING ALL NEW *",
        "DELETE FROM Books WHERE Author = 'x' AND",
        "DELETE Books WHERE Author = 'x'",
        "INSERT Books VALUE {'Author': 'x'}",
        "INSERT INTO Books {'Author': 'x'}",
        "INSERT INTO Books VALUE ['x']",
        "INSERT INTO Books VALUE {Author: 'x'}",
        "EXISTS(DELETE FROM Books WHERE Author = 'x')",
    ],
)
def test_statements_that_are_refused(text: str) -> None:
    refusal = read_or_refusal(text)
    assert isinstance(refusal, AwsError)
    assert refusal.message


@pytest.mark.parametrize("given", [0, 2])
def test_each_question_mark_has_its_parameter(given: int) -> None:
    with pytest.raises(AwsError) as refusal:
        read("SELECT * FROM Books WHERE a = ?", [{"S": "x"}] * given)
    assert refusal.value.message == "Number of parameters in request and statement don't match."
