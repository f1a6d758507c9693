"""Keys, continued: KMS's condition keys, one by one, ReEncrypt's two decisions, and what services do with a key.

Each case cites its rule in the AWS KMS Developer Guide: "Condition keys" (CK), "Key policies" (KP), "Default key
policy" (DKP), "ABAC for AWS KMS" (ABAC), "Grants" (G), "Creating grants" (CG), "Managing grants" (MG), "Cross-account
access" (XA), "KMS permissions" (PT); the IAM User Guide, "Policy evaluation logic" (PEL) and "Creating a condition with
multiple keys or values" (MV); or the Amazon DynamoDB Developer Guide's "Encryption at rest" (DDB).
"""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.policy import Decision, Request, build, evaluate

A, B = "123456789012", "999999999999"
READER = f"arn:aws:iam::{A}:user/IAMLabUser"
OWNER = f"arn:aws:iam::{A}:user/ed-user-1"
ROLE = f"arn:aws:iam::{A}:role/team/Reader"
SESSION = f"arn:aws:sts::{A}:assumed-role/Reader/ana"
LINKED = f"arn:aws:iam::{A}:role/aws-service-role/dynamodb.amazonaws.com/AWSServiceRoleForDynamoDB"
FEDERATED = f"arn:aws:sts::{A}:federated-user/Ana"
ROOT = f"arn:aws:iam::{A}:root"
STRANGER = f"arn:aws:iam::{B}:user/Eve"
DYNAMODB, S3 = "dynamodb.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"
KEY = f"arn:aws:kms:us-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_KEY = f"arn:aws:kms:us-east-1:{A}:key/0987dcba-09fe-87dc-65ba-ab0987654321"
DEFAULT = build.default_key_policy(A)
TABLE = {"aws:dynamodb:tableName": "Books", "aws:dynamodb:subscriberId": A}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def iam(action: Any = "kms:Decrypt", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return policy({"Effect": effect, "Action": action, "Resource": "*", **more})


def names(arn: str, action: Any = "kms:Decrypt", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return policy({"Effect": effect, "Principal": {"AWS": arn}, "Action": action, "Resource": "*", **more})


def both(*policies: dict[str, Any]) -> dict[str, Any]:
    return policy(*(one for each in policies for one in each["Statement"]))


def when(operator: str, key: str, *wanted: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(wanted)}}}


def context(**pairs: str) -> dict[str, Any]:
    keys = {f"kms:EncryptionContext:{name}": value for name, value in pairs.items()}
    return {**keys, "kms:EncryptionContextKeys": list(pairs)} if pairs else {}


def grant(grantee: str = READER, *operations: str, **more: Any) -> dict[str, Any]:
    return {
        "GrantId": "f00d", "GranteePrincipal": grantee, "Operations": list(operations or ("Decrypt",)), **more,
    }  # fmt: skip


def outcome(decision: Decision) -> str:
    if decision.allowed:
        return "allowed"
    return f"Deny {decision.layer}" if decision.explicit else str(decision.layer)


def check(expected: str, asked: dict[str, Any]) -> None:
    found = {"caller": READER, "action": "kms:Decrypt", "resource": KEY, "context": {}, **asked}
    request = Request(*(found.pop(name) for name in ("caller", "action", "resource", "context")))
    decision = evaluate(request, **found)
    assert outcome(decision) == expected, "\n".join(map(str, decision.steps))


def case(rule: str, expected: str, **asked: Any) -> Any:
    return pytest.param(expected, asked, id=rule)


VIA = when("StringEquals", "kms:ViaService", DYNAMODB)
VIA_OR = when("StringEquals", "kms:ViaService", DYNAMODB, S3)
OPERATION = "kms:GrantOperations"
ALIASES = {"kms:ResourceAliases": ["alias/books", "alias/books-old"]}


