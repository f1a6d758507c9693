"""Principals: who asks, and whom a statement names.

IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import lru_cache

ANONYMOUS = "*anonymous*"


class Kind(Enum):
    """What kind of principal asks; the value is how a sentence calls it."""

    USER = "user"
    ROLE = "role"
    SESSION = "role session"
    FEDERATED_USER = "federated user"
    ROOT = "account root user"
    OUTSIDER = "service or identity provider"
    ANONYMOUS = "anonymous caller"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. ``account`` is None for those who belong to none; ``name`` is short, for people to read.

    ``role`` is the role's own name, for a role and for a session of it.
    """

    id: str
    kind: Kind
    name: str
    account: str | None = None
    role: str | None = None
    service_linked: bool = False


@lru_cache(maxsize=4096)
def principal(text: str) -> Principal:
    """The principal that an ARN, a service's name, an account id or "*anonymous*" stands for."""
    if text in (ANONYMOUS, "*"):
        return Principal(text, Kind.ANONYMOUS, "an anonymous caller")
    if is_account(text):
        text = f"arn:aws:iam::{text}:root"
    parts = text.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return Principal(text, Kind.OUTSIDER, text)
    account, (kind, _, name) = parts[4], parts[5].partition("/")
    last = name.rpartition("/")[2]
    if parts[2] == "iam" and parts[5] == "root":
        return Principal(text, Kind.ROOT, f"the account {account}", account)
    if parts[2] == "iam" and kind == "user":
        return Principal(text, Kind.USER, last, account)
    if parts[2] == "iam" and kind == "role":
        return Principal(text, Kind.ROLE, last, account, last, name.startswith("aws-service-role/"))
    if parts[2] == "sts" and kind == "assumed-role":
        role = name.partition("/")[0]
        return Principal(text, Kind.SESSION, name, account, role, role.startswith("AWSServiceRoleFor"))
    if parts[2] == "sts" and kind == "federated-user":
        return Principal(text, Kind.FEDERATED_USER, name, account)
    return Principal(text, Kind.OUTSIDER, text)


def is_account(text: str) -> bool:
    """Is it an account id, twelve digits?"""
    return len(text) == 12 and text.isascii() and text.isdigit()


class Named(IntEnum):
    """How closely a statement names the caller. The closer, the fewer other policies can hold it back."""

    NO = 0
    ACCOUNT = 1  # its account, which may hand the permission on through IAM
    ROLE = 2  # the role behind it: boundary and session policy still limit what it may do
    DIRECT = 3  # itself, or everyone


class PrincipalElement:
    """The Principal of a statement: everyone, accounts, and single principals by type.

    AWS matches whole ARNs; a wildcard inside of one names nobody.
    """

    __slots__ = ("accounts", "arns", "everyone", "outsiders", "roles")

    def __init__(self, entries: Mapping[str, Iterable[str]]) -> None:
        self.arns = frozenset(entries.get("AWS", ()))
        self.everyone = "*" in self.arns
        known = [principal(arn) for arn in self.arns - {"*"}]
        self.accounts = frozenset(named.account for named in known if named.kind is Kind.ROOT)
        # A session's ARN leaves out the path of its role; role names are unique in an account without it.
        self.roles = frozenset((named.account, named.role) for named in known if named.kind is Kind.ROLE)
        self.outsiders = frozenset(
            name for type_ in ("Service", "Federated", "CanonicalUser") for name in entries.get(type_, ())
        )

    def names(self, caller: Principal) -> Named:
        """How the element names the caller, by the closest of its entries."""
        if self.everyone:
            return Named.DIRECT
        if caller.account is None:
            return Named.DIRECT if caller.id in self.outsiders else Named.NO
        if caller.kind is not Kind.ROLE and caller.id in self.arns:
            return Named.DIRECT
        if caller.role is not None and (caller.account, caller.role) in self.roles:
            return Named.ROLE
        if caller.account in self.accounts:
            return Named.DIRECT if caller.kind is Kind.ROOT else Named.ACCOUNT
        return Named.NO

    def exempts(self, caller: Principal) -> bool:
        """Does a Deny with this NotPrincipal spare the caller?

        Only one that stands in the list itself: the account or role that AWS wants beside it spares
        nobody else of that account, and no other session of that role.
        """
        if self.everyone or caller.id in self.arns or caller.id in self.outsiders:
            return True
        if caller.kind is Kind.ROLE:
            return (caller.account, caller.role) in self.roles
        return caller.kind is Kind.ROOT and caller.account in self.accounts
