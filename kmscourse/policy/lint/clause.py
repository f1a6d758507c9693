"""A policy as the checks look at it: its statements, with what stands in them as lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kmscourse.policy.document import Policy
from kmscourse.policy.lint.remark import Remark, Severity
from kmscourse.policy.principals import Principal, principal
from kmscourse.policy.request import text_of
from kmscourse.policy.statement import Statement

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
class Clause:
    """A statement: what it says, and nothing of what it decides."""

    statement: Statement
    actions: Texts
    not_actions: Texts
    resources: Texts
    names: Texts  # whom Principal names under "AWS"; "*" is everyone
    others: Texts  # services, identity providers
    requirements: tuple[Requirement, ...]

    @property
    def source(self) -> Mapping[str, Any]:
        """The statement as it stands in the policy."""
        return self.statement.source

    @property
    def sid(self) -> str | None:
        """Its Sid, where it has one."""
        return self.source.get("Sid") or None

    @property
    def allows(self) -> bool:
        """Is its Effect Allow?"""
        return not self.statement.denies

    @property
    def everyone(self) -> bool:
        """Does its Principal name everyone?"""
        return EVERYONE in self.names

    @property
    def spared(self) -> list[str]:
        """The ARNs of the users, roles and accounts that its NotPrincipal leaves out."""
        return [principal(name).id for name in _named(self.source.get("NotPrincipal"))]

    @property
    def people(self) -> list[Principal]:
        """The users, roles and accounts that its Principal names."""
        return [principal(name) for name in self.names if name != EVERYONE]

    def covers(self, action: str) -> bool:
        """Does it speak of the action, in lower case? A statement without actions or resources never does."""
        return self.complete and self.statement.covers_action(action)

    @property
    def complete(self) -> bool:
        """Has it both an action and a resource to speak of?"""
        return all(self.source.get(name, self.source.get(f"Not{name}")) for name in ("Action", "Resource"))

    def remark(self, name: str, severity: Severity, reason: str, mend: str) -> Remark:
        """A remark about this statement."""
        return Remark(name, severity, self.statement.number, self.sid, reason, mend)


@dataclass(frozen=True, slots=True)
class Whole:
    """A policy: its statements in their order, and the account whose policy it is, where that is known."""

    source: Mapping[str, Any]
    clauses: tuple[Clause, ...]
    account: str | None = None
    allows: tuple[Clause, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "allows", tuple(clause for clause in self.clauses if clause.allows))

    def twins(self) -> Iterator[tuple[Clause, Clause]]:
        """Each statement whose Sid another has before it, and that one."""
        first: dict[str, Clause] = {}
        for clause in self.clauses:
            if clause.sid and first.setdefault(clause.sid, clause) is not clause:
                yield first[clause.sid], clause

    def remark(self, name: str, severity: Severity, reason: str, mend: str) -> Remark:
        """A remark about the policy as a whole."""
        return Remark(name, severity, None, None, reason, mend)


def whole(policy: Policy, account: str | None) -> Whole:
    """The compiled policy, spread out."""
    return Whole(policy.source, tuple(map(_clause, policy.statements)), account)


def _clause(statement: Statement) -> Clause:
    source = statement.source
    return Clause(
        statement,
        _texts(source.get("Action")),
        _texts(source.get("NotAction")),
        _texts(source.get("Resource")),
        _named(source.get("Principal")),
        _others(source.get("Principal")),
        tuple(
            _requirement(operator, key, values)
            for operator, keys in source.get("Condition", {}).items()
            for key, values in keys.items()
        ),
    )


def _named(who: Any) -> Texts:
    """What stands in Principal or NotPrincipal by itself or under "AWS"."""
    return _texts(who.get("AWS") if isinstance(who, Mapping) else who)


def _others(who: Any) -> Texts:
    entries = who.items() if isinstance(who, Mapping) else ()
    return tuple(name for kind, names in entries if kind != "AWS" for name in _texts(names))


def _requirement(operator: str, key: str, values: object) -> Requirement:
    quantifier, _, base = operator.rpartition(":")
    return Requirement(
        quantifier, base.removesuffix("IfExists"), base.endswith("IfExists"), key.lower(), key, _texts(values)
    )


def _texts(found: Any) -> Texts:
    if found is None:
        return ()
    return tuple(
        item if isinstance(item, str) else text_of(item)
        for item in (found if isinstance(found, list | tuple) else [found])
    )
