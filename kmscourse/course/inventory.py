"""What the course has in a real account, what each thing costs in a month, and what stands in the course's way there.

A thing is the course's where it carries the mark (``ownership/mark.py``), whatever its name and whichever notebook or
kernel made it. Looked at are the account's Region and every Region of the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from kmscourse.account import Account
from kmscourse.account.ownership import ABSENT_CODES, Guard, Owner
from kmscourse.course.sections import Names
from kmscourse.errors import HiddenError, KmsCourseError
from kmscourse.kms import aliases_by_key
from kmscourse.policy import parse_principal

KEY_MONTHLY_PRICE = Decimal("1.00")  # whatever its spec and its origin
MAX_PAID_ROTATIONS = 2  # each of the first two adds the price of a key, further ones nothing
GIGABYTE_MONTHLY_PRICE = Decimal("0.25")
READ_UNIT_MONTHLY_PRICE, WRITE_UNIT_MONTHLY_PRICE = Decimal("0.00013") * 730, Decimal("0.00065") * 730
"""US dollars in us-east-1, as read in 2026 at aws.amazon.com/kms/pricing and aws.amazon.com/dynamodb/pricing."""

ORDINARY_SPEC, ORDINARY_ORIGIN = "SYMMETRIC_DEFAULT", "AWS_KMS"
PENDING_STATES = ("PendingDeletion", "PendingReplicaDeletion")


@dataclass(frozen=True)
class InventoryItem:
    """A key, a table, a user or a role of the course's.

    ``id`` is a key's ARN, else the name; ``monthly_cost`` is in US dollars. ``is_gone``: nothing is left to remove, as
    of a key that waits for its deletion and has no alias.
    """

    kind: str
    id: str
    region: str
    description: str
    monthly_cost: Decimal = Decimal(0)
    is_gone: bool = False

    def __str__(self) -> str:
        cost = f"{self.monthly_cost:.2f} USD a month" if self.monthly_cost else "free of charge"
        return f"{self.kind} {self.description} · {cost}"


class Inventory:
    """Everything that the course has in an account, read as one goes through it: tables, users, roles, then keys.

    ``hidden`` says afterwards what the main user may not look at, and so may be the course's or not; ``missed`` what it
    may not look at although the ledger has it, or may not even list: one Region's refusal hides no other's things.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._guard = require_guard(account)
        self.hidden: list[str] = []
        self.missed: list[str] = []

    @property
    def regions(self) -> list[str]:
        """Where to look: the account's Region, and those of the ledger."""
        return sorted({self._account.region, *self._guard.ledger.regions})

    def __iter__(self) -> Iterator[InventoryItem]:
        regions = self.regions
        for region in regions:
            yield from self._all_of("tables", region, self._tables)
        yield from self._all_of("users", self._account.region, self._users)
        yield from self._all_of("roles", self._account.region, self._roles)
        for region in regions:
            yield from self._all_of("keys", region, self._keys)

    def _all_of(
        self, kind: str, region: str, listed: Callable[[str], Iterator[InventoryItem]]
    ) -> Iterator[InventoryItem]:
        try:
            yield from listed(region)
        except (ClientError, BotoCoreError) as error:
            self.missed.append(f"{kind} in {region}, which can't all be looked at: {error}")

    def _tables(self, region: str) -> Iterator[InventoryItem]:
        dynamodb = self._account.client_in("dynamodb", region)
        for page in dynamodb.get_paginator("list_tables").paginate():
            for name in page["TableNames"]:
                if not self._owned(region, "table", name):
                    continue
                with _while_there():
                    yield _table_item(dynamodb.describe_table(TableName=name)["Table"], region)

    def _users(self, region: str) -> Iterator[InventoryItem]:
        iam = self._account.client("iam")
        for page in iam.get_paginator("list_users").paginate():
            for user in page["Users"]:
                name = user["UserName"]
                if user["Arn"] == self._account.user_arn:
                    continue  # whoever runs this; an administrator may mark the users of a course
                if not self._owned(region, "user", name):
                    continue
                with _while_there():
                    keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
                    yield InventoryItem("user", name, region, f"{name}, access keys: {len(keys)}")

    def _roles(self, region: str) -> Iterator[InventoryItem]:
        iam = self._account.client("iam")
        own = parse_principal(
            self._account.user_arn
        ).role  # of whoever runs this, where it is a role's session
        for page in iam.get_paginator("list_roles").paginate():
            for role in page["Roles"]:
                name = role["RoleName"]
                # Those of AWS's services can't be made by anybody else, nor marked.
                is_of_service = role["Path"].startswith("/aws-service-role/")
                if name == own or is_of_service or not self._owned(region, "role", name):
                    continue
                yield InventoryItem("role", name, region, name)

    def _keys(self, region: str) -> Iterator[InventoryItem]:
        kms = self._account.client_in("kms", region)
        aliases = aliases_by_key(kms)
        of_aws = {
            key for key, names in aliases.items() if any(name.startswith("alias/aws/") for name in names)
        }
        for page in kms.get_paginator("list_keys").paginate():
            for key in page["Keys"]:
                arn = key["KeyArn"]
                if key["KeyId"] in of_aws or not self._owned(region, "key", arn):
                    continue
                metadata = kms.describe_key(KeyId=arn)["KeyMetadata"]
                yield _key_item(metadata, aliases.get(key["KeyId"], []), region, _rotations(kms, metadata))

    def _owned(self, region: str, kind: str, name: str) -> bool:
        owners, ledger = self._guard.owners, self._guard.ledger
        try:
            return owners.of(kind, region, name) is Owner.COURSE
        except HiddenError as error:
            (self.missed if ledger.has(region, kind, name) else self.hidden).append(str(error))
            return False


