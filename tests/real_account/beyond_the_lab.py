"""What notebooks beyond the lab make in plain boto3: roles and their sessions, users, keys of other kinds, grants."""

from __future__ import annotations

import json
from typing import Any

from kmscourse.account import Account, open_account
from tests import models

MANAGED = "arn:aws:iam::123456789012:policy/Beyond"
KEYS: tuple[dict[str, Any], ...] = (
    {},
    {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
    {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
    {"Origin": "EXTERNAL"},
)


def document(**statement: Any) -> str:
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def make_everything(_: object = None) -> None:
    """Make it all in the account that the environment names; a process of its own can run it."""
    models.share()
    account = open_account()
    role = _make_people(account)
    kms = account.client("kms")
    for number, request in enumerate(KEYS):
        key = kms.create_key(**request)["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=f"alias/kmscourse-{number}", TargetKeyId=key)
        kms.create_alias(AliasName=f"alias/another-{number}", TargetKeyId=key)
        if not request:
            kms.create_grant(KeyId=key, GranteePrincipal=role, Operations=["Decrypt"])
    session = account.session_for_role("AuditRole", policy=document(Action="kms:ListKeys", Resource="*"))
    session.client("kms").list_keys()
    account.session_for("Auditor").client("sts").get_caller_identity()


def _make_people(account: Account) -> str:
    iam = account.client("iam")
    iam.create_user(UserName="Auditor")
    iam.create_access_key(UserName="Auditor")
    use = document(Action="kms:*", Resource="*")
    iam.put_user_policy(UserName="Auditor", PolicyName="Use", PolicyDocument=use)
    trust = document(Action="sts:AssumeRole", Principal={"AWS": account.id})
    role: str = iam.create_role(RoleName="AuditRole", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="AuditRole", PolicyName="Use", PolicyDocument=use)
    for call in iam.attach_role_policy, iam.detach_role_policy, iam.attach_role_policy:
        call(RoleName="AuditRole", PolicyArn=MANAGED)
    iam.update_assume_role_policy(RoleName="AuditRole", PolicyDocument=trust)
    return role
