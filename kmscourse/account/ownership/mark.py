"""The tag by which the course knows its own keys, tables, users and roles in an account.

A thing without the tag is foreign, whatever its name. What can't be tagged belongs to what can: an alias and a grant to
their key, an item to its table, an access key, a password and a policy to their user, a role's policies to the role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from botocore.exceptions import ClientError

from kmscourse.errors import HiddenError

MARK = "kmscourse"
MARK_VALUE = "remove it with: kmscourse aws cleanup"

ClientOf = Callable[[str, str], Any]
"""(service, Region) -> a boto3 client of the account's main user."""

ABSENT_CODES = frozenset({"NotFoundException", "ResourceNotFoundException", "NoSuchEntity"})
_MISNAMED = {"ValidationException", "InvalidArnException", "ValidationError"}


class Owner(Enum):
    """Whose a thing is. ABSENT: there is no such thing, or its name can't be one."""

    COURSE = "the course's"
    AWS = "AWS's own"
    FOREIGN = "not the course's"
    ABSENT = "not there"


@dataclass(frozen=True)
class Owners:
    """Looks in an account for who owns a key, a table, a user or a role.

    ``region`` is the account's own, for what is in no Region (users, roles). Every look asks AWS: what was the course's
    may be gone, and its name somebody else's by now.
    Raises HiddenError where AWS does not let the main user look.
    """

    client_of: ClientOf
    account: str
    partition: str
    region: str

    def of(self, kind: str, region: str, name: str) -> Owner:
        """The owner of a thing of that kind: key, table, user or role."""
        owner_of = {"key": self.of_key, "table": self.of_table, "user": self.of_user, "role": self.of_role}
        return owner_of[kind](region, name)

    def of_key(self, region: str, key: str) -> Owner:
        """The owner of a KMS key: id, ARN, alias name or alias ARN."""
        kms = self.client_of("kms", region)

        def look() -> Owner:
            metadata = kms.describe_key(KeyId=key)["KeyMetadata"]
            if metadata["KeyManager"] == "AWS":
                return Owner.AWS
            pages = kms.get_paginator("list_resource_tags").paginate(KeyId=metadata["Arn"])
            return _owner(tag["TagKey"] for page in pages for tag in page["Tags"])

        return _looked(look, f"the key {key}")

    def of_table(self, region: str, table: str) -> Owner:
        """The owner of a DynamoDB table: its name, its ARN, or the ARN of an index or a stream of it."""
        name = table.partition(":table/")[2].partition("/")[0] if table.startswith("arn:") else table
        arn = f"arn:{self.partition}:dynamodb:{region}:{self.account}:table/{name}"
        if table.startswith("arn:") and table != arn and not table.startswith(f"{arn}/"):
            return Owner.FOREIGN  # of another account or Region
        pages = self.client_of("dynamodb", region).get_paginator("list_tags_of_resource")

        def look() -> Owner:
            return _owner(tag["Key"] for page in pages.paginate(ResourceArn=arn) for tag in page["Tags"])

        return _looked(look, f"the table {name}")

    def of_user(self, region: str, name: str) -> Owner:
        """The owner of an IAM user. ``region`` only chooses the client."""
        pages = self.client_of("iam", region).get_paginator("list_user_tags")

        def look() -> Owner:
            return _owner(tag["Key"] for page in pages.paginate(UserName=name) for tag in page["Tags"])

        return _looked(look, f"the user {name}")

    def of_role(self, region: str, name: str) -> Owner:
        """The owner of an IAM role. ``region`` only chooses the client."""
        pages = self.client_of("iam", region).get_paginator("list_role_tags")

        def look() -> Owner:
            return _owner(tag["Key"] for page in pages.paginate(RoleName=name) for tag in page["Tags"])

        return _looked(look, f"the role {name}")


def _owner(tag_keys: Iterable[str]) -> Owner:
    return Owner.COURSE if MARK in set(tag_keys) else Owner.FOREIGN


def _looked(look: Callable[[], Owner], thing: str) -> Owner:
    try:
        return look()
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT_CODES | _MISNAMED:
            return Owner.ABSENT
        raise HiddenError(
            f"Whether {thing} is the course's can't be told, so it is left alone. "
            f"The tags could not be read: {error}"
        ) from None
