"""Keys: key policy, IAM, grants, and what stands between them.

Each case cites its rule in the AWS KMS Developer Guide: "Key policies" (KP), "Default key policy" (DKP), "Condition
keys" (CK), "Grants" (G), "Creating grants" (CG), "Managing grants" (MG), "Access to aliases" (AL), "Troubleshooting
key access" (TKA), "Cross-account access" (XA), or the Amazon DynamoDB Developer Guide's "Encryption at rest" (DDB).
"""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.policy import Decision, Request, build, edit, evaluate

A, B = "123456789012", "999999999999"
READER = f"arn:aws:iam::{A}:user/IAMLabUser"
OWNER = f"arn:aws:iam::{A}:user/ed-user-1"
ROLE = f"arn:aws:iam::{A}:role/Reader"
SESSION = f"arn:aws:sts::{A}:assumed-role/Reader/ana"
ROOT = f"arn:aws:iam::{A}:root"
STRANGER = f"arn:aws:iam::{B}:user/Eve"
DYNAMODB = "dynamodb.us-east-1.amazonaws.com"
KEY = f"arn:aws:kms:us-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALIAS = f"arn:aws:kms:us-east-1:{A}:alias/myKey"

CONSOLE = build.console_key_policy(A, [OWNER], [OWNER])
DEFAULT = build.default_key_policy(A)
CLOSED = edit.without_sid(CONSOLE, "Enable IAM User Permissions")
USERS_ONLY = edit.without_sid(build.console_key_policy(A, users=[OWNER]), "Enable IAM User Permissions")


