"""Account: operations on one account, their answers and refusals, whoever else is calling."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError

REGION = "us-east-1"


def refusal(practice: Any, action: str, **parameters: Any) -> AwsError:
    """What a call is refused with."""
    with pytest.raises(AwsError) as caught:
        practice(action, **parameters)
    return caught.value


def test_a_key_without_a_policy_gets_the_default_one(practice: Any) -> None:
    arn = practice.key()
    policy = practice("kms:GetKeyPolicy", KeyId=arn)["Policy"]
    assert json.loads(policy)["Id"] == "key-default-1"
    assert practice.account.keys.find(arn).policy == json.loads(policy)


def test_answers_of_dynamodb_are_dicts_of_plain_values(practice: Any) -> None:
    practice.books()
    practice.put("The Dip", Cover={"B": "AAEC"}, Pages={"N": "96"})
    answer = practice("dynamodb:Scan", TableName="Books")
    assert json.loads(json.dumps(answer)) == answer
    assert answer["Items"][0]["Cover"] == {"B": "AAEC"}
    assert isinstance(
        practice("dynamodb:DescribeTable", TableName="Books")["Table"]["CreationDateTime"], float | int
    )


def test_answers_of_iam_are_xml_with_the_request_id(practice: Any) -> None:
    text = practice("iam:GetUser", UserName="IAMLabUser")
    assert "<UserName>IAMLabUser</UserName>" in text
    assert "<RequestId>11-22</RequestId>" in text
    assert "<UserId>AIDA" in text


def test_get_user_without_a_name_is_about_the_caller(practice: Any) -> None:
    assert practice.account.main_user.name in practice("iam:GetUser")


@pytest.mark.parametrize(
    ("action", "parameters", "code", "status"),
    [
        ("kms:DescribeKey", {"KeyId": "alias/none"}, "NotFoundException", 400),
        ("dynamodb:DescribeTable", {"TableName": "None"}, "ResourceNotFoundException", 400),
        (
            "dynamodb:GetItem",
            {"TableName": "None", "Key": {"a": {"S": "b"}}},
            "ResourceNotFoundException",
            400,
        ),
        ("iam:GetUser", {"UserName": "nobody"}, "NoSuchEntity", 404),
        ("iam:CreateUser", {"UserName": "IAMLabUser"}, "EntityAlreadyExists", 409),
        (
            "iam:PutUserPolicy",
            {"UserName": "IAMLabUser", "PolicyName": "p", "PolicyDocument": "{"},
            "MalformedPolicyDocument",
            400,
        ),
        ("dynamodb:CallAction", {}, "UnknownOperationException", 400),
        ("iam:Nonsense", {}, "InvalidAction", 400),
        ("dynamodb:PutItem", {"TableName": ["x"], "Item": 3}, "SerializationException", 400),
    ],
)
def test_refusals_have_awss_code_and_status(
    practice: Any, action: str, parameters: dict[str, Any], code: str, status: int
) -> None:
    error = refusal(practice, action, **parameters)
    assert (error.code, error.status) == (code, status)
    assert error.message


def test_a_refusal_keeps_its_further_fields(practice: Any) -> None:
    practice.books()
    practice.put("The Dip", Pages={"N": "96"})
    error = refusal(
        practice,
        "dynamodb:PutItem",
        TableName="Books",
        Item={"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}},
        ConditionExpression="attribute_not_exists(Author)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert error.code == "ConditionalCheckFailedException"
    assert error.fields["Item"]["Pages"] == {"N": "96"}


def test_a_cancelled_transaction_changes_nothing_and_gives_its_reasons(kept: Any) -> None:
    kept.books()
    kept.put("The Dip", Pages={"N": "96"})
    keys = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
    update = {
        "TableName": "Books",
        "Key": keys,
        "UpdateExpression": "SET Pages = :p",
        "ExpressionAttributeValues": {":p": {"N": "1"}},
    }
    put = {"TableName": "Books", "Item": {**keys, "Title": {"S": "Tribes"}}}
    check = {
        "TableName": "Books",
        "Key": {**keys, "Title": {"S": "Linchpin"}},
        "ConditionExpression": "attribute_exists(Author)",
    }
    error = refusal(
        kept,
        "dynamodb:TransactWriteItems",
        TransactItems=[{"Update": update}, {"Put": put}, {"ConditionCheck": check}],
    )
    assert error.code == "TransactionCanceledException"
    assert [reason["Code"] for reason in error.fields["CancellationReasons"]] == [
        "None",
        "None",
        "ConditionalCheckFailed",
    ]
    for _ in range(2):
        (item,) = kept("dynamodb:Scan", TableName="Books")["Items"]
        assert item == {**keys, "Pages": {"N": "96"}}
        kept.restart()


@pytest.mark.parametrize(
    ("specification", "key"),
    [
        ({"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/mine"}, "mine"),
        ({"Enabled": True}, "aws"),
        ({"Enabled": False}, None),
    ],
)
def test_a_tables_key_is_known_by_its_arn(
    practice: Any, specification: dict[str, Any], key: str | None
) -> None:
    practice("kms:CreateAlias", AliasName="alias/mine", TargetKeyId=practice.key())
    practice.books()
    assert practice.account.tables.find(REGION, "Books").key_arn is None
    practice("dynamodb:UpdateTable", TableName="Books", SSESpecification=specification)
    described = practice("dynamodb:DescribeTable", TableName="Books")["Table"]
    practice("dynamodb:DeleteTable", TableName="Books")
    practice.books(SSESpecification=specification)
    arn = practice.account.tables.find(REGION, "arn:aws:dynamodb:us-east-1:123456789012:table/Books").key_arn
    if key is None:
        assert arn is None
        assert "SSEDescription" not in described
    else:
        alias = "alias/mine" if key == "mine" else "alias/aws/dynamodb"
        assert arn == practice.account.keys.named(REGION, alias).arn
        assert described["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}


def test_where_moto_breaks_the_answer_is_a_sentence_and_the_account_as_it_was(
    kept: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from moto.dynamodb.models import DynamoDBBackend

    kept.books()
    table = "arn:aws:dynamodb:us-east-1:123456789012:table/Books"
    before = kept("dynamodb:ListTagsOfResource", ResourceArn=table)
    real = DynamoDBBackend.tag_resource

    def breaks(self: Any, *arguments: Any) -> Any:
        real(self, *arguments)
        raise RuntimeError("the plaintext is: hunter2")

    monkeypatch.setattr(DynamoDBBackend, "tag_resource", breaks)
    with caplog.at_level(logging.DEBUG):
        error = refusal(kept, "dynamodb:TagResource", ResourceArn=table, Tags=[{"Key": "a", "Value": "b"}])
    assert (error.code, error.status) == ("ValidationException", 400)
    assert (
        error.message
        == "The practice account can't perform TagResource with these parameters; nothing was changed."
    )
    assert "hunter2" not in caplog.text
    assert "RuntimeError" in caplog.text
    for _ in range(2):
        assert kept("dynamodb:ListTagsOfResource", ResourceArn=table) == before
        kept.restart()


def test_an_account_neither_needs_nor_reads_what_is_set_for_real_aws() -> None:
    code = """if True:
        import socket
        def never(*_, **__): raise AssertionError("a connection was opened")
        socket.socket.connect = socket.create_connection = never
        from kmscourse.sandbox.account import Account
        from kmscourse.sandbox.call import Call, HttpRequest
        account = Account()
        account.keys.create("us-east-1")
        http = HttpRequest("POST", "/", {}, b"")
        tables = Call("dynamodb", "ListTables", "us-east-1", {}, "AKIA", "1", http)
        account.tables.perform(tables, changes=False)
        account.identities.perform(Call("iam", "ListUsers", "us-east-1", {}, "AKIA", "1", http), changes=False)
        print("done")
    """
    environment = {
        **os.environ,
        "AWS_PROFILE": "a-profile-that-does-not-exist",
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert ran.stdout == "done\n", ran.stderr


def test_many_threads_lose_nothing(kept: Any) -> None:
    kept.books()
    kept.put("Counter", Count={"N": "0"})
    keys = {"Author": {"S": "Seth Godin"}, "Title": {"S": "Counter"}}
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(10):
                kept(
                    "dynamodb:UpdateItem",
                    TableName="Books",
                    Key=keys,
                    UpdateExpression="ADD #c :one",
                    ExpressionAttributeNames={"#c": "Count"},
                    ExpressionAttributeValues={":one": {"N": "1"}},
                )
                kept.put(f"{number}-{turn}")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    for _ in range(2):
        counted = kept("dynamodb:GetItem", TableName="Books", Key=keys)["Item"]
        assert counted["Count"] == {"N": "80"}
        assert len(kept.titles()) == 81
        kept.restart()
