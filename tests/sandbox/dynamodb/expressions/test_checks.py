"""What DynamoDB refuses of expressions that can be read, in its words and its order.

Texts and order are recorded in dynalite's and Alternator's tests against AWS, those of 2026 in public records of
conformance tests.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.expressions import Expressions

NAMES = {"#a": "a", "#c": "c", "#d": "[3]"}
WRONG_TYPE = "Incorrect operand type for operator or function; operator or function: "
MISUSED = "The function is not allowed to be used this way in an expression; function: "
VALUES: dict[str, dict[str, Any]] = {
    ":s": {"S": "a"},
    ":n": {"N": "1"},
    ":b": {"B": "YQ=="},
    ":bool": {"BOOL": True},
    ":null": {"NULL": True},
    ":l": {"L": []},
    ":m": {"M": {}},
    ":ss": {"SS": ["1"]},
    ":ns": {"NS": ["1"]},
    ":bs": {"BS": ["YQ=="]},
    ":type": {"S": "SS"},
    ":big": {"S": "b"},
}


def fault(kind: str, text: str, **given: Any) -> str:
    """What is refused of an expression, without its kind."""
    operation = {"UpdateExpression": "UpdateItem", "ProjectionExpression": "GetItem"}.get(kind, "Scan")
    values = {name: value for name, value in VALUES.items() if name in text}
    parameters = {
        kind: text,
        "ExpressionAttributeNames": NAMES,
        "ExpressionAttributeValues": values or None,
        **given,
    }
    with pytest.raises(AwsError) as refusal:
        Expressions("TransactWriteItems", operation, parameters).check()
    before, _, message = refusal.value.message.partition(f"Invalid {kind}: ")
    assert not before
    return message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("attRIbute_exIsts((views), #x)", "Invalid function name; function: attRIbute_exIsts"),
        ("a=#c and whatever((:things)) > a", "Invalid function name; function: whatever"),
        (
            "list_append(a, :l) = :l",
            "The function is not allowed in a condition expression; function: list_append",
        ),
        ("size(things)", f"{MISUSED}size"),
        ("attribute_exists((views), (#x)) > b", f"{MISUSED}attribute_exists"),
        ("contains(:things, c) > b", f"{MISUSED}contains"),
        ("size(contains(a, b)) > a", f"{MISUSED}contains"),
        ("a between b and attribute_exists(things)", f"{MISUSED}attribute_exists"),
        ("a in (b, attribute_exists(things))", f"{MISUSED}attribute_exists"),
        (
            "attribute_exists(views, #x)",
            "Attribute name is a reserved keyword; reserved keyword: views",
        ),
        (":x < abOrT", "Attribute name is a reserved keyword; reserved keyword: abOrT"),
        ("a.b.Name = :x", "Attribute name is a reserved keyword; reserved keyword: Name"),
    ],
)
def test_the_words_of_a_condition_come_first(text: str, expected: str) -> None:
    assert fault("FilterExpression", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "begins_with(a.#RearView) and a = a",
            "An expression attribute name used in the document path is not defined; attribute name: #RearView",
        ),
        (
            "(#P between :lo and :hi)",
            "An expression attribute name used in the document path is not defined; attribute name: #P",
        ),
        (
            "begins_with(:hello, #x)",
            "An expression attribute value used in expression is not defined; attribute value: :hello",
        ),
        (
            "begins_with(things, size(a), b)",
            "Incorrect number of operands for operator or function; operator or function: begins_with, number of "
            "operands: 3",
        ),
        (
            "size(things, a) > b",
            "Incorrect number of operands for operator or function; operator or function: size, number of operands: 2",
        ),
        (
            "a IN (" + ", ".join([":s"] * 101) + ")",
            "The IN operator is provided with too many operands; number of operands: 101",
        ),
    ],
)
def test_then_what_it_is_made_of(text: str, expected: str) -> None:
    assert fault("FilterExpression", text) == expected


@pytest.mark.parametrize(
    ("text", "operator", "operand"),
    [
        ("a = a AND #a = b AND :views > a", "=", "[a]"),
        ("#a <> a", "<>", "[a]"),
        ("a > #a", ">", "[a]"),
        ("((a=a) OR (a=a))", "=", "[a]"),
        ("contains(ab.bc[1].a, ab.bc[1].#a)", "contains", "[ab, bc, [1], a]"),
        ("begins_with(ab.bc[1].a, ab.bc[1].#a)", "begins_with", "[ab, bc, [1], a]"),
        ("a BETWEEN :s AND a", "BETWEEN", "[a]"),
        ("a IN (:s, a)", "IN", "[a]"),
    ],
)
def test_then_whether_it_compares_something_with_itself(text: str, operator: str, operand: str) -> None:
    assert fault("FilterExpression", text) == (
        "The first operand must be distinct from the remaining operands for this operator or function; operator: "
        f"{operator}, first operand: {operand}"
    )


def test_a_value_may_be_compared_with_itself() -> None:
    Expressions(
        "Scan", "Scan", {"FilterExpression": ":s = :s", "ExpressionAttributeValues": {":s": {"S": "a"}}}
    ).check()


@pytest.mark.parametrize("name", [":n", ":bool", ":null", ":l", ":m", ":ss", ":ns", ":bs"])
def test_what_begins_is_text_or_binary(name: str) -> None:
    kind = next(iter(VALUES[name]))
    for text in (f"begins_with(a, {name})", f"begins_with({name}, a)"):
        assert fault("FilterExpression", text) == f"{WRONG_TYPE}begins_with, operand type: {kind}"


@pytest.mark.parametrize("name", [":bool", ":null", ":l", ":m", ":ss", ":ns", ":bs"])
@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
def test_what_has_an_order_is_text_number_or_binary(name: str, sign: str) -> None:
    kind = next(iter(VALUES[name]))
    assert fault("FilterExpression", f"a {sign} {name}") == f"{WRONG_TYPE}{sign}, operand type: {kind}"
    assert fault("FilterExpression", f"{name} {sign} a") == f"{WRONG_TYPE}{sign}, operand type: {kind}"
    assert (
        fault("FilterExpression", f"a BETWEEN b AND {name}") == f"{WRONG_TYPE}BETWEEN, operand type: {kind}"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("size(:n) > a", f"{WRONG_TYPE}size, operand type: N"),
        ("size(:bool) > a", f"{WRONG_TYPE}size, operand type: BOOL"),
        ("size(:null) > a", f"{WRONG_TYPE}size, operand type: NULL"),
        ("size(size(a)) > :n", f"{WRONG_TYPE}size, operand type: N"),
        ("attribute_not_exists(size(:n))", f"{WRONG_TYPE}size, operand type: N"),
        ("begins_with(a, size(b)) and a = :s", f"{WRONG_TYPE}begins_with, operand type: N"),
        ("attribute_type(a, :n)", f"{WRONG_TYPE}attribute_type, operand type: N"),
        ("attribute_type(a, size(b))", f"{WRONG_TYPE}attribute_type, operand type: N"),
        (
            "attribute_type(a, b)",
            f"{WRONG_TYPE}attribute_type, operand type: {{NS,SS,L,BS,N,M,B,BOOL,NULL,S}}",
        ),
        (
            "attribute_type(a, :s)",
            "Invalid attribute type name found; type: a, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
        ),
        (
            "attribute_exists(:s)",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        (
            "attribute_not_exists(size(:s))",
            "Operator or function requires a document path; operator or function: attribute_not_exists",
        ),
        (
            "a BETWEEN :n AND :s",
            "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: "
            "AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}",
        ),
        (
            "a BETWEEN :big AND :s",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound "
            "operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}",
        ),
    ],
)
def test_at_last_the_types_of_operands(text: str, expected: str) -> None:
    assert fault("FilterExpression", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" set #x = :x set abOrt = :x ", "Attribute name is a reserved keyword; reserved keyword: abOrt"),
        ("set #x = if_not_exist(:x) set c = d", "Invalid function name; function: if_not_exist"),
        ("set a = size(b)", "The function is not allowed in an update expression; function: size"),
        ("set a = list_append(list_append(a, b), c)", f"{MISUSED}list_append"),
        (
            "remove #x set a = b remove e",
            'The "REMOVE" section can only be used once in an update expression;',
        ),
        (
            "set #x = if_not_exists(:x)",
            "An expression attribute name used in the document path is not defined; attribute name: #x",
        ),
        (
            "set #a = if_not_exists(:x)",
            "An expression attribute value used in expression is not defined; attribute value: :x",
        ),
        (
            "set d[1] = a, d.b = a, c[1].a = a, #c = if_not_exists(a)",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: "
            "[c, [1], a], path two: [c]",
        ),
        (
            "set #c[3].#d = a, #c[3] = a",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: "
            "[c, [3], [3]], path two: [c, [3]]",
        ),
        (
            "SET l[0] = :s REMOVE l",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: "
            "[l, [0]], path two: [l]",
        ),
        (
            "remove a.#c set a[1] = #d",
            "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: "
            "[a, c], path two: [a, [1]]",
        ),
        (
            "set #c[3].#d = a, #c.#d[3] = if_not_exists(a)",
            "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: "
            "[c, [3], [3]], path two: [c, [3], [3]]",
        ),
        (
            "set b = list_append(:s, a), c = if_not_exists(a) add a.b :s",
            "Incorrect operand type for operator or function; operator: ADD, operand type: STRING",
        ),
        (
            "set a = if_not_exists(c)",
            "Incorrect number of operands for operator or function; operator or function: if_not_exists, number of "
            "operands: 1",
        ),
        (
            "set a = if_not_exists(if_not_exists(a, b), c)",
            "Operator or function requires a document path; operator or function: if_not_exists",
        ),
        ("set a = list_append(a, :n)", f"{WRONG_TYPE}list_append, operand type: N"),
        ("set a = :s + :b", f"{WRONG_TYPE}+, operand type: S"),
        ("set a = :b - a", f"{WRONG_TYPE}-, operand type: B"),
        ("set a = if_not_exists(b, :s) + :n", f"{WRONG_TYPE}+, operand type: S"),
    ],
)
def test_updates_are_looked_at_fault_by_fault(text: str, expected: str) -> None:
    assert fault("UpdateExpression", text) == expected


@pytest.mark.parametrize(
    ("name", "written_out"),
    [
        (":s", "STRING"),
        (":b", "BINARY"),
        (":null", "NULL"),
        (":bool", "BOOLEAN"),
        (":m", "MAP"),
        (":l", "LIST"),
    ],
)
def test_what_is_added_or_deleted_is_a_number_or_a_set(name: str, written_out: str) -> None:
    refused = "Incorrect operand type for operator or function; operator: "
    for word in ("ADD", "DELETE"):
        text = f"{word} a.b {name}"
        assert fault("UpdateExpression", text) == f"{refused}{word}, operand type: {written_out}"
    assert fault("UpdateExpression", "DELETE a :n") == f"{refused}DELETE, operand type: NUMBER"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a, views, #x", "Attribute name is a reserved keyword; reserved keyword: views"),
        (
            "a, a, #x",
            "An expression attribute name used in the document path is not defined; attribute name: #x",
        ),
        (
            "a, a",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], "
            "path two: [a]",
        ),
        (
            "#a, a.b",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], "
            "path two: [a, b]",
        ),
        (
            "b[1], b.c",
            "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: "
            "[b, [1]], path two: [b, c]",
        ),
    ],
)
def test_projections(text: str, expected: str) -> None:
    given = {"ExpressionAttributeValues": None}
    assert fault("ProjectionExpression", text, **given) == expected


def test_paths_are_compared_in_no_time() -> None:
    paths = ", ".join(f"a{number:03}" for number in range(680))
    begun = time.process_time()
    Expressions("GetItem", "GetItem", {"ProjectionExpression": paths}).check()
    assert time.process_time() - begun < 0.5, "look at each path once, not at each pair of them"
