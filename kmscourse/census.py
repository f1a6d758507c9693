"""Who and what is in an account, with every policy that bears on them: read once, then asked as often as one likes.

People are read in one go (IAM's GetAccountAuthorizationDetails), keys and tables when they are first asked about.
Nothing here writes, and nothing is read again: take another census for the account as it is later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kmscourse import access
from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.policy import Layers, Request
from kmscourse.policy.request import Context

Document = dict[str, Any]

DIRECTLY = "directly"
KEY_ACTIONS = tuple(
    f"kms:{name}"
    for name in (
        *("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"),
        *("GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair"),
        *("DescribeKey", "GetKeyPolicy", "PutKeyPolicy", "ListKeyPolicies"),
        *("CreateGrant", "ListGrants", "RevokeGrant", "CreateAlias", "DeleteAlias", "UpdateAlias"),
        *("EnableKey", "DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion"),
        *("EnableKeyRotation", "DisableKeyRotation", "GetKeyRotationStatus", "RotateKeyOnDemand"),
        *("TagResource", "UntagResource", "ListResourceTags", "UpdateKeyDescription"),
    )
)
"""What can be asked of a symmetric key (Service Authorization Reference, AWS KMS)."""
TABLE_ACTIONS = tuple(
    f"dynamodb:{name}"
    for name in (
        *(
            "GetItem",
            "BatchGetItem",
            "Query",
            "Scan",
            "PutItem",
            "UpdateItem",
            "DeleteItem",
            "BatchWriteItem",
        ),
        *("DescribeTable", "UpdateTable", "DeleteTable"),
    )
)
"""What can be asked of a table (Service Authorization Reference, Amazon DynamoDB)."""


@dataclass(frozen=True)
class Person:
    """A user or a role, and what hangs on it: policies by name, those of a user's groups as group/name."""

    arn: str
    name: str
    policies: Mapping[str, Document] = field(repr=False)
    boundary: Document | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Table:
    """A table, and the customer managed key that it is encrypted under (None: a key of AWS's)."""

    arn: str
    name: str
    key_arn: str | None


