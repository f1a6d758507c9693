"""Everything that is in an account, read into values that can be compared.

An inventory has an entry for each thing, by name: ``key/<id>``, ``alias/<name>``, ``table/<name>``, ``user/<name>``,
``role/…``, ``group/…``, ``policy/…``, ``password policy``. Two are equal where nothing was changed, made or removed.
What an account does not offer (``Target.lacks``) is left out for that account.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from tests.real_account.targets import Target

Inventory = dict[str, Any]

AWS_ALIAS = "alias/aws/"
"""AWS's own: it leads to a key once a service needs that for the first time, and nobody can take it away."""
COUNTERS = ("ItemCount", "TableSizeBytes")
"""What DynamoDB counts every six hours or so, and not when something happens."""


def take_inventory(target: Target, *services: str) -> Inventory:
    """What is in the account now; of these services (kms, dynamodb, iam) alone, where some are named."""
    return dict(_Reader(target).everything(services or ("kms", "dynamodb", "iam")))


def changed(before: Inventory, after: Inventory) -> list[str]:
    """What was done to the things of ``before``, a line each; nothing is said of things that came later."""
    lines = []
    for name, thing in before.items():
        if name not in after:
            lines.append(f"{name} is gone")
        elif after[name] != thing:
            was, is_now = (_text(state).splitlines() for state in (thing, after[name]))
            told = [line for line in difflib.ndiff(was, is_now) if line[0] in "-+"]
            lines.append(f"{name} is another: {' '.join(told)}")
    return lines


def added(before: Inventory, after: Inventory) -> Inventory:
    """The things that came later."""
    return {name: thing for name, thing in after.items() if name not in before}


def waits_for_deletion(name: str, thing: Any) -> bool:
    """Is it a key that waits for its deletion, and that nothing leads to?"""
    return name.startswith("key/") and thing["metadata"]["KeyState"] == "PendingDeletion"


def _text(thing: Any) -> str:
    return json.dumps(thing, indent=1, sort_keys=True, default=repr)