@contextmanager
def _while_there() -> Iterator[None]:
    """Within the block a thing may go: somebody removes it at the same time."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in ABSENT_CODES:
            raise


def _table_item(described: dict[str, Any], region: str) -> InventoryItem:
    name = described["TableName"]
    size, items = described.get("TableSizeBytes", 0), described.get("ItemCount", 0)
    description = f"{name} in {region}, {described['TableStatus']}, {items} items, {size} bytes"
    cost = GIGABYTE_MONTHLY_PRICE * size / 10**9
    for each in (described, *described.get("GlobalSecondaryIndexes", [])):
        units = each.get("ProvisionedThroughput", {})
        cost += READ_UNIT_MONTHLY_PRICE * units.get("ReadCapacityUnits", 0)
        cost += WRITE_UNIT_MONTHLY_PRICE * units.get("WriteCapacityUnits", 0)
    return InventoryItem("table", name, region, description, cost)


def _rotations(kms: Any, metadata: dict[str, Any]) -> int:
    """How often a key has been rotated; 0 where it can't be, or where the main user may not look."""
    if metadata["KeyState"] in PENDING_STATES or metadata.get("KeySpec") != ORDINARY_SPEC:
        return 0
    try:
        pages = kms.get_paginator("list_key_rotations").paginate(KeyId=metadata["KeyId"])
        return sum(len(page["Rotations"]) for page in pages)
    except ClientError:
        return 0


def _key_item(metadata: dict[str, Any], names: list[str], region: str, rotations: int) -> InventoryItem:
    state, arn = metadata["KeyState"], metadata["Arn"]
    pending = state in PENDING_STATES
    specials = [metadata.get("KeySpec", ORDINARY_SPEC), metadata.get("Origin", ORDINARY_ORIGIN)]
    kind = [special for special in specials if special not in (ORDINARY_SPEC, ORDINARY_ORIGIN)]
    description = f"{', '.join([*names, arn])} in {region}, {', '.join([*kind, state])}"
    if "DeletionDate" in metadata:
        description += f", to be deleted on {metadata['DeletionDate']:%Y-%m-%d}"
    cost = Decimal(0) if pending else KEY_MONTHLY_PRICE * (1 + min(rotations, MAX_PAID_ROTATIONS))
    return InventoryItem("key", arn, region, description, cost, pending and not names)


def find_taken_names(account: Account, names: Names) -> list[str]:
    """Those of the names that something else than the course's own holds, each in words, as in "table Books"."""
    owners, region = require_guard(account).owners, account.region
    by_kind = (
        ("key", "", names.aliases),
        ("table", "table ", names.tables),
        ("user", "user ", names.users),
        ("role", "role ", names.roles),
    )
    taken = [
        f"{word}{name}"
        for kind, word, of_kind in by_kind
        for name in of_kind
        if owners.of(kind, region, name) in (Owner.FOREIGN, Owner.AWS)
    ]
    return [*taken, *_names_alike(account, names)]


def _names_alike(account: Account, names: Names) -> Iterator[str]:
    """IAM gives no two names that differ in the case of letters alone, and finds each under its own."""
    iam = account.client("iam")
    for kind, of_kind in ("User", names.users), ("Role", names.roles):
        if not of_kind:
            continue
        folded = {name.casefold() for name in of_kind}
        pages = iam.get_paginator(f"list_{kind.lower()}s").paginate()
        others = {one[f"{kind}Name"] for page in pages for one in page[f"{kind}s"]} - {*of_kind}
        yield from (f"{kind.lower()} {name}" for name in sorted(others) if name.casefold() in folded)


def require_guard(account: Account) -> Guard:
    """What guards a real account. Raises KmsCourseError for the practice account, which needs no guard."""
    if account.guard is None:
        raise KmsCourseError(f"{account} is not a real account: the course owns all of it.")
    return account.guard
