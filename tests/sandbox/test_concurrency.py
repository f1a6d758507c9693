"""Twenty clients at once over HTTP: every count is exact, every race has one winner, nobody meets an error of ours."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse.sandbox import client as sandbox_client
from tests.sandbox.loopback import client

CLIENTS = 20
ROUNDS = 5
BOOKS = {
    "TableName": "Books",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
}
Student = dict[str, Any]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sandbox_client.Endpoint]:
    """A running sandbox."""
    home = tmp_path_factory.mktemp("home")
    yield sandbox_client.find_or_start(home)
    sandbox_client.stop(home)


@pytest.fixture(scope="module")
def students(endpoint: sandbox_client.Endpoint) -> list[Student]:
    """Each student's clients, made one after the other: boto3's making of clients is not threadsafe."""
    return [
        {service: client(endpoint, service) for service in ("kms", "dynamodb", "iam", "cloudtrail")}
        for _ in range(CLIENTS)
    ]


def at_once(students: list[Student], act: Callable[[Student, int], Any]) -> list[Any]:
    """What came of it where every student did the same at the same moment: results, or the errors' codes."""
    outcomes: list[Any] = [None] * len(students)
    together = threading.Barrier(len(students))

    def go(number: int) -> None:
        together.wait()
        try:
            outcomes[number] = act(students[number], number)
        except ClientError as error:
            said = error.response["Error"]
            outcomes[number] = f"{said['Code']}: {said['Message']}"
        except Exception as error:
            outcomes[number] = repr(error)

    threads = [threading.Thread(target=go, args=(number,)) for number in range(len(students))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_mix_of_everything_counts_exactly(students: list[Student]) -> None:
    first = students[0]
    key_id = first["kms"].create_key()["KeyMetadata"]["KeyId"]
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_id}
    first["dynamodb"].create_table(**BOOKS, SSESpecification=encryption)
    keys_before = number_of_keys(first)

    def work(own: Student, number: int) -> str:
        kms, dynamodb, iam = own["kms"], own["dynamodb"], own["iam"]
        iam.create_user(UserName=f"student-{number}")
        for round_ in range(ROUNDS):
            name = f"{number}-{round_}"
            made = kms.create_key(Description=name)["KeyMetadata"]["KeyId"]
            kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=made)
            plaintext = name.encode()
            blob = kms.encrypt(KeyId=f"alias/{name}", Plaintext=plaintext)["CiphertextBlob"]
            assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == plaintext
            dynamodb.put_item(TableName="Books", Item={"Id": {"S": name}, "Blob": {"B": blob}})
            dynamodb.update_item(
                TableName="Books",
                Key={"Id": {"S": "counter"}},
                UpdateExpression="ADD Hits :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )
            dynamodb.transact_write_items(TransactItems=[{"Update": add_one("a")}, {"Update": add_one("b")}])
            assert dynamodb.get_item(TableName="Books", Key={"Id": {"S": name}})["Item"]["Blob"]["B"] == blob
            kms.create_grant(KeyId=key_id, GranteePrincipal=ARN.format(number), Operations=["Decrypt"])
            iam.put_user_policy(UserName=f"student-{number}", PolicyName=name, PolicyDocument=POLICY)
            kms.list_aliases()
            own["cloudtrail"].lookup_events(MaxResults=5)
        return "done"

    assert Counter(at_once(students, work)) == {"done": CLIENTS}

    total = CLIENTS * ROUNDS
    dynamodb, kms, iam = first["dynamodb"], first["kms"], first["iam"]
    items = {item["Id"]["S"]: item for item in dynamodb.scan(TableName="Books")["Items"]}
    assert len(items) == total + 3
    assert [items[name]["Hits"]["N"] for name in ("counter", "a", "b")] == [str(total)] * 3
    assert number_of_keys(first) == keys_before + total
    aliases = [alias for page in kms.get_paginator("list_aliases").paginate() for alias in page["Aliases"]]
    mine = [
        alias["AliasName"]
        for alias in aliases
        if alias["AliasName"].count("-") and "aws/" not in alias["AliasName"]
    ]
    assert len(mine) == len(set(mine)) == total
    grants = [
        grant for page in kms.get_paginator("list_grants").paginate(KeyId=key_id) for grant in page["Grants"]
    ]
    assert Counter(
        grant["GranteePrincipal"] for grant in grants if ":user/" in grant["GranteePrincipal"]
    ) == {ARN.format(number): ROUNDS for number in range(CLIENTS)}
    for number in range(CLIENTS):
        assert len(iam.list_user_policies(UserName=f"student-{number}")["PolicyNames"]) == ROUNDS


ARN = "arn:aws:iam::123456789012:user/student-{}"
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*"}]}'


def add_one(name: str) -> dict[str, Any]:
    """One part of a transaction: a counter goes up by one."""
    return {
        "TableName": "Books",
        "Key": {"Id": {"S": name}},
        "UpdateExpression": "ADD Hits :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }


def number_of_keys(student: Student) -> int:
    return sum(len(page["Keys"]) for page in student["kms"].get_paginator("list_keys").paginate())


ALIAS = "arn:aws:kms:us-east-1:123456789012:alias/taken"


def make_alias(own: Student, number: int) -> str:
    key_id = own["kms"].list_keys()["Keys"][0]["KeyId"]
    own["kms"].create_alias(AliasName="alias/taken", TargetKeyId=key_id)
    return "won"


def make_table(own: Student, number: int) -> str:
    own["dynamodb"].create_table(**{**BOOKS, "TableName": "Taken"})
    return "won"


def make_user(own: Student, number: int) -> str:
    own["iam"].create_user(UserName="taken")
    return "won"


def put_first(own: Student, number: int) -> str:
    item = {"Id": {"S": "first"}, "By": {"N": str(number)}}
    own["dynamodb"].put_item(TableName="Taken", Item=item, ConditionExpression="attribute_not_exists(Id)")
    return "won"


def delete_table(own: Student, number: int) -> str:
    own["dynamodb"].delete_table(TableName="Taken")
    return "won"


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (make_alias, f"AlreadyExistsException: An alias with the name {ALIAS} already exists"),
        (make_table, "ResourceInUseException: Table already exists: Taken"),
        (put_first, "ConditionalCheckFailedException: The conditional request failed"),
        (make_user, "EntityAlreadyExists: "),
        (delete_table, "ResourceNotFoundException: Requested resource not found: Table: Taken not found"),
    ],
)
def test_a_race_has_one_winner(
    students: list[Student], act: Callable[[Student, int], str], error: str
) -> None:
    outcomes = Counter(at_once(students, act))
    assert outcomes.pop("won") == 1
    [(said, times)] = outcomes.items()
    assert times == CLIENTS - 1
    assert said.startswith(error)


def test_whoever_disables_a_key_stops_everybody_at_once(students: list[Student]) -> None:
    key_id = students[0]["kms"].create_key()["KeyMetadata"]["Arn"]

    def use_or_disable(own: Student, number: int) -> str:
        if number == CLIENTS // 2:
            own["kms"].disable_key(KeyId=key_id)
            return "disabled"
        outcomes = []
        for _ in range(ROUNDS):
            try:
                own["kms"].encrypt(KeyId=key_id, Plaintext=b"x")
                outcomes.append("works")
            except own["kms"].exceptions.DisabledException:
                outcomes.append("refused")
        return "in order" if outcomes == sorted(outcomes, reverse=True) else str(outcomes)

    assert Counter(at_once(students, use_or_disable)) == {"in order": CLIENTS - 1, "disabled": 1}
