"""The story of the incident, as data: who calls from where, what was called when, and what is left open.

A library keeps its loans in a table under a KMS key. The long-term access key of loans-deployer, who deploys the
library's software, is compromised: somebody looks around with it in the afternoon, and comes back at night.

Names in angle brackets stand for what an earlier act has made: ``<key>`` for the key's ARN, and so on. Addresses are
those that are kept for documentation (RFC 5737).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

TABLE, KEY_ALIAS = "Loans", "alias/loans"
STOLEN_KEY_OF, APP, READER, INTERN = "loans-deployer", "loans-app", "loans-librarian", "loans-intern"
BACKUP_ROLE = "loans-backup"
USERS = (STOLEN_KEY_OF, APP, READER, INTERN)
OUTSIDE = "arn:aws:iam::999999999999:root"
OFFICE, DATA_CENTER, INTRUDERS_ADDRESS = "192.0.2.10", "192.0.2.80", "203.0.113.77"
_INTRUDERS_CLIENT = "aws-cli/2.15.30 Python/3.11.8 Linux/6.6.9-amd64 exe/x86_64.kali.2024 prompt/off"


@dataclass(frozen=True)
class Actor:
    """Somebody who calls: ``user`` is whose access key signs, None the account's main user.

    ``access_key`` says which, as users can have two: the name under which an act has kept it.
    """

    user: str | None
    access_key: str
    source_ip: str
    user_agent: str
    is_intruder: bool = False


ACTORS: Mapping[str, Actor] = {
    "administrator": Actor(None, "", OFFICE, "aws-cli/2.27.1 md/awscrt#0.26.1 ua/2.1 os/macos#24.4.0"),
    "app": Actor(APP, "app", DATA_CENTER, "Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1 os/linux#6.1.0"),
    "librarian": Actor(READER, "librarian", OFFICE, "Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1 os/windows#11"),
    "deployer": Actor(STOLEN_KEY_OF, "deployer", OFFICE, "APN/1.0 HashiCorp/1.0 Terraform/1.9.8"),
    "thief": Actor(STOLEN_KEY_OF, "deployer", INTRUDERS_ADDRESS, _INTRUDERS_CLIENT, is_intruder=True),
    "thief as the intern": Actor(INTERN, "second", INTRUDERS_ADDRESS, _INTRUDERS_CLIENT, is_intruder=True),
}


@dataclass(frozen=True)
class Act:
    """One call: so many days ago, at that time of day in UTC, by an actor.

    ``action`` is as in a policy, ``parameters`` as boto3 takes them, but for policies, which are given as they are
    meant. ``refused`` is AWS's code where the call is refused, and ``keep`` the names under which later acts know
    parts of the answer, each with the way there.
    """

    days_ago: int
    at: time
    actor: str
    action: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    refused: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_intruders(self) -> bool:
        """Whether it is the intruder's."""
        return ACTORS[self.actor].is_intruder


@dataclass(frozen=True)
class WayIn:
    """Something that the intruder has left open: its kind, and on which user, role or key it is."""

    kind: str
    on: str
    since: Act


def _allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def _document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


_CONTEXT = {"aws:dynamodb:tableName": TABLE, "aws:dynamodb:subscriberId": "<account>"}
_ROOT = _allow("kms:*", Sid="Enable IAM User Permissions", Principal={"AWS": "<root>"})
_ADDED = _allow("kms:Decrypt", "kms:DescribeKey", Sid="Allow use of the key", Principal={"AWS": OUTSIDE})
_TRUSTED = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"<user>{APP}"}}
_TABLE = "arn:aws:dynamodb:<region>:<account>:table/" + TABLE
_PERMISSIONS: Mapping[str, dict[str, Any]] = {
    APP: _document(
        _allow("dynamodb:*", resource=_TABLE), _allow("kms:Decrypt", "kms:GenerateDataKey", resource="<key>")
    ),
    READER: _document(_allow("dynamodb:Scan", resource=_TABLE)),
    INTERN: _document(_allow("dynamodb:Scan", resource=_TABLE)),
    STOLEN_KEY_OF: _document(
        _allow("iam:CreateAccessKey", "iam:UpdateAssumeRolePolicy", "iam:ListUsers", "iam:ListRoles"),
        _allow(
            "kms:CreateGrant",
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:ListAliases",
            "kms:ListGrants",
            "kms:ListKeys",
            "kms:PutKeyPolicy",
        ),
    ),
}

