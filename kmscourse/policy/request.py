"""What is asked: who wants to do what to which resource, and what AWS knows about the call.

AWS calls the whole of it the request context (IAM User Guide, "Policy evaluation logic").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kmscourse.policy.principals import Principal, principal

Context = Mapping[str, str | Iterable[str]]


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
    """A request made ready to be matched: the ARN in its segments, names that ignore case in lower case."""

    __slots__ = ("action", "principal", "request", "resource", "segments", "values")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.principal: Principal = principal(request.principal)
        self.action = request.action.lower()
        self.resource = request.resource
        self.segments: list[str] = request.resource.split(":", 5)
        self.values = context_values(request.context) if request.context else NO_VALUES

    def account(self) -> str | None:
        """The account that owns the resource, where anything says so."""
        if self.request.resource_account:
            return self.request.resource_account
        named = self.segments[4] if len(self.segments) == 6 else ""
        return named if is_account(named) else self.principal.account

    def within_account(self) -> bool:
        """Is the caller of the account that owns the resource?"""
        return self.principal.account == self.account()


NO_VALUES: Mapping[str, tuple[str, ...]] = {}


def context_values(context: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """The context with its keys in lower case, as AWS ignores their case, and every value a tuple of strings."""
    found: dict[str, tuple[str, ...]] = {}
    for key, value in context.items():
        name = key.lower()
        values = (value,) if isinstance(value, str) else _texts(value)
        found[name] = found[name] + values if name in found else values
    return found


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, Iterable):
        return tuple(item if isinstance(item, str) else text_of(item) for item in value)
    return (text_of(value),)


def text_of(value: object) -> str:
    """A JSON boolean or number as the text that AWS compares: true, 3."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_account(text: str) -> bool:
    """Is it an account id, twelve digits?"""
    return len(text) == 12 and text.isascii() and text.isdigit()
