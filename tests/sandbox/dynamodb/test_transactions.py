"""A transaction with a token is done once, however often it is sent; and no token stands for two transactions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application

KEY = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
ADD = {
    "Update": {
        "TableName": "Books",
        "Key": KEY,
        "UpdateExpression": "ADD Readers :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
}


def readers(gate: Any) -> str:
    return str(gate("dynamodb:GetItem", TableName="Books", Key=KEY)["Item"]["Readers"]["N"])


def add(gate: Any, token: str | None) -> dict[str, Any]:
    given = {"ClientRequestToken": token} if token else {}
    return dict(gate("dynamodb:TransactWriteItems", TransactItems=[ADD], **given))


def test_with_the_same_token_it_is_done_once(gate: Any) -> None:
    gate.books()
    for _ in range(3):
        assert add(gate, "a") == {}
    assert readers(gate) == "1"
    add(gate, "b")
    for _ in range(2):
        add(gate, None)
    assert readers(gate) == "4"


def test_a_token_is_known_for_ten_minutes(gate: Any) -> None:
    gate.books()
    add(gate, "a")
    gate.later(days=9 / 1440)
    add(gate, "a")
    assert readers(gate) == "1"
    gate.later(days=2 / 1440)
    add(gate, "a")
    assert readers(gate) == "2"


def test_another_transaction_needs_another_token(gate: Any) -> None:
    gate.books()
    add(gate, "a")
    other = [{"Delete": {"TableName": "Books", "Key": KEY}}]
    refusal = gate.refused("dynamodb:TransactWriteItems", TransactItems=other, ClientRequestToken="a")
    assert (refusal.code, refusal.status) == ("IdempotentParameterMismatchException", 400)
    assert readers(gate) == "1"


def test_a_cancelled_transaction_may_be_sent_again(gate: Any) -> None:
    gate.books()
    once = {"Put": {"TableName": "Books", "Item": KEY, "ConditionExpression": "attribute_not_exists(Author)"}}
    given = {"TransactItems": [once], "ClientRequestToken": "a"}
    assert gate.refused("dynamodb:TransactWriteItems", **given).code == "TransactionCanceledException"
    gate("dynamodb:DeleteItem", TableName="Books", Key=KEY)
    gate("dynamodb:TransactWriteItems", **given)


def test_a_token_outlives_the_process(tmp_path: Path) -> None:
    for _ in range(2):
        application = Application.open(tmp_path)
        dynamodb = inprocess.session(application).client("dynamodb")
        if not dynamodb.list_tables()["TableNames"]:
            dynamodb.create_table(
                TableName="Books",
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[
                    {"AttributeName": name, "AttributeType": "S"} for name in ("Author", "Title")
                ],
                KeySchema=[
                    {"AttributeName": "Author", "KeyType": "HASH"},
                    {"AttributeName": "Title", "KeyType": "RANGE"},
                ],
            )
        dynamodb.transact_write_items(TransactItems=[ADD], ClientRequestToken="a")
        found = dynamodb.get_item(TableName="Books", Key=KEY)["Item"]["Readers"]
        application.close()
        assert found == {"N": "1"}


def test_a_token_is_read_that_was_written_without_a_version(gate: Any) -> None:
    transactions = gate.account.tables.transactions
    known = transactions.decode({"digest": "1f", "until": 12.5})
    assert transactions.encode(known) == {"version": 1, "digest": "1f", "until": 12.5}
    assert transactions.decode(transactions.encode(known)) == known


def test_a_token_is_forgotten_after_ten_minutes(gate: Any) -> None:
    tables, now = gate.account.tables, gate.account.now()
    tables.keep_transaction("us-east-1/a", "1f", now)
    assert tables.transaction("us-east-1/a", now + timedelta(minutes=10)).digest == "1f"
    later = now + timedelta(minutes=10, seconds=1)
    assert tables.transaction("us-east-1/a", later) is None
    tables.keep_transaction("us-east-1/b", "2f", later)
    assert list(tables.transactions) == ["us-east-1/b"], "what is over is not kept"


def test_a_token_has_one_to_thirty_six_characters(gate: Any) -> None:
    gate.books()
    add(gate, "x" * 36)
    refusal = gate.refused("dynamodb:TransactWriteItems", TransactItems=[ADD], ClientRequestToken="x" * 37)
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        f"1 validation error detected: Value '{'x' * 37}' at 'clientRequestToken' failed to satisfy constraint: "
        "Member must have length less than or equal to 36",
    )
