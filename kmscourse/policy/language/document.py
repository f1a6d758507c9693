"""A policy document: checked and compiled once, and reused for the next request.

IAM User Guide, "Grammar of the IAM JSON policy language"; for the condition keys of a policy: IAM API Reference,
"GetContextKeysForCustomPolicy".
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kmscourse.errors import PolicyError
from kmscourse.policy.language.patterns import resolved_arn_matcher
from kmscourse.policy.language.statement import LISTS, OBJECTS, PolicySource, Statement
from kmscourse.policy.language.variables import variable_keys

VARIABLES_SINCE = "2012-10-17"
VERSIONS = ("2008-10-17", VARIABLES_SINCE)
ELEMENTS = frozenset({"Version", "Id", "Statement"})
MAX_COMPILED_POLICIES = 4096
MAX_INDEXED_ACTIONS = 256

Statements = Sequence[Statement]


class Policy:
    """A compiled policy: its statements, and the Allows and the Denies among them."""

    __slots__ = ("_by_action", "_source", "allows", "denies", "statements")

    def __init__(self, source: Mapping[str, Any], content: bytes | None = None) -> None:
        """Compile it; PolicyError names the first mistake and the statement that it is in."""
        self._source = PolicySource(source, content)
        self.statements = _compile_statements(source, self._source)
        self.allows: list[Statement] = []
        self.denies: list[Statement] = []
        for statement in self.statements:
            (self.denies if statement.denies else self.allows).append(statement)
        self._by_action: dict[str, tuple[Statements, Statements]] = {}

    @property
    def source(self) -> Mapping[str, Any]:
        """The policy as a dict."""
        return self._source.document

    def about(self, action: str) -> tuple[Statements, Statements]:
        """The Allows and the Denies that cover an action, in lower case. They are looked for once."""
        statements = self._by_action.get(action)
        if statements is None:
            if len(self._by_action) >= MAX_INDEXED_ACTIONS:
                self._by_action.clear()
            allows: list[Statement] = []
            denies: list[Statement] = []
            for statement in self.statements:
                if statement.covers_action(action):
                    (denies if statement.denies else allows).append(statement)
            statements = self._by_action[action] = allows, denies
        return statements


_compiled: dict[bytes, Policy] = {}
_mistakes: dict[bytes, tuple[object, ...]] = {}


def compile_policy(source: Any) -> Policy:
    """The policy compiled; PolicyError where it is none.

    It is stored under its content, so that a dict which has changed since is compiled anew.
    """
    try:
        content = marshal.dumps(source, 2)
    except ValueError:  # something in it is no plain JSON value, or it is nested without end
        return _compile(source)
    policy = _compiled.get(content)
    return _compile_content(source, content) if policy is None else policy


def _compile_content(source: Any, content: bytes) -> Policy:
    if content in _mistakes:
        raise PolicyError(*_mistakes[content])
    if len(_compiled) + len(_mistakes) >= MAX_COMPILED_POLICIES:
        _compiled.clear()
        _mistakes.clear()
    try:
        policy = _compiled[content] = _compile(source, content)
    except PolicyError as error:
        _mistakes[content] = error.args
        raise
    return policy


def compile_policies(sources: Iterable[Any]) -> list[Policy]:
    """Policies compiled, each as ``compile_policy`` does."""
    policies = []
    for source in sources:  # a comprehension costs twice as much for one policy
        policies.append(compile_policy(source))
    return policies


def forget_policies() -> None:
    """Drop everything that is stored, so that each policy is compiled anew."""
    _compiled.clear()
    _mistakes.clear()
    resolved_arn_matcher.cache_clear()


def _compile(source: object, content: bytes | None = None) -> Policy:
    if not isinstance(source, OBJECTS):
        raise PolicyError("A policy must be a JSON object with Version and Statement.")
    return Policy(source, content)


def _compile_statements(source: Mapping[str, Any], policy: PolicySource) -> Statements:
    if not source.keys() <= ELEMENTS:
        unknown = min(str(name) for name in source.keys() - ELEMENTS)
        raise PolicyError(f"A policy has no element {unknown}; it has Version, Id and Statement.")
    version = source.get("Version", VERSIONS[0])
    if version not in VERSIONS:
        raise PolicyError(f'Version must be "{VARIABLES_SINCE}", the version of the policy language.')
    statements = source.get("Statement")
    if isinstance(statements, OBJECTS):
        statements = [statements]
    if not isinstance(statements, LISTS):
        raise PolicyError("A policy needs a Statement: a JSON object, or a list of them.")
    variables = version == VARIABLES_SINCE
    compiled: list[Statement] = []
    for number, statement in enumerate(statements, 1):
        if not isinstance(statement, OBJECTS):
            raise PolicyError(f"Statement {number} must be a JSON object.")
        try:
            compiled.append(Statement(statement, number, policy, variables=variables))
        except PolicyError as error:
            sid = statement.get("Sid")
            name = f'Statement {number} ("{sid}")' if sid and isinstance(sid, str) else f"Statement {number}"
            raise PolicyError(f"{name}: {error}") from None
    return compiled


def context_keys(policies: Iterable[Policy], action: str | None = None) -> list[str]:
    """The condition keys that the policies ask about: in their conditions, and as policy variables.

    They are as the policies write them, in their order, each once (their case doesn't count). With ``action``
    only those of statements that cover it.
    """
    keys: dict[str, str] = {}
    for policy in policies:
        for statement in policy.statements:
            if action is None or statement.covers_action(action.lower()):
                for key in _keys_of(statement):
                    keys.setdefault(key.lower(), key)
    return list(keys.values())


def _keys_of(statement: Statement) -> Iterator[str]:
    for element in ("Resource", "NotResource"):
        resources = statement.source.get(element, ())
        for text in [resources] if isinstance(resources, str) else resources:
            yield from variable_keys(text) if statement.variables else ()
    for condition in statement.conditions:
        yield condition.key
        for text in condition.values:
            yield from variable_keys(text) if statement.variables else ()
