"""Refusals are remembered with what policies ask about the call, and without anything secret."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore import handlers
from botocore.exceptions import ClientError

from kmscourse import account
from kmscourse.account.denials import REMEMBERED_PARAMETERS, Denial, RefusedCall
from kmscourse.iam import LAB_USER
from kmscourse.sandbox.application import Application
from tests.conftest import session_of

SECRET = "tell nobody"


@pytest.fixture
def denials(lab_user: boto3.Session) -> list[str]:
    """The refusals of IAMLabUser."""
    found: list[str] = []
    account.denials.watch(lab_user, found)
    return found


def last(denials: list[str]) -> RefusedCall:
    text = denials[-1]
    assert isinstance(text, Denial)
    return text.call


def test_a_refusal_is_the_sentence_and_knows_its_call(
    lab_user: boto3.Session, denials: list[str], key_id: str
) -> None:
    context = {"course": "kms"}
    with pytest.raises(ClientError) as refused:
        lab_user.client("kms").generate_data_key(KeyId=key_id, KeySpec="AES_256", EncryptionContext=context)
    response = refused.value.response
    assert denials == [response["Error"]["Message"]]
    call = last(denials)
    assert call.operation == "GenerateDataKey"
    assert call.parameters == {"KeyId": key_id, "KeySpec": "AES_256", "EncryptionContext": context}
    assert (call.request_id, call.region) == (response["ResponseMetadata"]["RequestId"], "us-east-1")
    assert call.access_key_id == lab_user.get_credentials().access_key


def test_what_is_changed_later_stays_as_it_was_asked(
    lab_user: boto3.Session, denials: list[str], key_id: str
) -> None:
    context = {"course": "kms"}
    with pytest.raises(ClientError):
        lab_user.client("kms").encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext=context)
    context["course"] = "another"
    assert last(denials).parameters["EncryptionContext"] == {"course": "kms"}


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("kms", "encrypt", {"KeyId": "alias/k", "Plaintext": SECRET.encode()}),
        ("kms", "create_key", {"Policy": json.dumps({"Statement": [], "Id": SECRET})}),
        ("iam", "create_login_profile", {"UserName": "IAMLabUser", "Password": SECRET}),
        ("iam", "change_password", {"OldPassword": SECRET, "NewPassword": SECRET}),
        ("dynamodb", "put_item", {"TableName": "Films", "Item": {"Id": {"S": SECRET}}}),
        (
            "dynamodb",
            "batch_write_item",
            {"RequestItems": {"Films": [{"PutRequest": {"Item": {"Id": {"S": SECRET}}}}]}},
        ),
    ],
)
def test_nothing_secret_is_kept(
    lab_user: boto3.Session,
    kms: Any,
    denials: list[str],
    service: str,
    operation: str,
    parameters: dict[str, Any],
) -> None:
    kms.create_alias(AliasName="alias/k", TargetKeyId=kms.create_key()["KeyMetadata"]["Arn"])
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(lab_user.client(service), operation)(**parameters)
    call = last(denials)
    assert SECRET not in repr(call)
    assert set(call.parameters) <= REMEMBERED_PARAMETERS
    assert call.tables == (("Films",) if service == "dynamodb" else ())


def test_a_session_that_is_watched_twice_is_remembered_once(
    lab_user: boto3.Session, denials: list[str]
) -> None:
    account.denials.watch(lab_user, denials)
    with pytest.raises(ClientError):
        lab_user.client("kms").list_keys()
    assert len(denials) == 1


def test_what_is_no_refusal_is_not_remembered(lab_user: boto3.Session, denials: list[str]) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        lab_user.client("dynamodb").scan(TableName="Books")
    lab_user.client("sts").get_caller_identity()
    assert denials == []


def test_every_table_that_a_call_names_is_known() -> None:
    transaction = {
        "TransactItems": [{"Put": {"TableName": "A"}}, {"ConditionCheck": {"TableName": "arn:aws:x/B"}}]
    }
    assert RefusedCall.of("TransactWriteItems", transaction).tables == ("A", "B")
    batch = {"RequestItems": {"A.x": [{"DeleteRequest": {}}], "B": [{"PutRequest": {}}]}}
    assert RefusedCall.of("BatchWriteItem", batch).tables == ("A.x", "B")


@pytest.fixture
def own_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions that are made after the test are not watched any more."""
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", list(handlers.BUILTIN_HANDLERS))
    monkeypatch.setattr(account.denials, "BUILTIN_HANDLERS", handlers.BUILTIN_HANDLERS)


@pytest.mark.usefixtures("own_handlers")
def test_plain_clients_are_watched_too_and_each_refusal_is_remembered_once(sandbox: Application) -> None:
    found: list[str] = []
    account.denials.watch_new_sessions(found, "123456789012")
    session = session_of(sandbox, LAB_USER)
    with pytest.raises(ClientError):
        session.client("kms").list_keys()
    account.denials.watch(session, found)
    with pytest.raises(ClientError):
        session.client("iam").list_users()
    assert [last(found[:1]).operation, last(found).operation] == ["ListKeys", "ListUsers"]
    assert len(found) == 2
    assert last(found).access_key_id == session.get_credentials().access_key


@pytest.mark.usefixtures("own_handlers")
def test_another_account_is_left_out_and_so_is_a_client_that_is_to_be_ignored(sandbox: Application) -> None:
    elsewhere: list[str] = []
    account.denials.watch_new_sessions(elsewhere, "999999999999")
    here: list[str] = []
    account.denials.watch_new_sessions(here, "123456789012")
    session = session_of(sandbox, LAB_USER)
    ignored = session.client("kms")
    account.denials.ignore(ignored)
    with pytest.raises(ClientError):
        ignored.list_keys()
    assert here == []
    with pytest.raises(ClientError):
        session.client("kms").list_keys()
    assert (len(here), elsewhere) == (1, [])


@pytest.mark.usefixtures("own_handlers")
def test_an_account_that_is_opened_again_is_watched_once_and_speaks_to_the_newest(
    sandbox: Application,
) -> None:
    earlier: list[str] = []
    account.denials.watch_new_sessions(earlier, "123456789012")
    count = len(handlers.BUILTIN_HANDLERS)
    client = session_of(sandbox, LAB_USER).client("kms")
    found: list[str] = []
    account.denials.watch_new_sessions(found, "123456789012")
    with pytest.raises(ClientError):
        client.list_keys()
    assert (len(found), earlier) == (1, [])
    assert len(handlers.BUILTIN_HANDLERS) == count, "each one more would take part in every call that follows"


def test_what_the_course_asks_is_not_remembered(lab_user: boto3.Session, denials: list[str]) -> None:
    with pytest.raises(ClientError):
        lab_user.client("kms").list_keys()
    with pytest.raises(ClientError), account.denials.unremembered(denials):
        lab_user.client("kms").list_aliases()
    assert [last(denials).operation] == ["ListKeys"]
    assert len(denials) == 1
