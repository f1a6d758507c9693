"""Whatever a call changes is written, and what was written is the account again."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmscourse.sandbox.backend.models import COLLECTIONS
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.storage import Row

POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
)
POLICY_ARN = "arn:aws:iam::123456789012:policy/Reader"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
    }
)
BOOK = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
OTHER = {"Author": {"S": "Seth Godin"}, "Title": {"S": "Tribes"}}
BOOKS = {
    "TableName": "Books",
    "KeySchema": [
        {"AttributeName": "Author", "KeyType": "HASH"},
        {"AttributeName": "Title", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "Author", "AttributeType": "S"},
        {"AttributeName": "Title", "AttributeType": "S"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
PLAIN = {
    "TableName": "Plain",
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "N"}],
    "BillingMode": "PAY_PER_REQUEST",
}
KEY = {"KeyId": "alias/one"}
USER = {"UserName": "ada"}
GROUP = {"GroupName": "readers"}
ROLE = {"RoleName": "robot"}

# A life of an account: each operation that changes something, at a moment at which it can.
LIFE: list[tuple[str, dict[str, Any]]] = [
    ("kms:CreateKey", {"Description": "one", "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
    ("kms:CreateKey", {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}),
    ("kms:CreateKey", {"KeySpec": "ECC_NIST_P384", "KeyUsage": "SIGN_VERIFY"}),
    ("kms:CreateKey", {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}),
    ("kms:CreateKey", {"MultiRegion": True}),
    ("kms:CreateAlias", {"AliasName": "alias/one", "TargetKeyId": "$key0"}),
    ("kms:CreateAlias", {"AliasName": "alias/two", "TargetKeyId": "$key0"}),
    ("kms:UpdateAlias", {"AliasName": "alias/two", "TargetKeyId": "$key4"}),
    ("kms:TagResource", {"KeyId": "$key0", "Tags": [{"TagKey": "c", "TagValue": "d"}]}),
    ("kms:UntagResource", {"KeyId": "$key0", "TagKeys": ["a"]}),
    ("kms:UpdateKeyDescription", {**KEY, "Description": "the one"}),
    ("kms:PutKeyPolicy", {**KEY, "Policy": POLICY}),
    ("kms:EnableKeyRotation", KEY),
    ("kms:RotateKeyOnDemand", KEY),
    ("kms:DisableKeyRotation", KEY),
    (
        "kms:CreateGrant",
        {**KEY, "GranteePrincipal": "arn:aws:iam::123456789012:root", "Operations": ["Decrypt"]},
    ),
    (
        "kms:CreateGrant",
        {**KEY, "GranteePrincipal": "arn:aws:iam::123456789012:root", "Operations": ["Encrypt"]},
    ),
    (
        "kms:CreateGrant",
        {**KEY, "GranteePrincipal": "arn:aws:iam::123456789012:root", "Operations": ["Encrypt"]},
    ),
    ("kms:RevokeGrant", {**KEY, "GrantId": "$grant0"}),
    ("kms:RetireGrant", {**KEY, "GrantId": "$grant0"}),
    ("kms:RetireGrant", {"GrantToken": "$token0"}),
    ("kms:DisableKey", KEY),
    ("kms:EnableKey", KEY),
    ("kms:ScheduleKeyDeletion", {**KEY, "PendingWindowInDays": 7}),
    ("kms:CancelKeyDeletion", KEY),
    ("kms:DeleteAlias", {"AliasName": "alias/two"}),
    ("kms:DescribeKey", {"KeyId": "alias/aws/s3"}),
    (
        "dynamodb:CreateTable",
        {**BOOKS, "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "$key0"}},
    ),
    ("dynamodb:CreateTable", {**PLAIN, "SSESpecification": {"Enabled": True}}),
    (
        "dynamodb:PutItem",
        {"TableName": "Books", "Item": {**BOOK, "Pages": {"N": "96"}, "Cover": {"B": "AAEC"}}},
    ),
    (
        "dynamodb:PutItem",
        {
            "TableName": "Books",
            "Item": {
                **BOOK,
                "Tags": {"SS": ["a", "b"]},
                "More": {"M": {"l": {"L": [{"NULL": True}, {"BOOL": False}, {"NS": ["1", "2.50"]}]}}},
            },
        },
    ),
    (
        "dynamodb:UpdateItem",
        {
            "TableName": "Books",
            "Key": BOOK,
            "UpdateExpression": "SET Pages = :p",
            "ExpressionAttributeValues": {":p": {"N": "97"}},
        },
    ),
    (
        "dynamodb:UpdateItem",
        {
            "TableName": "Books",
            "Key": OTHER,
            "UpdateExpression": "ADD Pages :p",
            "ExpressionAttributeValues": {":p": {"N": "1"}},
        },
    ),
    ("dynamodb:PutItem", {"TableName": "Plain", "Item": {"Id": {"N": "1"}, "a": {"S": "b"}}}),
    ("dynamodb:PutItem", {"TableName": "Plain", "Item": {"Id": {"N": "1.0"}, "a": {"S": "c"}}}),
    (
        "dynamodb:UpdateItem",
        {"TableName": "Plain", "Key": {"Id": {"N": "1.00"}}, "UpdateExpression": "REMOVE a"},
    ),
    (
        "dynamodb:BatchWriteItem",
        {
            "RequestItems": {
                "Plain": [
                    {"PutRequest": {"Item": {"Id": {"N": "2"}}}},
                    {"PutRequest": {"Item": {"Id": {"N": "3"}}}},
                ]
            }
        },
    ),
    (
        "dynamodb:BatchWriteItem",
        {"RequestItems": {"Plain": [{"DeleteRequest": {"Key": {"Id": {"N": "2"}}}}]}},
    ),
    (
        "dynamodb:TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": "Plain", "Item": {"Id": {"N": "4"}}}},
                {
                    "Update": {
                        "TableName": "Books",
                        "Key": OTHER,
                        "UpdateExpression": "SET Pages = Pages + :p",
                        "ExpressionAttributeValues": {":p": {"N": "1"}},
                    }
                },
                {"Delete": {"TableName": "Plain", "Key": {"Id": {"N": "3"}}}},
                {
                    "ConditionCheck": {
                        "TableName": "Books",
                        "Key": BOOK,
                        "ConditionExpression": "attribute_exists(Author)",
                    }
                },
            ]
        },
    ),
    ("dynamodb:ExecuteStatement", {"Statement": "INSERT INTO \"Plain\" VALUE {'Id': 5, 'a': 'b'}"}),
    (
        "dynamodb:ExecuteStatement",
        {"Statement": "UPDATE \"Plain\" SET a='c' WHERE Id=?", "Parameters": [{"N": "5"}]},
    ),
    (
        "dynamodb:ExecuteTransaction",
        {"TransactStatements": [{"Statement": 'DELETE FROM "Plain" WHERE "Id"=\'5\''}]},
    ),
    ("dynamodb:DeleteItem", {"TableName": "Books", "Key": BOOK}),
    (
        "dynamodb:TagResource",
        {
            "ResourceArn": "arn:aws:dynamodb:us-east-1:123456789012:table/Books",
            "Tags": [{"Key": "a", "Value": "b"}],
        },
    ),
    (
        "dynamodb:UntagResource",
        {"ResourceArn": "arn:aws:dynamodb:us-east-1:123456789012:table/Books", "TagKeys": ["a"]},
    ),
    (
        "dynamodb:UpdateTimeToLive",
        {"TableName": "Books", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "ends"}},
    ),
    (
        "dynamodb:UpdateContinuousBackups",
        {"TableName": "Books", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
    ),
    (
        "dynamodb:UpdateTable",
        {
            "TableName": "Plain",
            "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "$key0"},
        },
    ),
    (
        "dynamodb:UpdateTable",
        {"TableName": "Books", "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}},
    ),
    ("dynamodb:PutItem", {"TableName": "Books", "Item": BOOK}),
    ("dynamodb:UpdateTable", {"TableName": "Books", "DeletionProtectionEnabled": True}),
    ("dynamodb:UpdateTable", {"TableName": "Books", "DeletionProtectionEnabled": False}),
    (
        "dynamodb:UpdateTable",
        {
            "TableName": "Books",
            "AttributeDefinitions": [
                *BOOKS["AttributeDefinitions"],
                {"AttributeName": "Year", "AttributeType": "N"},
            ],
            "GlobalSecondaryIndexUpdates": [
                {
                    "Create": {
                        "IndexName": "ByYear",
                        "KeySchema": [{"AttributeName": "Year", "KeyType": "HASH"}],
                        "Projection": {"ProjectionType": "ALL"},
                    }
                }
            ],
        },
    ),  # type: ignore[misc]
    ("dynamodb:CreateBackup", {"TableName": "Books", "BackupName": "before"}),
    ("dynamodb:RestoreTableToPointInTime", {"SourceTableName": "Books", "TargetTableName": "Copied"}),
    ("dynamodb:DeleteTable", {"TableName": "Books"}),
    ("dynamodb:CreateTable", BOOKS),
    ("iam:CreateUser", {**USER, "Tags.member.1.Key": "a", "Tags.member.1.Value": "b"}),
    ("iam:TagUser", {**USER, "Tags.member.1.Key": "c", "Tags.member.1.Value": "d"}),
    ("iam:UntagUser", {**USER, "TagKeys.member.1": "a"}),
    ("iam:CreateLoginProfile", {**USER, "Password": "NewUs@r150"}),
    ("iam:UpdateLoginProfile", {**USER, "Password": "NewUs@r151"}),
    ("iam:CreateAccessKey", USER),
    ("iam:CreateAccessKey", USER),
    ("iam:UpdateAccessKey", {**USER, "AccessKeyId": "$access0", "Status": "Inactive"}),
    ("iam:DeleteAccessKey", {**USER, "AccessKeyId": "$access0"}),
    ("iam:PutUserPolicy", {**USER, "PolicyName": "p", "PolicyDocument": POLICY}),
    ("iam:CreatePolicy", {"PolicyName": "Reader", "PolicyDocument": POLICY}),
    ("iam:CreatePolicyVersion", {"PolicyArn": POLICY_ARN, "PolicyDocument": POLICY, "SetAsDefault": "true"}),
    ("iam:SetDefaultPolicyVersion", {"PolicyArn": POLICY_ARN, "VersionId": "v1"}),
    ("iam:DeletePolicyVersion", {"PolicyArn": POLICY_ARN, "VersionId": "v2"}),
    ("iam:AttachUserPolicy", {**USER, "PolicyArn": POLICY_ARN}),
    ("iam:CreateGroup", GROUP),
    ("iam:AddUserToGroup", {**GROUP, **USER}),
    ("iam:PutGroupPolicy", {**GROUP, "PolicyName": "g", "PolicyDocument": POLICY}),
    ("iam:AttachGroupPolicy", {**GROUP, "PolicyArn": POLICY_ARN}),
    ("iam:UpdateUser", {**USER, "NewUserName": "lovelace"}),
    ("iam:UpdateUser", {"UserName": "lovelace", "NewUserName": "ada", "NewPath": "/people/"}),
    ("iam:UpdateGroup", {**GROUP, "NewGroupName": "writers"}),
    ("iam:UpdateGroup", {"GroupName": "writers", "NewGroupName": "readers"}),
    ("iam:CreateRole", {**ROLE, "AssumeRolePolicyDocument": TRUST}),
    ("iam:TagRole", {**ROLE, "Tags.member.1.Key": "c", "Tags.member.1.Value": "d"}),
    ("iam:PutRolePolicy", {**ROLE, "PolicyName": "r", "PolicyDocument": POLICY}),
    ("iam:AttachRolePolicy", {**ROLE, "PolicyArn": POLICY_ARN}),
    ("iam:UpdateRole", {**ROLE, "Description": "new"}),
    ("iam:UpdateAssumeRolePolicy", {**ROLE, "PolicyDocument": TRUST}),
    ("iam:PutRolePermissionsBoundary", {**ROLE, "PermissionsBoundary": POLICY_ARN}),
    ("iam:CreateInstanceProfile", {"InstanceProfileName": "machine"}),
    ("iam:AddRoleToInstanceProfile", {"InstanceProfileName": "machine", **ROLE}),
    ("iam:RemoveRoleFromInstanceProfile", {"InstanceProfileName": "machine", **ROLE}),
    ("iam:DeleteInstanceProfile", {"InstanceProfileName": "machine"}),
    ("iam:DetachRolePolicy", {**ROLE, "PolicyArn": POLICY_ARN}),
    ("iam:DeleteRolePermissionsBoundary", ROLE),
    ("iam:DeleteRolePolicy", {**ROLE, "PolicyName": "r"}),
    ("iam:UntagRole", {**ROLE, "TagKeys.member.1": "c"}),
    ("iam:DeleteRole", ROLE),
    ("iam:DetachGroupPolicy", {**GROUP, "PolicyArn": POLICY_ARN}),
    ("iam:DeleteGroupPolicy", {**GROUP, "PolicyName": "g"}),
    ("iam:RemoveUserFromGroup", {**GROUP, **USER}),
    ("iam:DeleteGroup", GROUP),
    ("iam:DetachUserPolicy", {**USER, "PolicyArn": POLICY_ARN}),
    ("iam:DeletePolicy", {"PolicyArn": POLICY_ARN}),
    ("iam:DeleteUserPolicy", {**USER, "PolicyName": "p"}),
    ("iam:DeleteLoginProfile", USER),
    ("iam:DeleteAccessKey", {**USER, "AccessKeyId": "$access0"}),
    ("iam:DeleteUser", USER),
]


def filled_in(parameters: dict[str, Any], practice: Any) -> dict[str, Any]:
    """The parameters with what only this account knows: $key0 is the id of its first key, and so on."""
    backend = practice.backend
    keys = backend.keys("us-east-1")
    known = {f"$key{n}": key.id for n, key in enumerate(keys)}
    known |= {f"$access{n}": key.caller.access_key_id for n, key in enumerate(backend.access_keys("ada"))}
    for key in keys[:1]:
        known |= {f"$grant{n}": grant["GrantId"] for n, grant in enumerate(key.grants)}
        tokens = [grant.token for grant in backend._models("kms", "us-east-1").keys[key.id].grants.values()]
        known |= {f"$token{n}": token for n, token in enumerate(tokens)}
    text = json.dumps(parameters)
    for name, value in known.items():
        text = text.replace(name, value)
    filled: dict[str, Any] = json.loads(text)
    return filled


def everything(backend: Any) -> dict[Row, str]:
    """All that the account holds, as it would be written."""
    rows: dict[Row, str] = {}
    keeper, models = backend._keeper, backend._models
    for service, paths in COLLECTIONS.items():
        for region in ["aws"] if service == "iam" else ["us-east-1", "eu-west-1"]:
            for path in paths:
                collection = models.collection(f"{service}/{region}/{path}")
                for key in collection:
                    row = Row(collection.collection, collection.row_key(key))
                    rows[row] = keeper._document(row, key)
                    if path == "tables":
                        items = dict.__getitem__(collection, key).items
                        pairs = (
                            [(h, r) for h in items for r in dict.__getitem__(items, h)]
                            if items.ranged
                            else list(items)
                        )
                        for pair in pairs:
                            holder = dict.__getitem__(items, pair[0]) if items.ranged else items
                            item = Row(items.collection, holder.row_key(pair))
                            rows[item] = keeper._document(item, pair)
    for collection in keeper._own.values():
        rows |= {
            Row(collection.collection, key): keeper._document(Row(collection.collection, key), key)
            for key in collection
        }
    return rows


def compare(written: dict[Row, str], held: dict[Row, str], after: str) -> None:
    assert written.keys() == held.keys(), f"after {after} rows are missing or left over"
    for row, document in held.items():
        assert json.loads(written[row]) == json.loads(document), (
            f"after {after} {row} is not written as it is"
        )


def test_after_each_operation_all_that_the_account_holds_is_written(practice: Any) -> None:
    compare(dict(practice.backend.storage.rows()), everything(practice.backend), "the beginning")
    for action, parameters in LIFE:
        practice(action, **filled_in(parameters, practice))
        compare(dict(practice.backend.storage.rows()), everything(practice.backend), action)


def test_the_account_is_the_same_after_a_restart_at_any_moment(kept: Any) -> None:
    for number, (action, parameters) in enumerate(LIFE):
        kept(action, **filled_in(parameters, kept))
        if number % 6 == 0 or action in ("dynamodb:CreateBackup", "iam:AttachGroupPolicy"):
            before = everything(kept.backend)
            kept.restart()
            compare(everything(kept.backend), before, f"{action} and a restart")


def test_a_rollback_undoes_every_operation(practice: Any) -> None:
    backend = practice.backend
    for action, parameters in LIFE:
        filled = filled_in(parameters, practice)
        before = everything(backend)
        commit, backend.commit = backend.commit, backend.rollback
        practice(action, **filled)
        backend.commit = commit
        compare(everything(backend), before, f"undoing {action}")
        assert set(everything(backend)) == set(dict(backend.storage.rows()))
        practice(action, **filled_in(parameters, practice))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_in_whatever_order_is_kept(kept: Any, seed: int) -> None:
    """Operations at moments at which they may be refused, break or hit what is not there."""
    choose = random.Random(seed)  # noqa: S311 - a repeatable choice, no secret
    for action, parameters in choose.choices(LIFE, k=250):
        before = everything(kept.backend)
        try:
            kept(action, **filled_in(parameters, kept))
        except AwsError:
            compare(everything(kept.backend), before, f"a refused {action}")
        compare(dict(kept.backend.storage.rows()), everything(kept.backend), action)
    before = everything(kept.backend)
    kept.restart()
    assert kept.backend.notice is None
    compare(everything(kept.backend), before, "a restart")


def test_a_write_that_fails_is_answered_so_and_undone(practice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    practice.key(Description="before")
    before = everything(practice.backend)

    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(practice.backend.storage, "write", full)
        with pytest.raises(
            AwsError, match=r"could not write this change to disk \(database or disk is full\)"
        ) as caught:
            practice.key(Description="after")
    assert caught.value.status == 500
    assert everything(practice.backend) == before
    practice.key(Description="after")


@pytest.mark.parametrize(
    "document",
    [
        '{"$object": ["Popen", {"args": "touch owned"}]}',
        '{"$object": ["Key", {"id": {"$ref": ["iam/aws/users", "nobody"]}}]}',
        '{"$object": ["Key", {"id": "x"',
        "[]",
    ],
)
def test_a_row_that_makes_no_sense_sets_the_file_aside(
    kept: Any, tmp_path: Path, open_account: Callable[[Path], Any], document: str
) -> None:
    kept.key()
    kept.backend.storage.write({Row("kms/us-east-1/keys", "x"): document})
    kept.backend.close()
    again = open_account(kept.path)
    assert "is damaged (A row can't be" in again.backend.notice
    assert again.backend.keys("us-east-1") == []
    assert any(path.name.startswith("account-set-aside-") for path in tmp_path.iterdir())
    assert not Path("owned").exists()


@pytest.mark.parametrize(
    "collection",
    ["kms/us-east-1/nonsense", "s3/us-east-1/buckets", "x", "dynamodb/us-east-1/tables/Gone/items"],
)
def test_a_row_of_nothing_known_sets_the_file_aside(
    kept: Any, open_account: Callable[[Path], Any], collection: str
) -> None:
    kept.backend.storage.write({Row(collection, "x"): "{}"})
    kept.backend.close()
    assert "is damaged" in open_account(kept.path).backend.notice