class Census:
    """The account as its main user sees it. Raises ClientError where that user may not look."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.people: Mapping[str, Person] = {person.arn: person for person in _people(account.client("iam"))}
        self._policies: dict[str, Document] = {}
        self._grants: dict[str, list[Document]] = {}

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """The customer managed keys that have an alias: key ARN -> its first alias."""
        pages = self._account.client("kms").get_paginator("list_aliases").paginate()
        aliases = [alias for page in pages for alias in page["Aliases"]]
        own = [
            one for one in aliases if not one["AliasName"].startswith("alias/aws/") and "TargetKeyId" in one
        ]
        prefix = f"arn:aws:kms:{self._account.region}:{self._account.id}:key/"
        found: dict[str, str] = {}
        for one in sorted(own, key=lambda one: str(one["AliasName"])):
            found.setdefault(prefix + one["TargetKeyId"], one["AliasName"].removeprefix("alias/"))
        return found

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """The tables of the account, by ARN."""
        dynamodb = self._account.client("dynamodb")
        names = [
            name for page in dynamodb.get_paginator("list_tables").paginate() for name in page["TableNames"]
        ]
        described = [dynamodb.describe_table(TableName=name)["Table"] for name in names]
        return {
            one["TableArn"]: Table(
                one["TableArn"], one["TableName"], one.get("SSEDescription", {}).get("KMSMasterKeyArn")
            )
            for one in described
        }

    def name_of(self, resource: str) -> str:
        """What people call a key or a table."""
        if resource in self.tables:
            return self.tables[resource].name
        return self.keys.get(resource, resource.rpartition("/")[2])

    def key_policy(self, key_arn: str) -> Document:
        """The key policy of a key."""
        if key_arn not in self._policies:
            self._policies[key_arn] = keys.key_policy(self._account.client("kms"), key_arn)
        return self._policies[key_arn]

    def grants(self, key_arn: str) -> list[Document]:
        """The grants on a key."""
        if key_arn not in self._grants:
            pages = self._account.client("kms").get_paginator("list_grants").paginate(KeyId=key_arn)
            self._grants[key_arn] = [grant for page in pages for grant in page["Grants"]]
        return self._grants[key_arn]

    def layers(self, principal: str, resource: str) -> Layers:
        """Everything in the account that bears on what a principal asks of a resource."""
        layers = Layers()
        person = self.people.get(principal)
        if person is not None:
            layers["identity_policies"] = list(person.policies.values())
            if person.boundary is not None:
                layers["permissions_boundaries"] = [person.boundary]
        if ":key/" in resource:
            layers["resource_policy"] = self.key_policy(resource)
            layers["grants"] = self.grants(resource)
        return layers

    def ways(self, resource: str) -> dict[str, Context]:
        """The ways in which a resource can be asked for, each with the condition keys of such a call.

        A key can be asked directly, and through DynamoDB by whoever uses a table that it encrypts.
        """
        if ":key/" not in resource:
            return {DIRECTLY: {}}
        through = {
            f"through DynamoDB, for {table.name}": access.table_key_context(self._account, table.name)
            for table in self.tables.values()
            if table.key_arn == resource
        }
        return {DIRECTLY: {"kms:CallerAccount": self._account.id}, **through}

    def questions(self, resource: str) -> Iterator[tuple[str, Request]]:
        """What everybody in the account could ask of a resource, each with the name of its way."""
        actions = KEY_ACTIONS if ":key/" in resource else TABLE_ACTIONS
        for way, context in self.ways(resource).items():
            for principal in self.people:
                for action in actions:
                    yield (
                        way,
                        Request(principal, action, resource, context, resource_account=self._account.id),
                    )


def _people(iam: Any) -> Iterator[Person]:
    """Users, then roles, by name; the roles of AWS's services are theirs."""
    asked = ["User", "Role", "Group", "LocalManagedPolicy"]
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(Filter=asked))
    managed = {
        policy["Arn"]: version["Document"]
        for page in pages
        for policy in page["Policies"]
        for version in policy["PolicyVersionList"]
        if version["IsDefaultVersion"]
    }
    groups = {group["GroupName"]: group for page in pages for group in page["GroupDetailList"]}
    users = [user for page in pages for user in page["UserDetailList"]]
    for user in sorted(users, key=lambda user: str(user["UserName"])):
        policies = _policies(iam, user, "UserPolicyList", managed)
        for name in user.get("GroupList", []):
            of_group = _policies(iam, groups[name], "GroupPolicyList", managed)
            policies |= {f"{name}/{policy}": document for policy, document in of_group.items()}
        yield Person(user["Arn"], user["UserName"], policies, _boundary(iam, user, managed))
    roles = [role for page in pages for role in page["RoleDetailList"] if _own(role)]
    for role in sorted(roles, key=lambda role: str(role["RoleName"])):
        policies = _policies(iam, role, "RolePolicyList", managed)
        yield Person(role["Arn"], role["RoleName"], policies, _boundary(iam, role, managed))


def _own(role: Mapping[str, Any]) -> bool:
    return not str(role["Path"]).startswith("/aws-service-role/")


def _policies(
    iam: Any, owner: Mapping[str, Any], inline: str, managed: dict[str, Document]
) -> dict[str, Document]:
    """The policies of a user, group or role by name: inline, then attached."""
    found = {policy["PolicyName"]: policy["PolicyDocument"] for policy in owner.get(inline, [])}
    for policy in owner.get("AttachedManagedPolicies", []):
        found[policy["PolicyName"]] = _managed(iam, policy["PolicyArn"], managed)
    return found


def _boundary(iam: Any, owner: Mapping[str, Any], managed: dict[str, Document]) -> Document | None:
    arn = owner.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return _managed(iam, arn, managed) if arn else None


def _managed(iam: Any, arn: str, known: dict[str, Document]) -> Document:
    """A managed policy's document; those of AWS are asked for one by one."""
    if arn not in known:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        known[arn] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return known[arn]
