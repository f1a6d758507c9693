"""A policy document, checked and compiled: each statement ready to be held against a request.

IAM User Guide, "Grammar of the IAM JSON policy language". What AWS refuses to store is refused here with a
PolicyError; what it stores without effect (a key policy statement without Resource, say) has none.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from kmscourse.errors import PolicyError
from kmscourse.policy.conditions import Condition, condition
from kmscourse.policy.match import ActionPattern, ResourcePattern
from kmscourse.policy.principals import Named, PrincipalElement
from kmscourse.policy.request import Asked, text_of

VARIABLES_SINCE = "2012-10-17"
VERSIONS = ("2008-10-17", VARIABLES_SINCE)
DOCUMENT_ELEMENTS = {"Version", "Id", "Statement"}
STATEMENT_ELEMENTS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
PRINCIPAL_TYPES = {"AWS", "Service", "Federated", "CanonicalUser"}


class Statement:
    """One statement. ``source`` is the dict that it was read from, ``number`` counts from 1."""

    __slots__ = (
        "actions", "conditions", "denies", "not_actions", "not_principals", "not_resources", "number",
        "principals", "resources", "source",
    )  # fmt: skip

    def __init__(self, source: Mapping[str, Any], number: int, *, variables: bool) -> None:
        _check_elements(source)
        self.source = source
        self.number = number
        self.denies = _effect(source) == "Deny"
        self.actions, self.not_actions = (
            ActionPattern(_texts(source, name)) if name in source else None
            for name in ("Action", "NotAction")
        )
        self.principals, self.not_principals = (
            PrincipalElement(_principals(source[name])) if name in source else None
            for name in ("Principal", "NotPrincipal")
        )
        self.resources, self.not_resources = (
            ResourcePattern(_texts(source, name), variables=variables) if name in source else None
            for name in ("Resource", "NotResource")
        )
        self.conditions = _conditions(source.get("Condition", {}), denies=self.denies, variables=variables)

    @property
    def name(self) -> str:
        """The Sid in quotes, or the statement's number where it has none."""
        sid = self.source.get("Sid")
        return f'"{sid}"' if sid else f"number {self.number}"

    def applies(self, asked: Asked) -> bool:
        """Do action, resource and every condition match? The principal is asked about apart, by ``names``."""
        return self.mismatch(asked) is None

    def mismatch(self, asked: Asked) -> str | None:
        """The first element that does not match ("Action", "Resource", "Condition"), or None."""
        if not self._covers_action(asked):
            return "Action" if self.not_actions is None else "NotAction"
        if not self._covers_resource(asked):
            return "Resource" if self.not_resources is None else "NotResource"
        for found in self.conditions:
            if not found.holds(asked.values):
                return "Condition"
        return None

    def names(self, asked: Asked) -> Named:
        """How closely the statement, in a resource-based policy, names the caller."""
        if self.principals is not None:
            return self.principals.names(asked.principal)
        if self.not_principals is None:
            return Named.NO
        if self.denies:
            spared = self.not_principals.exempts(asked.principal)
        else:
            spared = self.not_principals.names(asked.principal) is not Named.NO
        return Named.NO if spared else Named.DIRECT

    def meant_for(self, asked: Asked) -> bool:
        """In a policy that hangs on the caller nobody need be named; whoever is named, is meant alone."""
        return (self.principals is None and self.not_principals is None) or self.names(asked) is not Named.NO

    def _covers_action(self, asked: Asked) -> bool:
        if self.actions is not None:
            return self.actions.covers(asked.action)
        return self.not_actions is not None and not self.not_actions.covers(asked.action)

    def _covers_resource(self, asked: Asked) -> bool:
        if self.resources is not None:
            return bool(self.resources.covers(asked))
        if self.not_resources is None:
            # Only a role's trust policy does without: the role that it hangs on is meant.
            return asked.action.startswith("sts:")
        excluded = self.not_resources.covers(asked)
        if excluded is None or (not excluded and self.not_resources.incomplete):
            # What is excluded can't be told: an Allow does not take effect, a Deny does.
            return self.denies
        return not excluded


class Policy:
    """A compiled policy: its statements, the Allows and the Denies among them."""

    __slots__ = ("allows", "denies", "source", "statements")

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.source = source
        self.statements = _statements(source)
        self.allows = tuple(statement for statement in self.statements if not statement.denies)
        self.denies = tuple(statement for statement in self.statements if statement.denies)


_KEPT = 4096
_compiled: dict[bytes, Policy | PolicyError] = {}