def iam(
    action: str = "kms:Decrypt", effect: str = "Allow", resource: str = "*", **more: Any
) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def names(arn: str, action: str = "kms:Decrypt", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    statement = build.use_statement(arn, (action,)) | {"Effect": effect, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def both(*policies: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [one for policy in policies for one in policy["Statement"]]}


def grant(grantee: str = READER, *operations: str, **more: Any) -> dict[str, Any]:
    """A grant as ListGrants prints it."""
    return {
        "KeyId": KEY, "GrantId": "f00d", "Name": "", "GranteePrincipal": grantee, "IssuingAccount": ROOT,
        "Operations": list(operations or ("Decrypt",)), **more,
    }  # fmt: skip


def encryption_context(**pairs: str) -> dict[str, str | list[str]]:
    keys = {f"kms:EncryptionContext:{name}": value for name, value in pairs.items()}
    return {**keys, "kms:EncryptionContextKeys": list(pairs)}


def when(operator: str, key: str, value: str | list[str]) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def decide(
    caller: str = READER,
    action: str = "kms:Decrypt",
    resource: str = KEY,
    context: dict[str, Any] | None = None,
    **policies: Any,
) -> Decision:
    return evaluate(Request(caller, action, resource, context or {}), **policies)


def outcome(decision: Decision) -> str:
    if decision.allowed:
        return "allowed"
    return f"Deny {decision.layer}" if decision.explicit else str(decision.layer)


def case(rule: str, expected: str, **asked: Any) -> Any:
    return pytest.param(expected, asked, id=rule)


def check(expected: str, asked: dict[str, Any]) -> None:
    decision = decide(**asked)
    assert outcome(decision) == expected, "\n".join(map(str, decision.steps))


@pytest.mark.parametrize(
    ("expected", "asked"),
    [
        case("TKA ex. 1: the account may delegate, IAM says nothing", "identity-based",
             resource_policy=DEFAULT),
        case("DKP: the root statement gives no user permission", "identity-based", resource_policy=CONSOLE),
        case("DKP: it lets IAM policies allow", "allowed", resource_policy=CONSOLE,
             identity_policies=[iam()]),
        case("DKP: without it they are ineffective", "resource-based", resource_policy=CLOSED,
             identity_policies=[iam("*")]),
        case("DKP: but their Deny is effective", "Deny identity-based", caller=OWNER, resource_policy=CLOSED,
             identity_policies=[iam("kms:*", "Deny")]),
        case("KP: a user whom the key policy names", "allowed", caller=OWNER, resource_policy=CLOSED),
        case("KP: for the actions that it names", "resource-based", caller=OWNER, action="kms:Sign",
             resource_policy=CLOSED),
        case("KP: administrators may not use the key", "identity-based",
             resource_policy=build.console_key_policy(A, [READER], [OWNER])),
        case("KP: administrators administer", "allowed", action="kms:PutKeyPolicy",
             resource_policy=build.console_key_policy(A, [READER], [OWNER])),
        case("KP: a statement that delegates other actions only", "resource-based", identity_policies=[iam()],
             resource_policy=names(ROOT, "kms:Describe*")),
        case("KP: a statement that delegates on a condition that fails", "resource-based",
             identity_policies=[iam()],
             resource_policy=names(ROOT, "kms:*", **when("Bool", "aws:MultiFactorAuthPresent", "true"))),
        case("KP: the account as twelve digits delegates too", "allowed", identity_policies=[iam()],
             resource_policy=names(A, "kms:*")),
        case("KP: no policy, nobody", "resource-based", identity_policies=[iam("*")]),
        case("KP: not even root", "resource-based", caller=ROOT, resource_policy=CLOSED),
        case("DKP: root by the root statement", "allowed", caller=ROOT, action="kms:PutKeyPolicy",
             resource_policy=DEFAULT),
        case("KP: a Deny in the key policy wins", "Deny resource-based", identity_policies=[iam()],
             resource_policy=both(CONSOLE, names(READER, effect="Deny"))),
        case("KP: a Deny for the account is for all in it", "Deny resource-based", caller=OWNER,
             resource_policy=both(CONSOLE, names(ROOT, "kms:*", "Deny"))),
        case("KP: everyone, in the account without IAM", "allowed", resource_policy=names("*")),
        case("KP: groups are no principals", "identity-based",
             resource_policy=both(DEFAULT, names(f"arn:aws:iam::{A}:group/Readers"))),
        case("KP: a role, for its sessions", "allowed", caller=SESSION, resource_policy=names(ROLE)),
        case("KP: a statement without Resource has no effect", "resource-based", resource_policy={
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": READER}, "Action": "kms:*"}]}),
        case("KP: a statement without Action has no effect", "resource-based", resource_policy={
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": READER}, "Resource": "*"}]}),
        case("KP: a statement without Principal has no effect", "resource-based", resource_policy=iam()),
        case("KP: KMS answers no unsigned call", "resource-based", caller="*anonymous*",
             resource_policy=names("*", "kms:*")),
        case("IAM: the key's own ARN", "allowed", resource_policy=DEFAULT,
             identity_policies=[iam(resource=KEY)]),
        case("IAM: every key of the account", "allowed", resource_policy=DEFAULT,
             identity_policies=[iam(resource=f"arn:aws:kms:*:{A}:key/*")]),
        case("IAM: another key's ARN", "identity-based", resource_policy=DEFAULT,
             identity_policies=[iam(resource=KEY + "0")]),
        case("AL: an alias as Resource authorises no use", "identity-based", resource_policy=DEFAULT,
             identity_policies=[iam(resource=ALIAS)]),
        case("PEL: a boundary limits what IAM gives", "permissions boundary", resource_policy=DEFAULT,
             identity_policies=[iam()], permissions_boundaries=[iam("s3:*")]),
        case("PEL: not whom the key policy names", "allowed", resource_policy=names(READER),
             permissions_boundaries=[iam("s3:*")]),
        case("PEL: a service control policy limits both", "service control", caller=OWNER,
             resource_policy=CONSOLE, service_control_policies=[[iam("s3:*")]]),
        case("PEL: a session policy limits a role's session", "session", caller=SESSION,
             resource_policy=names(ROLE), session_policy=iam("s3:*")),
    ],
)  # fmt: skip
def test_key_policy_and_iam(expected: str, asked: dict[str, Any]) -> None:
    check(expected, asked)


@pytest.mark.parametrize(
    ("expected", "asked"),
    [
        case("XA: the key policy must name them", "resource-based", resource_policy=DEFAULT,
             identity_policies=[iam()]),
        case("XA: naming their account is not enough", "identity-based",
             resource_policy=names(f"arn:aws:iam::{B}:root")),
        case("XA: naming them is not enough", "identity-based", resource_policy=names(STRANGER)),
        case("XA: both", "allowed", resource_policy=names(STRANGER), identity_policies=[iam(resource=KEY)]),
        case("XA: both, by the account", "allowed", resource_policy=names(B), identity_policies=[iam()]),
        case("XA: everyone and their own IAM", "allowed", resource_policy=names("*"),
             identity_policies=[iam()]),
        case("XA: everyone alone is not enough", "identity-based", resource_policy=names("*")),
        case("CK: kms:CallerAccount narrows everyone", "resource-based", identity_policies=[iam()],
             context={"kms:CallerAccount": B},
             resource_policy=names("*", **when("StringEquals", "kms:CallerAccount", A))),
    ],
)  # fmt: skip
def test_from_another_account(expected: str, asked: dict[str, Any]) -> None:
    check(expected, {"caller": STRANGER, **asked})


@pytest.mark.parametrize(
    ("expected", "asked"),
    [
        case("IAM: CreateKey has no key yet", "allowed", action="kms:CreateKey",
             identity_policies=[iam("kms:CreateKey")]),
        case("IAM: ListKeys is the account's", "identity-based", action="kms:ListKeys"),
        case("IAM: its resource is *", "identity-based", action="kms:ListKeys",
             identity_policies=[iam("kms:ListKeys", resource=KEY)]),
        case("AL: CreateAlias on the alias", "allowed", action="kms:CreateAlias", resource=ALIAS,
             identity_policies=[iam("kms:CreateAlias", resource=ALIAS)]),
        case("AL: by a pattern", "allowed", action="kms:DeleteAlias", resource=ALIAS,
             identity_policies=[iam("kms:*Alias", resource=f"arn:aws:kms:*:{A}:alias/my*")]),
        case("AL: not without", "identity-based", action="kms:UpdateAlias", resource=ALIAS),
        case("AL: alias/aws/ is AWS's own", "identity-based", action="kms:CreateAlias",
             resource=f"arn:aws:kms:us-east-1:{A}:alias/aws/mine", identity_policies=[iam("*")]),
        case("AL: no use by an alias", "identity-based", resource=ALIAS,
             identity_policies=[iam("*", resource=ALIAS)]),
        case("AL: CreateAlias on the key as well", "identity-based", action="kms:CreateAlias",
             resource_policy=DEFAULT, identity_policies=[iam("kms:CreateAlias", resource=ALIAS)]),
    ],
)  # fmt: skip
def test_calls_without_a_key_are_decided_by_iam_alone(expected: str, asked: dict[str, Any]) -> None:
    check(expected, {"resource": "*", **asked} if "resource_policy" not in asked else asked)


DEPARTMENT = "kms:EncryptionContext:Department"
TABLE_NAME = "kms:EncryptionContext:aws:dynamodb:tableName"
CONTEXT_KEYS = "kms:EncryptionContextKeys"
VIA_DYNAMODB = {"kms:ViaService": DYNAMODB, "kms:CallerAccount": A}
TABLE = {"aws:dynamodb:tableName": "Books", "aws:dynamodb:subscriberId": A}


@pytest.mark.parametrize(
    ("expected", "asked"),
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
             context={**VIA_DYNAMODB, **encryption_context(**TABLE)}, identity_policies=[build.lab_user_policy()]),
        case("DDB: in the key policy", "allowed", context={**VIA_DYNAMODB, **encryption_context(**TABLE)},
             resource_policy=edit.with_statement(CONSOLE, build.use_statement(READER)),
             identity_policies=[build.lab_user_policy()]),
        case("DDB: for one table only", "allowed", context={**VIA_DYNAMODB, **encryption_context(**TABLE)},
             resource_policy=names(READER, **when("StringEquals", TABLE_NAME, "Books"))),
        case("DDB: for another table", "resource-based",
             context={**VIA_DYNAMODB, **encryption_context(**TABLE | {"aws:dynamodb:tableName": "Films"})},
             resource_policy=names(READER, **when("StringEquals", TABLE_NAME, "Books"))),
    ],
)  # fmt: skip
def test_condition_keys(expected: str, asked: dict[str, Any]) -> None:
    check(expected, asked)


def subset(**pairs: str) -> dict[str, Any]:
    return {"Constraints": {"EncryptionContextSubset": pairs}}


def equals(**pairs: str) -> dict[str, Any]:
    return {"Constraints": {"EncryptionContextEquals": pairs}}


def creating(*operations: str, type_: str = "EncryptionContextSubset", **pairs: str) -> dict[str, Any]:
    return {
        "kms:GrantOperations": list(operations),
        "kms:GrantConstraintType": type_,
        **encryption_context(**pairs),
    }


@pytest.mark.parametrize(
    ("expected", "asked"),
    [
        case("G: a grant gives what no policy does", "allowed", grants=[grant()]),
        case("G: without the account's delegation too", "allowed", resource_policy=CLOSED, grants=[grant()]),
        case("G: for its operations only", "identity-based", action="kms:Encrypt", grants=[grant()]),
        case("G: for its grantee only", "identity-based", grants=[grant(OWNER)]),
        case("G: any of several", "allowed", grants=[grant(OWNER), grant(READER, "Encrypt", "Decrypt")]),
        case("G: a grant never beats a Deny in IAM", "Deny identity-based", grants=[grant()],
             identity_policies=[iam("kms:*", "Deny")]),
        case("G: nor one in the key policy", "Deny resource-based", grants=[grant()],
             resource_policy=both(DEFAULT, names(READER, effect="Deny"))),
        case("PEL: nor a service control policy", "service control", grants=[grant()],
             service_control_policies=[[iam("s3:*")]]),
        case("G: a role, for its sessions", "allowed", caller=SESSION, grants=[grant(ROLE)]),
        case("G: a session", "allowed", caller=SESSION, grants=[grant(SESSION)]),
        case("G: another session", "identity-based", caller=SESSION + "2", grants=[grant(SESSION)]),
        case("G: the account hands on through IAM", "allowed", resource_policy=CLOSED, grants=[grant(ROOT)],
             identity_policies=[iam()]),
        case("G: the account gives its users nothing", "identity-based",
             resource_policy=CLOSED, grants=[grant(ROOT)]),
        case("G: across accounts", "allowed", caller=STRANGER, grants=[grant(STRANGER)]),
        case("G: nobody is everyone", "identity-based", grants=[grant("*")]),
        case("G: ReEncrypt is two operations", "identity-based", action="kms:ReEncryptTo",
             grants=[grant(READER, "ReEncryptFrom")]),
        case("G: from", "allowed", action="kms:ReEncryptFrom", grants=[grant(READER, "ReEncryptFrom")]),
        case("DDB: the service by its grant", "allowed", caller=DYNAMODB, action="kms:GenerateDataKey",
             grants=[grant(DYNAMODB, "GenerateDataKey", **subset(**TABLE))], context=encryption_context(**TABLE)),
        case("DDB: not for another table", "resource-based", caller=DYNAMODB, action="kms:GenerateDataKey",
             grants=[grant(DYNAMODB, "GenerateDataKey", **subset(**TABLE))],
             context=encryption_context(**TABLE | {"aws:dynamodb:tableName": "Films"})),
        # Constraints
        case("CG: a subset, exactly", "allowed", grants=[grant(READER, **subset(Department="IT"))],
             context=encryption_context(Department="IT")),
        case("CG: a subset, with more beside it", "allowed", grants=[grant(READER, **subset(Department="IT"))],
             context=encryption_context(Department="IT", Purpose="Test")),
        case("CG: a subset, missing", "identity-based", grants=[grant(READER, **subset(Department="IT"))]),
        case("CG: a subset, in other case", "identity-based", grants=[grant(READER, **subset(Department="IT"))],
             context=encryption_context(department="IT")),
        case("CG: equal", "allowed", grants=[grant(READER, **equals(Department="IT"))],
             context=encryption_context(Department="IT")),
        case("CG: equal, in any order", "allowed", grants=[grant(READER, **equals(a="1", b="2"))],
             context=encryption_context(b="2", a="1")),
        case("CG: more than equal", "identity-based", grants=[grant(READER, **equals(Department="IT"))],
             context=encryption_context(Department="IT", Purpose="Test")),
        case("CG: DescribeKey has no context", "allowed", action="kms:DescribeKey",
             grants=[grant(READER, "DescribeKey", **equals(Department="IT"))]),
        case("CG: a constraint that nobody knows", "identity-based",
             grants=[grant(READER, Constraints={"Weather": {"is": "fine"}})]),
        case("CG: SourceArn, for this resource", "allowed", caller=DYNAMODB,
             context={"aws:SourceArn": "arn:x"},
             grants=[grant("", GranteeServicePrincipal=DYNAMODB, Constraints={"SourceArn": "arn:x"})]),
        case("CG: SourceArn, for another", "resource-based", caller=DYNAMODB,
             context={"aws:SourceArn": "arn:y"},
             grants=[grant("", GranteeServicePrincipal=DYNAMODB, Constraints={"SourceArn": "arn:x"})]),
        case("CG: SourceArn, of nobody's", "resource-based", caller=DYNAMODB,
             grants=[grant("", GranteeServicePrincipal=DYNAMODB, Constraints={"SourceArn": "arn:x"})]),
        # Grants that let others be made
        case("CG: pass on what one has", "allowed", action="kms:CreateGrant", context=creating("Decrypt"),
             grants=[grant(READER, "CreateGrant", "Decrypt")]),
        case("CG: pass on what one has not", "identity-based", action="kms:CreateGrant",
             context=creating("Decrypt", "Encrypt"), grants=[grant(READER, "CreateGrant", "Decrypt")]),
        case("CG: pass on what is not said", "identity-based", action="kms:CreateGrant",
             grants=[grant(READER, "CreateGrant", "Decrypt")]),
        case("CG: CreateGrant is not among them", "identity-based", action="kms:CreateGrant",
             context=creating("Decrypt"), grants=[grant(READER, "Decrypt")]),
        case("CG: a stricter constraint", "allowed", action="kms:CreateGrant",
             context=creating("Decrypt", Department="IT", Floor="2"),
             grants=[grant(READER, "CreateGrant", "Decrypt", **subset(Department="IT"))]),
        case("CG: a looser constraint", "identity-based", action="kms:CreateGrant",
             context=creating("Decrypt"),
             grants=[grant(READER, "CreateGrant", "Decrypt", **subset(Department="IT"))]),
        case("CG: from subset to equals", "allowed", action="kms:CreateGrant",
             context=creating("Decrypt", type_="EncryptionContextEquals", Department="IT"),
             grants=[grant(READER, "CreateGrant", "Decrypt", **subset(Department="IT"))]),
        case("CG: but not the reverse", "identity-based", action="kms:CreateGrant",
             context=creating("Decrypt", Department="IT"),
             grants=[grant(READER, "CreateGrant", "Decrypt", **equals(Department="IT"))]),
        case("CG: equals to equals", "allowed", action="kms:CreateGrant",
             context=creating("Decrypt", type_="EncryptionContextEquals", Department="IT"),
             grants=[grant(READER, "CreateGrant", "Decrypt", **equals(Department="IT"))]),
        case("G: by policy one may pass on anything", "allowed", action="kms:CreateGrant",
             context=creating("Decrypt", "Encrypt"), resource_policy=names(READER, "kms:CreateGrant")),
        # Retiring
        case("MG: the retiring principal", "allowed", action="kms:RetireGrant",
             grants=[grant(OWNER, RetiringPrincipal=READER)]),
        case("MG: the grantee, where the grant says so", "allowed", action="kms:RetireGrant",
             grants=[grant(READER, "Decrypt", "RetireGrant", **subset(Department="IT"))]),
        case("MG: the grantee, where it does not", "identity-based",
             action="kms:RetireGrant", grants=[grant()]),
        case("MG: RetireGrant is not effective in a key policy", "identity-based", action="kms:RetireGrant",
             resource_policy=names(READER, "kms:RetireGrant"), grants=[grant(OWNER)]),
        case("MG: the key's account", "allowed", caller=ROOT, action="kms:RetireGrant", grants=[grant()]),
        case("MG: whom the key's account lets", "allowed", action="kms:RetireGrant", grants=[grant(OWNER)],
             identity_policies=[iam("kms:RetireGrant")]),
        case("MG: permission alone, in another account", "resource-based", caller=STRANGER,
             action="kms:RetireGrant",
             grants=[grant()], identity_policies=[iam("kms:RetireGrant")]),
        case("MG: whom the retiring account lets", "allowed", caller=STRANGER, action="kms:RetireGrant",
             grants=[grant(RetiringPrincipal=f"arn:aws:iam::{B}:root")], identity_policies=[iam("kms:RetireGrant")]),
        case("MG: a Deny of kms:RetireGrant", "Deny identity-based", action="kms:RetireGrant",
             grants=[grant(RetiringPrincipal=READER)], identity_policies=[iam("kms:RetireGrant", "Deny")]),
        case("MG: RevokeGrant is by policy only", "identity-based", action="kms:RevokeGrant",
             grants=[grant(READER, "Decrypt", "RetireGrant", RetiringPrincipal=READER)]),
        case("G: a grant is no grant outside of KMS", "identity-based", action="s3:Decrypt", resource="*",
             resource_policy=None, grants=[grant()]),
        case("G: what is no grant gives nothing", "identity-based",
             grants=[{}, {"GranteePrincipal": READER}, {"Operations": ["Decrypt"]}, grant(READER, Constraints="IT"),
                     {"GranteePrincipal": [READER], "Operations": "Decrypt"}, "Decrypt"]),
    ],
)  # fmt: skip
def test_grants(expected: str, asked: dict[str, Any]) -> None:
    check(expected, {"resource_policy": DEFAULT, **asked})
