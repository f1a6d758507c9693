"""What those have in common that break an account on purpose: the challenge, the incident, the tickets.

Each is in the practice account only. What it makes carries the course's tag (``account/ownership``), and it takes
nothing away that does not: a learner may have a table or a user of the same name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from kmscourse import dynamodb as tables
from kmscourse import iam, kms
from kmscourse.account import Account
from kmscourse.account.ownership import MARK, Owner, Owners
from kmscourse.errors import CourseError, HiddenError

if TYPE_CHECKING:
    from types_boto3_kms.type_defs import TagTypeDef


@dataclass(frozen=True)
class Stage:
    """What one of the three makes: a table, users, roles, and the aliases of its keys.

    ``name`` is what people call it, ``is_many`` says that this is a plural. ``section`` is where it is set up,
    None for the challenge, which has a notebook of its own.
    """

    name: str
    table: str
    users: tuple[str, ...]
    aliases: tuple[str, ...]
    roles: tuple[str, ...] = ()
    is_many: bool = False
    section: int | None = None

    @property
    def tag(self) -> dict[str, str]:
        """The tag of all that it makes: name -> value."""
        return {MARK: self.name}

    @property
    def tags(self) -> list[dict[str, str]]:
        """The same as IAM and DynamoDB take it."""
        return [{"Key": key, "Value": value} for key, value in self.tag.items()]

    @property
    def key_tags(self) -> list[TagTypeDef]:
        """The same as KMS takes it."""
        return [{"TagKey": key, "TagValue": value} for key, value in self.tag.items()]

    def require_practice_account(self, account: Account, why: str) -> None:
        """Raises CourseError in another account than the practice account; ``why`` begins its sentence."""
        if not account.practice:
            raise CourseError(f"{why} in the practice account only: unset KMSCOURSE_TARGET.")

    def is_there(self, account: Account) -> bool:
        """Is anything of it in the account, whatever was done about it?"""
        return any(owner is Owner.COURSE for _, owner in self._things(account))

    def has_people(self, account: Account) -> bool:
        """Is any of its users in the account?"""
        owners = owners_in(account)
        return any(owners.of_user(account.region, name) is Owner.COURSE for name in self.users)

    def clear(self, account: Account) -> None:
        """Take away what is there of it. A key waits for its deletion, as keys do.

        Raises CourseError, before anything is taken away, where something has one of its names that it did not make.
        An alias is its own as long as anything of it is there, also if the learner has moved it to a key of theirs:
        that key stays.
        """
        things = list(self._things(account))
        foreign = [thing for thing, owner in things if owner is Owner.FOREIGN]
        if not self.is_there(account):
            foreign += [
                f"the alias {alias}" for alias in self.aliases if kms.find_key(account.client("kms"), alias)
            ]
        if foreign:
            raise CourseError(
                f"The account has {', '.join(foreign)} already, and {self.name} "
                f"{'have' if self.is_many else 'has'} not made that. Nothing was changed. Remove it if you don't need "
                "it, or start the account over: kmscourse sandbox reset"
            )
        self._take_away(account)

    def _things(self, account: Account) -> Iterator[tuple[str, Owner]]:
        """The table, the users and the roles of these names that are there, and whose each is."""
        owners, region = owners_in(account), account.region
        named = [("table", self.table), *(("user", user) for user in self.users)]
        for kind, name in [*named, *(("role", role) for role in self.roles)]:
            owner = owners.of(kind, region, name)
            if owner is not Owner.ABSENT:
                yield f"the {kind} {name}", owner

    def _take_away(self, account: Account) -> None:
        dynamodb, keys, people = (account.client(service) for service in ("dynamodb", "kms", "iam"))
        if tables.has_table(dynamodb, self.table):
            tables.delete_table(dynamodb, self.table)
        for name in self.users:
            with suppress(people.exceptions.NoSuchEntityException):
                iam.delete_user(people, name)
        for name in self.roles:
            with suppress(people.exceptions.NoSuchEntityException):
                iam.delete_role(people, name)
        for alias in self.aliases:
            key = kms.find_key(keys, alias)
            if key is not None:
                keys.delete_alias(AliasName=alias)
                if self._has_made(account, key):
                    with suppress(ClientError):  # it waits already
                        keys.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)

    def _has_made(self, account: Account, key: str) -> bool:
        try:
            return owners_in(account).of_key(account.region, key) is Owner.COURSE
        except HiddenError:
            return False  # the learner has locked themselves out of it: it can't be deleted either


def owners_in(account: Account) -> Owners:
    """Looks in the account for whose a thing is, by the course's tag."""
    if account.guard is not None:
        return account.guard.owners
    partition = account.user_arn.split(":")[1]
    return Owners(lambda service, _: account.client(service), account.id, partition, account.region)
