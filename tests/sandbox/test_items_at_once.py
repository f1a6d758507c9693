"""Twenty clients on the same items, in one process and over HTTP: exact counts, one winner, whole transactions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse.sandbox import client as sandbox_client
from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application
from tests.sandbox.loopback import client

CLIENTS, ROUNDS, COPIES = 20, 5, 7
BOOKS = {
    "TableName": "Books",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
}
ONE = {":one": {"N": "1"}}


@pytest.fixture(scope="module", params=["in one process", "over HTTP"])
def clients(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    """Twenty DynamoDB clients of one account, whose table Books is under a KMS key."""
    home: Path = tmp_path_factory.mktemp("home")
    if request.param == "over HTTP":
        endpoint = sandbox_client.find_or_start(home)
        made = [client(endpoint, "dynamodb") for _ in range(CLIENTS)]
        kms = client(endpoint, "kms")
    else:
        application = Application.open(home)
        session = inprocess.session(application)
        made = [session.client("dynamodb") for _ in range(CLIENTS)]
        kms = session.client("kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    made[0].create_table(
        **BOOKS, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_id}
    )
    yield made
    if request.param == "over HTTP":
        sandbox_client.stop(home)
    else:
        application.close()


def at_once(clients: list[Any], act: Callable[[Any, int], Any]) -> list[Any]:
    """What came of it where all did it at the same moment: a result, or a ClientError."""
    together = Barrier(len(clients))

    def go(number: int) -> Any:
        together.wait()
        try:
            return act(clients[number], number)
        except ClientError as error:
            return error

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(go, range(len(clients))))


def item(clients: list[Any], name: str) -> dict[str, Any]:
    return dict(clients[0].get_item(TableName="Books", Key={"Id": {"S": name}})["Item"])


def test_a_counter_counts_all(clients: list[Any]) -> None:
    clients[0].put_item(TableName="Books", Item={"Id": {"S": "counter"}, "BySum": {"N": "0"}})

    def count(dynamodb: Any, number: int) -> None:
        for _ in range(ROUNDS):
            dynamodb.update_item(
                TableName="Books",
                Key={"Id": {"S": "counter"}},
                UpdateExpression="ADD ByUpdate :one",
                ExpressionAttributeValues=ONE,
            )
            dynamodb.update_item(
                TableName="Books",
                Key={"Id": {"S": "counter"}},
                UpdateExpression="SET BySum = BySum + :one",
                ExpressionAttributeValues=ONE,
            )

    assert at_once(clients, count) == [None] * CLIENTS
    found = item(clients, "counter")
    assert (found["ByUpdate"], found["BySum"]) == ({"N": "100"}, {"N": "100"})


def put(dynamodb: Any, number: int) -> str:
    new = {"Id": {"S": "first"}, "By": {"N": str(number)}}
    dynamodb.put_item(TableName="Books", Item=new, ConditionExpression="attribute_not_exists(Id)")
    return "won"


def transact(dynamodb: Any, number: int) -> str:
    new = {"TableName": "Books", "Item": {"Id": {"S": "transacted"}}}
    once = {"Put": {**new, "ConditionExpression": "attribute_not_exists(Id)"}}
    dynamodb.transact_write_items(TransactItems=[once])
    return "won"


@pytest.mark.parametrize(
    ("act", "code"), [(put, "ConditionalCheckFailedException"), (transact, "TransactionCanceledException")]
)
def test_only_one_is_first(clients: list[Any], act: Callable[[Any, int], str], code: str) -> None:
    outcomes = at_once(clients, act)
    assert outcomes.count("won") == 1
    codes = {outcome.response["Error"]["Code"] for outcome in outcomes if isinstance(outcome, ClientError)}
    assert codes == {code}


def test_what_there_is_is_sold_once(clients: list[Any]) -> None:
    """Each buyer takes a copy and gets a receipt, or neither."""
    clients[0].put_item(TableName="Books", Item={"Id": {"S": "stock"}, "Copies": {"N": str(COPIES)}})

    def buy(dynamodb: Any, number: int) -> str:
        take = {
            "TableName": "Books",
            "Key": {"Id": {"S": "stock"}},
            "UpdateExpression": "SET Copies = Copies - :one",
            "ConditionExpression": "Copies >= :one",
            "ExpressionAttributeValues": ONE,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        receipt = {"TableName": "Books", "Item": {"Id": {"S": f"receipt-{number}"}}}
        dynamodb.transact_write_items(TransactItems=[{"Update": take}, {"Put": receipt}])
        return "bought"

    outcomes = at_once(clients, buy)
    assert outcomes.count("bought") == COPIES
    assert item(clients, "stock")["Copies"] == {"N": "0"}
    ids = [each["Id"]["S"] for each in clients[0].scan(TableName="Books")["Items"]]
    receipts = {name for name in ids if name.startswith("receipt-")}
    assert receipts == {f"receipt-{number}" for number, outcome in enumerate(outcomes) if outcome == "bought"}
    for refusal in (outcome for outcome in outcomes if outcome != "bought"):
        assert refusal.response["Error"] == {
            "Code": "TransactionCanceledException",
            "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons "
            "[ConditionalCheckFailed, None]",
        }
        assert refusal.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert refusal.response["CancellationReasons"] == [
            {
                "Code": "ConditionalCheckFailed",
                "Message": "The conditional request failed",
                "Item": {"Id": {"S": "stock"}, "Copies": {"N": "0"}},
            },
            {"Code": "None"},
        ]


def test_a_batch_and_its_readers_see_whole_items(clients: list[Any]) -> None:
    """Whoever reads both halves of a pair together finds them of the same writer."""
    halves = [{"Id": {"S": "left"}}, {"Id": {"S": "right"}}]

    def write_or_read(dynamodb: Any, number: int) -> str:
        for _ in range(ROUNDS):
            if number % 2:
                items = [{**half, "By": {"N": str(number)}} for half in halves]
                puts = [{"Put": {"TableName": "Books", "Item": each}} for each in items]
                dynamodb.transact_write_items(TransactItems=puts)
            else:
                gets = [{"Get": {"TableName": "Books", "Key": half}} for half in halves]
                found = dynamodb.transact_get_items(TransactItems=gets)["Responses"]
                if found[0].get("Item", {}).get("By") != found[1].get("Item", {}).get("By"):
                    return f"torn: {found}"
        return "whole"

    assert Counter(map(str, at_once(clients, write_or_read))) == {"whole": CLIENTS}