def compiled(policy: Any) -> Policy:
    """The policy compiled. Its content is the key under which it is kept, so a changed dict is read anew.

    Raises PolicyError where it is no policy.
    """
    try:
        content = marshal.dumps(policy, 2)
    except ValueError:  # something in it is no plain JSON value: read without keeping
        return _compile(policy)
    found = _compiled.get(content)
    if found is None:
        if len(_compiled) >= _KEPT:
            _compiled.clear()
        try:
            found = _compile(deepcopy(policy))
        except PolicyError as error:
            found = error
        _compiled[content] = found
    if isinstance(found, PolicyError):
        raise PolicyError(*found.args)
    return found


def _compile(policy: object) -> Policy:
    if not isinstance(policy, Mapping):
        raise PolicyError(f"A policy is a JSON object with Version and Statement, not {_kind(policy)}.")
    return Policy(policy)


def _statements(source: Mapping[str, Any]) -> tuple[Statement, ...]:
    unknown = sorted(str(name) for name in source if name not in DOCUMENT_ELEMENTS)
    if unknown:
        raise PolicyError(f"A policy has no element {unknown[0]}; it has Version, Id and Statement.")
    version = source.get("Version", VERSIONS[0])
    if version not in VERSIONS:
        raise PolicyError(f'Version must be "{VARIABLES_SINCE}", the version of the policy language.')
    found = source.get("Statement")
    if isinstance(found, Mapping):
        found = [found]
    if not isinstance(found, list | tuple):
        raise PolicyError("A policy needs a Statement: a JSON object, or a list of them.")
    statements = []
    for number, statement in enumerate(found, 1):
        if not isinstance(statement, Mapping):
            raise PolicyError(f"Statement {number} must be a JSON object, not {_kind(statement)}.")
        try:
            statements.append(Statement(statement, number, variables=version == VARIABLES_SINCE))
        except PolicyError as error:
            sid = statement.get("Sid")
            where = f'Statement {number} ("{sid}")' if isinstance(sid, str) and sid else f"Statement {number}"
            raise PolicyError(f"{where}: {error}.") from None
    return tuple(statements)


def _check_elements(source: Mapping[str, Any]) -> None:
    unknown = sorted(str(name) for name in source if name not in STATEMENT_ELEMENTS)
    if unknown:
        raise PolicyError(f"a statement has no element {unknown[0]}")
    for name in ("Principal", "Action", "Resource"):
        if name in source and f"Not{name}" in source:
            raise PolicyError(f"it has both {name} and Not{name}; keep one of them")
    if not isinstance(source.get("Sid", ""), str):
        raise PolicyError("Sid must be a text")


def _effect(source: Mapping[str, Any]) -> str:
    effect = source.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise PolicyError('Effect must be "Allow" or "Deny"')
    return str(effect)


def _texts(source: Mapping[str, Any], name: str) -> list[str]:
    """A text, or a list of texts, as a list."""
    found = source[name]
    listed = [found] if isinstance(found, str) else found
    if not isinstance(listed, list | tuple) or not all(isinstance(item, str) for item in listed):
        raise PolicyError(f"{name} must be a text or a list of texts")
    return list(listed)


def _principals(found: object) -> dict[str, list[str]]:
    if isinstance(found, str):
        return {"AWS": [found]}
    if not isinstance(found, Mapping):
        raise PolicyError('Principal must be "*" or an object such as {"AWS": "arn:aws:iam::…:user/…"}')
    unknown = sorted(str(type_) for type_ in found if type_ not in PRINCIPAL_TYPES)
    if unknown:
        raise PolicyError(
            f"there is no principal type {unknown[0]}; use one of {', '.join(sorted(PRINCIPAL_TYPES))}"
        )
    return {type_: _texts(found, type_) for type_ in found}


def _conditions(found: object, *, denies: bool, variables: bool) -> tuple[Condition, ...]:
    if not isinstance(found, Mapping):
        raise PolicyError("Condition must be an object of operators, each with an object of keys")
    conditions = []
    for operator, keys in found.items():
        if not isinstance(operator, str) or not isinstance(keys, Mapping):
            raise PolicyError(
                f"the condition operator {operator} must hold an object of keys and their values"
            )
        if not keys:
            condition(
                operator, "", [], denies=denies, variables=variables
            )  # the name is checked all the same
        for key, wanted in keys.items():
            values = [wanted] if not isinstance(wanted, list | tuple) else wanted
            if not isinstance(key, str) or not all(
                isinstance(value, str | bool | int | float) for value in values
            ):
                raise PolicyError(
                    f"the values of {key} under {operator} must be texts, numbers, true or false"
                )
            conditions.append(
                condition(operator, key, [*map(text_of, values)], denies=denies, variables=variables)
            )
    return tuple(conditions)


def _kind(value: object) -> str:
    names: Sequence[tuple[type, str]] = [
        (str, "a text"), (bool, "true or false"), (int, "a number"), (float, "a number"), (list, "a list"),
        (Mapping, "an object"),
    ]  # fmt: skip
    return next((name for type_, name in names if isinstance(value, type_)), "null")
