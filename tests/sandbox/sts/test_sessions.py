"""What temporary credentials open and what not: session policies, GetSessionToken, federated users."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
LISTS = {"Effect": "Allow", "Action": ["kms:ListKeys", "kms:ListAliases"], "Resource": "*"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_a_session_policy_narrows_what_the_role_may(gate: Any) -> None:
    role = gate.role("robot", EVERYTHING)
    session = gate.assume(role, Policy=policy(LISTS))
    assert gate("kms:ListKeys", by=session)["Keys"] == []
    refusal = gate.refused("dynamodb:ListTables", by=session)
    assert refusal.message.endswith("because no session policy allows the dynamodb:ListTables action")
    closed = gate.assume(role, Policy=policy(EVERYTHING, {**LISTS, "Effect": "Deny"}))
    assert gate.refused("kms:ListKeys", by=closed).message.endswith(
        "with an explicit deny in a session policy"
    )


def test_a_session_policy_gives_nothing_of_its_own(gate: Any) -> None:
    session = gate.assume(gate.role("robot", LISTS), Policy=policy(EVERYTHING))
    refusal = gate.refused("dynamodb:ListTables", by=session)
    assert "because no identity-based policy allows" in refusal.message


def test_inline_and_managed_session_policies_count_together(gate: Any) -> None:
    """One that allows is enough. A managed policy counts as it is when the session is used."""
    document = policy({"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"})
    gate("iam:CreatePolicy", PolicyName="Lists", PolicyDocument=document)
    arns = {
        "PolicyArns.member.1.arn": f"arn:aws:iam::{gate.account_id}:policy/Lists",
        "PolicyArns.member.2.arn": "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess",
    }
    inline = policy({"Effect": "Allow", "Action": "kms:ListAliases", "Resource": "*"})
    session = gate.assume(gate.role("robot", EVERYTHING), Policy=inline, **arns)
    for action in ("kms:ListKeys", "kms:ListAliases", "dynamodb:ListTables"):
        gate(action, by=session)
    assert gate.refused("kms:CreateKey", by=session).code == "AccessDeniedException"


@pytest.mark.parametrize("named", ["role", "session"])
def test_a_session_policy_limits_what_a_key_policy_gives_to_the_role_but_not_to_the_session(
    gate: Any, named: str
) -> None:
    key = gate.key()
    role = gate.role("robot", trusts=gate.arn(gate.main))
    session_arn = f"arn:aws:sts::{gate.account_id}:assumed-role/robot/work"
    gate.allow(key, role if named == "role" else session_arn, "kms:DescribeKey")
    assert gate("kms:DescribeKey", by=gate.assume(role), KeyId=key)
    narrow = gate.assume(role, Policy=policy(LISTS))
    if named == "session":
        assert gate("kms:DescribeKey", by=narrow, KeyId=key)
        assert gate.refused(
            "kms:DescribeKey", by=gate.assume(role, RoleSessionName="other"), KeyId=key
        ).message.endswith("because no identity-based policy allows the kms:DescribeKey action")
    else:
        refusal = gate.refused("kms:DescribeKey", by=narrow, KeyId=key)
        assert refusal.message.endswith("because no session policy allows the kms:DescribeKey action")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{nope", "This policy contains invalid Json"),
        (
            '{"Version": "2008-10-17", "Statement": []}',
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (policy({**LISTS, "Principal": "*"}), "Policy document should not specify a principal."),
    ],
)
def test_session_policies_that_are_none(gate: Any, document: str, message: str) -> None:
    refusal = gate.refused(
        "sts:AssumeRole", RoleArn=gate.role("robot"), RoleSessionName="work", Policy=document
    )
    assert (refusal.code, refusal.message, refusal.status) == ("MalformedPolicyDocument", message, 400)


def test_session_policies_that_are_too_long_or_not_there(gate: Any) -> None:
    asked = {"RoleArn": gate.role("robot"), "RoleSessionName": "work"}
    long = policy(*[{**LISTS, "Resource": "arn:aws:kms:*:*:key/" + "x" * 900}] * 2)
    tags = {"Tags.member.1.Key": "a" * 128, "Tags.member.1.Value": "b" * 200}
    refusal = gate.refused("sts:AssumeRole", **asked, Policy=long, **tags)
    assert (refusal.code, refusal.status) == ("PackedPolicyTooLarge", 400)
    assert refusal.message.endswith("% of allotted space, please use smaller policy.")
    absent = {"PolicyArns.member.1.arn": f"arn:aws:iam::{gate.account_id}:policy/Absent"}
    assert gate.refused("sts:AssumeRole", **asked, **absent).code == "NoSuchEntity"


def test_a_federated_user_has_what_both_the_user_and_the_session_policy_allow(gate: Any) -> None:
    answer = gate("sts:GetFederationToken", Name="guest", Policy=policy(LISTS))
    arn = f"arn:aws:sts::{gate.account_id}:federated-user/guest"
    assert answer["FederatedUser"] == {"FederatedUserId": f"{gate.account_id}:guest", "Arn": arn}
    guest = gate.signed_in(answer["Credentials"])
    assert gate("sts:GetCallerIdentity", by=guest)["Arn"] == arn
    assert gate("kms:ListKeys", by=guest)["Keys"] == []
    assert gate.refused("dynamodb:ListTables", by=guest).message.startswith(f"User: {arn} is not authorized")


def test_a_federated_user_without_a_policy_has_what_is_given_to_it_by_name(gate: Any) -> None:
    guest = gate.signed_in(gate("sts:GetFederationToken", Name="guest")["Credentials"])
    assert gate.refused("kms:ListKeys", by=guest).code == "AccessDeniedException"
    key = gate.key()
    gate.allow(key, f"arn:aws:sts::{gate.account_id}:federated-user/guest", "kms:DescribeKey")
    assert gate("kms:DescribeKey", by=guest, KeyId=key)


def test_a_federated_user_is_not_the_user_whom_a_key_policy_names(gate: Any) -> None:
    everyone_else = {
        "Effect": "Allow",
        "Principal": {"AWS": gate.arn(gate.main)},
        "Action": "kms:*",
        "Resource": "*",
    }
    key = gate.key(Policy=policy(everyone_else))
    guest = gate.signed_in(
        gate("sts:GetFederationToken", Name="guest", Policy=policy(EVERYTHING))["Credentials"]
    )
    assert gate("kms:DescribeKey", KeyId=key)
    assert gate.refused("kms:DescribeKey", by=guest, KeyId=key).code == "AccessDeniedException"


def test_federating_needs_a_permission(main: boto3.Session, sandbox: Application) -> None:
    iam = main.client("iam")
    iam.create_user(UserName="Ann")
    key = iam.create_access_key(UserName="Ann")["AccessKey"]
    ann = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    inprocess.attach(ann, sandbox)
    assert ann.client("sts").get_session_token()["Credentials"], "this needs none"
    with pytest.raises(ClientError) as refused:
        ann.client("sts").get_federation_token(Name="guest")
    assert refused.value.response["Error"]["Message"] == (
        "User: arn:aws:iam::123456789012:user/Ann is not authorized to perform: sts:GetFederationToken on resource: "
        "arn:aws:sts::123456789012:federated-user/guest because no identity-based policy allows the "
        "sts:GetFederationToken action"
    )


@pytest.mark.parametrize("operation", ["GetSessionToken", "GetFederationToken"])
def test_sessions_beget_no_sessions(gate: Any, operation: str) -> None:
    """Neither a role's nor a user's; only an access key does."""
    parameters = {} if operation == "GetSessionToken" else {"Name": "guest"}
    token = gate.signed_in(gate("sts:GetSessionToken")["Credentials"])
    for by in (gate.assume(gate.role("robot", EVERYTHING)), "IAMLabUser", token):
        refusal = gate.refused(f"sts:{operation}", by=by, **parameters)
        assert (refusal.code, refusal.status) == ("AccessDenied", 403)
        assert refusal.message == f"Cannot call {operation} with session credentials"
    guest = gate.signed_in(gate("sts:GetFederationToken", Name="guest")["Credentials"])
    role = {"RoleArn": f"arn:aws:iam::{gate.account_id}:role/robot", "RoleSessionName": "work"}
    assert gate.refused("sts:AssumeRole", by=guest, **role).message.startswith("Cannot call AssumeRole")


def test_the_account_of_an_access_key_id(gate: Any) -> None:
    role = gate.assume(gate.role("robot"))
    for key_id in (gate.caller(gate.main).access_key_id, gate.caller(role).access_key_id):
        assert gate("sts:GetAccessKeyInfo", AccessKeyId=key_id) == {"Account": gate.account_id}
    assert gate.refused("sts:GetAccessKeyInfo", AccessKeyId="AKIA0000000000000000").code == "ValidationError"
    refusal = gate.refused("sts:GetAccessKeyInfo", by="IAMLabUser", AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    assert refusal.message == (
        f"User: {gate.arn('IAMLabUser')} is not authorized to perform: sts:GetAccessKeyInfo because no "
        "identity-based policy allows the sts:GetAccessKeyInfo action"
    )


@pytest.fixture
def signed(sandbox: Application) -> Callable[[dict[str, Any]], boto3.Session]:
    """Makes a boto3 session of the credentials that an STS client has received."""

    def session(credentials: dict[str, Any]) -> boto3.Session:
        made = boto3.Session(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            region_name="us-east-1",
        )
        inprocess.attach(made, sandbox)
        return made

    return session


def test_the_credentials_of_get_session_token_do_not_open_iam(main: boto3.Session, signed: Any) -> None:
    sts = main.client("sts")
    session = signed(sts.get_session_token()["Credentials"])
    assert session.client("sts").get_caller_identity()["Arn"] == sts.get_caller_identity()["Arn"]
    assert session.client("kms").list_keys()["Keys"] == []
    guest = signed(sts.get_federation_token(Name="guest", Policy=policy(EVERYTHING))["Credentials"])
    for closed in (session, guest):
        with pytest.raises(ClientError) as refused:
            closed.client("iam").list_users()
        error = refused.value.response["Error"]
        assert (error["Code"], error["Message"]) == (
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        )
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_role_may_use_iam(main: boto3.Session, signed: Any) -> None:
    trust = policy({"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"})
    role = main.client("iam").create_role(RoleName="robot", AssumeRolePolicyDocument=trust)["Role"]
    main.client("iam").attach_role_policy(
        RoleName="robot", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    )
    answer = main.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="work")
    session = signed(answer["Credentials"])
    assert session.client("iam").get_role(RoleName="robot")["Role"]["RoleId"] == role["RoleId"]
    with pytest.raises(ClientError, match="is not authorized to perform: iam:CreateUser"):
        session.client("iam").create_user(UserName="Eve")
    main.client("iam").detach_role_policy(
        RoleName="robot", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    )
    main.client("iam").delete_role(RoleName="robot")
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        session.client("sts").get_caller_identity()
