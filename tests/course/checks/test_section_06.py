"""Section 6's exercises take every right answer, however it was reached, and tell a wrong one what differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kmscourse import dynamodb as tables
from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.checks import EXERCISES, Report, run
from kmscourse.course.notes import Notes

Answer = Callable[[Any], None]
MANAGED = {"Enabled": True, "SSEType": "KMS"}


@pytest.fixture
def learner(account: Account, notes: Notes) -> Account:
    """The account as section 6 leaves it."""
    prepare(account, notes, 7)
    return account


def report(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[6][number - 1], account, notes)


def write_by_update(dynamodb: Any) -> None:
    dynamodb.update_item(
        TableName="Books", Key={"Author": {"S": "Seth Godin"}, "Book_Title": {"S": "Tribes"}}
    )


def write_in_a_batch(dynamodb: Any) -> None:
    item = {"Author": {"S": "Seth Godin"}, "Book_Title": {"S": "Linchpin"}, "Year": {"N": "2010"}}
    dynamodb.batch_write_item(RequestItems={"Books": [{"PutRequest": {"Item": item}}]})


def put(author: str, title: str) -> Answer:
    return lambda dynamodb: tables.put_item(dynamodb, "Books", {"Author": author, "Book_Title": title})


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(put("Seth Godin", "Purple Cow"), id="the helper"),
        pytest.param(write_by_update, id="an update that makes the item"),
        pytest.param(write_in_a_batch, id="a batch, with one more attribute"),
    ],
)
def test_a_second_book_counts_however_it_was_written(learner: Account, notes: Notes, answer: Answer) -> None:
    answer(learner.client("dynamodb"))
    said = report(1, learner, notes)
    assert said.passed, said


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(put("Seth Godin", "The Dip"), "Which may change here?", id="the same book again"),
        pytest.param(put("seth godin", "Purple Cow"), "exactly Seth Godin", id="the author in small letters"),
        pytest.param(put("Kent Beck", "Tidy First?"), "books by: Kent Beck.", id="another author"),
    ],
)
def test_another_write_is_told_what_differs(
    learner: Account, notes: Notes, answer: Answer, told: str
) -> None:
    answer(learner.client("dynamodb"))
    said = report(1, learner, notes)
    assert not said.passed
    assert told in repr(said)


def create_films(dynamodb: Any, partition_key: str = "Title", **options: Any) -> None:
    dynamodb.create_table(
        TableName="Films",
        AttributeDefinitions=[{"AttributeName": partition_key, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": partition_key, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **options,
    )


def create(**options: Any) -> Answer:
    return lambda dynamodb: create_films(dynamodb, **options)


def create_and_change_the_key(first: dict[str, Any]) -> Answer:
    def answer(dynamodb: Any) -> None:
        create_films(dynamodb, **first)
        dynamodb.update_table(TableName="Films", SSESpecification=MANAGED)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(create(SSESpecification=MANAGED), id="created so"),
        pytest.param(create(SSESpecification={"Enabled": True}), id="KMS is what it means without a type"),
        pytest.param(
            create(SSESpecification={**MANAGED, "KMSMasterKeyId": "alias/aws/dynamodb"}), id="by its alias"
        ),
        pytest.param(create_and_change_the_key({}), id="created under an AWS owned key, then changed"),
    ],
)
def test_the_aws_managed_key_fits_however_it_was_chosen(
    learner: Account, notes: Notes, answer: Answer
) -> None:
    answer(learner.client("dynamodb"))
    said = report(2, learner, notes)
    assert said.passed, said


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(create(), "does not show the use of an AWS owned key", id="AWS owned"),
        pytest.param(
            create(SSESpecification={"Enabled": False}), "an AWS owned key", id="AWS owned, said so"
        ),
        pytest.param(
            create(SSESpecification={**MANAGED, "KMSMasterKeyId": "alias/myKey"}),
            "a customer managed key has a monthly fee",
            id="customer managed",
        ),
        pytest.param(
            create(partition_key="title", SSESpecification=MANAGED),
            "the partition key title",
            id="title in small letters",
        ),
    ],
)
def test_another_table_is_told_what_differs(
    learner: Account, notes: Notes, answer: Answer, told: str
) -> None:
    answer(learner.client("dynamodb"))
    said = report(2, learner, notes)
    assert not said.passed
    assert told in repr(said)


def test_what_the_section_itself_does_solves_neither(learner: Account, notes: Notes) -> None:
    dynamodb = learner.client("dynamodb")
    with pytest.raises(dynamodb.exceptions.ClientError, match="alias/noKey is not found"):
        tables.create_encrypted_table(dynamodb, "Authors", "alias/noKey", partition_key="Name")
    tables.put_item(dynamodb, "Books", artifacts.BOOK)
    assert not report(1, learner, notes).passed
    assert not report(2, learner, notes).passed
