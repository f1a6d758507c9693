"""PartiQL statements together: a batch, of which each stands for itself, and a transaction, all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

# ruff: noqa: S608  (statements put together on purpose)

DIP = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
WHERE = "WHERE Author = 'Seth Godin' AND Title = 'The Dip'"


@pytest.fixture
def library(gate: Any) -> Any:
    """Four books of two authors."""
    gate.books()
    for author, title in (
        ("Seth Godin", "Linchpin"),
        ("Seth Godin", "Purple Cow"),
        ("Ed Catmull", "Creativity, Inc."),
    ):
        item = {"Author": {"S": author}, "Title": {"S": title}, "Pages": {"N": "200"}}
        gate("dynamodb:PutItem", TableName="Books", Item=item)
    return gate


def item(gate: Any, **key: Any) -> dict[str, Any] | None:
    found: dict[str, Any] | None = gate("dynamodb:GetItem", TableName="Books", Key={**DIP, **key}).get("Item")
    return found


def batch(gate: Any, *statements: str) -> list[dict[str, Any]]:
    entries = [{"Statement": statement} for statement in statements]
    found: list[dict[str, Any]] = gate("dynamodb:BatchExecuteStatement", Statements=entries)["Responses"]
    return found


def test_a_refused_statement_neither_undoes_nor_repeats_the_others(library: Any) -> None:
    where = "WHERE Author = 'Seth Godin' AND Title = 'Linchpin'"
    found = batch(
        library,
        f"UPDATE Books SET Pages = Pages + 1 {where}",
        "INSERT INTO Books VALUE {'Author': 'Seth Godin', 'Title': 'Linchpin'}",
        f"UPDATE Missing SET Pages = 1 {where}",
        f"UPDATE Books SET Pages = Pages + 1 {where} AND Pages = 5",
        "INSERT INTO Books VALUE {'Author': 'Seth Godin', 'Title': 'Tribes'}",
    )
    assert [answer.get("Error", {}).get("Code") for answer in found] == [
        None,
        "DuplicateItem",
        "ResourceNotFound",
        "ConditionalCheckFailed",
        None,
    ]
    counted = item(library, Title={"S": "Linchpin"})
    assert counted is not None
    assert counted["Pages"] == {"N": "201"}
    assert item(library, Title={"S": "Tribes"}) is not None


def test_a_batch_reads_items_by_their_keys(library: Any) -> None:
    found = batch(
        library,
        f"SELECT * FROM Books {WHERE}",
        "SELECT * FROM Books WHERE Author = 'Seth Godin' AND Title = 'Nowhere'",
        "SELECT * FROM Books WHERE Author = 'Seth Godin'",
        f"SELECT * FROM Missing {WHERE}",
    )
    assert found == [
        {"TableName": "Books", "Item": DIP},
        {"TableName": "Books"},
        {
            "TableName": "Books",
            "Error": {
                "Code": "ValidationError",
                "Message": "Select statements within BatchExecuteStatement must specify the primary key in the where "
                "clause.",
            },
        },
        {"Error": {"Code": "ResourceNotFound", "Message": "Requested resource not found"}},
    ]


def test_each_write_of_a_batch_stands_for_itself(library: Any) -> None:
    found = batch(
        library,
        "INSERT INTO Books VALUE {'Author': 'Seth Godin', 'Title': 'Tribes'}",
        "INSERT INTO Books VALUE {'Author': 'Seth Godin', 'Title': 'The Dip'}",
        "UPDATE Books SET Pages = 1 WHERE Author = 'Seth Godin' AND Title = 'Nowhere'",
        "DELETE FROM Books WHERE Author = 'Ed Catmull' AND Title = 'Creativity, Inc.'",
    )
    codes = [response.get("Error", {}).get("Code") for response in found]
    assert codes == [None, "DuplicateItem", "ConditionalCheckFailed", None]
    titles = {entry["Title"]["S"] for entry in library("dynamodb:Scan", TableName="Books")["Items"]}
    assert titles == {"Linchpin", "Purple Cow", "The Dip", "Tribes"}


def test_a_batch_reads_or_writes(library: Any) -> None:
    entries = [{"Statement": f"SELECT * FROM Books {WHERE}"}, {"Statement": f"DELETE FROM Books {WHERE}"}]
    for operation, member in (
        ("BatchExecuteStatement", "Statements"),
        ("ExecuteTransaction", "TransactStatements"),
    ):
        assert library.refused(f"dynamodb:{operation}", **{member: entries}).code == "ValidationException"
        assert (
            library.refused(f"dynamodb:{operation}", **{member: entries[:1] * 101}).code
            == "ValidationException"
        )


def transaction(gate: Any, *statements: str) -> list[dict[str, Any]]:
    entries = [{"Statement": statement} for statement in statements]
    found: list[dict[str, Any]] = gate("dynamodb:ExecuteTransaction", TransactStatements=entries)["Responses"]
    return found


def test_a_transaction_writes_all_or_nothing(library: Any) -> None:
    insert = "INSERT INTO Books VALUE {'Author': 'Seth Godin', 'Title': 'Tribes'}"
    entries = [{"Statement": insert}, {"Statement": insert.replace("Tribes", "The Dip")}]
    refusal = library.refused("dynamodb:ExecuteTransaction", TransactStatements=entries)
    assert refusal.code == "TransactionCanceledException"
    assert refusal.message.endswith("[None, DuplicateItem]")
    assert [reason["Code"] for reason in refusal.fields["CancellationReasons"]] == ["None", "DuplicateItem"]
    assert item(library, Title={"S": "Tribes"}) is None

    exists = "EXISTS(SELECT * FROM Books WHERE Author = 'Seth Godin' AND Title = 'Linchpin' AND Pages IS {})"
    assert (
        transaction(library, exists.format("NOT MISSING"), insert, f"DELETE FROM Books {WHERE}") == [{}] * 3
    )
    assert item(library, Title={"S": "Tribes"}) is not None
    assert item(library) is None
    refusal = library.refused(
        "dynamodb:ExecuteTransaction", TransactStatements=[{"Statement": exists.format("MISSING")}]
    )
    assert refusal.message.endswith("[ConditionalCheckFailed]")


def test_a_transaction_reads_items_by_their_keys(library: Any) -> None:
    found = transaction(
        library,
        f"SELECT * FROM Books {WHERE}",
        "SELECT * FROM Books WHERE Author = 'Seth Godin' AND Title = 'Nowhere'",
    )
    assert found == [{"Item": DIP}, {}]
