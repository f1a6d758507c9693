"""What an expression says, and where it stops saying anything.

The refusals are AWS's words: most are recorded in dynalite's tests against AWS, those of 2026 in public records of
conformance tests.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.dynamodb.expressions.faults import InvalidExpressionError
from kmscourse.sandbox.dynamodb.expressions.parser import parse_condition, parse_projection, parse_update
from kmscourse.sandbox.dynamodb.expressions.syntax import (
    COMPARATORS,
    Action,
    Junction,
    Not,
    Operator,
    Path,
    Section,
    Value,
    single_conditions,
    written,
)

PARSERS: list[Callable[[str], Any]] = [parse_condition, parse_projection, parse_update]
A, B, C = (Operator("=", (Path((name,)), Value(f":{name}"))) for name in "abc")


def fault(parse: Callable[[str], Any], text: str) -> str:
    with pytest.raises(InvalidExpressionError) as refusal:
        parse(text)
    return str(refusal.value)


def test_not_binds_closest_and_or_loosest() -> None:
    condition = parse_condition("NOT a=:a AND b = :b or c=:c")
    assert condition == Junction("OR", (Junction("AND", (Not(A), B)), C))
    assert parse_condition("a = :a AND (b = :b OR c = :c)") == Junction("AND", (A, Junction("OR", (B, C))))
    assert parse_condition("NOT (a = :a OR b = :b)") == Not(Junction("OR", (A, B)))
    assert parse_condition("not not a=:a") == Not(Not(A))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("#a.b[0] . c>=:v", "#a.b[0].c >= :v"),
        ("a between :a and size(b)", "a BETWEEN :a AND size(b)"),
        ("a in(:a,b , :c)", "a IN (:a, b, :c)"),
        ("begins_with ( a,:b )", "begins_with(a, :b)"),
        ("(a) = (:b)", "a = :b"),
        ("(a.b)[1] = :b", "a.b[1] = :b"),
        ("(size(a)) > :b", "size(a) > :b"),
        ("((a=:a) AND b=:b)", "a = :a AND b = :b"),
        ("(attribute_exists(a))", "attribute_exists(a)"),
        ("andy = :or AND notes[0] = :in", "andy = :or AND notes[0] = :in"),
    ],
)
def test_conditions(text: str, printed: str) -> None:
    assert str(parse_condition(text)) == printed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "The expression can not be empty;"),
        (" \t\n", "The expression can not be empty;"),
        ("a = = :a", 'Syntax error; token: "=", near: "= = :a"'),
        ("a = :a AND", 'Syntax error; token: "<EOF>", near: "AND"'),
        ("a :a", 'Syntax error; token: ":a", near: "a :a"'),
        ("(a = :a", 'Syntax error; token: "<EOF>", near: ":a"'),
        ("a = :a)", 'Syntax error; token: ")", near: ":a)"'),
        ("a", 'Syntax error; token: "<EOF>", near: "a"'),
        (":a", 'Syntax error; token: "<EOF>", near: ":a"'),
        ("(a AND b = :b)", 'Syntax error; token: "AND", near: "a AND b"'),
        ("(b = :b AND a)", 'Syntax error; token: ")", near: "a)"'),
        ("NOT a", 'Syntax error; token: "<EOF>", near: "a"'),
        ("(b = :b) = :c", 'Syntax error; token: "=", near: ") = :c"'),
        ("book-price = :a", 'Syntax error; token: "-", near: "book-price"'),
        ("attribute_not_exists(", 'Syntax error; token: "<EOF>", near: "("'),
        ("Tags[x] = :a", 'Syntax error; token: "x", near: "[x]"'),
        ("(size(a))[0] > a", 'Syntax error; token: "[", near: ")[0"'),
        ("a.and = :a", 'Syntax error; token: "and", near: ".and ="'),
        ("a = : a", 'Syntax error; token: ":", near: "= : a"'),
        ("größe = :a", 'Syntax error; token: "ö", near: "größ"'),
        ("((a)) = :a", "The expression has redundant parentheses;"),
        ("((a = :a))", "The expression has redundant parentheses;"),
        ("a=a AND ((a=a AND (a=a AND a=a)))", "The expression has redundant parentheses;"),
        ("(a)between(((b.c)).d)and(c)", "The expression has redundant parentheses;"),
        ("a > whatever((:things), ((a)))", "The expression has redundant parentheses;"),
        ("(" * 4096, "The expression has redundant parentheses;"),
        ("(" * 2046 + "a<b" + ")" * 2046, "The expression has redundant parentheses;"),
        (
            "a[2147483648] = :a",
            "List index is not within the allowable range; index: [2147483648]",
        ),
        (
            "a" * 4097,
            "Expression size has exceeded the maximum allowed size; expression size: 4097",
        ),
        (
            "é" * 2049,
            "Expression size has exceeded the maximum allowed size; expression size: 4098",
        ),
        (
            "a" + ".b" * 32 + " = :a",
            "The document path has too many nesting levels; nesting levels: 33",
        ),
        ("a<b or " * 500 + "a<b", "The expression contains too many operators; operator count: 301"),
        ("not " * 1000 + "a<b", "The expression contains too many operators; operator count: 301"),
        (
            "a<b " + "or (a<b " * 454 + ")" * 454,
            "The expression contains too many operators; operator count: 301",
        ),
    ],
)
def test_what_is_no_condition(text: str, expected: str) -> None:
    assert fault(parse_condition, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a<b " + "or (a<b " * 149 + ")" * 149,
        "(" * 149 + "a<b" + " or a<b)" * 149,
        "NOT (" * 299 + "a<b" + ")" * 299,
        "not " * 299 + "a<b",
        " or ".join(["a<b"] * 150),
    ],
)
def test_three_hundred_operators_are_read_however_deep_they_are(text: str) -> None:
    assert all(test.name == "<" for test in single_conditions(parse_condition(text)))


def test_functions_in_functions_do_not_break_the_reading() -> None:
    assert "function: size" in fault(parse_condition, "a < " + "size(" * 680 + "b" + ")" * 680)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("a", [("a",)]),
        ("a, #b.c[0] ,d[1][2].e", [("a",), ("#b", "c", 0), ("d", 1, 2, "e")]),
        ("and, between", [("and",), ("between",)]),
    ],
)
def test_projections(text: str, paths: list[tuple[str | int, ...]]) -> None:
    assert parse_projection(text) == tuple(map(Path, paths))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,", 'Syntax error; token: "<EOF>", near: ","'),
        ("Author Title", 'Syntax error; token: "Title", near: "Author Title"'),
        ("!!! INVALID !!!", 'Syntax error; token: "!", near: "!!"'),
        ("a, ?", 'Syntax error; token: "?", near: ", ?"'),
        ("(a)", 'Syntax error; token: "(", near: "(a"'),
        (":a", 'Syntax error; token: ":a", near: ":a"'),
        ("size(a)", 'Syntax error; token: "(", near: "size(a"'),
        ("_a", 'Syntax error; token: "_", near: "_a"'),
    ],
)
def test_what_is_no_projection(text: str, expected: str) -> None:
    assert fault(parse_projection, text) == expected


def test_an_update_has_sections_of_actions() -> None:
    a, b = Path(("a",)), Path(("b", "c"))
    update = parse_update("SET a = b.c + :n, b.c = if_not_exists(a, :n) remove a add b.c :n DELETE a :n")
    assert update == (
        Section(
            "SET",
            (
                Action(a, Operator("+", (b, Value(":n")))),
                Action(b, Operator("if_not_exists", (a, Value(":n")))),
            ),
        ),
        Section("REMOVE", (Action(a),)),
        Section("ADD", (Action(b, Value(":n")),)),
        Section("DELETE", (Action(a, Value(":n")),)),
    )


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("set b.c=((c[1])+(b.a))", "SET b.c = c[1] + b.a"),
        ("set a = (b - c)", "SET a = b - c"),
        ("SET a = if_not_exists(a, b) + b", "SET a = if_not_exists(a, b) + b"),
        ("set a = (b)", "SET a = b"),
        ("set a = list_append(if_not_exists(a, :e), :m)", "SET a = list_append(if_not_exists(a, :e), :m)"),
        ("set and = :a", "SET and = :a"),
    ],
)
def test_updates(text: str, printed: str) -> None:
    assert written(parse_update(text)) == printed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "The expression can not be empty;"),
        ("INVALID SYNTAX HERE", 'Syntax error; token: "INVALID", near: "INVALID SYNTAX"'),
        ("SET _123 = :a", 'Syntax error; token: "_", near: "SET _123"'),
        ("set a", 'Syntax error; token: "<EOF>", near: "a"'),
        ("set a=set", 'Syntax error; token: "set", near: "=set"'),
        ("set a = b + c + d", 'Syntax error; token: "+", near: "c + d"'),
        ("set a = (b + c) + d", 'Syntax error; token: "+", near: ") + d"'),
        ("set a = b + (c + d)", 'Syntax error; token: "+", near: "c + d"'),
        ("set a = list_append(a, b + c)", 'Syntax error; token: "+", near: "b + c"'),
        ("set (a = (b + c))", 'Syntax error; token: "(", near: "set (a"'),
        ("set a = (b.c).d + e", 'Syntax error; token: ".", near: ").d"'),
        ("set a[1] = 1", 'Syntax error; token: "1", near: "= 1"'),
        ('set a[1] = "eight"', 'Syntax error; token: """, near: "= "eight"'),
        ("set a = b * c", 'Syntax error; token: "*", near: "b * c"'),
        ("set hits = hits + : incr", 'Syntax error; token: ":", near: "+ : incr"'),
        ("set :a = b", 'Syntax error; token: ":a", near: "set :a ="'),
        ("remove a = b", 'Syntax error; token: "=", near: "a = b"'),
        ("add a b", 'Syntax error; token: "b", near: "a b"'),
        ("add a = :b", 'Syntax error; token: "=", near: "a = :b"'),
        ("set a = ((b + c))", "The expression has redundant parentheses;"),
    ],
)
def test_what_is_no_update(text: str, expected: str) -> None:
    assert fault(parse_update, text) == expected


