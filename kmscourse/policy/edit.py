"""What stands in a policy, and changes to it. Each returns something new; what was handed in stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

Document = dict[str, Any]


def listed(value: Any) -> list[Any]:
    """What an element of a policy holds, as a list: a single value stands there without one, nothing is None."""
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def statements(policy: Mapping[str, Any]) -> list[Document]:
    """The policy's statements, also where it holds a single one without a list around it."""
    return deepcopy(listed(policy.get("Statement")))


def with_statement(policy: Mapping[str, Any], statement: Mapping[str, Any]) -> Document:
    """The policy with one more statement at its end. Order means nothing to AWS: a Deny wins from anywhere."""
    return _with_statements(policy, [*statements(policy), deepcopy(dict(statement))])


def without_sid(policy: Mapping[str, Any], sid: str) -> Document:
    """The policy without the statements of that Sid; a Sid that isn't there changes nothing."""
    return _with_statements(policy, [kept for kept in statements(policy) if kept.get("Sid") != sid])


def without_principal(policy: Mapping[str, Any], arn: str) -> Document:
    """The policy with ``arn`` named nowhere: taken out of lists, and statements for it alone dropped."""
    kept = []
    for statement in statements(policy):
        names = _principal_arns(statement)
        if arn in names:
            others = [name for name in names if name != arn]
            further = {kind: value for kind, value in statement["Principal"].items() if kind != "AWS"}
            if not others and not further:
                continue
            if others:
                further["AWS"] = others[0] if len(others) == 1 else others
            statement = statement | {"Principal": further}
        kept.append(statement)
    return _with_statements(policy, kept)


def statements_for(policy: Mapping[str, Any], arn: str) -> list[Document]:
    """The statements whose Principal names exactly that ARN: not "*", and not its account."""
    return [statement for statement in statements(policy) if arn in _principal_arns(statement)]


def principals(statement: Mapping[str, Any], element: str = "Principal") -> list[str]:
    """Whom Principal (or NotPrincipal) names, of whatever type: ARNs, account ids, services; "*" is everyone."""
    named = statement.get(element)
    entries = list(named.values()) if isinstance(named, Mapping) else [named]
    return [name for entry in entries for name in listed(entry)]


def _principal_arns(statement: Mapping[str, Any]) -> list[str]:
    """What stands under ``Principal`` -> ``AWS``."""
    principal = statement.get("Principal")
    return listed(principal.get("AWS")) if isinstance(principal, Mapping) else []


def _with_statements(policy: Mapping[str, Any], found: list[Document]) -> Document:
    return deepcopy(dict(policy)) | {"Statement": found}
