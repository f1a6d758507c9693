"""Keys: what services do with one, ReEncrypt's two decisions, and whom a policy names.

Each case cites its rule in the AWS KMS Developer Guide: "Key policies" (KP), "Condition keys" (CK), "Creating grants"
(CG), "Managing grants" (MG), "Cross-account access" (XA), "KMS permissions" (PT); the IAM User Guide, "Policy
evaluation logic" (PEL); or the Amazon DynamoDB Developer Guide's "Encryption at rest" (DDB).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.policy.evaluate.kms.bare import ROLE, VIA, context, grant, names, policy, when
from tests.policy.evaluate.kms.cases import DEFAULT, TABLE, both, case, check, iam
from tests.policy.people import DYNAMODB, KEY, OWNER, READER, ROOT, SESSION, STRANGER, A

S3 = "s3.us-east-1.amazonaws.com"
LINKED = f"arn:aws:iam::{A}:role/aws-service-role/dynamodb.amazonaws.com/AWSServiceRoleForDynamoDB"
FEDERATED = f"arn:aws:sts::{A}:federated-user/Ana"
OTHER_KEY = f"arn:aws:kms:us-east-1:{A}:key/0987dcba-09fe-87dc-65ba-ab0987654321"


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        case("DDB: a direct Decrypt is not the table's", "resource-based", resource_policy=names(READER, **VIA)),
        case("DDB: a write needs no kms:Encrypt of the caller", "allowed",
             context={"kms:ViaService": DYNAMODB, **context(**TABLE)}, resource_policy=names(READER, **VIA)),
        case("DDB: CreateTable asks for kms:CreateGrant in the caller's name", "resource-based",
             action="kms:CreateGrant", context={"kms:ViaService": DYNAMODB, "kms:GrantIsForAWSResource": "true"},
             resource_policy=names(READER, ["kms:Decrypt", "kms:DescribeKey"])),
        case("DDB: and has it where grants for services are allowed", "allowed",
             action="kms:CreateGrant", context={"kms:ViaService": DYNAMODB, "kms:GrantIsForAWSResource": "true"},
             resource_policy=names(READER, "kms:CreateGrant", **when("Bool", "kms:GrantIsForAWSResource", "true"))),
        case("DDB: its grant is not the reader's", "identity-based", resource_policy=DEFAULT,
             context={"kms:ViaService": DYNAMODB, **context(**TABLE)},
             grants=[grant(DYNAMODB, "Decrypt", Constraints={"EncryptionContextSubset": TABLE})]),
        case("DDB: it decrypts for its own table", "allowed", caller=DYNAMODB, context=context(**TABLE),
             resource_policy=DEFAULT,
             grants=[grant(DYNAMODB, "Decrypt", Constraints={"EncryptionContextSubset": TABLE})]),
        case("DDB: and retires its grant", "allowed", caller=DYNAMODB, action="kms:RetireGrant",
             resource_policy=DEFAULT, grants=[grant(DYNAMODB, "RetireGrant", RetiringPrincipal=DYNAMODB)]),
        case("DDB: aws/dynamodb serves all of the account through DynamoDB", "allowed",
             context={"kms:ViaService": DYNAMODB, "kms:CallerAccount": A}, resource_policy=names(
                 "*", Condition={"StringEquals": {"kms:ViaService": DYNAMODB, "kms:CallerAccount": A}})),
        case("KP: a service named as Service", "allowed", caller="logs.us-east-1.amazonaws.com",
             resource_policy=policy({"Effect": "Allow", "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
                                     "Action": "kms:Decrypt", "Resource": "*"})),
        case("KP: another service", "resource-based", caller=S3, identity_policies=[iam()],
             resource_policy=policy({"Effect": "Allow", "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
                                     "Action": "kms:Decrypt", "Resource": "*"})),
        # ReEncrypt: one decision for the key it comes from, one for the key that it goes to
        case("PT ReEncrypt: from this key", "allowed", action="kms:ReEncryptFrom",
             resource_policy=names(READER, "kms:ReEncryptFrom")),
        case("PT ReEncrypt: to that key, whose policy is silent", "resource-based", action="kms:ReEncryptTo",
             resource=OTHER_KEY, resource_policy=names(OWNER, "kms:ReEncryptTo")),
        case("PT ReEncrypt: kms:ReEncrypt* is both", "allowed", action="kms:ReEncryptTo",
             resource_policy=names(READER, "kms:ReEncrypt*")),
        case("PT ReEncrypt: kms:ReEncrypt alone is neither", "resource-based", action="kms:ReEncryptTo",
             resource_policy=names(READER, "kms:ReEncrypt")),
        case("PT ReEncrypt: Decrypt and Encrypt are not it", "resource-based", action="kms:ReEncryptFrom",
             resource_policy=names(READER, ["kms:Decrypt", "kms:Encrypt"])),
        case("PT ReEncrypt: IAM for one key only", "identity-based", action="kms:ReEncryptTo", resource=OTHER_KEY,
             resource_policy=DEFAULT, identity_policies=[iam("kms:ReEncrypt*", Resource=KEY)]),
        case("CK ReEncryptOnSameKey: another key", "resource-based", action="kms:ReEncryptFrom",
             context={"kms:ReEncryptOnSameKey": "false"}, resource_policy=names(
                 READER, "kms:ReEncrypt*", **when("Bool", "kms:ReEncryptOnSameKey", "true"))),
        # Whom a policy names
        case("KP: a role with a path, for its sessions", "allowed", caller=SESSION, resource_policy=names(ROLE)),
        case("PEL: such a session within its session policy", "session", caller=SESSION,
             resource_policy=names(ROLE), session_policy=iam("kms:Encrypt")),
        case("PEL: a session named itself is above it", "allowed", caller=SESSION,
             resource_policy=names(SESSION), session_policy=iam("kms:Encrypt")),
        case("PEL: not above a Deny of it", "Deny session", caller=SESSION,
             resource_policy=names(SESSION), session_policy=iam("kms:*", "Deny")),
        case("KP: a federated user", "allowed", caller=FEDERATED, resource_policy=names(FEDERATED)),
        case("KP: not the user of that name", "resource-based", caller=FEDERATED,
             resource_policy=names(f"arn:aws:iam::{A}:user/Ana")),
        case("PEL: a service-linked role is outside of SCPs", "allowed", caller=LINKED, resource_policy=names(LINKED),
             service_control_policies=[[iam("s3:*")]]),
        case("PEL: the account's root is inside", "service control", caller=ROOT, resource_policy=DEFAULT,
             service_control_policies=[[iam("s3:*")]]),
        case("KP: NotPrincipal spares whom it lists", "allowed", resource_policy=both(names(READER), policy(
            {"Effect": "Deny", "NotPrincipal": {"AWS": [READER, ROOT]}, "Action": "kms:*", "Resource": "*"}))),
        case("KP: and nobody else", "Deny resource-based", caller=OWNER, resource_policy=both(names(OWNER), policy(
            {"Effect": "Deny", "NotPrincipal": {"AWS": [READER, ROOT]}, "Action": "kms:*", "Resource": "*"}))),
        case("KP: NotAction leaves the account its administration", "allowed", identity_policies=[iam("kms:*")],
             action="kms:PutKeyPolicy", resource_policy=policy(
                 {"Effect": "Allow", "Principal": {"AWS": ROOT}, "NotAction": "kms:Decrypt", "Resource": "*"})),
        case("KP: and not the use", "resource-based", identity_policies=[iam("kms:*")], resource_policy=policy(
            {"Effect": "Allow", "Principal": {"AWS": ROOT}, "NotAction": "kms:Decrypt", "Resource": "*"})),
        case("XA: a grant by the key's account, and its own SCP", "service control", caller=STRANGER,
             grants=[grant(STRANGER)], resource_policy=DEFAULT, service_control_policies=[[iam("s3:*")]]),
        case("XA: IAM of its own cannot name another account's key by alias", "identity-based", caller=STRANGER,
             resource_policy=names(STRANGER), identity_policies=[
                 iam(Resource=f"arn:aws:kms:us-east-1:{A}:alias/books")]),
        case("XA: ListKeys is never across accounts", "identity-based", action="kms:ListKeys", resource="*",
             caller=STRANGER, resource_policy=None),
        case("MG: RevokeGrant by key policy", "allowed", action="kms:RevokeGrant",
             resource_policy=names(READER, "kms:RevokeGrant")),
        case("MG: ListGrants by IAM", "allowed", action="kms:ListGrants", resource_policy=DEFAULT,
             identity_policies=[iam("kms:List*")]),
        case("CG: an operation of a grant is a whole word", "resource-based", action="kms:GenerateDataKeyPair",
             grants=[grant(READER, "GenerateDataKey")]),
        case("CG: DescribeKey by grant, whatever the constraint", "allowed", action="kms:DescribeKey",
             grants=[grant(READER, "DescribeKey", Constraints={"EncryptionContextSubset": {"Department": "IT"}})]),
    ],
)  # fmt: skip
def test_services_re_encryption_and_principals(expected: str, arguments: dict[str, Any]) -> None:
    check(expected, arguments)
