"""Scenarios for every offered operation alike: nothing given, too little, something unknown, by somebody who may not.

And the few operations that answer and that no tape shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from tests.frozen.account import offered
from tests.frozen.replay import Scenario, Step

_KEY = "11111111-2222-3333-4444-555555555555"
_ALLOW = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}],
}
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "<<account>>"}, "Action": "sts:AssumeRole"}],
}
_VALUES = {
    "KeyId": _KEY,
    "TargetKeyId": _KEY,
    "DestinationKeyId": _KEY,
    "AliasName": "alias/none",
    "PolicyArn": "arn:aws:iam::<<account>>:policy/none",
    "PolicySourceArn": "arn:aws:iam::<<account>>:user/none",
    "PermissionsBoundary": "arn:aws:iam::<<account>>:policy/none",
    "RoleArn": "arn:aws:iam::<<account>>:role/none",
    "ResourceArn": "arn:aws:dynamodb:us-east-1:<<account>>:table/None",
    "GranteePrincipal": "arn:aws:iam::<<account>>:user/none",
    "RetiringPrincipal": "arn:aws:iam::<<account>>:user/none",
    "PolicyDocument": json.dumps(_ALLOW),
    "AssumeRolePolicyDocument": json.dumps(_TRUST),
    "Policy": json.dumps(_ALLOW),
    "PolicyInputList": [json.dumps(_ALLOW)],
    "VersionId": "v1",
}
_SESSION: Step = {"call": "kmscourse:SessionFor", "with": {"UserName": "IAMLabUser"}}


def scenarios() -> Iterator[Scenario]:
    """One for each operation of AWS's, and what no tape has."""
    for action in sorted(offered()):
        service, _, operation = action.partition(":")
        if service != "kmscourse":
            yield {"name": f"each: {action}", "steps": list(_steps(service, operation))}
    yield {"name": "each: groups, roles and policies", "steps": list(_iam())}
    quiet = ("kms:ListKeys", "dynamodb:DescribeEndpoints", "dynamodb:DescribeLimits", "iam:GetAccountSummary")
    yield {
        "name": "each: what is there from the start",
        "steps": [{"call": call, "with": {}} for call in quiet],
    }
    key = {"KeyId": "<<CreateKey/KeyMetadata/KeyId>>"}
    policies = [{"call": "kms:CreateKey", "with": {}}, {"call": "kms:ListKeyPolicies", "with": key}]
    yield {"name": "each: the policies of a key", "steps": policies}


def _steps(service: str, operation: str) -> Iterator[Step]:
    call = f"{service}:{operation}"
    shape = _model(service).operation_model(operation).input_shape
    least = _least(shape) if shape is not None else {}
    given = dict(_flat("", least)) if service in ("iam", "sts") else least
    yield {"call": call, "with": {}}
    yield _SESSION
    yield {"call": call, "with": given, "by": "SessionFor"}
    yield {"call": call, "with": given, "region": "eu-west-1"}
    yield {"call": call, "with": {**given, "Moon": "full"}}
    if least and service not in ("iam", "sts"):
        yield {"call": call, "with": {**given, next(iter(given)): {"a": [1]}}}


def _least(shape: Shape, name: str = "") -> Any:
    """The least that a shape takes."""
    if name in _VALUES:
        return _VALUES[name]
    if isinstance(shape, StructureShape):
        members = shape.required_members or (["S"] if "S" in shape.members else [])
        return {member: _least(shape.members[member], member) for member in members}
    if isinstance(shape, ListShape):
        return [_least(shape.member)]
    if isinstance(shape, MapShape):
        return {"None": _least(shape.value)}
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else "None"
    return {"blob": "AAAA", "boolean": True}.get(shape.type_name, 7)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Parameters as a form has them."""
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from _flat(f"{name}.{member}" if name else member, inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _flat(f"{name}.member.{number}", inner)
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def _iam() -> Iterator[Step]:
    group, role, policy = {"GroupName": "readers"}, {"RoleName": "robot"}, json.dumps(_ALLOW)
    arn = {"PolicyArn": "arn:aws:iam::<<account>>:policy/own"}
    tag = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}
    for operation, given in (
        ("CreateGroup", group),
        ("CreateRole", {**role, "AssumeRolePolicyDocument": json.dumps(_TRUST)}),
        ("CreatePolicy", {"PolicyName": "own", "PolicyDocument": policy, "Description": "of one's own"}),
        ("CreatePolicyVersion", {**arn, "PolicyDocument": policy, "SetAsDefault": "true"}),
        ("AttachGroupPolicy", {**group, **arn}),
        ("AttachRolePolicy", {**role, **arn}),
        ("PutGroupPolicy", {**group, "PolicyName": "inline", "PolicyDocument": policy}),
        ("PutRolePolicy", {**role, "PolicyName": "inline", "PolicyDocument": policy}),
        ("TagRole", {**role, **tag}),
        ("UpdateRoleDescription", {**role, "Description": "does it all"}),
        ("GetGroupPolicy", {**group, "PolicyName": "inline"}),
        ("GetRolePolicy", {**role, "PolicyName": "inline"}),
        ("ListGroupPolicies", group),
        ("ListRolePolicies", role),
        ("ListAttachedGroupPolicies", group),
        ("ListAttachedRolePolicies", role),
        ("ListGroups", {}),
        ("ListPolicies", {"Scope": "Local"}),
        ("ListPolicies", {"MaxItems": "3"}),
        ("ListRoleTags", role),
        ("GetAccountSummary", {}),
        ("UntagRole", {**role, "TagKeys.member.1": "team"}),
        ("DeletePolicyVersion", {**arn, "VersionId": "v1"}),
        ("DeletePolicyVersion", {**arn, "VersionId": "v2"}),
        ("DeleteGroupPolicy", {**group, "PolicyName": "inline"}),
        ("DeleteRolePolicy", {**role, "PolicyName": "inline"}),
    ):
        yield {"call": f"iam:{operation}", "with": given}
