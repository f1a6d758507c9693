"""A role's session is a principal everywhere: in key policies, grants, before DynamoDB, in refusals, in the trail."""

from __future__ import annotations

import json
from typing import Any

import pytest

USE = ["kms:Encrypt", "kms:Decrypt"]
READS_BOOKS = {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "*"}


def session_arn(gate: Any, role: str = "robot", name: str = "work") -> str:
    return f"arn:aws:sts::{gate.account_id}:assumed-role/{role}/{name}"


@pytest.mark.parametrize("named", ["role", "session"])
def test_a_key_policy_lets_a_role_in(gate: Any, named: str) -> None:
    """A role with a path too: a session's ARN leaves the path out."""
    key = gate.key()
    role = gate.role("robot", trusts=gate.arn(gate.main), Path="/machines/")
    gate.allow(key, role if named == "role" else session_arn(gate), *USE)
    sealed = gate("kms:Encrypt", by=gate.assume(role), KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"]
    assert gate("kms:Decrypt", by=gate.assume(role), CiphertextBlob=sealed)["Plaintext"] == "aGVsbG8="


def test_a_refusal_names_the_session(gate: Any) -> None:
    key = gate.key()
    robot = gate.assume(gate.role("robot", READS_BOOKS))
    refusal = gate.refused("kms:Encrypt", by=robot, KeyId=key, Plaintext="aGVsbG8=")
    assert refusal.message == (
        f"User: {session_arn(gate)} is not authorized to perform: kms:Encrypt on resource: {key} because no "
        "identity-based policy allows the kms:Encrypt action"
    )
    gate.books(key)
    refusal = gate.refused("dynamodb:Scan", by=robot, TableName="Books")
    assert refusal.message.startswith(
        "KMS key access denied error: com.amazonaws.services.kms.model.AWSKMSException: "
        f"User: {session_arn(gate)} is not authorized to perform: kms:Decrypt on resource: {key} because no "
    )
    refusal = gate.refused("dynamodb:PutItem", by=robot, TableName="Books", Item={"Author": {"S": "x"}})
    assert f"User: {session_arn(gate)} is not authorized to perform: dynamodb:PutItem" in refusal.message


def test_a_grant_to_a_role_counts_for_its_sessions(gate: Any) -> None:
    key = gate.key()
    role = gate.role("robot")
    gate("kms:CreateGrant", KeyId=key, GranteePrincipal=role, Operations=["Encrypt"])
    gate("kms:CreateGrant", KeyId=key, GranteePrincipal=session_arn(gate), Operations=["DescribeKey"])
    robot = gate.assume(role)
    assert gate("kms:Encrypt", by=robot, KeyId=key, Plaintext="aGVsbG8=")
    assert gate("kms:DescribeKey", by=robot, KeyId=key)
    other = gate.assume(role, RoleSessionName="other")
    assert gate("kms:Encrypt", by=other, KeyId=key, Plaintext="aGVsbG8=")
    assert gate.refused("kms:DescribeKey", by=other, KeyId=key).code == "AccessDeniedException"


def test_a_role_reads_an_encrypted_table(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    via = {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
    opens = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key, "Condition": via}
    robot = gate.assume(gate.role("robot", READS_BOOKS, opens))
    assert gate("dynamodb:Scan", by=robot, TableName="Books")["Count"] == 1
    [event] = [
        found
        for found in gate.events(EventName="Decrypt")
        if found["userIdentity"]["arn"] == session_arn(gate)
    ]
    assert event["userIdentity"]["invokedBy"] == "dynamodb.amazonaws.com"


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/robot"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/*"}}, False),
        ({"StringEquals": {"aws:PrincipalType": "AssumedRole"}}, True),
        ({"StringLike": {"aws:userid": "AROA*:work"}}, True),
        ({"Null": {"aws:username": "true"}}, True),
        ({"Null": {"aws:TokenIssueTime": "false"}}, True),
        ({"StringEquals": {"aws:PrincipalTag/team": "blue"}}, True),
        ({"StringEquals": {"aws:PrincipalTag/team": "red"}}, False),
    ],
)
def test_conditions_see_the_role(gate: Any, condition: dict[str, Any], allowed: bool) -> None:
    statement = {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*", "Condition": condition}
    tags = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}
    robot = gate.assume(gate.role("robot", statement, **tags))
    if allowed:
        assert gate("kms:ListKeys", by=robot)["Keys"] == []
    else:
        gate.refused("kms:ListKeys", by=robot)


