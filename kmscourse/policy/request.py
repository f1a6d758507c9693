"""What is asked: who wants to do what to which resource, and what AWS knows about the call.

AWS calls the whole of it the request context (IAM User Guide, "Policy evaluation logic").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kmscourse.policy.principals import Principal, is_account, principal

Context = Mapping[str, str | Iterable[str]]
Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that somebody wants to do to one resource.

    ``principal`` is the caller's ARN, a service ("dynamodb.amazonaws.com") or "*anonymous*"; ``action`` is
    as in "kms:Decrypt"; ``resource`` an ARN, or "*" for a call that touches no particular one. ``context``
    holds the condition keys of the call: a string, or a list of strings where a key has many values.
    ``resource_account`` is the owner of the resource; without it the ARN says, or it is the caller's.
    """

    principal: str
    action: str
    resource: str
    context: Context = field(default_factory=dict)
    resource_account: str | None = None


class Asked:
    """A request made ready to be matched, each part read once.

    ``action`` and the keys of ``values`` are in lower case, as AWS ignores their case; ``segments`` are the
    six of the resource's ARN (fewer, where it is none), ``service`` and ``path`` the third and the last of them.
    """

    __slots__ = ("action", "caller", "path", "request", "segments", "service", "values")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.caller: Principal = principal(request.principal)
        self.action = request.action.lower()
        self.segments = request.resource.split(":", 5)
        self.service, self.path = (
            (self.segments[2], self.segments[5]) if len(self.segments) == 6 else ("", "")
        )
        self.values: Values = values_of(request.context) if request.context else {}

    @property
    def account(self) -> str | None:
        """The account that owns the resource, where anything says so."""
        if self.request.resource_account:
            return self.request.resource_account
        if len(self.segments) == 6 and is_account(self.segments[4]):
            return self.segments[4]
        return self.caller.account

    @property
    def across_accounts(self) -> bool:
        """Does the caller come from outside the account that owns the resource?"""
        return self.caller.account is None or self.caller.account != self.account

    @property
    def on_key(self) -> bool:
        """Is it a KMS call on a key?"""
        return self.service == "kms" and self.path.startswith("key/") and self.action.startswith("kms:")

    @property
    def on_alias(self) -> bool:
        """Is it a call on the alias of a KMS key?"""
        return self.service == "kms" and self.path.startswith("alias/")

    @property
    def assumes_role(self) -> bool:
        """Is it one of the calls that a role's trust policy decides about?"""
        return self.path.startswith("role/") and self.service == "iam" and self.action.startswith(ASSUMING)

    @property
    def policy_is_root_of_trust(self) -> bool:
        """A key, or a role to be assumed: without a word in its own policy nobody gets in.

        IAM User Guide, "Policy evaluation logic": the two exceptions among resource-based policies.
        """
        return self.service in ("kms", "iam") and (self.on_key or self.assumes_role)


ASSUMING = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")


def values_of(context: Context) -> dict[str, tuple[str, ...]]:
    """The context with its keys in lower case and every value a tuple of strings."""
    found: dict[str, tuple[str, ...]] = {}
    for key, value in context.items():
        values = (value,) if isinstance(value, str) else _texts(value)
        name = key.lower()
        found[name] = found[name] + values if name in found else values
    return found


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, Iterable):
        return tuple(item if isinstance(item, str) else text_of(item) for item in value)
    return (text_of(value),)


def text_of(value: object) -> str:
    """A JSON boolean or number as the text that AWS compares: true, 3."""
    return str(value).lower() if isinstance(value, bool) else str(value)
