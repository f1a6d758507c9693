"""One statement of a policy: who, what, on which resource, under which conditions.

IAM User Guide, "Grammar of the IAM JSON policy language". What AWS refuses to store is refused here with a
PolicyError; what it stores without effect (a key policy statement without Resource, say) has none.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from typing import Any

from kmscourse.errors import PolicyError
from kmscourse.policy.language.conditions import Condition
from kmscourse.policy.language.patterns import (
    EVERY_RESOURCE,
    Matcher,
    ResourcePatterns,
    action_matcher,
)
from kmscourse.policy.language.principals import PrincipalElement

# The types of JSON's objects, lists and numbers (a bool is an int). Plain types stand first: they are told fastest.
OBJECTS, LISTS, NUMBERS = (dict, Mapping), (list, tuple), (int, float)
ELEMENTS = frozenset({
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
})  # fmt: skip
OPPOSITES = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
PRINCIPAL_TYPES = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


class PolicySource:
    """The document that a policy was compiled from.

    With ``content``, the document as bytes, it is read from them on first use, so that nobody else can have changed it.
    """

    __slots__ = ("_content", "_document")

    def __init__(self, document: Mapping[str, Any], content: bytes | None = None) -> None:
        self._content = content
        self._document = document if content is None else None

    @property
    def document(self) -> Mapping[str, Any]:
        """The whole policy."""
        if self._document is None:
            self._document = marshal.loads(self._content or b"")  # noqa: S302
        return self._document

    def statement(self, number: int) -> Mapping[str, Any]:
        """One of its statements, counted from 1."""
        statements = self.document["Statement"]
        return statements if isinstance(statements, OBJECTS) else statements[number - 1]


class Statement:
    """A compiled statement; ``number`` counts from 1.

    ``covers_action`` says whether its Action or NotAction covers an action, in lower case. Of ``principals`` and
    ``not_principals``, and of ``resources`` and ``not_resources``, those are None that it does not have.
    """

    __slots__ = (
        "_policy", "conditions", "covers_action", "denies", "not_principals", "not_resources", "number",
        "principals", "resources", "variables",
    )  # fmt: skip

    def __init__(
        self, source: Mapping[str, Any], number: int, policy: PolicySource, *, variables: bool
    ) -> None:
        """Compile it; ``variables``: the policy's version has policy variables. PolicyError names a mistake."""
        _check_elements(source)
        self._policy = policy
        self.number = number
        self.variables = variables
        self.denies: bool = source["Effect"] == "Deny"
        self.covers_action = _compile_actions(source, self.denies)
        self.principals: PrincipalElement | None = None
        self.not_principals: PrincipalElement | None = None
        self.resources: ResourcePatterns | None = None
        self.not_resources: ResourcePatterns | None = None
        self.conditions: tuple[Condition, ...] = ()
        if "Principal" in source:
            self.principals = _compile_principals("Principal", source["Principal"])
        elif "NotPrincipal" in source:
            self.not_principals = _compile_principals("NotPrincipal", source["NotPrincipal"])
        if "Resource" in source:
            self.resources = _compile_resources("Resource", source["Resource"], variables)
        elif "NotResource" in source:
            self.not_resources = _compile_resources("NotResource", source["NotResource"], variables)
        if "Condition" in source:
            self.conditions = _compile_conditions(source["Condition"], self.denies, variables)

    @property
    def source(self) -> Mapping[str, Any]:
        """The statement as it stands in the policy."""
        return self._policy.statement(self.number)

    @property
    def name(self) -> str:
        """The statement as a sentence refers to it: by its Sid, or by its number where it has none."""
        sid = self.source.get("Sid")
        return f'the statement "{sid}"' if sid else f"statement {self.number}"


def _check_elements(source: Mapping[str, Any]) -> None:
    if not source.keys() <= ELEMENTS:
        unknown = min(str(name) for name in source.keys() - ELEMENTS)
        raise PolicyError(f"a statement has no element {unknown}.")
    if source.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError('Effect must be "Allow" or "Deny".')
    if "Sid" in source and not isinstance(source["Sid"], str):
        raise PolicyError("Sid must be a text.")
    for element, inverse in OPPOSITES:
        if inverse in source and element in source:
            raise PolicyError(f"it has both {element} and {inverse}; keep one of them.")


def _compile_actions(source: Mapping[str, Any], denies: bool) -> Matcher:
    """What Action or NotAction covers. A pattern that AWS refuses opens nothing: it does not make an Allow wider."""
    if "Action" in source:
        return action_matcher(_list_texts("Action", source["Action"]), wildcard_services=denies)
    excluded = action_matcher(
        _list_texts("NotAction", source.get("NotAction", "*")), wildcard_services=not denies
    )
    return lambda action: not excluded(action)


def _compile_resources(element: str, value: object, variables: bool) -> ResourcePatterns:
    if value == "*":
        return EVERY_RESOURCE
    return ResourcePatterns(_list_texts(element, value), variables=variables)


def _compile_principals(element: str, names: Any) -> PrincipalElement:
    if isinstance(names, str):
        return PrincipalElement({"AWS": [names]})
    if not isinstance(names, OBJECTS):
        raise PolicyError(f'{element} must be "*" or an object such as {{"AWS": "arn:aws:iam::…:user/…"}}.')
    if not names.keys() <= PRINCIPAL_TYPES:
        unknown = min(str(type_) for type_ in names.keys() - PRINCIPAL_TYPES)
        raise PolicyError(f"there is no principal type {unknown}; use {', '.join(sorted(PRINCIPAL_TYPES))}.")
    return PrincipalElement({type_: _list_texts(element, texts) for type_, texts in names.items()})


def _compile_conditions(element: object, denies: bool, variables: bool) -> tuple[Condition, ...]:
    if not isinstance(element, OBJECTS):
        raise PolicyError("Condition must be an object of operators, each with an object of keys.")
    conditions = []
    for operator, keys in element.items():
        if not isinstance(operator, str) or not isinstance(keys, OBJECTS):
            raise PolicyError(
                f"the condition operator {operator} must hold an object of keys and their values."
            )
        for key, value in keys.items() or {"": []}.items():  # the operator's name is checked in any case
            texts = _read_values(value) if isinstance(key, str) else None
            if texts is None:
                raise PolicyError(
                    f"the values of {key} under {operator} must be texts, numbers, true or false."
                )
            condition = Condition(operator, key, texts, denies=denies, variables=variables)
            if key:
                conditions.append(condition)
    return tuple(conditions)


def _read_values(value: object) -> list[str] | None:
    """The values of a condition key as texts; None where one of them is no single value."""
    texts: list[str] = []
    for each in value if isinstance(value, LISTS) else (value,):
        if isinstance(each, str):
            texts.append(each)
        elif isinstance(each, NUMBERS):
            texts.append(text_of(each))
        else:
            return None
    return texts


def text_of(value: object) -> str:
    """A JSON boolean or number as the text that AWS compares: true, 3."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list_texts(element: str, value: object) -> list[str]:
    """A text, or a list of texts, as a list."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, LISTS) or not all(isinstance(item, str) for item in value):
        raise PolicyError(f"{element} must be a text or a list of texts.")
    return list(value)
