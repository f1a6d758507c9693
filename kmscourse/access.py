"""Who may do what, asked of the account itself: gather the policies that AWS would look at, and decide.

Only the AWS calls that read policies are made, so it works the same in the practice account and in a real one. What
the account does not show its administrator (an organisation's service control policies, for one) is not seen here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.errors import KmsCourseError
from kmscourse.policy import Advice, Decision, Layers, Request, evaluate, what_would_allow
from kmscourse.policy.request import Context
from kmscourse.refusal import Refusal

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient


def identity_policies(iam: IAMClient, user_name: str) -> list[dict[str, Any]]:
    """The policies that an IAM user carries, as documents: inline, attached, and those of the user's groups."""
    return [document for _, document in named_identity_policies(iam, user_name)]


def named_identity_policies(iam: IAMClient, user_name: str) -> list[tuple[str, dict[str, Any]]]:
    """The same, each with what to call it, as in "BooksReader, inline"."""
    found: list[Any] = []
    for name in iam.list_user_policies(UserName=user_name)["PolicyNames"]:
        document = iam.get_user_policy(UserName=user_name, PolicyName=name)["PolicyDocument"]
        found.append((f"{name}, inline", document))
    attached = [
        (policy, "attached")
        for policy in iam.list_attached_user_policies(UserName=user_name)["AttachedPolicies"]
    ]
    for group in iam.list_groups_for_user(UserName=user_name)["Groups"]:
        group_name = group["GroupName"]
        of_group = f"of the group {group_name}"
        for name in iam.list_group_policies(GroupName=group_name)["PolicyNames"]:
            document = iam.get_group_policy(GroupName=group_name, PolicyName=name)["PolicyDocument"]
            found.append((f"{name}, {of_group}", document))
        attached += [
            (policy, of_group)
            for policy in iam.list_attached_group_policies(GroupName=group_name)["AttachedPolicies"]
        ]
    for policy, how in attached:
        arn = policy["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        found.append((f"{policy['PolicyName']}, {how}", document))
    return found


@dataclass(frozen=True)
class Case:
    """A request, and the policies of the account that bear on it."""

    request: Request
    layers: Layers

    @property
    def decision(self) -> Decision:
        """What they say to it, with every step of the way there."""
        return evaluate(self.request, **self.layers)

    @property
    def ways_in(self) -> Advice:
        """What would let it in, where it is refused."""
        return what_would_allow(self.request, **self.layers)


def gather(account: Account, user_arn: str, resource: str) -> Layers:
    """The policies and grants that bear on a call of an IAM user, read from the account."""
    iam, kms = account.client("iam"), account.client("kms")
    layers = Layers(identity_policies=identity_policies(iam, user_arn.rpartition("/")[2]))
    if ":key/" in resource:
        layers["resource_policy"] = keys.key_policy(kms, resource)
        pages = kms.get_paginator("list_grants").paginate(KeyId=resource)
        layers["grants"] = pages.build_full_result()["Grants"]
    return layers


def case(
    account: Account,
    user_arn: str,
    action: str,
    resource: str,
    context: Context | None = None,
) -> Case:
    """One request of an IAM user, whether anybody has made it or not."""
    request = Request(user_arn, action, resource, context or {}, resource_account=account.id)
    return Case(request, gather(account, user_arn, resource))


def table_key_context(account: Account, table: str) -> Context:
    """The condition keys with which DynamoDB uses a table's key in a caller's name."""
    context = {"aws:dynamodb:tableName": table, "aws:dynamodb:subscriberId": account.id}
    return {
        "kms:ViaService": f"dynamodb.{account.region}.amazonaws.com",
        "kms:CallerAccount": account.id,
        "kms:EncryptionContextKeys": list(context),
        **{f"kms:EncryptionContext:{key}": value for key, value in context.items()},
    }


def doors(account: Account, user_arn: str, table: str) -> tuple[Decision, Decision | None]:
    """The two answers to a Scan by this user: IAM's about the table, then KMS's about the table's key.

    None where KMS isn't asked: the first is no, or the table has no KMS key that could be seen.
    """
    described = account.client("dynamodb").describe_table(TableName=table)["Table"]
    at_the_table = case(account, user_arn, "dynamodb:Scan", described["TableArn"]).decision
    key_arn = described.get("SSEDescription", {}).get("KMSMasterKeyArn")
    if not at_the_table.allowed or key_arn is None:
        return at_the_table, None
    context = table_key_context(account, table)
    return at_the_table, case(account, user_arn, "kms:Decrypt", key_arn, context).decision


def may_read_table(account: Account, user_arn: str, table: str) -> Decision:
    """Would a Scan by this user be let in? The first of the two answers that is no, else the last."""
    at_the_table, at_its_key = doors(account, user_arn, table)
    return at_its_key or at_the_table


def refused_case(account: Account, text: str, table: str) -> Case:
    """The request that AWS's sentence refused; ``table`` is whose key DynamoDB was opening.

    Raises KmsCourseError where the text is no refusal, or doesn't say who was refused what.
    """
    refusal = Refusal.read(text)
    if refusal.principal is None or refusal.action is None:
        raise KmsCourseError(f"This sentence of AWS doesn't say who was refused what: {text!r}")
    direct = {"kms:CallerAccount": account.id}
    context = table_key_context(account, table) if refusal.via_dynamodb else direct
    return case(account, refusal.principal, refusal.action, refusal.resource or "*", context)
