"""One statement of a policy: who, what, on which resource, under which conditions.

IAM User Guide, "Grammar of the IAM JSON policy language". What AWS refuses to store is refused here with a
PolicyError; what it stores without effect (a key policy statement without Resource, say) has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from kmscourse.errors import PolicyError
from kmscourse.policy.language.conditions import Condition
from kmscourse.policy.language.patterns import Matcher, ResourcePatterns, action_matcher
from kmscourse.policy.language.principals import PrincipalElement

ELEMENTS = frozenset({
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
})  # fmt: skip
PRINCIPAL_TYPES = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


class Statement:
    """A statement. ``source`` is the dict that it was read from, ``number`` counts from 1.

    All of it is checked at once; each element is compiled when a request first needs it.
    """

    def __init__(self, source: Mapping[str, Any], number: int, *, variables: bool) -> None:
        """``variables``: the policy's version has policy variables. PolicyError names the first mistake."""
        _check_elements(source)
        self.source = source
        self.number = number
        self.denies: bool = source["Effect"] == "Deny"
        self.variables = variables
        for element in ("Action", "NotAction"):
            if element in source:
                _list_texts(element, source[element])
        self._principals = _read_principals(source, "Principal")
        self._not_principals = _read_principals(source, "NotPrincipal")
        for element in ("Resource", "NotResource"):
            if element in source:
                _list_texts(element, source[element])
        self.conditions = (
            _read_conditions(source["Condition"], denies=self.denies, variables=variables)
            if "Condition" in source
            else ()
        )

    @property
    def name(self) -> str:
        """The statement as a sentence refers to it: by its Sid, or by its number where it has none."""
        sid = self.source.get("Sid")
        return f'the statement "{sid}"' if sid else f"statement {self.number}"

    @cached_property
    def covers_action(self) -> Matcher:
        """Whether its Action or NotAction covers an action, in lower case."""
        if "Action" in self.source:
            return action_matcher(_list_texts("Action", self.source["Action"]))
        excluded = action_matcher(_list_texts("NotAction", self.source.get("NotAction", "*")))
        return lambda action: not excluded(action)

    @cached_property
    def resources(self) -> ResourcePatterns | None:
        """Its Resource, where it has one."""
        return self._compile_resources("Resource")

    @cached_property
    def not_resources(self) -> ResourcePatterns | None:
        """Its NotResource, where it has one."""
        return self._compile_resources("NotResource")

    @cached_property
    def principals(self) -> PrincipalElement | None:
        """Its Principal, where it has one."""
        return None if self._principals is None else PrincipalElement(self._principals)

    @cached_property
    def not_principals(self) -> PrincipalElement | None:
        """Its NotPrincipal, where it has one."""
        return None if self._not_principals is None else PrincipalElement(self._not_principals)

    def _compile_resources(self, element: str) -> ResourcePatterns | None:
        if element not in self.source:
            return None
        return ResourcePatterns(_list_texts(element, self.source[element]), variables=self.variables)


def _check_elements(source: Mapping[str, Any]) -> None:
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


def _read_principals(source: Mapping[str, Any], element: str) -> dict[str, list[str]] | None:
    """The names that the element holds, by their type."""
    if element not in source:
        return None
    names = source[element]
    if isinstance(names, str):
        return {"AWS": [names]}
    if not isinstance(names, Mapping):
        raise PolicyError(f'{element} must be "*" or an object such as {{"AWS": "arn:aws:iam::…:user/…"}}.')
    if not names.keys() <= PRINCIPAL_TYPES:
        unknown = min(str(type_) for type_ in names.keys() - PRINCIPAL_TYPES)
        raise PolicyError(f"there is no principal type {unknown}; use {', '.join(sorted(PRINCIPAL_TYPES))}.")
    return {type_: _list_texts(element, texts) for type_, texts in names.items()}


def _read_conditions(element: object, *, denies: bool, variables: bool) -> tuple[Condition, ...]:
    if not isinstance(element, Mapping):
        raise PolicyError("Condition must be an object of operators, each with an object of keys.")
    conditions = []
    for operator, keys in element.items():
        if not isinstance(operator, str) or not isinstance(keys, Mapping):
            raise PolicyError(
                f"the condition operator {operator} must hold an object of keys and their values."
            )
        for key, value in keys.items() or {"": []}.items():  # the operator's name is checked in any case
            values = value if isinstance(value, list | tuple) else [value]
            if not isinstance(key, str) or not all(isinstance(each, str | int | float) for each in values):
                raise PolicyError(
                    f"the values of {key} under {operator} must be texts, numbers, true or false."
                )
            texts = [each if isinstance(each, str) else text_of(each) for each in values]
            condition = Condition(operator, key, texts, denies=denies, variables=variables)
            if key:
                conditions.append(condition)
    return tuple(conditions)


def text_of(value: object) -> str:
    """A JSON boolean or number as the text that AWS compares: true, 3."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list_texts(element: str, value: object) -> list[str]:
    """A text, or a list of texts, as a list."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise PolicyError(f"{element} must be a text or a list of texts.")
    return list(value)
