"""An operation of a service, the call of it that is under way, and the permissions that it needs.

Each service has one table of its operations (``kms/operations.py`` and so on). To offer another one is to add an entry
there: ``Operation(permissions, perform, validate, changes)``, each a function of the resolved call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kmscourse.sandbox.call import AwsError, Call, Caller, HttpResponse

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

Context = Mapping[str, str | Sequence[str]]
"""Condition keys with their values."""


@dataclass(frozen=True)
class PermissionCheck:
    """One thing that a call does to one resource; the policy decision is made for each.

    ``via`` is the service that does it for the caller (``dynamodb.amazonaws.com``), ``context`` the condition keys
    that belong to this check alone (``kms:EncryptionContext:…``, ``kms:ViaService``). ``resource_policy`` (a key's
    policy, a role's trust policy) and ``grants`` (as ListGrants prints them) are what is asked beside the caller's own
    policies. ``require_quota`` counts a request that has a quota, before it is decided, and raises AwsError where it is
    one too many; it is None where there is no quota. ``is_decided`` is False where nobody is there to ask, as the key
    is gone: its use is refused by ``require_usable``, which is called once all checks of a call are allowed, and raises
    AwsError where the resource is in no state for the action; it is None where every state will do.
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)
    via: str | None = None
    resource_policy: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    grants: Sequence[Mapping[str, Any]] = field(default=(), compare=False, repr=False)
    is_decided: bool = field(default=True, compare=False)
    require_quota: Callable[[], None] | None = field(default=None, compare=False, repr=False)
    require_usable: Callable[[], None] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class CallerPolicies:
    """What IAM has of a caller: the policies that apply to it (documents as dicts), and its tags.

    ``boundaries`` are the permissions boundaries, ``session`` is the session policy; None where there is none.
    """

    identity: Sequence[Mapping[str, Any]]
    boundaries: Sequence[Mapping[str, Any]]
    session: Any
    tags: Mapping[str, str]


@dataclass(frozen=True)
class ResolvedCall:
    """A call, who makes it, in which account, and when (in UTC).

    Each service adds what its calls name: keys, aliases, tables, grants. A thing is looked up when a stage first reads
    it here, and never again. ``changes`` tells whether the operation can change anything. ``parameters``,
    ``region`` and ``action`` (in the words of a policy, as in ``kms:Decrypt``) are the call's own.
    """

    call: Call
    caller: Caller
    account: Account
    now: datetime
    changes: bool = False
    parameters: Mapping[str, Any] = field(init=False)
    action: str = field(init=False)
    region: str = field(init=False)

    def __post_init__(self) -> None:
        for name in ("parameters", "action", "region"):
            object.__setattr__(self, name, getattr(self.call, name))

    @property
    def recorded_parameters(self) -> Mapping[str, Any]:
        """The parameters as the trail shows them: as they were sent, where the service does not say otherwise."""
        return self.call.parameters

    @cached_property
    def caller_policies(self) -> CallerPolicies:
        """The policies and tags of the caller."""
        return self.account.identities.caller_policies(self.caller)


R = TypeVar("R", bound=ResolvedCall)


def no_validation(resolved: ResolvedCall) -> None:
    """An operation that refuses nothing beyond what the model of its parameters says."""


def anywhere(resolved: ResolvedCall) -> Iterable[PermissionCheck]:
    """The permission of an operation that works on no resource in particular, such as ``kms:ListKeys``."""
    yield PermissionCheck(resolved.action, "*")


def tag_context(tags: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """The condition keys of tags in a request: ``aws:RequestTag/<key>`` and ``aws:TagKeys``."""
    pairs = dict(tags)
    context: dict[str, str | list[str]] = {f"aws:RequestTag/{key}": value for key, value in pairs.items()}
    return {**context, "aws:TagKeys": list(pairs)} if pairs else {}


def no_permission(resolved: ResolvedCall) -> Iterable[PermissionCheck]:
    """The permissions of an operation that everybody may call."""
    return ()


@dataclass(frozen=True)
class Operation(Generic[R]):
    """``permissions`` yields the checks that a call needs, ``validate`` refuses with AwsError, ``perform`` answers.

    ``validate`` runs once the permissions are there. ``changes`` is True where the operation can change anything.
    """

    permissions: Callable[[R], Iterable[PermissionCheck]]
    perform: Callable[[R], Answer]
    validate: Callable[[R], None] = no_validation
    changes: bool = False


@dataclass(frozen=True)
class Members:
    """The members of a service's inputs that are honoured: their names, with spaces between them.

    ``operations`` has those of each operation's input, ``structures`` those of the structures within, by the name of
    a structure's shape in AWS's model. ``successors`` says which member takes the place of one that is not honoured;
    where it names several, an operation has one of them.
    """

    operations: Mapping[str, str]
    structures: Mapping[str, str] = field(default_factory=dict)
    successors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Service(Generic[R]):
    """A service: how its calls are resolved, the table of its operations, and which members of their inputs count.

    ``finish`` is told of each call that was answered, or refused with an error, once it is.
    """

    name: str
    resolve: Callable[[Call, Caller, Account, datetime, bool], R]
    operations: Mapping[str, Operation[R]]
    members: Members
    finish: Callable[[R, Sequence[PermissionCheck], AwsError | None], None] | None = None


Answer = Mapping[str, Any] | HttpResponse
"""The output of an operation as a mapping; IAM's as moto's XML."""
