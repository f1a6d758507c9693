"""KMS's condition keys, one by one.

Each case cites its rule in the AWS KMS Developer Guide: "Condition keys" (CK), "ABAC for AWS KMS" (ABAC); or the IAM
User Guide, "Creating a condition with multiple keys or values" (MV).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.policy.evaluate.kms.bare import ROLE, VIA, grant, names, when
from tests.policy.evaluate.kms.cases import DEFAULT, both, case, check, iam
from tests.policy.people import DYNAMODB, OWNER, READER, ROOT, SESSION, STRANGER, A, B

S3 = "s3.us-east-1.amazonaws.com"
VIA_OR = when("StringEquals", "kms:ViaService", DYNAMODB, S3)
OPERATION = "kms:GrantOperations"
ALIASES = {"kms:ResourceAliases": ["alias/books", "alias/books-old"]}


@pytest.mark.parametrize(
    ("expected", "arguments"),
    [
        # Who calls, and through which service
        case("CK ViaService: one of several services", "allowed", context={"kms:ViaService": S3},
             resource_policy=names(READER, **VIA_OR)),
        case("CK ViaService: none of them", "resource-based", resource_policy=names(READER, **VIA_OR),
             context={"kms:ViaService": "ec2.us-east-1.amazonaws.com"}),
        case("CK ViaService: a service in any region", "allowed", context={"kms:ViaService": DYNAMODB},
             resource_policy=names(READER, **when("StringLike", "kms:ViaService", "dynamodb.*.amazonaws.com"))),
        case("CK ViaService: StringEquals knows no wildcard", "resource-based",
             context={"kms:ViaService": DYNAMODB},
             resource_policy=names(READER, **when("StringEquals", "kms:ViaService", "dynamodb.*.amazonaws.com"))),
        case("CK ViaService: in the statement for the account, IAM alone", "allowed",
             context={"kms:ViaService": DYNAMODB}, identity_policies=[iam()],
             resource_policy=names(ROOT, "kms:*", **VIA)),
        case("CK ViaService: there too, a direct call is nobody's", "resource-based", identity_policies=[iam()],
             resource_policy=names(ROOT, "kms:*", **VIA)),
        case("CK ViaService: Deny for every other service", "Deny resource-based",
             context={"kms:ViaService": S3}, resource_policy=both(
                 names(READER), names("*", "kms:*", "Deny", **when("StringNotEquals", "kms:ViaService", DYNAMODB)))),
        case("CK ViaService: that Deny hits direct calls as well", "Deny resource-based", resource_policy=both(
            names(READER), names("*", "kms:*", "Deny", **when("StringNotEquals", "kms:ViaService", DYNAMODB)))),
        case("CK ViaService: with IfExists it hits them too, as the operator is negated", "Deny resource-based",
             resource_policy=both(names(READER), names(
                 "*", "kms:*", "Deny", **when("StringNotEqualsIfExists", "kms:ViaService", DYNAMODB)))),
        case("CK ViaService: a grant is not held to a key policy's condition", "allowed", grants=[grant()],
             resource_policy=names(READER, **VIA)),
        case("CK CallerAccount: all of an account, by everyone", "allowed", context={"kms:CallerAccount": A},
             resource_policy=names("*", **when("StringEquals", "kms:CallerAccount", A))),
        case("CK CallerAccount: sessions of the account", "allowed", caller=SESSION,
             context={"kms:CallerAccount": A},
             resource_policy=names("*", **when("StringEquals", "kms:CallerAccount", A))),
        case("CK CallerAccount: both of it and through a service", "allowed",
             context={"kms:CallerAccount": A, "kms:ViaService": DYNAMODB}, resource_policy=names(
                 "*", Condition={"StringEquals": {"kms:CallerAccount": A, "kms:ViaService": DYNAMODB}})),
        case("CK CallerAccount: one of two keys is not enough", "resource-based",
             context={"kms:CallerAccount": A}, resource_policy=names(
                 "*", Condition={"StringEquals": {"kms:CallerAccount": A, "kms:ViaService": DYNAMODB}})),
        case("CK CallerAccount: Deny for others", "Deny resource-based", caller=STRANGER,
             context={"kms:CallerAccount": B}, identity_policies=[iam()], resource_policy=both(
                 names(STRANGER), names("*", "kms:*", "Deny", **when("StringNotEquals", "kms:CallerAccount", A)))),
        # Grants made and listed
        case("CK GrantIsForAWSResource: missing is not true", "resource-based", action="kms:CreateGrant",
             resource_policy=names(READER, "kms:CreateGrant", **when("Bool", "kms:GrantIsForAWSResource", "true"))),
        case("CK GrantIsForAWSResource: BoolIfExists lets by what has none", "allowed", action="kms:CreateGrant",
             resource_policy=names(
                 READER, "kms:CreateGrant", **when("BoolIfExists", "kms:GrantIsForAWSResource", "true"))),
        case("CK GrantIsForAWSResource: revoking by hand", "resource-based", action="kms:RevokeGrant",
             context={"kms:GrantIsForAWSResource": "false"}, resource_policy=names(
                 READER, "kms:RevokeGrant", **when("Bool", "kms:GrantIsForAWSResource", "true"))),
        case("CK GrantOperations: all of them", "allowed", action="kms:CreateGrant",
             context={OPERATION: ["Encrypt", "Decrypt"]}, resource_policy=names(
                 READER, "kms:CreateGrant", **when("ForAllValues:StringEquals", OPERATION, "Encrypt", "Decrypt"))),
        case("CK GrantOperations: one too many", "resource-based", action="kms:CreateGrant",
             context={OPERATION: ["Decrypt", "Sign"]}, resource_policy=names(
                 READER, "kms:CreateGrant", **when("ForAllValues:StringEquals", OPERATION, "Encrypt", "Decrypt"))),
        case("CK GrantOperations: Deny of any", "Deny resource-based", action="kms:CreateGrant",
             context={OPERATION: ["Decrypt", "CreateGrant"]}, resource_policy=both(
                 names(READER, "kms:CreateGrant"), names(
                     "*", "kms:CreateGrant", "Deny", **when("ForAnyValue:StringEquals", OPERATION, "CreateGrant")))),
        case("CK GranteePrincipal: this one", "allowed", action="kms:CreateGrant",
             context={"kms:GranteePrincipal": ROLE}, resource_policy=names(
                 READER, "kms:CreateGrant", **when("StringEquals", "kms:GranteePrincipal", ROLE))),
        case("CK GranteePrincipal: another", "resource-based", action="kms:CreateGrant",
             context={"kms:GranteePrincipal": OWNER}, resource_policy=names(
                 READER, "kms:CreateGrant", **when("StringEquals", "kms:GranteePrincipal", ROLE))),
        case("CK RetiringPrincipal: any service's", "allowed", action="kms:CreateGrant",
             context={"kms:RetiringPrincipal": DYNAMODB}, resource_policy=names(
                 READER, "kms:CreateGrant", **when("StringLike", "kms:RetiringPrincipal", "*.amazonaws.com"))),
        case("CK GrantConstraintType: none asked for", "resource-based", action="kms:CreateGrant",
             resource_policy=names(
                 READER, "kms:CreateGrant",
                 **when("StringEquals", "kms:GrantConstraintType", "EncryptionContextEquals"))),
        case("CK GrantConstraintType: the strict one", "allowed", action="kms:CreateGrant",
             context={"kms:GrantConstraintType": "EncryptionContextEquals"}, resource_policy=names(
                 READER, "kms:CreateGrant",
                 **when("StringEquals", "kms:GrantConstraintType", "EncryptionContextEquals"))),
        # What the key is, and how it was called
        case("CK KeySpec: of the key used", "allowed", context={"kms:KeySpec": "SYMMETRIC_DEFAULT"},
             resource_policy=DEFAULT,
             identity_policies=[iam(**when("StringEquals", "kms:KeySpec", "SYMMETRIC_DEFAULT"))]),
        case("CK KeySpec: another", "identity-based", context={"kms:KeySpec": "RSA_2048"}, resource_policy=DEFAULT,
             identity_policies=[iam(**when("StringEquals", "kms:KeySpec", "SYMMETRIC_DEFAULT"))]),
        case("CK KeyUsage: no signing keys", "Deny identity-based", action="kms:CreateKey", resource="*",
             context={"kms:KeyUsage": "SIGN_VERIFY"}, identity_policies=[
                 iam("kms:*"), iam("kms:CreateKey", "Deny", **when("StringEquals", "kms:KeyUsage", "SIGN_VERIFY"))]),
        case("CK KeyOrigin: made by KMS", "allowed", action="kms:CreateKey", resource="*",
             context={"kms:KeyOrigin": "AWS_KMS"},
             identity_policies=[iam("kms:CreateKey", **when("StringEquals", "kms:KeyOrigin", "AWS_KMS"))]),
        case("CK KeyOrigin: not imported", "identity-based", action="kms:CreateKey", resource="*",
             context={"kms:KeyOrigin": "EXTERNAL"},
             identity_policies=[iam("kms:CreateKey", **when("StringEquals", "kms:KeyOrigin", "AWS_KMS"))]),
        case("CK MultiRegion: single-region keys only", "allowed", action="kms:CreateKey", resource="*",
             context={"kms:MultiRegion": "false"},
             identity_policies=[iam("kms:CreateKey", **when("Bool", "kms:MultiRegion", "false"))]),
        case("CK MultiRegionKeyType: no replica", "Deny identity-based", context={"kms:MultiRegionKeyType": "REPLICA"},
             resource_policy=DEFAULT, identity_policies=[
                 iam(), iam("kms:*", "Deny", **when("StringEquals", "kms:MultiRegionKeyType", "REPLICA"))]),
        case("CK EncryptionAlgorithm: not the old RSA padding", "Deny resource-based", action="kms:Encrypt",
             context={"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}, resource_policy=both(
                 names(READER, "kms:Encrypt"), names(
                     "*", "kms:*", "Deny", **when("StringLike", "kms:EncryptionAlgorithm", "*_SHA_1")))),
        case("CK PendingWindow: not below the least", "resource-based", action="kms:ScheduleKeyDeletion",
             context={"kms:ScheduleKeyDeletionPendingWindowInDays": "7"}, resource_policy=names(
                 READER, "kms:ScheduleKeyDeletion",
                 **when("NumericGreaterThanEquals", "kms:ScheduleKeyDeletionPendingWindowInDays", "14"))),
        case("CK PendingWindow: long enough", "allowed", action="kms:ScheduleKeyDeletion",
             context={"kms:ScheduleKeyDeletionPendingWindowInDays": "30"}, resource_policy=names(
                 READER, "kms:ScheduleKeyDeletion",
                 **when("NumericGreaterThanEquals", "kms:ScheduleKeyDeletionPendingWindowInDays", "14"))),
        case("CK BypassPolicyLockoutSafetyCheck: nobody may", "Deny identity-based", action="kms:PutKeyPolicy",
             context={"kms:BypassPolicyLockoutSafetyCheck": "true"}, resource_policy=DEFAULT, identity_policies=[
                 iam("kms:*"),
                 iam("kms:*", "Deny", **when("Bool", "kms:BypassPolicyLockoutSafetyCheck", "true"))]),
        case("CK RequestAlias: a pattern of names", "allowed", context={"kms:RequestAlias": "alias/books-1"},
             resource_policy=names(READER, **when("StringLike", "kms:RequestAlias", "alias/books*"))),
        case("CK RequestAlias: a name, and no ARN", "resource-based", context={"kms:RequestAlias": "alias/books"},
             resource_policy=names(
                 READER, **when("StringEquals", "kms:RequestAlias", f"arn:aws:kms:us-east-1:{A}:alias/books"))),
        case("ABAC ResourceAliases: one of them", "allowed", context=ALIASES, resource_policy=DEFAULT,
             identity_policies=[iam(**when("ForAnyValue:StringLike", "kms:ResourceAliases", "alias/*-old"))]),
        case("ABAC ResourceAliases: each of them", "identity-based", context=ALIASES, resource_policy=DEFAULT,
             identity_policies=[iam(**when("ForAllValues:StringEquals", "kms:ResourceAliases", "alias/books"))]),
        case("ABAC ResourceAliases: ForAnyValue of a key without aliases", "identity-based", resource_policy=DEFAULT,
             identity_policies=[iam(**when("ForAnyValue:StringLike", "kms:ResourceAliases", "*"))]),
        case("ABAC ResourceAliases: ForAllValues of a key without aliases", "allowed", resource_policy=DEFAULT,
             identity_policies=[iam(**when("ForAllValues:StringEquals", "kms:ResourceAliases", "alias/books"))]),
        case("MV ResourceAliases: without a set operator nothing is allowed", "identity-based", context=ALIASES,
             resource_policy=DEFAULT,
             identity_policies=[iam(**when("StringEquals", "kms:ResourceAliases", "alias/books"))]),
        case("MV ForAllValues and Null: asks for at least one", "identity-based", resource_policy=DEFAULT,
             identity_policies=[iam(Condition={
                 "ForAllValues:StringEquals": {"kms:ResourceAliases": "alias/books"},
                 "Null": {"kms:ResourceAliases": "false"}})]),
        case("ABAC ResourceTag: the tag's name ignores case", "allowed", context={"aws:ResourceTag/project": "Books"},
             resource_policy=DEFAULT,
             identity_policies=[iam(**when("StringEquals", "aws:ResourceTag/Project", "Books"))]),
        case("ABAC ResourceTag: its value does not", "identity-based", context={"aws:ResourceTag/Project": "books"},
             resource_policy=DEFAULT,
             identity_policies=[iam(**when("StringEquals", "aws:ResourceTag/Project", "Books"))]),
        case("ABAC ResourceTag: the caller's own", "allowed", resource_policy=DEFAULT,
             context={"aws:ResourceTag/Team": "blue", "aws:PrincipalTag/Team": "blue"},
             identity_policies=[iam(**when("StringEquals", "aws:ResourceTag/Team", "${aws:PrincipalTag/Team}"))]),
        case("ABAC ResourceTag: a caller without one", "identity-based", resource_policy=DEFAULT,
             context={"aws:ResourceTag/Team": "blue"},
             identity_policies=[iam(**when("StringEquals", "aws:ResourceTag/Team", "${aws:PrincipalTag/Team}"))]),
        case("ABAC ResourceTag: an untagged key is not denied by its tag", "allowed", resource_policy=DEFAULT,
             identity_policies=[iam(), iam("kms:*", "Deny", **when("StringEquals", "aws:ResourceTag/Secret", "yes"))]),
        case("ABAC TagKeys: only these tags on a new key", "identity-based", action="kms:TagResource",
             resource_policy=DEFAULT, context={"aws:TagKeys": ["Project", "Secret"]},
             identity_policies=[iam("kms:TagResource", **when("ForAllValues:StringEquals", "aws:TagKeys", "Project"))]),
    ],
)  # fmt: skip
def test_each_condition_key(expected: str, arguments: dict[str, Any]) -> None:
    check(expected, arguments)
