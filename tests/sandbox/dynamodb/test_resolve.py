"""What a call names is looked up and read once, however many stages read it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from kmscourse.sandbox.dynamodb import encryption
from kmscourse.sandbox.dynamodb.expressions import parser
from kmscourse.sandbox.dynamodb.store import TableStore

QUERY = {
    "TableName": "Books",
    "KeyConditionExpression": "Author = :a AND begins_with(Title, :t)",
    "FilterExpression": "attribute_exists(Pages) AND Pages > :n",
    "ProjectionExpression": "Pages, Title",
    "ExpressionAttributeValues": {":a": {"S": "Seth Godin"}, ":t": {"S": "The"}, ":n": {"N": "1"}},
}
KEY = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[Any]:
    """How often each expression is read, and each table and key looked up."""
    counts: Counter[Any] = Counter()
    split, find_table, find_key = parser.Tokens, TableStore.find, encryption.find_chosen_key

    def counting_split(text: str, *rest: Any) -> Any:
        counts[text] += 1
        return split(text, *rest)

    def counting_find(store: TableStore, region: str, name: str) -> Any:
        counts[name] += 1
        return find_table(store, region, name)

    def counting_key(resolved: Any, name: str) -> Any:
        counts[name] += 1
        return find_key(resolved, name)

    monkeypatch.setattr(parser, "Tokens", counting_split)
    monkeypatch.setattr(TableStore, "find", counting_find)
    monkeypatch.setattr(encryption, "find_chosen_key", counting_key)
    return counts


def test_a_query_reads_each_expression_once(gate: Any, counted: Counter[Any]) -> None:
    gate.books(gate.key())
    counted.clear()
    gate("dynamodb:Query", **QUERY)
    texts = [str(QUERY[kind]) for kind in QUERY if kind.endswith("Expression")]
    assert counted == {**dict.fromkeys(texts, 1), "Books": 1}


def test_a_batch_reads_the_expression_of_a_table_once(gate: Any, counted: Counter[Any]) -> None:
    gate.books()
    counted.clear()
    keys = [{**KEY, "Title": {"S": str(number)}} for number in range(20)]
    gate("dynamodb:BatchGetItem", RequestItems={"Books": {"Keys": keys, "ProjectionExpression": "Pages"}})
    assert counted == {"Pages": 1, "Books": 1}


def test_a_transaction_looks_up_its_table_once(gate: Any, counted: Counter[Any]) -> None:
    gate.books(gate.key())
    counted.clear()
    items = [{"Put": {"TableName": "Books", "Item": {**KEY, "Title": {"S": str(n)}}}} for n in range(20)]
    gate("dynamodb:TransactWriteItems", TransactItems=items)
    assert counted == {"Books": 1}


def test_the_key_of_a_new_table_is_looked_up_once(gate: Any, counted: Counter[Any]) -> None:
    key = gate.key()
    gate.books(key, name="Films")
    assert counted[key] == 1


def test_a_table_by_its_name_and_by_its_arn_is_the_same(gate: Any) -> None:
    gate.books()
    arn = f"arn:aws:dynamodb:us-east-1:{gate.account_id}:table/Books"
    name, by_arn = (gate.checks("dynamodb:Scan", TableName=each) for each in ("Books", arn))
    assert name == by_arn
    assert [check.resource for check in name] == [arn]


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"PutRequest": None},
        {"PutRequest": {"Item": KEY}, "DeleteRequest": {"Key": KEY}},
        {"StealRequest": {"Key": KEY}},
    ],
)
def test_an_entry_of_a_batch_of_writes_is_one_request(gate: Any, entry: dict[str, Any]) -> None:
    gate.books()
    refusal = gate.refused("dynamodb:BatchWriteItem", RequestItems={"Books": [entry]})
    assert refusal.message == "Each request of a batch is either a PutRequest or a DeleteRequest."
