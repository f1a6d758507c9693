"""Keys: conditions on encryption context, on the service that calls, and on the key.

Each case cites its rule in the AWS KMS Developer Guide: "Default key policy" (DKP), "Condition keys" (CK), or the
Amazon DynamoDB Developer Guide's "Encryption at rest" (DDB).
"""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.policy import lab_user_policy, use_statement, with_statement
from tests.policy.evaluate.kms.cases import DEFAULT, TABLE, both, case, check, iam
from tests.policy.evaluate.kms.statements import CLOSED, CONSOLE, USERS_ONLY, encryption_context, names, when
from tests.policy.people import DYNAMODB, KEY, OWNER, READER, A

DEPARTMENT = "kms:EncryptionContext:Department"
TABLE_NAME = "kms:EncryptionContext:aws:dynamodb:tableName"
CONTEXT_KEYS = "kms:EncryptionContextKeys"
VIA_DYNAMODB = {"kms:ViaService": DYNAMODB, "kms:CallerAccount": A}


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        case("CK: the context matches", "allowed", context=encryption_context(Department="IT"),
             resource_policy=names(READER, **when("StringEquals", DEPARTMENT, "IT"))),
        case("CK: the key's case does not matter", "allowed", context=encryption_context(department="IT"),
             resource_policy=names(READER, **when("StringEquals", DEPARTMENT, "IT"))),
        case("CK: the value's case does", "resource-based", context=encryption_context(Department="it"),
             resource_policy=names(READER, **when("StringEquals", DEPARTMENT, "IT"))),
        case("CK: unless the operator says no", "allowed", context=encryption_context(Department="it"),
             resource_policy=names(READER, **when("StringEqualsIgnoreCase", DEPARTMENT, "IT"))),
        case("CK: no context, no match", "resource-based",
             resource_policy=names(READER, **when("StringEquals", DEPARTMENT, "IT"))),
        case("CK: ForAllValues matches without any context", "allowed",
             resource_policy=names(READER, **when("ForAllValues:StringEquals", DEPARTMENT, "IT"))),
        case("CK: one of the context's keys", "allowed", context=encryption_context(Department="IT", Floor="2"),
             resource_policy=names(READER, **when("ForAnyValue:StringEquals", CONTEXT_KEYS, "Department"))),
        case("CK: EncryptionContextKeys heeds case", "resource-based",
             context=encryption_context(department="IT"),
             resource_policy=names(READER, **when("ForAnyValue:StringEquals", CONTEXT_KEYS, "Department"))),
        case("CK: all of the context's keys", "resource-based",
             context=encryption_context(Department="IT", Floor="2"),
             resource_policy=names(READER, **when("ForAllValues:StringEquals", CONTEXT_KEYS, "Department"))),
        case("CK: Deny without encryption context", "Deny resource-based", caller=OWNER,
             resource_policy=both(CONSOLE, names("*", effect="Deny", **when("Null", CONTEXT_KEYS, "true")))),
        case("CK: ViaService of this service", "allowed", context=VIA_DYNAMODB,
             resource_policy=names(READER, **when("StringEquals", "kms:ViaService", DYNAMODB))),
        case("CK: ViaService is missing in a direct call", "resource-based", context={"kms:CallerAccount": A},
             resource_policy=names(READER, **when("StringEquals", "kms:ViaService", DYNAMODB))),
        case("CK: ViaService of another region", "resource-based",
             context={"kms:ViaService": "dynamodb.eu-west-1.amazonaws.com"},
             resource_policy=names(READER, **when("StringEquals", "kms:ViaService", DYNAMODB))),
        case("CK: Deny of direct calls", "Deny resource-based", caller=OWNER,
             resource_policy=both(CONSOLE, names("*", "kms:*", "Deny",
                                     **when("StringNotLike", "kms:ViaService", "*")))),
        case("CK: grants for a service, by a service", "allowed", caller=OWNER, action="kms:CreateGrant",
             context={"kms:GrantIsForAWSResource": "true"}, resource_policy=USERS_ONLY),
        case("CK: grants for a service, by hand", "resource-based", caller=OWNER, action="kms:CreateGrant",
             context={"kms:GrantIsForAWSResource": "false"}, resource_policy=USERS_ONLY),
        case("DKP: administrators may grant by hand: kms:Create* covers CreateGrant", "allowed", caller=OWNER,
             action="kms:CreateGrant", context={"kms:GrantIsForAWSResource": "false"}, resource_policy=CLOSED),
        case("CK: KeySpec in IAM", "allowed", action="kms:CreateKey", resource="*",
             context={"kms:KeySpec": "RSA_2048"},
             identity_policies=[iam("kms:CreateKey", **when("StringLike", "kms:KeySpec", "RSA_*"))]),
        case("CK: MultiRegion in IAM", "Deny identity-based", action="kms:CreateKey", resource="*",
             context={"kms:MultiRegion": "true"},
             identity_policies=[iam("kms:*"), iam("kms:CreateKey", "Deny", **when("Bool", "kms:MultiRegion", "true"))]),
        case("CK: RequestAlias, by this alias", "allowed", context={"kms:RequestAlias": "alias/myKey"},
             resource_policy=DEFAULT,
             identity_policies=[iam(resource=KEY, **when("StringEquals", "kms:RequestAlias", "alias/myKey"))]),
        case("CK: RequestAlias, by the key's ARN", "identity-based", resource_policy=DEFAULT,
             identity_policies=[iam(resource=KEY, **when("StringEquals", "kms:RequestAlias", "alias/myKey"))]),
        case("CK: ResourceAliases, whatever it was called by", "allowed", resource_policy=DEFAULT,
             context={"kms:ResourceAliases": ["alias/other", "alias/myKey"]},
             identity_policies=[iam(**when("ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/myKey"))]),
        case("CK: a tag of the key", "allowed", context={"aws:ResourceTag/Project": "Books"},
             resource_policy=DEFAULT,
             identity_policies=[iam(**when("StringEquals", "aws:ResourceTag/Project", "Books"))]),
        case("DDB: a reader of the table needs kms:Decrypt", "identity-based", resource_policy=CONSOLE,
             context={**VIA_DYNAMODB, **encryption_context(**TABLE)}, identity_policies=[lab_user_policy()]),
        case("DDB: in the key policy", "allowed", context={**VIA_DYNAMODB, **encryption_context(**TABLE)},
             resource_policy=with_statement(CONSOLE, use_statement(READER)),
             identity_policies=[lab_user_policy()]),
        case("DDB: for one table only", "allowed", context={**VIA_DYNAMODB, **encryption_context(**TABLE)},
             resource_policy=names(READER, **when("StringEquals", TABLE_NAME, "Books"))),
        case("DDB: for another table", "resource-based",
             context={**VIA_DYNAMODB, **encryption_context(**TABLE | {"aws:dynamodb:tableName": "Films"})},
             resource_policy=names(READER, **when("StringEquals", TABLE_NAME, "Books"))),
    ],
)  # fmt: skip
def test_condition_keys(expected: str, arguments: dict[str, Any]) -> None:
    check(expected, arguments)
