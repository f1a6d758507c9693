"""What a key brings into every call on it, as condition keys: each read only where a policy asks about it.

AWS KMS Developer Guide, "AWS KMS condition keys". Four calls tell it, each with a permission of its own, so that one
of them can be refused where the others are answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from kmscourse import kms as keys
from kmscourse.policy import RequestContext

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient


@dataclass(frozen=True)
class Facts:
    """The condition keys that a resource brings into a call on it.

    ``unread`` are those that the policies ask about and that AWS doesn't show, each with AWS's error.
    """

    context: RequestContext = field(default_factory=dict)
    unread: Mapping[str, ClientError] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A call to KMS that tells of a key; ``prefixes`` are, in small letters, how its condition keys begin.

    ``actions`` are the only ones that have these condition keys, empty where every call on a key has them.
    """

    prefixes: tuple[str, ...]
    read: Callable[[KMSClient, str], RequestContext]
    actions: tuple[str, ...] = ()


def _description(kms: KMSClient, key_arn: str) -> RequestContext:
    key = kms.describe_key(KeyId=key_arn)["KeyMetadata"]
    return {
        "kms:KeySpec": key["KeySpec"],
        "kms:KeyUsage": key["KeyUsage"],
        "kms:KeyOrigin": key["Origin"],
        "kms:MultiRegion": "true" if key.get("MultiRegion") else "false",
    }


def _tags(kms: KMSClient, key_arn: str) -> RequestContext:
    return {f"aws:ResourceTag/{name}": value for name, value in keys.tags(kms, key_arn).items()}


def _aliases(kms: KMSClient, key_arn: str) -> RequestContext:
    names = keys.aliases(kms, key_arn)
    return {"kms:ResourceAliases": names} if names else {}


def _last_usage(kms: KMSClient, key_arn: str) -> RequestContext:
    usage = kms.get_key_last_usage(KeyId=key_arn)
    since = usage["KeyLastUsage"].get("Timestamp", usage["TrackingStartDate"])
    return {"kms:TrailingDaysWithoutKeyUsage": str(max((datetime.now(UTC) - since).days, 0))}


SOURCES = (
    Source(("kms:keyspec", "kms:keyusage", "kms:keyorigin", "kms:multiregion"), _description),
    Source(("aws:resourcetag/",), _tags),
    Source(("kms:resourcealiases",), _aliases),
    Source(
        ("kms:trailingdayswithoutkeyusage",),
        _last_usage,
        actions=("kms:DisableKey", "kms:ScheduleKeyDeletion"),
    ),
)