def test_a_boundary_holds_a_role_but_not_a_user_whom_a_key_policy_names(gate: Any) -> None:
    """IAM User Guide, "Permissions boundaries": what a resource's own policy gives to the user is not bounded."""
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}],
    }
    gate("iam:CreatePolicy", PolicyName="Limit", PolicyDocument=json.dumps(document))
    limit = {"PermissionsBoundary": f"arn:aws:iam::{gate.account_id}:policy/Limit"}
    key = gate.key()
    role = gate.role("robot", **limit)
    gate("iam:CreateUser", UserName="Ann", **limit)
    for named in (role, gate.arn("Ann")):
        gate.allow(key, named, "kms:DescribeKey")
    assert gate("kms:DescribeKey", by="Ann", KeyId=key)
    refusal = gate.refused("kms:DescribeKey", by=gate.assume(role), KeyId=key)
    assert refusal.message.endswith("because no permissions boundary allows the kms:DescribeKey action")


def test_the_trail_tells_who_is_behind_a_session(gate: Any) -> None:
    role = gate.role("robot", {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"})
    robot = gate.assume(role)
    gate("kms:ListKeys", by=robot)
    [event] = gate.events(EventName="ListKeys")
    caller = gate.caller(robot)
    identity = event["userIdentity"]
    attributes = identity["sessionContext"].pop("attributes")
    assert identity == {
        "type": "AssumedRole",
        "principalId": caller.user_id,
        "arn": session_arn(gate),
        "accountId": gate.account_id,
        "accessKeyId": robot,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": caller.user_id.partition(":")[0],
                "arn": role,
                "accountId": gate.account_id,
                "userName": "robot",
            }
        },
    }
    assert attributes["mfaAuthenticated"] == "false"
    assert attributes["creationDate"].endswith("Z")
    assert [found["eventName"] for found in gate.events(Username="work")] == ["ListKeys"]


def test_the_trail_tells_users_sessions_from_their_access_keys(gate: Any) -> None:
    gate("kms:ListKeys")
    token = gate.signed_in(gate("sts:GetSessionToken")["Credentials"])
    guest = gate.signed_in(gate("sts:GetFederationToken", Name="guest")["Credentials"])
    gate("kms:ListKeys", by=token)
    gate.refused("kms:ListKeys", by=guest)
    of_guest, of_token, of_key = (found["userIdentity"] for found in gate.events(EventName="ListKeys"))
    assert of_key["type"] == of_token["type"] == "IAMUser"
    assert "sessionContext" not in of_key
    assert set(of_token["sessionContext"]) == {"attributes"}
    assert (of_token["arn"], of_token["accessKeyId"]) == (gate.arn(gate.main), token)
    assert (of_guest["type"], of_guest["principalId"]) == ("FederatedUser", f"{gate.account_id}:guest")
    assert of_guest["sessionContext"]["sessionIssuer"]["userName"] == gate.main


def test_the_trail_holds_no_credentials_of_a_role(gate: Any) -> None:
    role = gate.role("robot")
    narrow = {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [narrow], "Id": "narrow"})
    tags = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}
    answer = gate("sts:AssumeRole", RoleArn=role, RoleSessionName="work", Policy=document, **tags)
    [event] = gate.events(EventName="AssumeRole")
    assert event["requestParameters"] == {
        "roleArn": role,
        "roleSessionName": "work",
        "policy": document,
        "tags": [{"key": "team", "value": "blue"}],
    }
    assert event["responseElements"]["assumedRoleUser"]["arn"] == session_arn(gate)
    assert event["readOnly"]
    text = json.dumps(gate.events())
    for secret in ("SecretAccessKey", "SessionToken"):
        assert answer["Credentials"][secret] not in text
