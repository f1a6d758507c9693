"""The condition keys of a call: who asks, when and from where, what is asked.

IAM User Guide, "AWS global condition context keys"; AWS KMS Developer Guide, "AWS KMS condition keys"; DynamoDB
Developer Guide, "Encryption at rest usage notes" (how DynamoDB uses a table's key).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kmscourse.account import Account
from kmscourse.policy import PrincipalKind, RequestContext, parse_principal

if TYPE_CHECKING:
    from kmscourse.access.identities import Identity
    from kmscourse.access.trail import Session

Values = dict[str, str | Iterable[str]]

DYNAMODB = "dynamodb.amazonaws.com"
_TYPES = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.SESSION: "AssumedRole",
    PrincipalKind.ROLE: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
}
_GRANT_OPERATIONS = (
    *("DescribeKey", "GenerateDataKey", "Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo", "RetireGrant"),
)
_CRYPTOGRAPHIC = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt", "kms:GenerateDataKey")
_ABOUT_GRANTS = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")
_ON_NO_KEY = ("kms:ListKeys", "kms:ListAliases", "kms:GenerateRandom")  # these have no kms:CallerAccount
# What a parameter is as a condition key, and what it is where the call leaves it out (None: nothing).
_OF_PARAMETERS: Mapping[str, Mapping[str, tuple[str, str | None]]] = {
    "kms:CreateKey": {
        "KeySpec": ("kms:KeySpec", "SYMMETRIC_DEFAULT"),
        "KeyUsage": ("kms:KeyUsage", "ENCRYPT_DECRYPT"),
        "Origin": ("kms:KeyOrigin", "AWS_KMS"),
        "MultiRegion": ("kms:MultiRegion", "false"),
        "BypassPolicyLockoutSafetyCheck": ("kms:BypassPolicyLockoutSafetyCheck", "false"),
    },
    "kms:PutKeyPolicy": {"BypassPolicyLockoutSafetyCheck": ("kms:BypassPolicyLockoutSafetyCheck", "false")},
    "kms:ScheduleKeyDeletion": {"PendingWindowInDays": ("kms:ScheduleKeyDeletionPendingWindowInDays", "30")},
    "kms:EnableKeyRotation": {"RotationPeriodInDays": ("kms:RotationPeriodInDays", "365")},
    "kms:GetParametersForImport": {
        "WrappingAlgorithm": ("kms:WrappingAlgorithm", None),
        "WrappingKeySpec": ("kms:WrappingKeySpec", None),
    },
    "kms:ImportKeyMaterial": {"ExpirationModel": ("kms:ExpirationModel", "KEY_MATERIAL_EXPIRES")},
    "kms:GenerateDataKeyPair": {"KeyPairSpec": ("kms:DataKeyPairSpec", None)},
    "kms:GenerateDataKeyPairWithoutPlaintext": {"KeyPairSpec": ("kms:DataKeyPairSpec", None)},
    **{
        action: {
            "SigningAlgorithm": ("kms:SigningAlgorithm", None),
            "MessageType": ("kms:MessageType", "RAW"),
        }
        for action in ("kms:Sign", "kms:Verify")
    },
    "kms:GenerateMac": {"MacAlgorithm": ("kms:MacAlgorithm", None)},
    "kms:VerifyMac": {"MacAlgorithm": ("kms:MacAlgorithm", None)},
    "kms:DeriveSharedSecret": {"KeyAgreementAlgorithm": ("kms:KeyAgreementAlgorithm", None)},
    "sts:AssumeRole": {"RoleSessionName": ("sts:RoleSessionName", None)},
}


def of_caller(arn: str, identity: Identity | None, session: Session | None = None) -> RequestContext:
    """Who asks: ``aws:Principal…``, ``aws:userid``, ``aws:username``, tags.

    ``identity`` is whose policies the caller has (``Snapshot.identity_of``), None where they aren't known.
    """
    who = parse_principal(arn)
    if who.account is None:
        return {}
    context: Values = {
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": who.account,
        "aws:PrincipalType": _TYPES.get(who.kind, "User"),
    }
    tags = dict(identity.tags) if identity and who.kind is not PrincipalKind.FEDERATED_USER else {}
    if who.kind is PrincipalKind.ROOT:
        context["aws:userid"] = who.account
    elif who.kind is PrincipalKind.FEDERATED_USER:
        context["aws:userid"] = f"{who.account}:{who.name}"
    elif identity and who.kind is PrincipalKind.SESSION:
        context["aws:PrincipalArn"] = identity.arn  # the role's, not the session's
        context["aws:userid"] = f"{identity.id}:{who.name.partition('/')[2]}"
    elif identity:
        context["aws:userid"] = identity.id
        if who.kind is PrincipalKind.USER:
            context["aws:username"] = identity.name
    if session is not None:
        over = {name.lower() for name in session.tags}
        tags = {name: value for name, value in tags.items() if name.lower() not in over} | dict(session.tags)
        context["aws:TokenIssueTime"] = session.issued
        if session.source_identity:
            context["aws:SourceIdentity"] = session.source_identity
    return {**context, **{f"aws:PrincipalTag/{name}": value for name, value in tags.items()}}


def of_moment(
    account: Account, resource: str, event: Mapping[str, Any], *, via: bool = False, temporary: bool = False
) -> RequestContext:
    """When a call came, and from where. ``event`` is the audit trail's record of it, empty where there is none."""
    moment = datetime.now(UTC)
    if "eventTime" in event:
        moment = datetime.strptime(event["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    segments = resource.split(":")
    context: Values = {
        "aws:CurrentTime": _moment(moment),
        "aws:EpochTime": str(int(moment.timestamp())),
        "aws:PrincipalIsAWSService": "false",
        "aws:RequestedRegion": (segments[3] if len(segments) > 3 else "")
        or event.get("awsRegion", account.region),
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "true" if via else "false",
    }
    identity = event.get("userIdentity", {}).get("sessionContext", {})
    attributes = identity.get("attributes", {})
    if "creationDate" in attributes:
        context["aws:TokenIssueTime"] = attributes["creationDate"]
    if "mfaAuthenticated" in attributes:
        context["aws:MultiFactorAuthPresent"] = attributes["mfaAuthenticated"]
    elif temporary and account.practice:
        context["aws:MultiFactorAuthPresent"] = "false"  # nobody there has a second factor
    if identity.get("sourceIdentity"):
        context["aws:SourceIdentity"] = identity["sourceIdentity"]
    if via:
        return {
            **context,
            **dict.fromkeys(("aws:CalledViaFirst", "aws:CalledViaLast"), DYNAMODB),
            "aws:CalledVia": [DYNAMODB],
        }
    if account.practice or "sourceIPAddress" in event:
        context["aws:SourceIp"] = event.get("sourceIPAddress", "127.0.0.1")  # the only way there is loopback
    if event.get("userAgent"):
        context["aws:UserAgent"] = event["userAgent"]
    return context


def of_call(account: Account, action: str, parameters: Mapping[str, Any], *, via: str = "") -> RequestContext:
    """What a call says of itself; ``parameters`` have the names that boto3 gives them.

    ``via`` is the Region in which DynamoDB makes it in the caller's name; empty where the caller makes it.
    """
    context: Values = {}
    if action.startswith("kms:"):
        context |= _of_kms_call(action, parameters)
        if action not in _ON_NO_KEY:
            context["kms:CallerAccount"] = account.id
    if via:
        context["kms:ViaService"] = f"dynamodb.{via}.amazonaws.com"
    elif action.startswith(_CRYPTOGRAPHIC):
        context["kms:EncryptionAlgorithm"] = str(
            parameters.get(f"{_side(action)}EncryptionAlgorithm") or "SYMMETRIC_DEFAULT"
        )
    if action in _ABOUT_GRANTS:
        context["kms:GrantIsForAWSResource"] = _truth(via)
    for name, (key, default) in _OF_PARAMETERS.get(action, {}).items():
        if (value := parameters.get(name, default)) is not None:
            context[key] = _truth(value) if isinstance(value, bool) else str(value)
    if pairs := _tags(parameters.get("Tags")):
        context |= {f"aws:RequestTag/{name}": value for name, value in pairs.items()} | {
            "aws:TagKeys": list(pairs)
        }
    if parameters.get("TagKeys"):
        context["aws:TagKeys"] = list(parameters["TagKeys"])
    for name, key in (("PolicyArn", "iam:PolicyARN"), ("PermissionsBoundary", "iam:PermissionsBoundary")):
        if name in parameters:
            context[key] = str(parameters[name])
    return context


def _of_kms_call(action: str, parameters: Mapping[str, Any]) -> RequestContext:
    constraints = {
        name[0].upper() + name[1:]: value for name, value in (parameters.get("Constraints") or {}).items()
    }
    context: Values = {}
    if action == "kms:CreateGrant":
        kinds = [
            kind for kind in ("EncryptionContextEquals", "EncryptionContextSubset") if constraints.get(kind)
        ]
        pairs = {name: value for kind in kinds for name, value in constraints[kind].items()}
        if kinds:
            context["kms:GrantConstraintType"] = kinds if len(kinds) > 1 else kinds[0]
        context["kms:GrantOperations"] = list(parameters.get("Operations") or ())
        for whom in ("Grantee", "Retiring"):
            if principal_name := parameters.get(f"{whom}Principal") or parameters.get(
                f"{whom}ServicePrincipal"
            ):
                context[f"kms:{whom}Principal"] = str(principal_name)
    else:
        pairs = parameters.get(f"{_side(action)}EncryptionContext") or {}
    if pairs:
        context |= {f"kms:EncryptionContext:{name}": str(value) for name, value in pairs.items()}
        context["kms:EncryptionContextKeys"] = list(pairs)
    _, prefix, alias = str(parameters.get(f"{_side(action)}KeyId", "")).rpartition("alias/")
    if prefix:
        context["kms:RequestAlias"] = f"alias/{alias}"
    return context


def table_key(
    account: Account, table: str, action: str = "kms:Decrypt", region: str | None = None
) -> RequestContext:
    """The condition keys with which DynamoDB uses a table's key in a caller's name, in ``region`` or the account's."""
    region = region or account.region
    pairs = {"aws:dynamodb:tableName": table, "aws:dynamodb:subscriberId": account.id}
    service = f"dynamodb.{region}.amazonaws.com"
    parameters: dict[str, Any] = {"EncryptionContext": pairs}
    if action == "kms:CreateGrant":
        parameters = {
            "Constraints": {"EncryptionContextSubset": pairs},
            "Operations": _GRANT_OPERATIONS,
            "GranteePrincipal": service,
            "RetiringPrincipal": service,
        }
    elif action == "kms:DescribeKey":
        parameters = {}
    return of_call(account, action, parameters, via=region)


def _side(action: str) -> str:
    """ReEncrypt has every parameter twice, one for each of the two keys."""
    return {"kms:ReEncryptFrom": "Source", "kms:ReEncryptTo": "Destination"}.get(action, "")


def _tags(tags: object) -> dict[str, str]:
    """Tags by name; KMS says TagKey and TagValue, IAM Key and Value, CloudTrail the same in small letters."""
    values: dict[str, str] = {}
    for tag in tags if isinstance(tags, list | tuple) else ():
        members = {name.lower().removeprefix("tag"): str(value) for name, value in tag.items()}
        values[members.get("key", "")] = members.get("value", "")
    return values


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _truth(value: object) -> str:
    return "true" if value else "false"