@pytest.mark.parametrize(
    ("expected", "asked"),
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
def test_each_condition_key(expected: str, asked: dict[str, Any]) -> None:
    check(expected, asked)


DEPARTMENT = "kms:EncryptionContext:Department"
CONTEXT_KEYS = "kms:EncryptionContextKeys"


@pytest.mark.parametrize(
    ("expected", "asked"),
    [
        case("CK: two pairs, both asked for", "allowed", context=context(Department="IT", Floor="2"),
             resource_policy=names(READER, Condition={
                 "StringEquals": {DEPARTMENT: "IT", "kms:EncryptionContext:Floor": "2"}})),
        case("CK: two pairs, one given", "resource-based", context=context(Department="IT"),
             resource_policy=names(READER, Condition={
                 "StringEquals": {DEPARTMENT: "IT", "kms:EncryptionContext:Floor": "2"}})),
        case("CK: one of two values", "allowed", context=context(Department="HR"),
             resource_policy=names(READER, **when("StringEquals", DEPARTMENT, "IT", "HR"))),
        case("CK: a value by pattern", "allowed", context=context(Department="IT-Books"),
             resource_policy=names(READER, **when("StringLike", DEPARTMENT, "IT-*"))),
        case("CK: the caller's name as value", "allowed", caller=READER,
             context={**context(Owner="IAMLabUser"), "aws:username": "IAMLabUser"},
             resource_policy=names("*", **when("StringEquals", "kms:EncryptionContext:Owner", "${aws:username}"))),
        case("CK: somebody else's name", "resource-based",
             context={**context(Owner="Bob"), "aws:username": "IAMLabUser"},
             resource_policy=names("*", **when("StringEquals", "kms:EncryptionContext:Owner", "${aws:username}"))),
        case("CK: an ARN in it, as an ARN", "allowed",
             context=context(**{"aws:logs:arn": f"arn:aws:logs:us-east-1:{A}:log-group:books"}),
             resource_policy=names(
                 READER, **when("ArnLike", "kms:EncryptionContext:aws:logs:arn", f"arn:aws:logs:*:{A}:log-group:*"))),
        case("CK: in any case, both key and value", "allowed", context=context(department="it"),
             resource_policy=names(READER, **when("StringEqualsIgnoreCase", DEPARTMENT, "IT"))),
        case("CK: Deny but for this context", "Deny resource-based", context=context(Department="HR"),
             resource_policy=both(names(READER), names(
                 "*", "kms:*", "Deny", **when("StringNotEquals", DEPARTMENT, "IT")))),
        case("CK: that Deny hits calls without context", "Deny resource-based", resource_policy=both(
            names(READER), names("*", "kms:*", "Deny", **when("StringNotEquals", DEPARTMENT, "IT")))),
        case("CK: DescribeKey has no context, so an Allow on one never gives it", "resource-based",
             action="kms:DescribeKey",
             resource_policy=names(READER, "kms:*", **when("StringEquals", DEPARTMENT, "IT"))),
        case("CK EncryptionContextKeys: every one is listed", "allowed", context=context(Department="IT"),
             resource_policy=names(READER, **when("ForAllValues:StringEquals", CONTEXT_KEYS, "Department", "Floor"))),
        case("CK EncryptionContextKeys: ForAllValues holds without any", "allowed",
             resource_policy=names(READER, **when("ForAllValues:StringEquals", CONTEXT_KEYS, "Department"))),
        case("CK EncryptionContextKeys: ForAnyValue does not", "resource-based",
             resource_policy=names(READER, **when("ForAnyValue:StringEquals", CONTEXT_KEYS, "Department"))),
        case("CK EncryptionContextKeys: Null and ForAllValues ask for one", "resource-based",
             resource_policy=names(READER, Condition={
                 "ForAllValues:StringEquals": {CONTEXT_KEYS: "Department"}, "Null": {CONTEXT_KEYS: "false"}})),
        case("CK EncryptionContextKeys: by pattern", "allowed", context=context(**TABLE),
             resource_policy=names(READER, **when("ForAllValues:StringLike", CONTEXT_KEYS, "aws:dynamodb:*"))),
        case("CK EncryptionContextKeys: Deny of one key", "Deny resource-based",
             context=context(Department="IT", Secret="x"), resource_policy=both(names(READER), names(
                 "*", "kms:*", "Deny", **when("ForAnyValue:StringEquals", CONTEXT_KEYS, "Secret")))),
        case("CG: a subset and the key policy's condition are apart", "allowed", context=context(Department="IT"),
             grants=[grant(Constraints={"EncryptionContextSubset": {"Department": "IT"}})],
             resource_policy=names(READER, **when("StringEquals", DEPARTMENT, "HR"))),
        case("CG: a subset of two, one missing", "resource-based", context=context(Department="IT"),
             grants=[grant(Constraints={"EncryptionContextSubset": {"Department": "IT", "Floor": "2"}})]),
        case("CG: an empty constraint constrains nothing", "allowed", grants=[grant(Constraints={})]),
        case("CG: equal to nothing given", "resource-based",
             grants=[grant(Constraints={"EncryptionContextEquals": {"Department": "IT"}})]),
        case("CG: both constraints at once", "resource-based", context=context(Department="IT", Floor="2"),
             grants=[grant(Constraints={
                 "EncryptionContextSubset": {"Department": "IT"}, "EncryptionContextEquals": {"Department": "IT"}})]),
    ],
)  # fmt: skip
def test_encryption_context(expected: str, asked: dict[str, Any]) -> None:
    check(expected, asked)


@pytest.mark.parametrize(
    ("expected", "asked"),
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
def test_services_re_encryption_and_principals(expected: str, asked: dict[str, Any]) -> None:
    check(expected, asked)
