"""What has tags in a region: KMS keys, DynamoDB tables, and in us-east-1 the policies of IAM, which has no regions.

Source: Resource Groups Tagging API Reference, "Services that support the Resource Groups Tagging API" (GetResources
knows all types but IAM's users and roles). That what is global is found in us-east-1 alone is told by users of AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

REGION_OF_GLOBAL = "us-east-1"


@dataclass(frozen=True)
class Resource:
    """A resource with its tags."""

    arn: str
    tags: Mapping[str, str]

    @property
    def types(self) -> tuple[str, str]:
        """What a filter of types can call it, by its ARN: ``kms`` and ``kms:key``."""
        _, _, service, _, _, rest = self.arn.split(":", 5)
        return service, f"{service}:{rest.partition('/')[0]}"


def tagged_resources(account: Account, region: str) -> list[Resource]:
    """The resources of a region that have any tag, in the order of their ARNs."""
    tagged = (resource for resource in _resources(account, region) if resource.tags)
    return sorted(tagged, key=lambda resource: resource.arn)


def _resources(account: Account, region: str) -> Iterator[Resource]:
    yield from (Resource(key.arn, key.tags) for key in account.keys.of_region(region))
    yield from (Resource(table.arn, table.tags) for table in account.tables.of_region(region))
    if region == REGION_OF_GLOBAL:
        yield from (Resource(policy.arn, policy.tags) for policy in account.identities.customer_policies())
