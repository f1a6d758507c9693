"""The whole pipeline without a socket: boto3 through every stage of an account in memory."""

from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application
from kmscourse.sandbox.call import HttpRequest
from kmscourse.sandbox.model.shapes import is_unsigned, service_model
from kmscourse.sandbox.offered import SERVICES

BOOK = {"Author": {"S": "Seth Godin"}, "Book_Title": {"S": "The Dip"}}
ROBOT = "arn:aws:iam::123456789012:role/robot"
SECRET_TEXT = b"Hello, this is my sensitive data."


def encrypted_table(session: boto3.Session) -> str:
    """The lab's table with its book, under a new key whose ARN is returned."""
    kms, dynamodb = session.client("kms"), session.client("dynamodb")
    key_arn = kms.create_key()["KeyMetadata"]["Arn"]
    dynamodb.create_table(
        TableName="Books",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in BOOK],
        KeySchema=[
            {"AttributeName": "Author", "KeyType": "HASH"},
            {"AttributeName": "Book_Title", "KeyType": "RANGE"},
        ],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn},
    )
    dynamodb.put_item(TableName="Books", Item=BOOK)
    return str(key_arn)


def let_in(session: boto3.Session, key_arn: str, principal: str) -> None:
    """Add a statement to the key's policy with which ``principal`` may decrypt."""
    kms = session.client("kms")
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    policy["Statement"].append(
        {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:Decrypt", "Resource": "*"}
    )
    kms.put_key_policy(KeyId=key_arn, Policy=json.dumps(policy))


def test_the_lab(main: boto3.Session, lab_user: boto3.Session) -> None:
    key_arn = encrypted_table(main)
    scan = lab_user.client("dynamodb").scan
    with pytest.raises(ClientError) as refused:
        scan(TableName="Books")
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    let_in(main, key_arn, lab_user.client("sts").get_caller_identity()["Arn"])
    assert scan(TableName="Books")["Items"] == [BOOK]


def test_modelled_errors_arrive_as_their_classes(main: boto3.Session) -> None:
    kms = main.client("kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key_id)
    with pytest.raises(kms.exceptions.DisabledException):
        kms.encrypt(KeyId=key_id, Plaintext=SECRET_TEXT)
    iam = main.client("iam")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName="Nobody")


@pytest.mark.parametrize("region", ["eu-central-1", "aws-global"])
def test_iam_and_sts_answer_clients_of_any_region(main: boto3.Session, region: str) -> None:
    """A client that is given an endpoint's URL signs for its own region, for IAM too."""
    of_region = {"region_name": region, "endpoint_url": "http://127.0.0.1:5000"}
    names = [user["UserName"] for user in main.client("iam", **of_region).list_users()["Users"]]
    assert "IAMLabUser" in names
    arn = main.client("sts", **of_region).get_caller_identity()["Arn"]
    assert arn == main.client("sts").get_caller_identity()["Arn"]


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("assume_role_with_web_identity", {"WebIdentityToken": "token"}),
        ("assume_role_with_saml", {"PrincipalArn": ROBOT, "SAMLAssertion": "YTpi"}),
    ],
)
def test_what_aws_takes_unsigned_is_not_offered(
    main: boto3.Session, operation: str, more: dict[str, str]
) -> None:
    sts = main.client("sts")
    session = {} if "saml" in operation else {"RoleSessionName": "work"}
    with pytest.raises(ClientError) as refused:
        getattr(sts, operation)(RoleArn=ROBOT, **session, **more)
    error = refused.value.response["Error"]
    assert error["Code"] == "UnsupportedOperationException"
    assert error["Message"].startswith(
        f"The practice account does not offer sts:{refused.value.operation_name}."
    )


def test_those_are_all_that_aws_takes_unsigned_and_none_of_them_is_offered() -> None:
    unsigned = {
        (name, operation)
        for name in SERVICES
        for operation in service_model(name).operation_names
        if is_unsigned(name, operation)
    }
    assert unsigned == {("sts", "AssumeRoleWithWebIdentity"), ("sts", "AssumeRoleWithSAML")}
    assert not unsigned & {(name, operation) for name in SERVICES for operation in SERVICES[name].operations}


