"""Which of a call's parameters and answer the audit trail may keep.

Source: botocore's service models, whose shapes say what is sensitive; AWS CloudTrail User Guide, "Sensitive data in
CloudTrail events"; AWS KMS Developer Guide, "Examples of AWS KMS log entries", for what KMS adds to a request and to
an answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.parsers import QueryParser

from kmscourse.sandbox.call import AwsError, Call, HttpResponse
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.model.shapes import input_shape, is_operation, output_shape

MAX_TEXT = 500  # Characters of one text.
MAX_ENTRIES = 25  # Entries of one list or map.
MAX_PART = 8_000  # Characters of JSON of one part of an event.
_END_OF_TIME = 253_402_300_800  # The year 10000 in seconds since 1970.

# Documents can hold anything (a session policy is kept all the same: see below), and tokens are credentials, or half
# of them.
_NEVER = frozenset({
    "Policy", "PolicyDocument", "AssumeRolePolicyDocument", "ResourcePolicy", "PolicyInputList",
    "PermissionsBoundaryPolicyInputList", "GrantToken", "GrantTokens", "TokenCode", "SessionToken",
})  # fmt: skip
# The answers that name what the call made.
_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "kms:CreateKey": ("KeyMetadata",),
    "kms:CreateGrant": ("GrantId", "KeyId"),
    "kms:ScheduleKeyDeletion": ("KeyId", "KeyState", "DeletionDate", "PendingWindowInDays"),
    "kms:CancelKeyDeletion": ("KeyId",),
    "kms:RotateKeyOnDemand": ("KeyId",),
    "kms:ImportKeyMaterial": ("KeyId", "KeyMaterialId"),
    "kms:DeleteImportedKeyMaterial": ("KeyId", "KeyMaterialId"),
    "sts:AssumeRole": ("Credentials", "AssumedRoleUser", "PackedPolicySize", "SourceIdentity"),
    "sts:GetFederationToken": ("Credentials", "FederatedUser", "PackedPolicySize"),
    "sts:GetSessionToken": ("Credentials",),
    "iam:CreateAccessKey": ("AccessKey",),
}
# KMS records the ARN of the key that these have changed, though they answer nothing.
_TELLS_KEY = frozenset({
    "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias", "kms:EnableKey", "kms:DisableKey",
    "kms:EnableKeyRotation", "kms:UntagResource",
})  # fmt: skip
_ALGORITHM = "SYMMETRIC_DEFAULT"
# KMS records a request as it has understood it, with what was left out.
_UNDERSTOOD: Mapping[str, Mapping[str, Any]] = {
    "kms:Encrypt": {"encryptionAlgorithm": _ALGORITHM},
    "kms:Decrypt": {"encryptionAlgorithm": _ALGORITHM},
    "kms:ReEncrypt": {
        "sourceEncryptionAlgorithm": _ALGORITHM,
        "destinationEncryptionAlgorithm": _ALGORITHM,
    },
    "kms:Sign": {"messageType": "RAW"},
    "kms:Verify": {"messageType": "RAW"},
    "kms:CreateKey": {
        "description": "",
        "origin": "AWS_KMS",
        "keyUsage": "ENCRYPT_DECRYPT",
        "bypassPolicyLockoutSafetyCheck": False,
    },
    "kms:PutKeyPolicy": {"policyName": "default", "bypassPolicyLockoutSafetyCheck": False},
}


def parameters_of(call: Call) -> dict[str, Any]:
    """The parameters as ``requestParameters``: names with a small first letter, nothing secret, nothing long."""
    if not is_operation(call.service, call.operation):
        return {}
    shape = input_shape(call.service, call.operation)
    parameters = _readable(call)
    shown = {} if shape is None else _structure(shape, parameters)
    if call.service == "sts" and isinstance(parameters.get("Policy"), str):
        # CloudTrail keeps a session policy whole: it stands nowhere else.
        shown["policy"] = parameters["Policy"]
    if call.action == "kms:CreateKey":
        spec = shown.get("keySpec") or shown.get("customerMasterKeySpec") or _ALGORITHM
        shown |= {"keySpec": spec, "customerMasterKeySpec": spec}
    return {**_UNDERSTOOD.get(call.action, {}), **shown}


def _readable(call: Call) -> Mapping[str, Any]:
    try:
        return shapes.parameters_of(call)
    except AwsError:  # a form that could not be read, so that the call was refused
        return call.parameters


def response_of(call: Call, answer: Any, keys: Sequence[str]) -> dict[str, Any] | None:
    """``responseElements``: None but for the few answers that say what was made, or which of ``keys`` was changed."""
    if answer is None:
        return None
    if call.action in _TELLS_KEY and keys:
        return {"keyId": keys[-1]}
    names, shape = _ANSWERS.get(call.action), output_shape(call.service, call.operation)
    if names is None or shape is None:
        return None
    if isinstance(answer, HttpResponse):  # as IAM's are, written by moto
        answer = _parsed(answer, shape)
    return {
        _small(name): _redacted(shape.members[name], answer[name])
        for name in names
        if answer.get(name) is not None
    }


def _parsed(answer: HttpResponse, shape: StructureShape) -> Mapping[str, Any]:
    """What an answer in AWS's query protocol says."""
    parts = {"status_code": answer.status, "headers": answer.headers, "body": answer.body}
    parsed: Mapping[str, Any] = QueryParser().parse(parts, shape)
    return parsed