_READ = {"TableName": TABLE}
_DECRYPT = {"CiphertextBlob": "<blob>", "EncryptionContext": _CONTEXT}

_FOUNDED = (
    Act(
        9,
        time(9, 0, 12),
        "administrator",
        "kms:CreateKey",
        {"Policy": _document(_ROOT)},
        keep={"key": "KeyMetadata.Arn"},
    ),
    Act(
        9,
        time(9, 1, 40),
        "administrator",
        "kms:CreateAlias",
        {"AliasName": KEY_ALIAS, "TargetKeyId": "<key>"},
    ),
    Act(
        9,
        time(9, 4, 3),
        "administrator",
        "dynamodb:CreateTable",
        {
            "TableName": TABLE,
            "KeySchema": [{"AttributeName": "Card", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "Card", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "<key>"},
        },
    ),
    *(
        Act(9, time(9, 10 + number, 5), "administrator", action, parameters)
        for number, user in enumerate(USERS)
        for action, parameters in (
            ("iam:CreateUser", {"UserName": user}),
            (
                "iam:PutUserPolicy",
                {"UserName": user, "PolicyName": "work", "PolicyDocument": _PERMISSIONS[user]},
            ),
        )
    ),
    *(
        Act(
            9,
            time(9, 20 + number, 31),
            "administrator",
            "iam:CreateAccessKey",
            {"UserName": user},
            keep={name: "AccessKey"},
        )
        for number, (name, user) in enumerate(
            (("app", APP), ("librarian", READER), ("deployer", STOLEN_KEY_OF), ("intern", INTERN))
        )
    ),
    Act(
        9,
        time(9, 30, 9),
        "administrator",
        "kms:CreateGrant",
        {
            "KeyId": "<key>",
            "GranteePrincipal": f"<user>{READER}",
            "Operations": ["Decrypt"],
            "Constraints": {"EncryptionContextSubset": _CONTEXT},
            "Name": "librarian-reads-loans",
        },
    ),
    Act(
        9,
        time(9, 33, 57),
        "administrator",
        "iam:CreateRole",
        {"RoleName": BACKUP_ROLE, "AssumeRolePolicyDocument": _document(_TRUSTED)},
    ),
    Act(
        9,
        time(9, 34, 20),
        "administrator",
        "iam:PutRolePolicy",
        {
            "RoleName": BACKUP_ROLE,
            "PolicyName": "backup",
            "PolicyDocument": _document(_allow("kms:Decrypt", resource="<key>")),
        },
    ),
    Act(
        9,
        time(10, 2, 2),
        "app",
        "dynamodb:PutItem",
        {
            "TableName": TABLE,
            "Item": {"Card": {"S": "1815"}, "Title": {"S": "Sketch of the Analytical Engine"}},
        },
    ),
    Act(
        9,
        time(10, 2, 44),
        "app",
        "kms:GenerateDataKey",
        {"KeyId": "<key>", "KeySpec": "AES_256", "EncryptionContext": _CONTEXT},
        keep={"blob": "CiphertextBlob"},
    ),
)

_FIRST_DAY = (
    Act(2, time(8, 5, 1), "app", "dynamodb:Scan", _READ),
    Act(2, time(8, 41, 17), "librarian", "dynamodb:Scan", _READ),
    Act(2, time(9, 30, 26), "deployer", "kms:DescribeKey", {"KeyId": KEY_ALIAS}),
    Act(2, time(13, 17, 5), "thief", "sts:GetCallerIdentity"),
    Act(2, time(13, 17, 48), "thief", "kms:ListKeys"),
    Act(2, time(13, 18, 2), "thief", "kms:ListAliases"),
    Act(2, time(13, 18, 31), "thief", "kms:DescribeKey", {"KeyId": KEY_ALIAS}),
    Act(2, time(13, 19, 20), "thief", "kms:GetKeyPolicy", {"KeyId": "<key>", "PolicyName": "default"}),
    Act(2, time(13, 20, 11), "thief", "kms:ListGrants", {"KeyId": "<key>"}),
    Act(2, time(13, 24, 37), "thief", "iam:ListUsers"),
    Act(2, time(13, 25, 9), "thief", "iam:ListRoles"),
    Act(2, time(13, 31, 54), "thief", "kms:Decrypt", _DECRYPT, refused="AccessDeniedException"),
    Act(
        2,
        time(13, 32, 8),
        "thief",
        "kms:Decrypt",
        {**_DECRYPT, "KeyId": "<key>"},
        refused="AccessDeniedException",
    ),
    Act(2, time(14, 0, 3), "app", "dynamodb:Scan", _READ),
    Act(2, time(16, 12, 49), "librarian", "dynamodb:Scan", _READ),
)

_GRANT = Act(
    1,
    time(2, 41, 6),
    "thief",
    "kms:CreateGrant",
    {"KeyId": "<key>", "GranteePrincipal": f"<user>{INTERN}", "Operations": ["Decrypt", "DescribeKey"]},
)
_STATEMENT = Act(
    1,
    time(2, 44, 52),
    "thief",
    "kms:PutKeyPolicy",
    {"KeyId": "<key>", "PolicyName": "default", "Policy": _document(_ROOT, _ADDED)},
)
_ACCESS_KEY = Act(
    1, time(2, 47, 30), "thief", "iam:CreateAccessKey", {"UserName": INTERN}, keep={"second": "AccessKey"}
)
_TRUST = Act(
    1,
    time(2, 52, 15),
    "thief",
    "iam:UpdateAssumeRolePolicy",
    {
        "RoleName": BACKUP_ROLE,
        "PolicyDocument": _document(_TRUSTED, {**_TRUSTED, "Principal": {"AWS": OUTSIDE}}),
    },
)

_SECOND_DAY = (
    _GRANT,
    _STATEMENT,
    _ACCESS_KEY,
    _TRUST,
    Act(1, time(3, 2, 40), "thief as the intern", "sts:GetCallerIdentity"),
    Act(1, time(3, 3, 11), "thief as the intern", "kms:Decrypt", _DECRYPT),
    Act(1, time(3, 5, 58), "thief as the intern", "dynamodb:Scan", _READ),
    Act(1, time(8, 5, 2), "app", "dynamodb:Scan", _READ),
    Act(1, time(8, 39, 33), "librarian", "dynamodb:Scan", _READ),
    Act(1, time(14, 0, 4), "app", "dynamodb:Scan", _READ),
    Act(1, time(22, 15, 19), "thief as the intern", "dynamodb:Scan", _READ),
    Act(1, time(22, 16, 27), "thief as the intern", "kms:Decrypt", _DECRYPT),
)

ACTS = (*_FOUNDED, *_FIRST_DAY, *_SECOND_DAY)
"""All that happened, in its order."""

FIRST_BAD = next(act for act in ACTS if act.is_intruders)
"""The first call of the intruder's."""

WAYS_IN = (
    WayIn("access key", STOLEN_KEY_OF, FIRST_BAD),
    WayIn("second access key", INTERN, _ACCESS_KEY),
    WayIn("grant", KEY_ALIAS, _GRANT),
    WayIn("key policy statement", KEY_ALIAS, _STATEMENT),
    WayIn("role trust policy", BACKUP_ROLE, _TRUST),
)
"""What lets the intruder in again until it is closed."""
