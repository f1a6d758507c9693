"""A policy document, checked, compiled once, and kept for the next request."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from typing import Any

from kmscourse.errors import PolicyError
from kmscourse.policy.match import arn_matcher
from kmscourse.policy.statement import Statement

VARIABLES_SINCE = "2012-10-17"
VERSIONS = ("2008-10-17", VARIABLES_SINCE)
ELEMENTS = frozenset({"Version", "Id", "Statement"})
KEPT = 4096


class Policy:
    """A compiled policy: its statements, and the Allows and the Denies among them."""

    __slots__ = ("allows", "denies", "source", "statements")

    def __init__(self, source: Mapping[str, Any]) -> None:
        """Compile it; PolicyError names the first mistake and the statement that it is in."""
        self.source = source
        self.statements = _statements(source)
        self.allows = tuple(statement for statement in self.statements if not statement.denies)
        self.denies = tuple(statement for statement in self.statements if statement.denies)


_kept: dict[bytes, Policy | PolicyError] = {}


def compiled(policy: Any) -> Policy:
    """The policy compiled; PolicyError where it is none.

    It is kept under its content, so that a dict which has changed since is read anew.
    """
    try:
        content = marshal.dumps(policy, 2)
    except ValueError:  # something in it is no plain JSON value, or it is nested without end
        return _compile(policy)
    found = _kept.get(content)
    if found is None:
        if len(_kept) >= KEPT:
            _kept.clear()
        try:
            # A copy of its own, which nobody else can change.
            found = _compile(marshal.loads(content))  # noqa: S302
        except PolicyError as error:
            found = error
        _kept[content] = found
    if isinstance(found, PolicyError):
        raise PolicyError(*found.args)
    return found


def forget() -> None:
    """Drop everything that is kept, so that each policy is compiled anew."""
    _kept.clear()
    arn_matcher.cache_clear()


def _compile(policy: object) -> Policy:
    if not isinstance(policy, Mapping):
        raise PolicyError("A policy must be a JSON object with Version and Statement.")
    return Policy(policy)


def _statements(source: Mapping[str, Any]) -> tuple[Statement, ...]:
    if not source.keys() <= ELEMENTS:
        unknown = min(str(name) for name in source.keys() - ELEMENTS)
        raise PolicyError(f"A policy has no element {unknown}; it has Version, Id and Statement.")
    version = source.get("Version", VERSIONS[0])
    if version not in VERSIONS:
        raise PolicyError(f'Version must be "{VARIABLES_SINCE}", the version of the policy language.')
    found = source.get("Statement")
    if isinstance(found, Mapping):
        found = [found]
    if not isinstance(found, list | tuple):
        raise PolicyError("A policy needs a Statement: a JSON object, or a list of them.")
    return tuple(
        _statement(statement, number, variables=version == VARIABLES_SINCE)
        for number, statement in enumerate(found, 1)
    )


def _statement(source: object, number: int, *, variables: bool) -> Statement:
    if not isinstance(source, Mapping):
        raise PolicyError(f"Statement {number} must be a JSON object.")
    try:
        return Statement(source, number, variables=variables)
    except PolicyError as error:
        sid = source.get("Sid")
        name = f'Statement {number} ("{sid}")' if sid and isinstance(sid, str) else f"Statement {number}"
        raise PolicyError(f"{name}: {error}") from None