names = st.sampled_from(["a", "b", "#c", "Title", "and_", "x1"])
paths = st.tuples(names, st.lists(names | st.integers(0, 3), max_size=2)).map(
    lambda parts: Path((parts[0], *parts[1]))
)
values = st.sampled_from([":a", ":b"]).map(Value)
leaves = paths | values
functions = st.tuples(
    st.sampled_from(["size", "contains", "if_not_exists"]), st.lists(leaves, min_size=1, max_size=3)
).map(lambda parts: Operator(parts[0], tuple(parts[1])))
operands = leaves | functions
comparisons = st.tuples(st.sampled_from(COMPARATORS), operands, operands).map(
    lambda parts: Operator(parts[0], (parts[1], parts[2]))
)
ranges = st.tuples(operands, operands, operands).map(lambda parts: Operator("BETWEEN", parts))
choices = st.tuples(operands, st.lists(operands, min_size=1, max_size=3)).map(
    lambda parts: Operator("IN", (parts[0], *parts[1]))
)
conditions = st.recursive(
    comparisons | ranges | choices | functions,
    lambda inner: st.one_of(
        inner.map(Not),
        st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)).map(
            lambda parts: Junction(parts[0], tuple(parts[1]))
        ),
    ),
    max_leaves=8,
)
sums = st.tuples(st.sampled_from("+-"), operands, operands).map(
    lambda parts: Operator(parts[0], (parts[1], parts[2]))
)
sections = st.one_of(
    st.lists(st.builds(Action, paths, operands | sums), min_size=1, max_size=3).map(
        lambda actions: Section("SET", tuple(actions))
    ),
    st.lists(st.builds(Action, paths), min_size=1, max_size=3).map(
        lambda actions: Section("REMOVE", tuple(actions))
    ),
    st.tuples(
        st.sampled_from(["ADD", "DELETE"]), st.lists(st.builds(Action, paths, values), min_size=1, max_size=3)
    ).map(lambda parts: Section(parts[0], tuple(parts[1]))),
)


