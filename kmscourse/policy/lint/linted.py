"""A policy as the checks look at it: its statements, with what stands in them as lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kmscourse.policy.language.build import list_values
from kmscourse.policy.language.document import Policy
from kmscourse.policy.language.principals import Principal, PrincipalKind, parse_principal
from kmscourse.policy.language.statement import Statement, text_of
from kmscourse.policy.lint.remark import Remark, Severity

EVERYONE = "*"
ALIAS = re.compile(r"(arn:[^:]*:kms:[^:]*:[^:]*:)?alias/")
Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One operator on one key. ``operator`` comes without quantifier and IfExists; ``key`` is in lower case."""

    quantifier: str
    operator: str
    if_exists: bool
    key: str
    spelled: str
    values: Texts


@dataclass(frozen=True, slots=True)
class LintedStatement:
    """A statement: what it says, and nothing of what it decides."""

    compiled: Statement
    actions: Texts
    not_actions: Texts
    resources: Texts
    names: Texts  # whom Principal names under "AWS"; "*" is everyone
    others: Texts  # services, identity providers
    requirements: tuple[Requirement, ...]

    @property
    def source(self) -> Mapping[str, Any]:
        """The statement as it stands in the policy."""
        return self.compiled.source

    @property
    def sid(self) -> str | None:
        """Its Sid, where it has one."""
        return self.source.get("Sid") or None

    @property
    def allows(self) -> bool:
        """Is its Effect Allow?"""
        return not self.compiled.denies

    @property
    def everyone(self) -> bool:
        """Does its Principal name everyone?"""
        return EVERYONE in self.names

    @property
    def spared(self) -> list[str]:
        """The ARNs of the users, roles and accounts that its NotPrincipal leaves out."""
        return [parse_principal(name).id for name in _aws_names(self.source.get("NotPrincipal"))]

    @property
    def not_resources(self) -> Texts:
        """What stands in its NotResource."""
        return _texts(self.source.get("NotResource"))

    @property
    def services(self) -> list[str]:
        """The services that its Principal or NotPrincipal names."""
        elements = (self.source.get("Principal"), self.source.get("NotPrincipal"))
        return [
            name
            for element in elements
            for name in (_texts(element.get("Service")) if isinstance(element, Mapping) else ())
        ]

    @property
    def people(self) -> list[Principal]:
        """The users, roles and accounts that its Principal names; of those that were deleted, none."""
        named = [parse_principal(name) for name in self.names if name != EVERYONE]
        return [principal for principal in named if principal.kind is not PrincipalKind.DELETED]

    def covers(self, action: str) -> bool:
        """Does it speak of the action, in lower case? A statement without actions or resources never does."""
        return self.complete and self.compiled.covers_action(action)

    @property
    def complete(self) -> bool:
        """Has it both an action and a resource to speak of?"""
        return all(self.source.get(name, self.source.get(f"Not{name}")) for name in ("Action", "Resource"))

    def remark(self, name: str, severity: Severity, reason: str, mend: str) -> Remark:
        """A remark about this statement."""
        return Remark(name, severity, self.compiled.number, self.sid, reason, mend)


@dataclass(frozen=True, slots=True)
class LintedPolicy:
    """A policy: its statements in their order, and the account whose policy it is, where that is known."""

    source: Mapping[str, Any]
    statements: tuple[LintedStatement, ...]
    account: str | None = None
    allows: tuple[LintedStatement, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "allows", tuple(each for each in self.statements if each.allows))

    def twins(self) -> Iterator[tuple[LintedStatement, LintedStatement]]:
        """Each statement whose Sid another has before it, and that one."""
        first: dict[str, LintedStatement] = {}
        for statement in self.statements:
            if statement.sid and first.setdefault(statement.sid, statement) is not statement:
                yield first[statement.sid], statement

    def remark(self, name: str, severity: Severity, reason: str, mend: str) -> Remark:
        """A remark about the policy as a whole."""
        return Remark(name, severity, None, None, reason, mend)


def spread_policy(policy: Policy, account: str | None) -> LintedPolicy:
    """The compiled policy, spread out."""
    return LintedPolicy(policy.source, tuple(map(_spread_statement, policy.statements)), account)


def _spread_statement(statement: Statement) -> LintedStatement:
    source = statement.source
    return LintedStatement(
        statement,
        _texts(source.get("Action")),
        _texts(source.get("NotAction")),
        _texts(source.get("Resource")),
        _aws_names(source.get("Principal")),
        _other_names(source.get("Principal")),
        tuple(
            _read_requirement(operator, key, values)
            for operator, keys in source.get("Condition", {}).items()
            for key, values in keys.items()
        ),
    )


def _aws_names(element: Any) -> Texts:
    """What stands in Principal or NotPrincipal by itself or under "AWS"."""
    return _texts(element.get("AWS") if isinstance(element, Mapping) else element)


def _other_names(element: Any) -> Texts:
    entries = element.items() if isinstance(element, Mapping) else ()
    return tuple(name for type_, names in entries if type_ != "AWS" for name in _texts(names))


def _read_requirement(operator: str, key: str, values: object) -> Requirement:
    quantifier, _, base = operator.rpartition(":")
    return Requirement(
        quantifier, base.removesuffix("IfExists"), base.endswith("IfExists"), key.lower(), key, _texts(values)
    )


def _texts(value: Any) -> Texts:
    return tuple(each if isinstance(each, str) else text_of(each) for each in list_values(value))