def test_a_refused_call_is_in_the_trail_too(main: boto3.Session, lab_user: boto3.Session) -> None:
    key_arn = main.client("kms").create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ClientError):
        lab_user.client("kms").encrypt(KeyId=key_arn, Plaintext=SECRET_TEXT)
    events = main.client("cloudtrail").lookup_events()["Events"]
    event = next(event for event in events if event["EventName"] == "Encrypt")
    assert event["Username"] == "IAMLabUser"
    assert json.loads(event["CloudTrailEvent"])["errorCode"] == "AccessDenied"


def test_a_call_that_fails_changes_nothing(main: boto3.Session) -> None:
    kms = main.client("kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    before = kms.get_key_policy(KeyId=key_id)["Policy"]
    with pytest.raises(ClientError):
        kms.put_key_policy(KeyId=key_id, Policy="{nope")
    assert kms.get_key_policy(KeyId=key_id)["Policy"] == before


def test_what_is_acknowledged_is_there_when_the_account_is_opened_again(tmp_path: Path) -> None:
    account = Application.open(tmp_path)
    session = inprocess.session(account)
    key_arn = encrypted_table(session)
    sealed = session.client("kms").encrypt(KeyId=key_arn, Plaintext=SECRET_TEXT)["CiphertextBlob"]
    account.close()

    again = Application.open(tmp_path)
    session = inprocess.session(again)
    assert session.client("kms").decrypt(CiphertextBlob=sealed)["Plaintext"] == SECRET_TEXT
    assert session.client("dynamodb").scan(TableName="Books")["Items"] == [BOOK]
    again.close()


def test_the_clock_can_be_set(sandbox: Application) -> None:
    sandbox.account.now = lambda: datetime.now(UTC) - timedelta(hours=1)
    with pytest.raises(ClientError, match="not yet current"):
        inprocess.session(sandbox).client("kms").list_keys()


def test_twenty_threads_lose_no_update(main: boto3.Session) -> None:
    encrypted_table(main)
    dynamodb = main.client("dynamodb")

    def add() -> None:
        for _ in range(10):
            dynamodb.update_item(
                TableName="Books",
                Key=BOOK,
                UpdateExpression="ADD Copies :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    threads = [threading.Thread(target=add) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert dynamodb.get_item(TableName="Books", Key=BOOK)["Item"]["Copies"] == {"N": "200"}


def test_the_log_has_the_calls_but_nothing_that_they_carried(
    main: boto3.Session, lab_user: boto3.Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="kmscourse")
    key_arn = encrypted_table(main)
    kms = main.client("kms")
    kms.encrypt(KeyId=key_arn, Plaintext=SECRET_TEXT, EncryptionContext={"hush": "hush"})
    with pytest.raises(ClientError):
        lab_user.client("dynamodb").scan(TableName="Books")
    text = caplog.text
    assert "kms:Encrypt 200" in text
    assert "dynamodb:Scan 400 AccessDeniedException" in text
    for secret in ("sensitive", "hush", "Godin", key_arn):
        assert secret not in text, f"the log quotes a parameter: {secret}"


def test_a_bug_of_ours_is_an_internal_failure_that_tells_nothing(
    sandbox: Application,
    main: boto3.Session,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> Any:
        raise ValueError("hush")

    monkeypatch.setattr("kmscourse.sandbox.application.permission_checks", broken)
    caplog.set_level(logging.INFO, logger="kmscourse")
    with pytest.raises(ClientError) as failed:
        main.client("kms", config=boto3.session.Config(retries={"total_max_attempts": 1})).list_keys()
    assert failed.value.response["Error"]["Code"] == "InternalFailure"
    assert "hush" not in str(failed.value) + caplog.text
    assert "ValueError at" in caplog.text


@pytest.mark.parametrize("operation", ["SignIn", "SessionFor", "Stop", "Reset", "Status"])
def test_only_the_main_user_may_use_the_console(lab_user: boto3.Session, operation: str) -> None:
    """The private service has no botocore model: the lab user's KMS client is made to name its target."""
    kms = lab_user.client("kms")

    def retarget(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        params["headers"]["X-Amz-Target"] = f"KmsCourse.{operation}"
        context["signing"] = {"signing_name": "kmscourse"}

    kms.meta.events.register("before-call.kms.ListKeys", retarget)
    with pytest.raises(ClientError) as refused:
        kms.list_keys()
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_a_request_that_is_none_of_awss_is_told_what_this_is(sandbox: Application) -> None:
    response = sandbox.handle(HttpRequest("GET", "/", {}, b""))
    assert response.status == 403
    assert b"This is a practice AWS account: point an AWS client at it." in response.body
