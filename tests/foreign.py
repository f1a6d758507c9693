"""Things in an account that the course did not make, under names that it uses; and what is in an account."""

from __future__ import annotations

import json
from typing import Any

import boto3

from kmscourse.course.sections import all_names


def take(name: str, session: boto3.Session) -> None:
    """Give a name of the course's to something that the course did not make."""
    names = all_names()
    if name in names.users:
        session.client("iam").create_user(UserName=name)
    elif name in names.roles:
        create_role(session, name)
    elif name.startswith("alias/"):
        kms: Any = session.client("kms")
        kms.create_alias(AliasName=name, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    else:
        create_table(session, name)


def create_role(session: boto3.Session, name: str) -> str:
    """The ARN of a role that its account may assume, and that may do nothing."""
    trust = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = session.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
    return made["Role"]["Arn"]


def create_table(session: boto3.Session, name: str) -> None:
    """A table of one key, by request."""
    session.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )


def names_of_everything(session: boto3.Session) -> list[str]:
    """The keys with their states, aliases, tables, users, access keys and roles of an account."""
    kms, dynamodb, iam = (session.client(name) for name in ("kms", "dynamodb", "iam"))
    keys = [key["KeyArn"] for key in kms.list_keys()["Keys"]]
    users = [user["UserName"] for user in iam.list_users()["Users"]]
    return sorted(
        [
            *(f"{arn} {kms.describe_key(KeyId=arn)['KeyMetadata']['KeyState']}" for arn in keys),
            *(alias["AliasName"] for alias in kms.list_aliases()["Aliases"]),
            *dynamodb.list_tables()["TableNames"],
            *users,
            *(role["RoleName"] for role in iam.list_roles()["Roles"]),
            *(
                key["AccessKeyId"]
                for user in users
                for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
            ),
        ]
    )
