"""moto's backends of one account: apart from other accounts, and reached by name where many things lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kmscourse.sandbox.moto_adapter.models import identifier
from kmscourse.sandbox.storage.file import Row

REGION = "us-east-1"
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


def test_two_accounts_of_one_process_do_not_mix(new_account: Callable[[], Any]) -> None:
    one, other = new_account(), new_account()
    one.key(Description="one")
    one("iam:CreateUser", **{"UserName": "ada", "Tags.member.1.Key": "of", "Tags.member.1.Value": "one"})
    other("iam:CreateUser", **{"UserName": "ada", "Tags.member.1.Key": "of", "Tags.member.1.Value": "other"})
    one.books(SSESpecification={"Enabled": True})
    assert len(one.account.keys.of_region(REGION)) == 2
    assert other.account.keys.of_region(REGION) == other.account.tables.of_region(REGION) == []
    assert "<Value>one</Value>" in one("iam:GetUser", UserName="ada")
    assert "<Value>other</Value>" in other("iam:GetUser", UserName="ada")


def test_an_account_and_a_mock_of_motos_do_not_mix(practice: Any) -> None:
    import boto3
    from moto import mock_aws

    practice("iam:ListUsers")
    with mock_aws():
        iam = boto3.client("iam", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")
        assert iam.list_users()["Users"] == []
        iam.create_user(UserName="mocked")
        practice("iam:CreateUser", UserName="own")
        assert [user["UserName"] for user in iam.list_users()["Users"]] == ["mocked"]
    users = practice("iam:ListUsers")
    assert "IAMLabUser" in users
    assert ">own<" in users
    assert "mocked" not in users


@pytest.mark.parametrize(
    ("action", "parameters", "collection", "keys"),
    [
        ("kms:DisableKey", {"KeyId": "$id"}, "kms/us-east-1/keys", ["$id"]),
        ("kms:CreateAlias", {"AliasName": "alias/new", "TargetKeyId": "$id"}, "kms/us-east-1/keys", ["$id"]),
        ("kms:DeleteAlias", {"AliasName": "alias/9"}, "kms/us-east-1/keys", ["$id"]),
        ("kms:RetireGrant", {"GrantToken": "$token"}, "kms/us-east-1/grants", ["$grant"]),
        ("kms:RetireGrant", {"GrantToken": "$token"}, "kms/us-east-1/keys", []),
        (
            "kms:TagResource",
            {"KeyId": "$id", "Tags": [{"TagKey": "a", "TagValue": "b"}]},
            "kms/us-east-1/keys",
            ["$id"],
        ),
        (
            "iam:PutUserPolicy",
            {"UserName": "u9", "PolicyName": "p", "PolicyDocument": POLICY},
            "iam/aws/users",
            ["u9"],
        ),
        ("iam:CreateAccessKey", {"UserName": "u9"}, "iam/aws/users", ["u9"]),
        ("iam:DeleteUser", {"UserName": "u9"}, "iam/aws/users", ["u9"]),
    ],
)
def test_a_change_writes_what_it_names_and_nothing_else_of_its_kind(
    practice: Any,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    parameters: dict[str, Any],
    collection: str,
    keys: list[str],
) -> None:
    for number in range(20):
        arn = practice.key()
        practice("kms:CreateAlias", AliasName=f"alias/{number}", TargetKeyId=arn)
        grant = practice("kms:CreateGrant", KeyId=arn, GranteePrincipal="x", Operations=["Decrypt"])
        practice("iam:CreateUser", UserName=f"u{number}")
        if number == 9:
            known = {"$id": arn.rpartition("/")[2], "$token": grant["GrantToken"], "$grant": grant["GrantId"]}
    written: list[Row] = []
    monkeypatch.setattr(practice.account.storage, "write", lambda documents, *_: written.extend(documents))
    practice(
        action,
        **{
            name: known.get(value, value) if isinstance(value, str) else value
            for name, value in parameters.items()
        },
    )
    of_its_kind = [row.key for row in written if row.collection == collection]
    assert of_its_kind == [known.get(key, key) for key in keys]
    assert len(written) <= 3


def test_objects_that_moto_made_are_not_kept_for_ever(practice: Any) -> None:
    from moto.dynamodb.models.dynamo_type import Item

    practice.books()
    for number in range(50):
        practice.put(str(number))
        practice("dynamodb:Scan", TableName="Books")
    assert len(Item.instances_tracked) < 200, "moto lists all that it ever made"


@pytest.mark.parametrize(("prefix", "length"), [("AIDA", 21), ("AGPA", 21), ("ASIA", 20)])
def test_identifiers_look_like_awss(prefix: str, length: int) -> None:
    made = {identifier(prefix, length) for _ in range(100)}
    assert len(made) == 100
    for one in made:
        assert one.startswith(prefix)
        assert len(one) == length
        assert one.isalnum()
        assert one == one.upper()
