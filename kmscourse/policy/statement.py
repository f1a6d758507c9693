"""One statement of a policy, compiled: who, what, on which resource, under which conditions.

IAM User Guide, "Grammar of the IAM JSON policy language". What AWS refuses to store is refused here with a
PolicyError; what it stores without effect (a key policy statement without Resource, say) has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.errors import PolicyError
from kmscourse.policy.conditions import Condition, condition
from kmscourse.policy.match import Matcher, ResourcePattern, any_action
from kmscourse.policy.principals import Named, PrincipalElement
from kmscourse.policy.request import Asked, text_of

ELEMENTS = frozenset({
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
})  # fmt: skip
PRINCIPAL_TYPES = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


class Statement:
    """A compiled statement. ``source`` is the dict that it was read from, ``number`` counts from 1."""

    __slots__ = (
        "conditions", "covers_action", "denies", "not_principals", "not_resources", "number", "principals",
        "resources", "source",
    )  # fmt: skip

    def __init__(self, source: Mapping[str, Any], number: int, *, variables: bool) -> None:
        """Compile it; ``variables``: the policy's version has policy variables. PolicyError names a mistake."""
        _check(source)
        self.source = source
        self.number = number
        self.denies: bool = source["Effect"] == "Deny"
        self.covers_action = _actions(source)
        self.principals, self.not_principals = (
            _principals(source, "Principal"),
            _principals(source, "NotPrincipal"),
        )
        self.resources = _resources(source, "Resource", variables=variables)
        self.not_resources = _resources(source, "NotResource", variables=variables)
        self.conditions = _conditions(source, denies=self.denies, variables=variables)

    @property
    def name(self) -> str:
        """The statement as a sentence refers to it: by its Sid, or by its number where it has none."""
        sid = self.source.get("Sid")
        return f'the statement "{sid}"' if sid else f"statement {self.number}"

    def applies(self, asked: Asked) -> bool:
        """Do action, resource and every condition match? Whom it names is another question: ``names``."""
        if not self.covers_action(asked.action) or not self.covers_resource(asked):
            return False
        for found in self.conditions:  # noqa: SIM110 (a loop costs half of what all() does)
            if not found.holds(asked.values):
                return False
        return True

    def names(self, asked: Asked) -> Named:
        """How closely the statement, in a resource-based policy, names the caller."""
        if self.principals is not None:
            return self.principals.names(asked.caller)
        if self.not_principals is None:
            return Named.NO
        if self.denies:
            spared = self.not_principals.exempts(asked.caller)
        else:
            spared = self.not_principals.names(asked.caller) is not Named.NO
        return Named.NO if spared else Named.DIRECT

    def meant_for(self, asked: Asked) -> bool:
        """Is the caller meant, where the policy hangs on the caller? Nobody need be named there."""
        if self.principals is None and self.not_principals is None:
            return True
        return self.names(asked) is not Named.NO

    def speaks_of(self, asked: Asked) -> bool:
        """Is the statement about the service that is called, whichever of its actions it has?"""
        service = asked.action.partition(":")[0]
        patterns = _texts("Action", self.source.get("Action", "*"))
        return any(any_action([pattern.partition(":")[0] + ":"])(service + ":") for pattern in patterns)

    def covers_resource(self, asked: Asked) -> bool:
        """Does its Resource or NotResource cover the resource?"""
        if self.resources is not None:
            return bool(self.resources.covers(asked))
        if self.not_resources is None:
            # Only a role's trust policy does without: the role that it hangs on is meant.
            return asked.assumes_role
        excluded = self.not_resources.covers(asked)
        if excluded is None or (not excluded and self.not_resources.incomplete):
            # What is excluded can't be told: an Allow does not take effect, a Deny does.
            return self.denies
        return not excluded


def _check(source: Mapping[str, Any]) -> None:
    if not source.keys() <= ELEMENTS:
        unknown = min(str(name) for name in source.keys() - ELEMENTS)
        raise PolicyError(f"a statement has no element {unknown}.")
    if source.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError('Effect must be "Allow" or "Deny".')
    if not isinstance(source.get("Sid", ""), str):
        raise PolicyError("Sid must be a text.")
    for name in ("Principal", "Action", "Resource"):
        if name in source and f"Not{name}" in source:
            raise PolicyError(f"it has both {name} and Not{name}; keep one of them.")


def _actions(source: Mapping[str, Any]) -> Matcher:
    if "Action" in source:
        return any_action(_texts("Action", source["Action"]))
    excluded = any_action(_texts("NotAction", source.get("NotAction", "*")))
    return lambda action: not excluded(action)


def _resources(source: Mapping[str, Any], element: str, *, variables: bool) -> ResourcePattern | None:
    return (
        ResourcePattern(_texts(element, source[element]), variables=variables) if element in source else None
    )


def _principals(source: Mapping[str, Any], element: str) -> PrincipalElement | None:
    if element not in source:
        return None
    found = source[element]
    if isinstance(found, str):
        return PrincipalElement({"AWS": [found]})
    if not isinstance(found, Mapping):
        raise PolicyError(f'{element} must be "*" or an object such as {{"AWS": "arn:aws:iam::…:user/…"}}.')
    if not found.keys() <= PRINCIPAL_TYPES:
        unknown = min(str(type_) for type_ in found.keys() - PRINCIPAL_TYPES)
        raise PolicyError(f"there is no principal type {unknown}; use {', '.join(sorted(PRINCIPAL_TYPES))}.")
    return PrincipalElement({type_: _texts(element, names) for type_, names in found.items()})


def _conditions(source: Mapping[str, Any], *, denies: bool, variables: bool) -> tuple[Condition, ...]:
    if "Condition" not in source:
        return ()
    found = source["Condition"]
    if not isinstance(found, Mapping):
        raise PolicyError("Condition must be an object of operators, each with an object of keys.")
    conditions = []
    for operator, keys in found.items():
        if not isinstance(operator, str) or not isinstance(keys, Mapping):
            raise PolicyError(
                f"the condition operator {operator} must hold an object of keys and their values."
            )
        for key, wanted in keys.items() or {"": []}.items():  # the operator's name is checked in any case
            values = wanted if isinstance(wanted, list | tuple) else [wanted]
            if not isinstance(key, str) or not all(isinstance(value, str | int | float) for value in values):
                raise PolicyError(
                    f"the values of {key} under {operator} must be texts, numbers, true or false."
                )
            texts = [value if isinstance(value, str) else text_of(value) for value in values]
            compiled = condition(operator, key, texts, denies=denies, variables=variables)
            if key:
                conditions.append(compiled)
    return tuple(conditions)


def _texts(element: str, found: object) -> list[str]:
    """A text, or a list of texts, as a list."""
    if isinstance(found, str):
        return [found]
    if not isinstance(found, list | tuple) or not all(isinstance(item, str) for item in found):
        raise PolicyError(f"{element} must be a text or a list of texts.")
    return list(found)
