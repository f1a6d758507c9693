"""What can be done to somebody's things in one call: each as it is, and each is visible in the inventory.

The things are those of ``filling.fill_with_the_lab``, under the names that the course uses.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.real_account.filling import ALLOW_SOMETHING, PASSWORD, TRUST_EC2
from tests.real_account.targets import Target

ITEM = {"Author": {"S": "Seth Godin"}, "Book_Title": {"S": "The Dip"}}
NEW_TAG = [{"Key": "course", "Value": "kms"}]


@dataclass(frozen=True)
class Harm:
    """One call of boto3, as in Harm("kms", "disable_key", {"KeyId": …})."""

    service: str
    method: str
    request: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.service}.{self.method}({', '.join(f'{k}={v!r}' for k, v in self.request.items())})"

    def do(self, client: Any) -> None:
        """Make the call."""
        getattr(client, self.method)(**self.request)


def harms(target: Target) -> Iterator[Harm]:
    """Every one of them, those that take a thing away last."""
    kms = target.client("kms")
    key = kms.describe_key(KeyId="alias/myKey")["KeyMetadata"]
    yield from _to_the_key(key["KeyId"], kms.list_grants(KeyId=key["KeyId"])["Grants"][0]["GrantId"])
    yield from _to_the_key_by_another_name(key["Arn"])
    yield from _to_the_table(target.client("dynamodb").describe_table(TableName="Books")["Table"]["TableArn"])
    yield from _to_people(target.client("iam"))
    yield from _to_the_end(key["KeyId"])


def _to_the_key(key_id: str, grant_id: str) -> Iterator[Harm]:
    name = {"KeyId": key_id}
    everybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    for method, more in (
        ("put_key_policy", {"PolicyName": "default", "Policy": policy}),
        ("update_key_description", {"Description": "no longer yours"}),
        ("tag_resource", {"Tags": [{"TagKey": "kmscourse", "TagValue": "mine now"}]}),
        ("untag_resource", {"TagKeys": ["team"]}),
        ("enable_key_rotation", {}),
        ("rotate_key_on_demand", {}),
        ("disable_key_rotation", {}),
        ("create_grant", {"GranteePrincipal": "arn:aws:iam::123456789012:root", "Operations": ["Decrypt"]}),
        ("revoke_grant", {"GrantId": grant_id}),
        ("disable_key", {}),
        ("enable_key", {}),
    ):
        yield Harm("kms", method, name | more)
    yield Harm("kms", "create_alias", {"AliasName": "alias/another", "TargetKeyId": key_id})
    yield Harm("kms", "update_alias", {"AliasName": "alias/wages", "TargetKeyId": key_id})


def _to_the_key_by_another_name(arn: str) -> Iterator[Harm]:
    yield Harm("kms", "update_key_description", {"KeyId": arn, "Description": "by its ARN"})
    yield Harm("kms", "tag_resource", {"KeyId": arn, "Tags": [{"TagKey": "by", "TagValue": "ARN"}]})
    yield Harm("kms", "delete_alias", {"AliasName": "alias/noKey"})


def _to_the_table(arn: str) -> Iterator[Harm]:
    name = {"TableName": "Books"}
    update = "UPDATE {} SET Pages={} WHERE Author='Seth Godin' AND Book_Title='The Dip'".format
    put = {"Put": name | {"Item": ITEM}}
    for method, request in (
        ("put_item", name | {"Item": ITEM}),
        (
            "update_item",
            name
            | {
                "Key": ITEM,
                "UpdateExpression": "SET Pages = :n",
                "ExpressionAttributeValues": {":n": {"N": "96"}},
            },
        ),
        ("execute_statement", {"Statement": update("Books", 97)}),
        ("execute_statement", {"Statement": update('"Books"', 98)}),
        ("batch_execute_statement", {"Statements": [{"Statement": update('"Books"', 99)}]}),
        (
            "execute_transaction",
            {"TransactStatements": [{"Statement": update('"Books"', 100)}]},
        ),
        ("delete_item", name | {"Key": ITEM}),
        ("batch_write_item", {"RequestItems": {"Books": [{"PutRequest": {"Item": ITEM}}]}}),
        ("delete_item", {"TableName": arn, "Key": ITEM}),
        ("transact_write_items", {"TransactItems": [put]}),
        ("update_table", name | {"DeletionProtectionEnabled": True}),
        ("update_table", name | {"DeletionProtectionEnabled": False}),
        ("update_table", name | {"SSESpecification": {"Enabled": False}}),
        (
            "update_time_to_live",
            name | {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "Until"}},
        ),
        (
            "update_continuous_backups",
            name | {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        ),
        ("tag_resource", {"ResourceArn": arn, "Tags": [{"Key": "kmscourse", "Value": "mine now"}]}),
        ("untag_resource", {"ResourceArn": arn, "TagKeys": ["team"]}),
    ):
        yield Harm("dynamodb", method, request)
    yield Harm(
        "dynamodb",
        "create_table",
        {
            "TableName": "Under-your-key",
            "AttributeDefinitions": [{"AttributeName": "Name", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "Name", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/myKey"},
        },
    )


def _to_people(iam: Any) -> Iterator[Harm]:
    name, policy = {"UserName": "IAMLabUser"}, {"PolicyDocument": ALLOW_SOMETHING}
    keys = iam.list_access_keys(**name)["AccessKeyMetadata"]
    active = next(key["AccessKeyId"] for key in keys if key["Status"] == "Active")
    managed = {"PolicyArn": "arn:aws:iam::123456789012:policy/BooksReader"}
    role, group = {"RoleName": "IAMLabRole"}, {"GroupName": "Books"}
    for method, request in (
        ("update_login_profile", name | {"PasswordResetRequired": True}),
        ("delete_login_profile", name),
        ("create_login_profile", name | {"Password": PASSWORD}),
        ("update_access_key", name | {"AccessKeyId": active, "Status": "Inactive"}),
        ("delete_access_key", name | {"AccessKeyId": active}),
        ("create_access_key", name),
        ("put_user_policy", name | policy | {"PolicyName": "Another"}),
        ("delete_user_policy", name | {"PolicyName": "BooksReader"}),
        ("attach_user_policy", name | managed),
        ("detach_user_policy", name | managed),
        ("put_user_permissions_boundary", name | {"PermissionsBoundary": managed["PolicyArn"]}),
        ("delete_user_permissions_boundary", name),
        ("tag_user", name | {"Tags": [{"Key": "kmscourse", "Value": "mine now"}]}),
        ("untag_user", name | {"TagKeys": ["team"]}),
        ("add_user_to_group", name | group),
        ("remove_user_from_group", name | group),
        ("update_user", name | {"NewPath": "/elsewhere/"}),
        ("put_group_policy", group | policy | {"PolicyName": "Another"}),
        ("attach_group_policy", group | managed),
        ("detach_group_policy", group | managed),
        ("delete_group_policy", group | {"PolicyName": "Another"}),
        ("put_role_policy", role | policy | {"PolicyName": "Another"}),
        ("attach_role_policy", role | managed),
        ("update_assume_role_policy", role | {"PolicyDocument": TRUST_EC2.replace("ec2", "lambda")}),
        ("tag_role", role | {"Tags": NEW_TAG}),
        ("untag_role", role | {"TagKeys": ["course"]}),
        ("update_role", role | {"MaxSessionDuration": 7200}),
        ("update_role_description", role | {"Description": "no longer yours"}),
        ("put_role_permissions_boundary", role | {"PermissionsBoundary": managed["PolicyArn"]}),
        ("delete_role_permissions_boundary", role),
        ("detach_role_policy", role | managed),
        ("delete_role_policy", role | {"PolicyName": "Another"}),
        ("tag_policy", managed | {"Tags": NEW_TAG}),
        ("create_policy_version", managed | policy | {"SetAsDefault": True}),
        ("update_account_password_policy", {"MinimumPasswordLength": 6}),
        ("delete_account_password_policy", {}),
    ):
        yield Harm("iam", method, request)


def _to_the_end(key_id: str) -> Iterator[Harm]:
    for method, request in (
        ("update_user", {"UserName": "IAMLabUsr", "NewUserName": "Somebody"}),
        ("delete_user", {"UserName": "bare"}),
        ("delete_role_policy", {"RoleName": "IAMLabRole", "PolicyName": "BooksReader"}),
        ("delete_role", {"RoleName": "IAMLabRole"}),
        ("delete_group_policy", {"GroupName": "Books", "PolicyName": "BooksReader"}),
        ("delete_group", {"GroupName": "Books"}),
        ("delete_policy", {"PolicyArn": "arn:aws:iam::123456789012:policy/OpenTheTable"}),
    ):
        yield Harm("iam", method, request)
    for table in ("Films", "Books"):
        yield Harm("dynamodb", "delete_table", {"TableName": table})
    yield Harm("kms", "schedule_key_deletion", {"KeyId": key_id, "PendingWindowInDays": 7})
    yield Harm("kms", "cancel_key_deletion", {"KeyId": key_id})
    yield Harm("kms", "delete_alias", {"AliasName": "alias/myKey"})
