"""A look into the trail finds what the main user did, also where the main user is a role's session."""

from __future__ import annotations

import dataclasses
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course.checks.trail import trail_shows
from kmscourse.course.notes import Notes
from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application


@pytest.fixture
def as_role(sandbox: Application, account: Account) -> Account:
    """The same account, opened with a session of a role that may do everything."""
    trust = {"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam = account.client("iam")
    role = iam.create_role(
        RoleName="Admin", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust})
    )["Role"]["Arn"]
    iam.put_role_policy(
        RoleName="Admin",
        PolicyName="all",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": everything}),
    )
    made = account.client("sts").assume_role(RoleArn=role, RoleSessionName="work")
    given = made["Credentials"]
    session = boto3.Session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], account.region
    )
    inprocess.attach(session, sandbox)
    return dataclasses.replace(account, user_arn=made["AssumedRoleUser"]["Arn"], session=session, _clients={})


def test_what_a_roles_session_did_is_its_own(account: Account, as_role: Account, notes: Notes) -> None:
    look = trail_shows("CreateKey")
    account.client("kms").create_key()
    assert not look(as_role, notes).passed, "another one has made that key"
    as_role.client("kms").create_key()
    assert look(as_role, notes).passed


def test_what_was_refused_is_another_thing_than_what_was_answered(account: Account, notes: Notes) -> None:
    with pytest.raises(ClientError):
        account.session_for("IAMLabUser").client("kms").create_key()
    assert not trail_shows("CreateKey", by="IAMLabUser")(account, notes).passed
    assert trail_shows("CreateKey", by="IAMLabUser", error="AccessDenied")(account, notes).passed


def test_the_nearest_event_is_named_with_what_differs(account: Account, notes: Notes) -> None:
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    look = trail_shows("GenerateDataKey", keySpec="AES_256", encryptionContext={"purpose": "exercise"})
    assert look(account, notes).text.startswith("nothing in the audit trail like: GenerateDataKey, by you")
    kms.generate_data_key(KeyId=key, KeySpec="AES_128")
    kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext={"purpose": "excercise"})
    assert look(account, notes).text == (
        "in the audit trail: GenerateDataKey, but with encryptionContext "
        '{"purpose": "excercise"}, not {"purpose": "exercise"}'
    )


def test_another_caller_and_another_outcome_are_named(account: Account, notes: Notes) -> None:
    account.client("kms").list_aliases()
    assert trail_shows("ListAliases", by="IAMLabUser")(account, notes).text == (
        "in the audit trail: ListAliases, but by you, not by IAMLabUser"
    )
    assert trail_shows("ListAliases", error="AccessDenied")(account, notes).text == (
        "in the audit trail: ListAliases, but answered, not refused with AccessDenied"
    )


def test_twice_is_not_once(account: Account, notes: Notes) -> None:
    look = trail_shows("CreateKey", times=2)
    account.client("kms").create_key()
    once = look(account, notes)
    assert not once.passed
    assert once.text == "in the audit trail only 1 of 2: CreateKey, by you, answered"
    account.client("kms").create_key()
    assert look(account, notes).passed


def test_what_a_check_only_tried_is_nobodys_call(account: Account, notes: Notes) -> None:
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError, match="DryRunOperation"):
        kms.generate_data_key(KeyId=key, KeySpec="AES_256", DryRun=True)
    assert trail_shows("GenerateDataKey")(account, notes).text.startswith("nothing in the audit trail like")


def test_another_refusal_is_told_from_the_one_that_is_looked_for(account: Account, notes: Notes) -> None:
    with pytest.raises(ClientError):
        account.session_for("IAMLabUser").client("kms").create_key()
    assert trail_shows("CreateKey", by="IAMLabUser", error="LimitExceededException")(account, notes).text == (
        "in the audit trail: CreateKey, but refused with AccessDenied, not with LimitExceededException"
    )


def test_a_role_has_done_what_its_sessions_did(account: Account, as_role: Account, notes: Notes) -> None:
    as_role.client("kms").create_key()
    assert trail_shows("CreateKey", by="Admin")(account, notes).passed
    assert trail_shows("CreateKey")(account, notes).text == (
        "in the audit trail: CreateKey, but by Admin, not by you"
    )
