"""Which of a call's parameters and answer the audit trail may keep.

Source: botocore's service models, whose shapes say what is sensitive; AWS CloudTrail User Guide, "Sensitive data in
CloudTrail events".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.resources import shapes
from kmscourse.sandbox.resources.shapes import input_shape, is_operation

LONGEST = 500  # Characters of one text.
MOST = 25  # Entries of one list or map.
LARGEST = 8_000  # Characters of JSON of one part of an event.

# Documents can hold anything, and a grant token is a credential.
_NEVER = frozenset({
    "Policy", "PolicyDocument", "AssumeRolePolicyDocument", "ResourcePolicy", "PolicyInputList",
    "PermissionsBoundaryPolicyInputList", "GrantToken", "GrantTokens", "TokenCode",
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
    "sts:AssumeRole": ("AssumedRoleUser", "SourceIdentity"),
    "sts:GetFederationToken": ("FederatedUser",),
}


def parameters_of(call: Call) -> dict[str, Any]:
    """The parameters as ``requestParameters``: names with a small first letter, nothing secret, nothing long."""
    if not is_operation(call.service, call.operation):
        return {}
    shape = input_shape(call.service, call.operation)
    return {} if shape is None else _structure(shape, _readable(call))


def _readable(call: Call) -> Mapping[str, Any]:
    try:
        return shapes.parameters_of(call)
    except AwsError:  # a form that could not be read, so that the call was refused
        return call.parameters


def response_of(call: Call, answer: Any) -> dict[str, Any] | None:
    """``responseElements``: None but for the few answers that say what was made."""
    names = _ANSWERS.get(call.action)
    if names is None or not isinstance(answer, Mapping):
        return None
    return {_small(name): _names_small(answer[name]) for name in names if name in answer}


def _structure(shape: StructureShape, value: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    for name, member in shape.members.items():
        if value.get(name) is not None and _may_be_kept(name, member):
            kept[_small(name)] = _kept(member, value[name])
    return kept


def _may_be_kept(name: str, shape: Shape) -> bool:
    return name not in _NEVER and shape.type_name != "blob" and not shape.metadata.get("sensitive")


def _kept(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return _structure(shape, value)
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {str(name)[:LONGEST]: _kept(shape.value, inner) for name, inner in list(value.items())[:MOST]}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_kept(shape.member, inner) for inner in value[:MOST]]
    number = isinstance(value, int) or (isinstance(value, float) and isfinite(value))
    return value if number else str(value)[:LONGEST]


def _names_small(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_small(name): _names_small(inner) for name, inner in value.items()}
    return value if isinstance(value, int | float | list) else str(value)[:LONGEST]


def _small(name: str) -> str:
    return name[0].lower() + name[1:]


def bounded(event: Mapping[str, Any]) -> dict[str, Any]:
    """``event`` without the parts that are larger than ``LARGEST``; what is left says of each that it was left out.

    CloudTrail does so with ``requestParameters`` and others above 100 KB (CloudTrail record contents).
    """
    kept = dict(event)
    for name in ("requestParameters", "responseElements", "resources"):
        part = event.get(name)
        if part and len(text := json.dumps(part)) > LARGEST:
            kept[name] = [] if isinstance(part, list) else {"omitted": True, "originalSize": len(text)}
    return kept