@given(conditions)
def test_a_condition_that_is_printed_is_read_as_the_same(condition: Any) -> None:
    assert parse_condition(str(condition)) == condition


@given(st.lists(sections, min_size=1, max_size=3).map(tuple))
def test_an_update_that_is_printed_is_read_as_the_same(update: tuple[Section, ...]) -> None:
    assert parse_update(written(update)) == update


@given(st.lists(paths, min_size=1, max_size=4).map(tuple))
def test_a_projection_that_is_printed_is_read_as_the_same(projection: tuple[Path, ...]) -> None:
    assert parse_projection(", ".join(map(str, projection))) == projection


pieces = st.sampled_from(
    [
        "a",
        "#a",
        "a.b",
        "[0]",
        ":a",
        "=",
        "<>",
        "<",
        "+",
        "AND",
        "OR",
        "NOT",
        "(",
        ")",
        "size(",
        ",",
        "IN",
        "BETWEEN",
        "SET",
        "REMOVE",
        "ADD",
    ]
)


@given(
    st.sampled_from(PARSERS),
    st.lists(pieces, max_size=14).map(" ".join)
    | st.text(max_size=80)
    | pieces.map(lambda piece: piece * 800),
)
def test_no_text_breaks_the_reading(parse: Callable[[str], Any], text: str) -> None:
    with contextlib.suppress(InvalidExpressionError):
        parse(text)
