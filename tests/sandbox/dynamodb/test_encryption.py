"""What DynamoDB says of the key that a new table names."""

from __future__ import annotations

from typing import Any

import pytest

INVALID = "One or more parameter values were invalid: "
TABLE = {
    "TableName": "Books",
    "KeySchema": [{"AttributeName": "Author", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "Author", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def create(gate: Any, by: str = "", **specification: Any) -> dict[str, Any]:
    answer = gate("dynamodb:CreateTable", by=by, **TABLE, SSESpecification=specification)
    return dict(answer["TableDescription"])


def refused(gate: Any, **specification: Any) -> Any:
    """The refusal of a table under such a key; no table is left behind."""
    refusal = gate.refused("dynamodb:CreateTable", **TABLE, SSESpecification=specification)
    assert gate("dynamodb:ListTables")["TableNames"] == []
    return refusal


def from_kms(exception: str, message: str, code: str, beginning: str) -> str:
    return (
        f"{beginning}: com.amazonaws.services.kms.model.{exception}: {message} (Service: AWSKMS; Status Code: 400; "
        f"Error Code: {code}; Request ID: 1234-5678; Proxy: null)"
    )


@pytest.mark.parametrize(
    ("specification", "fault"),
    [
        ({"Enabled": True, "KMSMasterKeyId": "k"}, "SSEType KMS is required if KMSMasterKeyId is specified"),
        ({"Enabled": False, "SSEType": "KMS"}, "SSEType can not be specified if Enabled is false"),
        (
            {"Enabled": False, "KMSMasterKeyId": "k"},
            "KMSMasterKeyId can not be specified if Enabled is false",
        ),
        ({"Enabled": True, "SSEType": "AES256"}, "SSEType AES256 is not supported"),
    ],
)
def test_specifications_that_contradict_themselves(
    gate: Any, specification: dict[str, Any], fault: str
) -> None:
    refusal = refused(gate, **specification)
    assert (refusal.code, refusal.message, refusal.status) == ("ValidationException", INVALID + fault, 400)


@pytest.mark.parametrize(
    ("key_id", "message"),
    [
        (
            "00000000-0000-0000-0000-000000000000",
            "Key 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000' does not exist",
        ),
        ("alias/nowhere", "Alias arn:aws:kms:us-east-1:123456789012:alias/nowhere is not found."),
        ("junk", "Invalid keyId 'junk'"),
        (
            "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000",
            "Invalid arn eu-west-1",
        ),
    ],
)
def test_a_key_that_is_not_there(gate: Any, key_id: str, message: str) -> None:
    refusal = refused(gate, Enabled=True, SSEType="KMS", KMSMasterKeyId=key_id)
    assert (refusal.code, refusal.status) == ("ValidationException", 400)
    assert refusal.message == from_kms(
        "NotFoundException", message, "NotFoundException", "KMS validation error"
    )


def test_a_key_of_another_account(gate: Any) -> None:
    elsewhere = "arn:aws:kms:us-east-1:999999999999:key/00000000-0000-0000-0000-000000000000"
    refusal = refused(gate, Enabled=True, SSEType="KMS", KMSMasterKeyId=elsewhere)
    assert refusal.code == "AccessDeniedException"
    assert refusal.message.startswith(
        "KMS key access denied error: com.amazonaws.services.kms.model.AWSKMSException: "
    )
    assert "kms:DescribeKey on this resource because the resource does not exist" in refusal.message


def test_a_disabled_key(gate: Any) -> None:
    key = gate.key()
    gate("kms:DisableKey", KeyId=key)
    refusal = refused(gate, Enabled=True, SSEType="KMS", KMSMasterKeyId=key)
    assert (refusal.code, refusal.status) == ("ValidationException", 400)
    assert refusal.message == from_kms(
        "DisabledException", f"{key} is disabled.", "DisabledException", "KMS key disabled error"
    )


def test_a_key_pending_deletion(gate: Any) -> None:
    key = gate.key()
    gate("kms:ScheduleKeyDeletion", KeyId=key)
    refusal = refused(gate, Enabled=True, SSEType="KMS", KMSMasterKeyId=key)
    assert (refusal.code, refusal.status) == ("ValidationException", 400)
    assert refusal.message == from_kms(
        "KMSInvalidStateException",
        f"{key} is pending deletion.",
        "KMSInvalidStateException",
        "KMS validation error",
    )


@pytest.mark.parametrize(
    "kind",
    [
        {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
        {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
    ],
)
def test_a_key_of_another_kind(gate: Any, kind: dict[str, str]) -> None:
    refusal = refused(gate, Enabled=True, SSEType="KMS", KMSMasterKeyId=gate.key(**kind))
    assert (refusal.code, refusal.status) == ("InternalServerError", 500)
    assert refusal.message == from_kms(
        "AWSKMSException",
        "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
        "ValidationException",
        "KMS internal error",
    )


def test_whatever_names_the_key_its_arn_is_kept(gate: Any) -> None:
    key = gate.key()
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key)
    alias_arn = f"arn:aws:kms:us-east-1:{gate.account_id}:alias/myKey"
    for name in (key, key.split("/")[1], "alias/myKey", alias_arn):
        described = create(gate, Enabled=True, SSEType="KMS", KMSMasterKeyId=name)["SSEDescription"]
        assert described == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
        gate("dynamodb:DeleteTable", TableName="Books")


@pytest.mark.parametrize(
    "specification",
    [
        {"Enabled": True},
        {"Enabled": True, "SSEType": "KMS"},
        {"SSEType": "KMS"},
        {"SSEType": "KMS", "KMSMasterKeyId": "alias/aws/dynamodb"},
    ],
)
def test_the_aws_managed_key_is_one_too(gate: Any, specification: dict[str, Any]) -> None:
    described = create(gate, **specification)["SSEDescription"]
    managed = gate("kms:DescribeKey", KeyId="alias/aws/dynamodb")["KeyMetadata"]
    assert managed["KeyManager"] == "AWS"
    assert described == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": managed["Arn"]}
    assert len(gate("kms:ListGrants", KeyId=managed["Arn"])["Grants"]) == 1
    assert gate("dynamodb:Scan", TableName="Books")["Count"] == 0
    assert gate.events(EventName="Decrypt")[0]["resources"][0]["ARN"] == managed["Arn"]


@pytest.mark.parametrize("specification", [{}, {"Enabled": False}])
def test_nothing_asked_for_is_dynamodbs_own_key(gate: Any, specification: dict[str, Any]) -> None:
    assert "SSEDescription" not in create(gate, **specification)


def test_a_table_of_dynamodbs_own_key_has_no_description_of_it(gate: Any) -> None:
    gate("dynamodb:CreateTable", **TABLE)
    assert "SSEDescription" not in gate("dynamodb:DescribeTable", TableName="Books")["Table"]


@pytest.mark.parametrize("action", ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"])
def test_who_makes_a_table_needs_the_key(gate: Any, action: str) -> None:
    key = gate.key()
    needed = {"kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"}
    gate.user("Maker", {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"})
    gate.allow(key, "Maker", *(needed - {action}))
    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    refusal = gate.refused("dynamodb:CreateTable", by="Maker", **TABLE, SSESpecification=specification)
    assert refusal.code == "AccessDeniedException"
    assert refusal.message.startswith(
        "KMS key access denied error: com.amazonaws.services.kms.model.AWSKMSException: "
    )
    assert f"is not authorized to perform: {action} on resource: {key} because" in refusal.message
    gate.allow(key, "Maker", action)
    assert create(gate, by="Maker", **specification)["TableName"] == "Books"


def test_dynamodb_may_be_given_grants_and_nobody_else(gate: Any) -> None:
    """The console's statement: CreateGrant only where it is for an AWS resource."""
    key = gate.key()
    only_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    gate.user(
        "Maker",
        {"Effect": "Allow", "Action": ["dynamodb:*", "kms:DescribeKey", "kms:Decrypt"], "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": key, "Condition": only_services},
    )
    refusal = gate.refused(
        "kms:CreateGrant",
        by="Maker",
        KeyId=key,
        GranteePrincipal=gate.arn("IAMLabUser"),
        Operations=["Decrypt"],
    )
    assert refusal.code == "AccessDeniedException"
    create(gate, by="Maker", Enabled=True, SSEType="KMS", KMSMasterKeyId=key)


def test_permission_on_the_table_is_decided_before_anything_is_said_of_the_key(gate: Any) -> None:
    gate.user("Nobody")
    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/nowhere"}
    refusal = gate.refused("dynamodb:CreateTable", by="Nobody", **TABLE, SSESpecification=specification)
    assert "is not authorized to perform: dynamodb:CreateTable on resource: " in refusal.message


@pytest.mark.parametrize("name", ["Books", "arn:aws:dynamodb:us-east-1:123456789012:table/Books"])
def test_a_table_may_be_named_by_its_arn(gate: Any, name: str) -> None:
    gate.books(gate.key())
    assert gate("dynamodb:DescribeTable", TableName=name)["Table"]["TableName"] == "Books"
    assert gate("dynamodb:Scan", TableName=name)["Count"] == 1
    gate("dynamodb:DeleteTable", TableName=name)
    assert gate("dynamodb:ListTables")["TableNames"] == []
