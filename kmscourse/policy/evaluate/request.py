"""What somebody wants to do to a resource, and what AWS knows about the call.

AWS calls the whole of it the request context (IAM User Guide, "Policy evaluation logic").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kmscourse.policy.language.principals import Principal, is_account, parse_principal
from kmscourse.policy.language.statement import text_of
from kmscourse.policy.language.variables import Values

RequestContext = Mapping[str, str | Iterable[str]]
NO_CONTEXT: RequestContext = {}
ROLE_ACTIONS = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")  # what a trust policy speaks of


@dataclass(frozen=True, init=False)
class Request:
    """One thing that somebody wants to do to one resource.

    ``principal`` is the caller's ARN, a service ("dynamodb.amazonaws.com") or "*anonymous*"; ``action`` is
    as in "kms:Decrypt"; ``resource`` an ARN, or "*" for a call that touches no particular one. ``context``
    holds the condition keys of the call: a string, or a list of strings where a key has many values.
    ``resource_account`` is the owner of the resource; without it the ARN says, or it is the caller's.

    The rest is read from these. ``lowercase_action`` is compared with policies, as AWS ignores its case; ``segments``
    are the six of the resource's ARN (fewer, where it is none), ``service`` and ``path`` the third and the last;
    ``values`` are those of the condition keys, whose names are in lower case there.
    """

    principal: str
    action: str
    resource: str
    context: RequestContext
    resource_account: str | None
    caller: Principal = field(repr=False, compare=False)
    lowercase_action: str = field(repr=False, compare=False)
    segments: list[str] = field(repr=False, compare=False)
    service: str = field(repr=False, compare=False)
    path: str = field(repr=False, compare=False)
    values: Values = field(repr=False, compare=False)

    def __init__(
        self,
        principal: str,
        action: str,
        resource: str,
        context: RequestContext = NO_CONTEXT,
        resource_account: str | None = None,
    ) -> None:
        fields = self.__dict__  # a frozen instance is filled in here, once
        fields["principal"] = principal
        fields["action"] = action
        fields["resource"] = resource
        fields["context"] = context
        fields["resource_account"] = resource_account
        fields["caller"] = parse_principal(principal)
        fields["lowercase_action"] = action.lower()
        segments = fields["segments"] = resource.split(":", 5)
        is_arn = len(segments) == 6
        fields["service"] = segments[2] if is_arn else ""
        fields["path"] = segments[5] if is_arn else ""
        fields["values"] = read_values(context) if context else {}

    @property
    def account(self) -> str | None:
        """The account that owns the resource, where anything says so."""
        if self.resource_account:
            return self.resource_account
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
        return (
            self.service == "kms"
            and self.path.startswith("key/")
            and self.lowercase_action.startswith("kms:")
        )

    @property
    def on_alias(self) -> bool:
        """Is it a call on the alias of a KMS key?"""
        return self.service == "kms" and self.path.startswith("alias/")

    @property
    def assumes_role(self) -> bool:
        """Is it one of the calls that a role's trust policy decides about?"""
        return (
            self.service == "iam"
            and self.path.startswith("role/")
            and self.lowercase_action.startswith(ROLE_ACTIONS)
        )

    @property
    def policy_is_root_of_trust(self) -> bool:
        """A key, or a role to be assumed: without a word in its own policy nobody gets in.

        IAM User Guide, "Policy evaluation logic": the two exceptions among resource-based policies.
        """
        return self.service in ("kms", "iam") and (self.on_key or self.assumes_role)


def read_values(context: RequestContext) -> dict[str, tuple[str, ...]]:
    """The context with its keys in lower case and every value a tuple of strings."""
    texts_of_keys: dict[str, tuple[str, ...]] = {}
    for key, value in context.items():
        texts = (value,) if isinstance(value, str) else _read_texts(value)
        name = key.lower()
        texts_of_keys[name] = texts_of_keys[name] + texts if name in texts_of_keys else texts
    return texts_of_keys


def _read_texts(value: object) -> tuple[str, ...]:
    if isinstance(value, Iterable):
        return tuple(item if isinstance(item, str) else text_of(item) for item in value)
    return (text_of(value),)