def additional_data(call: Call, answer: Any) -> dict[str, Any]:
    """``additionalEventData`` of a call on a key: the key material that was used, where the answer tells it."""
    if call.service != "kms" or not isinstance(answer, Mapping) or call.action in _ANSWERS:
        return {}
    names = ("KeyMaterialId", "SourceKeyMaterialId", "DestinationKeyMaterialId")
    return {_small(name): answer[name] for name in names if name in answer}


def _structure(shape: StructureShape, value: Mapping[str, Any]) -> dict[str, Any]:
    redacted = {}
    for name, member in shape.members.items():
        if value.get(name) is not None and _may_be_shown(name, member):
            redacted[_small(name)] = _redacted(member, value[name])
    return redacted


def _may_be_shown(name: str, shape: Shape) -> bool:
    return name not in _NEVER and shape.type_name != "blob" and not shape.metadata.get("sensitive")


def _redacted(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return _structure(shape, value)
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {
            str(name)[:MAX_TEXT]: _redacted(shape.value, inner)
            for name, inner in list(value.items())[:MAX_ENTRIES]
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_redacted(shape.member, inner) for inner in value[:MAX_ENTRIES]]
    if isinstance(value, datetime):
        value = value.timestamp()
    number = isinstance(value, int) or (isinstance(value, float) and isfinite(value))
    if number and shape.type_name == "timestamp" and 0 <= value < _END_OF_TIME:
        return _date(value)
    return value if number else str(value)[:MAX_TEXT]


def _date(seconds: float) -> str:
    """A moment as CloudTrail writes it: ``Aug 10, 2022, 10:38:27 PM``."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%b} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M:%S %p}"


def _small(name: str) -> str:
    return name[0].lower() + name[1:]


def bounded(event: Mapping[str, Any]) -> dict[str, Any]:
    """``event`` without the parts that are larger than ``MAX_PART``; what is left says of each that it was left out.

    CloudTrail does so with ``requestParameters`` and others above 100 KB (CloudTrail record contents).
    """
    redacted = dict(event)
    for name in ("requestParameters", "responseElements", "resources"):
        part = event.get(name)
        if part and len(text := json.dumps(part)) > MAX_PART:
            redacted[name] = [] if isinstance(part, list) else {"omitted": True, "originalSize": len(text)}
    return redacted