class _Reader:
    def __init__(self, target: Target) -> None:
        self._lacks = target.lacks
        self._clients = {name: target.client(name) for name in ("kms", "dynamodb", "iam")}

    def everything(self, services: Sequence[str]) -> Iterator[tuple[str, Any]]:
        for service, read in (("kms", self._keys), ("dynamodb", self._tables), ("iam", self._people)):
            if service in services:
                yield from read()

    # --- KMS ---------------------------------------------------------------------------------------------------

    def _keys(self) -> Iterator[tuple[str, Any]]:
        kms = self._clients["kms"]
        of_aws = set()
        for alias in self._all("kms", "ListAliases", "Aliases"):
            if alias["AliasName"].startswith(AWS_ALIAS):
                of_aws.add(alias.get("TargetKeyId"))
            else:
                yield alias["AliasName"], alias
        for key in self._all("kms", "ListKeys", "Keys"):
            name = {"KeyId": key["KeyId"]}
            metadata = kms.describe_key(**name)["KeyMetadata"]
            if key["KeyId"] in of_aws:
                continue  # DynamoDB's own, made by AWS when it is first needed; moto calls it a customer's
            yield (
                f"key/{key['KeyId']}",
                {
                    "metadata": metadata,
                    "policies": {
                        policy: json.loads(kms.get_key_policy(**name, PolicyName=policy)["Policy"])
                        for policy in self._all("kms", "ListKeyPolicies", "PolicyNames", **name)
                    },
                    "tags": _tags(self._all("kms", "ListResourceTags", "Tags", **name), "TagKey", "TagValue"),
                    "grants": _by(self._all("kms", "ListGrants", "Grants", **name), "GrantId"),
                    **(self._rotation(name) if _can_be_rotated(metadata) else {}),
                },
            )

    def _rotation(self, name: dict[str, str]) -> Inventory:
        return {
            "rotation": self._one("kms", "GetKeyRotationStatus", None, **name),
            "rotations": self._one("kms", "ListKeyRotations", "Rotations", **name),
        }

    # --- DynamoDB ----------------------------------------------------------------------------------------------

    def _tables(self) -> Iterator[tuple[str, Any]]:
        for name in self._all("dynamodb", "ListTables", "TableNames"):
            described = self._one("dynamodb", "DescribeTable", "Table", TableName=name)
            arn = described["TableArn"]
            yield (
                f"table/{name}",
                {
                    "description": {part: value for part, value in described.items() if part not in COUNTERS},
                    "tags": _tags(self._all("dynamodb", "ListTagsOfResource", "Tags", ResourceArn=arn)),
                    "time to live": self._one(
                        "dynamodb", "DescribeTimeToLive", "TimeToLiveDescription", TableName=name
                    ),
                    "backups": self._one(
                        "dynamodb",
                        "DescribeContinuousBackups",
                        "ContinuousBackupsDescription",
                        TableName=name,
                    ),
                    "items": self._items(name, described),
                },
            )

    def _items(self, name: str, described: Mapping[str, Any]) -> Any:
        try:
            found = self._all("dynamodb", "Scan", "Items", TableName=name)
        except ClientError as error:
            if "SSEDescription" not in described:
                raise
            return error.response["Error"]["Code"]  # its key is disabled, or waits for its deletion
        return sorted(_text(item) for item in found)

    # --- IAM ---------------------------------------------------------------------------------------------------

    def _people(self) -> Iterator[tuple[str, Any]]:
        for user in self._all("iam", "ListUsers", "Users"):
            name = {"UserName": user["UserName"]}
            keys = self._all("iam", "ListAccessKeys", "AccessKeyMetadata", **name)
            yield (
                f"user/{user['UserName']}",
                {
                    **self._of("User", name),
                    "groups": sorted(
                        group["GroupName"]
                        for group in self._all("iam", "ListGroupsForUser", "Groups", **name)
                    ),
                    "access keys": _by(keys, "AccessKeyId"),
                    "login profile": self._one("iam", "GetLoginProfile", "LoginProfile", **name),
                    "MFA devices": self._one("iam", "ListMFADevices", "MFADevices", **name),
                },
            )
        for role in self._all("iam", "ListRoles", "Roles"):
            yield f"role/{role['RoleName']}", self._of("Role", {"RoleName": role["RoleName"]})
        for group in self._all("iam", "ListGroups", "Groups"):
            members = self._all("iam", "GetGroup", "Users", GroupName=group["GroupName"])
            yield (
                f"group/{group['GroupName']}",
                {
                    **self._of("Group", {"GroupName": group["GroupName"]}),
                    "members": sorted(user["UserName"] for user in members),
                },
            )
        for policy in self._all("iam", "ListPolicies", "Policies", Scope="Local"):
            arn = {"PolicyArn": policy["Arn"]}
            versions = self._all("iam", "ListPolicyVersions", "Versions", **arn)
            yield (
                f"policy/{policy['PolicyName']}",
                {
                    "description": self._one("iam", "GetPolicy", "Policy", **arn),
                    "versions": [
                        self._one(
                            "iam", "GetPolicyVersion", "PolicyVersion", VersionId=version["VersionId"], **arn
                        )
                        for version in versions
                    ],
                },
            )
        yield "password policy", self._one("iam", "GetAccountPasswordPolicy", "PasswordPolicy")

    def _of(self, kind: str, name: dict[str, str]) -> Inventory:
        """What a user, a role and a group have alike: themselves, and the policies that hang on them."""
        get = self._one("iam", f"Get{kind}", kind, **name)
        inline = self._all("iam", f"List{kind}Policies", "PolicyNames", **name)
        attached = self._all("iam", f"ListAttached{kind}Policies", "AttachedPolicies", **name)
        return {
            "itself": {part: value for part, value in get.items() if part != "Tags"},
            "tags": _tags(get.get("Tags", [])),
            "inline policies": {
                policy: self._one("iam", f"Get{kind}Policy", "PolicyDocument", PolicyName=policy, **name)
                for policy in inline
            },
            "attached policies": sorted(policy["PolicyArn"] for policy in attached),
        }

    # --- one answer, all pages ---------------------------------------------------------------------------------

    def _one(self, service: str, operation: str, part: str | None, **request: Any) -> Any:
        """A part of one answer (None: all of it); None too where there is no such thing, or it is not offered."""
        if f"{service}:{operation}" in self._lacks:
            return None
        try:
            answer = _method(self._clients[service], operation)(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("NoSuchEntity", "KMSInvalidStateException"):
                raise
            return None
        answer.pop("ResponseMetadata")
        return answer if part is None else answer[part]

    def _all(self, service: str, operation: str, part: str, **request: Any) -> list[Any]:
        """A list, read to its end."""
        client, method = self._clients[service], xform_name(operation)
        if not client.can_paginate(method):
            return list(_method(client, operation)(**request)[part])
        return [one for page in client.get_paginator(method).paginate(**request) for one in page[part]]


def _method(client: Any, operation: str) -> Callable[..., dict[str, Any]]:
    method: Callable[..., dict[str, Any]] = getattr(client, xform_name(operation))
    return method


def _can_be_rotated(key: Mapping[str, Any]) -> bool:
    return (key["KeySpec"], key["Origin"]) == ("SYMMETRIC_DEFAULT", "AWS_KMS")


def _tags(tags: list[Any], key: str = "Key", value: str = "Value") -> dict[str, str]:
    return {tag[key]: tag[value] for tag in tags}


def _by(things: list[Any], name: str) -> dict[str, Any]:
    return {thing[name]: thing for thing in things}
