"""What DynamoDB says of a table's key, and what it takes of PartiQL."""

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
    alias_arn = f"arn:aws:kms:us-east-1:{gate.account}:alias/myKey"
    for name in (key, key.split("/")[1], "alias/myKey", alias_arn):
        described = create(gate, Enabled=True, SSEType="KMS", KMSMasterKeyId=name)["SSEDescription"]
        assert described == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
        gate("dynamodb:DeleteTable", TableName="Books")


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


@pytest.mark.parametrize(
    ("ruin", "restore", "message"),
    [
        (
            "DisableKey",
            ["EnableKey"],
            ("DisabledException", "{} is disabled.", "DisabledException", "KMS key disabled error"),
        ),
        (
            "ScheduleKeyDeletion",
            ["CancelKeyDeletion", "EnableKey"],
            (
                "KMSInvalidStateException",
                "{} is pending deletion.",
                "KMSInvalidStateException",
                "KMS validation error",
            ),
        ),
    ],
)
def test_a_table_whose_key_does_not_work(
    gate: Any, ruin: str, restore: list[str], message: tuple[str, str, str, str]
) -> None:
    key = gate.key()
    gate.books(key)
    gate(f"kms:{ruin}", KeyId=key)
    exception, text, code, beginning = message
    for operation in ("Scan", "PutItem"):
        item = {"Item": {"Author": {"S": "x"}, "Title": {"S": "y"}}} if operation == "PutItem" else {}
        refusal = gate.refused(f"dynamodb:{operation}", TableName="Books", **item)
        assert (refusal.code, refusal.status) == ("ValidationException", 400)
        assert refusal.message == from_kms(exception, text.format(key), code, beginning)
    assert gate("dynamodb:DescribeTable", TableName="Books")["Table"]["TableStatus"] == "ACTIVE"
    for operation in restore:
        gate(f"kms:{operation}", KeyId=key)
    assert gate("dynamodb:Scan", TableName="Books")["Count"] == 1
    gate(f"kms:{ruin}", KeyId=key)
    gate("dynamodb:DeleteTable", TableName="Books")


def test_a_table_is_put_under_another_key(gate: Any) -> None:
    first, second = gate.key(), gate.key()
    gate.books(first)
    again = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": first}
    refusal = gate.refused("dynamodb:UpdateTable", TableName="Books", SSESpecification=again)
    assert refusal.code == "ValidationException"
    assert refusal.message.startswith(INVALID + "Table is already encrypted with given KMSMasterKeyId. ")
    answer = gate(
        "dynamodb:UpdateTable", TableName="Books", SSESpecification={**again, "KMSMasterKeyId": second}
    )
    assert answer["TableDescription"]["SSEDescription"]["KMSMasterKeyArn"] == second
    assert [len(gate("kms:ListGrants", KeyId=key)["Grants"]) for key in (first, second)] == [0, 1]
    gate("kms:DisableKey", KeyId=first)
    assert gate("dynamodb:Scan", TableName="Books")["Count"] == 1


def test_partiql_names_a_table_that_is_there(gate: Any) -> None:
    refusal = gate.refused("dynamodb:ExecuteStatement", Statement="SELECT * FROM Missing")
    assert (refusal.code, refusal.message) == ("ResourceNotFoundException", "Requested resource not found")


@pytest.mark.parametrize("statement", ["DELETE FROM Books", "UPDATE Books SET Pages = '80'"])
def test_partiql_changes_one_item_named_by_its_whole_key(gate: Any, statement: str) -> None:
    gate.books()
    gate(
        "dynamodb:PutItem",
        TableName="Books",
        Item={"Author": {"S": "Seth Godin"}, "Title": {"S": "Linchpin"}},
    )
    half = f"{statement} WHERE Author = 'Seth Godin'"
    refusal = gate.refused("dynamodb:ExecuteStatement", Statement=half)
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        "Where clause does not contain a mandatory equality on all key attributes",
    )
    assert gate("dynamodb:Scan", TableName="Books")["Count"] == 2
    gate("dynamodb:ExecuteStatement", Statement=f"{half} AND Title = 'The Dip'")


def test_partiql_in_moto_takes_what_the_gate_has_made_of_it(gate: Any) -> None:
    gate.books()
    for statement in (
        "select * from Books where Author='Seth Godin' and Title='The Dip'",
        'SELECT Title\tFROM "Books" -- all of them',
        "/* one */SELECT * FROM Books WHERE Author = ?",
    ):
        parameters = {"Parameters": [{"S": "Seth Godin"}]} if "?" in statement else {}
        items = gate("dynamodb:ExecuteStatement", Statement=statement, **parameters)["Items"]
        assert [item["Title"] for item in items] == [{"S": "The Dip"}], statement
    one = "SELECT * FROM \"Books\" WHERE Author='Seth Godin' AND Title='The Dip'"
    [found] = gate("dynamodb:BatchExecuteStatement", Statements=[{"Statement": one}])["Responses"]
    assert found["Item"]["Title"] == {"S": "The Dip"}


@pytest.mark.parametrize("name", ["Books", "arn:aws:dynamodb:us-east-1:123456789012:table/Books"])
def test_a_table_may_be_named_by_its_arn(gate: Any, name: str) -> None:
    gate.books(gate.key())
    assert gate("dynamodb:DescribeTable", TableName=name)["Table"]["TableName"] == "Books"
    assert gate("dynamodb:Scan", TableName=name)["Count"] == 1
    gate("dynamodb:DeleteTable", TableName=name)
    assert gate("dynamodb:ListTables")["TableNames"] == []
