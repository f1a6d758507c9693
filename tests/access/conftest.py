"""An account with people in it, whose refusals are remembered as a notebook's are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account, denials
from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application
from tests.conftest import account_of, session_of


def document(*statements: dict[str, Any]) -> str:
    """A policy as text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def deny(*actions: str, **more: Any) -> dict[str, Any]:
    return {**allow(*actions, **more), "Effect": "Deny"}


class World:
    """A practice account in memory, and sessions of whoever is made in it."""

    def __init__(self) -> None:
        self.application = Application.open()
        main = inprocess.session(self.application)
        self.account: Account = account_of(self.application, main)
        denials.watch(main, self.account.denials)
        self.iam, self.kms = self.account.client("iam"), self.account.client("kms")
        self.dynamodb, self.sts = self.account.client("dynamodb"), self.account.client("sts")

    def close(self) -> None:
        self.application.close()

    def user(self, name: str, *statements: dict[str, Any], **more: Any) -> str:
        """The ARN of a new user with these statements in an inline policy."""
        arn: str = self.iam.create_user(UserName=name, **more)["User"]["Arn"]
        if statements:
            self.iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
        return arn

    def role(self, name: str, *statements: dict[str, Any], **more: Any) -> str:
        """The ARN of a new role, which the account may assume."""
        trust = {"Effect": "Allow", "Principal": {"AWS": self.account.id}, "Action": ["sts:*"]}
        arn: str = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust), **more)[
            "Role"
        ]["Arn"]
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
        return arn

    def policy(self, name: str, *statements: dict[str, Any]) -> str:
        """The ARN of a new managed policy."""
        arn: str = self.iam.create_policy(PolicyName=name, PolicyDocument=document(*statements))["Policy"][
            "Arn"
        ]
        return arn

    def key(self, *statements: dict[str, Any]) -> str:
        """The ARN of a new key; its policy leaves it to IAM, and has these statements."""
        policy = document(self.root(), *statements)
        arn: str = self.kms.create_key(Policy=policy, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"][
            "Arn"
        ]
        return arn

    def root(self) -> dict[str, Any]:
        """The statement of a key policy that leaves it to the account's IAM."""
        return allow("kms:*", Principal={"AWS": f"arn:aws:iam::{self.account.id}:root"})

    def table(self, name: str, key: str | None = None) -> str:
        """The ARN of a new table of items with an Id, under that key."""
        sse = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}} if key else {}
        made = self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            **sse,
        )
        arn: str = made["TableDescription"]["TableArn"]
        return arn

    def signed_in(self, user_name: str) -> boto3.Session:
        """A session of a user, as from the console."""
        return self._watched(session_of(self.application, user_name))

    def with_access_key(self, user_name: str) -> boto3.Session:
        """A session on a new access key of a user."""
        key = self.iam.create_access_key(UserName=user_name)["AccessKey"]
        return self.of({**key, "SessionToken": None})

    def assume(self, role: str, by: boto3.Session | None = None, **more: Any) -> boto3.Session:
        """A session of a role."""
        sts: Any = self.sts if by is None else by.client("sts")
        return self.of(sts.assume_role(RoleArn=role, RoleSessionName="work", **more)["Credentials"])

    def federated(self, by: boto3.Session | None = None, **more: Any) -> boto3.Session:
        """A session of the federated user Ann, for whom somebody vouches."""
        sts: Any = self.sts if by is None else by.client("sts")
        return self.of(sts.get_federation_token(Name="Ann", **more)["Credentials"])

    def of(self, credentials: dict[str, Any]) -> boto3.Session:
        """A session on credentials that IAM or STS gave out."""
        made = boto3.Session(
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials["SessionToken"],
            "us-east-1",
        )
        inprocess.attach(made, self.application)
        return self._watched(made)

    def _watched(self, session: boto3.Session) -> boto3.Session:
        denials.watch(session, self.account.denials)
        return session

    def refused(self, session: boto3.Session, service: str, operation: str, **parameters: Any) -> str:
        """The refusal of a call that must be refused, as a notebook remembers it."""
        client: Any = session.client(service)
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(client, operation)(**parameters)
        return self.account.denials[-1]


@pytest.fixture
def world() -> Iterator[World]:
    """A new account."""
    made = World()
    yield made
    made.close()
