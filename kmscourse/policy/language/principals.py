"""Principals: who calls, and whom a statement names.

IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal"; on the ids of deleted users and roles: "IAM
identifiers".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import lru_cache

ANONYMOUS = "*anonymous*"
_UNIQUE_ID = re.compile("(AIDA|AROA)[0-9A-Z]{12,124}")


class PrincipalKind(Enum):
    """What kind of principal it is; the value is how a sentence calls it."""

    USER = "user"
    ROLE = "role"
    SESSION = "role session"
    FEDERATED_USER = "federated user"
    ROOT = "account root user"
    OUTSIDER = "service or identity provider"
    DELETED = "deleted user or role"
    ANONYMOUS = "anonymous caller"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. ``account`` is None for those who belong to none; ``name`` is short, for people to read.

    ``role`` is the role's own name, for a role and for a session of it. ``has_policies`` says whether IAM policies can
    hang on it: an account's root user has none of its own. ``needs_session_policy``: a federated user may do what its
    session policy allows, and nothing without one.
    """

    id: str
    kind: PrincipalKind
    name: str
    account: str | None = None
    role: str | None = None
    service_linked: bool = False
    has_policies: bool = field(init=False, repr=False, compare=False)
    needs_session_policy: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        has_policies = self.account is not None and self.kind is not PrincipalKind.ROOT
        object.__setattr__(self, "has_policies", has_policies)
        object.__setattr__(self, "needs_session_policy", self.kind is PrincipalKind.FEDERATED_USER)


@lru_cache(maxsize=4096)
def parse_principal(text: str) -> Principal:
    """The principal that an ARN, a service's name, an account id or "*anonymous*" stands for.

    A policy holds the unique ids of the users and roles that it names, and AWS shows their ARNs as long as they live.
    An id (AIDA…, AROA…) that is shown stands for one who is gone: who is made again under the name is somebody else.
    """
    if text in (ANONYMOUS, "*"):
        return Principal(text, PrincipalKind.ANONYMOUS, "an anonymous caller")
    if _UNIQUE_ID.fullmatch(text):
        former = "user" if text.startswith("AIDA") else "role"
        return Principal(text, PrincipalKind.DELETED, f"the deleted {former} {text}")
    if is_account(text):
        text = f"arn:aws:iam::{text}:root"
    segments = text.split(":", 5)
    if len(segments) < 6 or segments[0] != "arn":
        return Principal(text, PrincipalKind.OUTSIDER, text)
    service, account, path = segments[2], segments[4], segments[5]
    type_, _, name = path.partition("/")
    last = name.rpartition("/")[2]
    if service == "iam" and path == "root":
        return Principal(text, PrincipalKind.ROOT, f"the account {account}", account)
    if service == "iam" and type_ == "user":
        return Principal(text, PrincipalKind.USER, last, account)
    if service == "iam" and type_ == "role":
        return Principal(text, PrincipalKind.ROLE, last, account, last, name.startswith("aws-service-role/"))
    if service == "sts" and type_ == "assumed-role":
        role = name.partition("/")[0]
        service_linked = role.startswith("AWSServiceRoleFor")
        return Principal(text, PrincipalKind.SESSION, name, account, role, service_linked)
    if service == "sts" and type_ == "federated-user":
        return Principal(text, PrincipalKind.FEDERATED_USER, name, account)
    return Principal(text, PrincipalKind.OUTSIDER, text)


def is_account(text: str) -> bool:
    """Is it an account id, twelve digits?"""
    return len(text) == 12 and text.isascii() and text.isdigit()


class Naming(IntEnum):
    """How closely a statement names the caller. The closer, the fewer other policies can hold it back."""

    NONE = 0
    ACCOUNT = 1  # its account, which may hand the permission on through IAM
    ROLE = 2  # the role behind it: boundary and session policy still limit what it may do
    DIRECT = 3  # itself, or everyone


# Python looks a module's name up faster than a member of an Enum.
NOT_NAMED, ACCOUNT_NAMED, ROLE_NAMED, NAMED = Naming


class PrincipalElement:
    """The Principal of a statement: everyone, accounts, and single principals by type.

    AWS matches whole ARNs; a wildcard inside of one names nobody.
    """

    __slots__ = ("accounts", "arns", "everyone", "outsiders", "roles")

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        """``names`` are those of the element, by their type: AWS, Service, Federated, CanonicalUser."""
        self.arns = frozenset(names.get("AWS", ()))
        self.everyone = "*" in self.arns
        known = [parse_principal(arn) for arn in self.arns - {"*"}]
        self.accounts = frozenset(each.account for each in known if each.kind is PrincipalKind.ROOT)
        # A session's ARN leaves out the path of its role; role names are unique in an account without it.
        self.roles = frozenset((each.account, each.role) for each in known if each.kind is PrincipalKind.ROLE)
        self.outsiders = frozenset(
            name for type_ in ("Service", "Federated", "CanonicalUser") for name in names.get(type_, ())
        )

    def names(self, caller: Principal) -> Naming:
        """How the element names the caller, by the closest of its entries."""
        if self.everyone:
            return NAMED
        if caller.account is None:
            return NAMED if caller.id in self.outsiders else NOT_NAMED
        if caller.kind is not PrincipalKind.ROLE and caller.id in self.arns:
            return NAMED
        if caller.role is not None and (caller.account, caller.role) in self.roles:
            return ROLE_NAMED
        if caller.account in self.accounts:
            return NAMED if caller.kind is PrincipalKind.ROOT else ACCOUNT_NAMED
        return NOT_NAMED

    def exempts(self, caller: Principal) -> bool:
        """Does a Deny with this NotPrincipal spare the caller?

        Only one that stands in the list itself: the account or role that AWS wants beside it spares
        nobody else of that account, and no other session of that role.
        """
        if self.everyone or caller.id in self.arns or caller.id in self.outsiders:
            return True
        if caller.kind is PrincipalKind.ROLE:
            return (caller.account, caller.role) in self.roles
        return caller.kind is PrincipalKind.ROOT and caller.account in self.accounts
