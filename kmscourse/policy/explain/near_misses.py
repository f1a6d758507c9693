"""Near misses: the statements and grants that would have turned a decision, but for one element.

Of a refusal they are Allows of the layers that did not allow, of an allowed request Denies. An explicit Deny
has none: no Allow beats it. They are looked for only when somebody reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from kmscourse.policy.evaluate import kms
from kmscourse.policy.evaluate.findings import Finding, Layer, Question
from kmscourse.policy.evaluate.match import covers_resource, find_allow
from kmscourse.policy.evaluate.policies import Policies
from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.explain.wording import describe_evidence
from kmscourse.policy.language.build import list_values
from kmscourse.policy.language.conditions import Condition, Quantifier
from kmscourse.policy.language.patterns import action_matcher, has_wildcard_service
from kmscourse.policy.language.principals import NOT_NAMED, parse_principal
from kmscourse.policy.language.statement import Statement

MAX_NEAR_MISSES = 5
MAX_VALUES, MAX_VALUE_LENGTH = 3, 100  # that a sentence shows
# What a statement could have answered otherwise. No statement makes a call signed, or an alias a key.
OPEN_QUESTIONS = frozenset({
    Question.SERVICE_CONTROL, Question.NAMED, Question.GRANTED, Question.DELEGATED, Question.ACCOUNT,
    Question.IDENTITY, Question.BOUNDARY, Question.SESSION,
})  # fmt: skip


class ElementType(IntEnum):
    """The elements of a statement, in AWS's order, and what stands for them in a grant."""

    PRINCIPAL = 1  # a grant's grantee
    ACTION = 2  # its operations
    RESOURCE = 3  # its key
    CONDITION = 4  # its constraints


class Shortfall(NamedTuple):
    """One element that failed; of several conditions, the first.

    ``element`` is as the policy writes it, ``why`` a sentence without its full stop.
    """

    element_type: ElementType
    element: str
    why: str


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A statement (or grant) that nearly matched. ``name`` is how a sentence calls it.

    ``element`` is the first that failed, as in "Action" or "Condition kms:ViaService StringEquals"; ``why`` says
    so in a sentence without its full stop. ``only``: all else matched.
    """

    layer: str
    statement: dict[str, Any]
    name: str
    element: str
    why: str
    element_type: ElementType
    only: bool

    def __str__(self) -> str:
        return f"{self.name} ({self.layer}), {self.element}: {self.why}"


Candidate = tuple[Layer, Statement | Mapping[str, Any], list[Shortfall]]


def find_near_misses(
    request: Request, policies: Policies | None, findings: Sequence[Finding], *, allowed: bool
) -> tuple[NearMiss, ...]:
    """The nearest first, then in AWS's order; a handful at most. ``policies`` is None where one can't be read."""
    if policies is None:
        return ()
    candidates = sorted(_candidates(request, policies, findings, allowed=allowed), key=_distance)
    return tuple(
        NearMiss(
            layer.value,
            deepcopy(dict(evidence.source if isinstance(evidence, Statement) else evidence)),
            describe_evidence(evidence),
            shortfalls[0].element,
            shortfalls[0].why,
            shortfalls[0].element_type,
            len(shortfalls) == 1,
        )
        for layer, evidence, shortfalls in candidates[:MAX_NEAR_MISSES]
    )


def _distance(candidate: Candidate) -> tuple[int, int]:
    """The fewer elements failed, and the later the first of them, the nearer the statement came."""
    shortfalls = candidate[2]
    return len(shortfalls), -shortfalls[0].element_type


def _candidates(
    request: Request, policies: Policies, findings: Sequence[Finding], *, allowed: bool
) -> Iterator[Candidate]:
    for layer, statement in _statements(request, policies, findings, allowed=allowed):
        meant = policies.mean_caller(statement, layer, request)
        shortfalls = statement_shortfalls(statement, request, meant=meant)
        if _is_near(shortfalls) and _is_about_service(statement, request):
            yield layer, statement, shortfalls
    asked_grants = any(finding.question is Question.GRANTED for finding in findings)
    if allowed or findings[-1].question not in OPEN_QUESTIONS or not asked_grants:
        return
    for grant in policies.grants:
        if isinstance(grant, Mapping) and kms.gives(grant, request) is NOT_NAMED:
            shortfalls = grant_shortfalls(grant, request)
            if _is_near(shortfalls):
                yield Layer.RESOURCE, grant, shortfalls


def _is_near(shortfalls: Sequence[Shortfall]) -> bool:
    """One element failed, or it is about the caller at least."""
    return len(shortfalls) == 1 or (
        len(shortfalls) > 1 and shortfalls[0].element_type is not ElementType.PRINCIPAL
    )


def _is_about_service(statement: Statement, request: Request) -> bool:
    """Is the statement about the service that is called, whichever of its actions it has?"""
    service = request.lowercase_action.partition(":")[0] + ":"
    prefixes = [
        pattern.partition(":")[0] + ":" for pattern in list_values(statement.source.get("Action", "*"))
    ]
    return any(action_matcher([prefix])(service) for prefix in prefixes)


def _statements(
    request: Request, policies: Policies, findings: Sequence[Finding], *, allowed: bool
) -> Iterator[tuple[Layer, Statement]]:
    """The statements that could have turned it, in AWS's order."""
    if not allowed and findings[-1].question not in OPEN_QUESTIONS:
        return
    closed = {finding.layer for finding in findings if not finding.yes}
    for layer, policies_of_layer in policies.by_layer():
        if not allowed:
            if layer is Layer.RESOURCE and request.lowercase_action == kms.RETIRE_GRANT:
                continue  # a key policy has no say in it
            if layer not in closed:
                continue
            if layer is not Layer.RESOURCE and find_allow(policies_of_layer, request):
                continue
        for policy in policies_of_layer:
            for statement in policy.denies if allowed else policy.allows:
                yield layer, statement


def statement_shortfalls(statement: Statement, request: Request, *, meant: bool) -> list[Shortfall]:
    """What a statement fell short in; nothing where it matched. ``meant``: it is meant for the caller."""
    shortfalls = []
    if not meant:
        element = _name_element(statement, "Principal")
        shortfalls.append(Shortfall(ElementType.PRINCIPAL, element, _explain_principal(statement, request)))
    if not statement.covers_action(request.lowercase_action):
        element = _name_element(statement, "Action")
        shortfalls.append(Shortfall(ElementType.ACTION, element, _explain_action(statement, request)))
    if not covers_resource(statement, request):
        element = _name_element(statement, "Resource")
        shortfalls.append(Shortfall(ElementType.RESOURCE, element, _explain_resource(statement, request)))
    failed = next((each for each in statement.conditions if not each.holds(request.values)), None)
    if failed:
        element = f"Condition {failed.key} {failed.operator}"
        shortfalls.append(Shortfall(ElementType.CONDITION, element, _explain_condition(failed, request)))
    return shortfalls


def grant_shortfalls(grant: Mapping[str, Any], request: Request) -> list[Shortfall]:
    """What a grant fell short in."""
    shortfalls = []
    if kms.names_in_grant(grant, kms.GRANTEE_FIELDS, request) is NOT_NAMED:
        grantees = [str(grant[field]) for field in kms.GRANTEE_FIELDS if grant.get(field)] or ["nobody"]
        why = f"the grant is for {_name_others(grantees, request)}"
        shortfalls.append(Shortfall(ElementType.PRINCIPAL, kms.GRANTEE_FIELDS[0], why))
    if kms.operation_of(request) not in kms.operations_of(grant):
        operation = request.action.partition(":")[2]
        operations = enumerate_values(_texts(grant.get("Operations") or "nothing"), "and")
        why = f"the grant gives {operations}, and not {operation}"
        shortfalls.append(Shortfall(ElementType.ACTION, "Operations", why))
    if not kms.holds_constraints(grant, request):
        shortfalls.append(_constraint_shortfall(grant, request))
    return shortfalls


def enumerate_values(values: Iterable[str], last: str) -> str:
    """A few values as prose, the others counted. ``last`` stands before the last: "and" or "or"."""
    texts = [text if len(text) <= MAX_VALUE_LENGTH else text[: MAX_VALUE_LENGTH - 1] + "…" for text in values]
    if len(texts) > MAX_VALUES + 1:
        texts[MAX_VALUES:] = [f"{len(texts) - MAX_VALUES} more"]
        last = "and" if last == "and" else "or one of"
    return f" {last} ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _name_others(ids: Sequence[str], request: Request) -> str:
    """Those principals, and not the caller: by their short names, unless these are the same."""
    names = [arn if "*" in arn else parse_principal(arn).name for arn in ids]
    caller = request.caller
    if caller.name in names:
        return f"{enumerate_values(ids, 'and')}, and not {caller.id}"
    return f"{enumerate_values(names, 'and')}, and not {caller.name}"


def _name_element(statement: Statement, name: str) -> str:
    """The element's name in the statement: with Not, where it has that one."""
    return f"Not{name}" if f"Not{name}" in statement.source else name


def _explain_principal(statement: Statement, request: Request) -> str:
    element = _name_element(statement, "Principal")
    if element not in statement.source:
        return "the statement has no Principal, and names nobody in a policy that hangs on a resource"
    principal = statement.source[element]
    ids = (
        [text for value in principal.values() for text in _texts(value)]
        if isinstance(principal, Mapping)
        else [principal]
    )
    if element == "NotPrincipal":
        return f"the statement leaves out {enumerate_values(ids, 'and')}"
    wild = next((arn for arn in ids if "*" in arn), None)
    if wild:
        return f"the statement names {wild}, and a wildcard inside of an ARN names nobody"
    return f"the statement names {_name_others(ids, request)}"


def _explain_action(statement: Statement, request: Request) -> str:
    action, source = request.action, statement.source
    if "Action" in source:
        patterns = _texts(source["Action"])
        wild = next((each for each in patterns if has_wildcard_service(each)), None)
        if wild and action_matcher([wild])(request.lowercase_action):
            return f"the statement names {wild}, and a wildcard in place of the service names none"
        return f"the statement is about {enumerate_values(patterns, 'and')}, and not {action}"
    if "NotAction" in source:
        return f"the statement leaves out {enumerate_values(_texts(source['NotAction']), 'and')}"
    return "the statement has no Action, and so no effect"


def _explain_resource(statement: Statement, request: Request) -> str:
    resource, source = request.resource, statement.source
    if "Resource" in source:
        patterns = _texts(source["Resource"])
        if request.on_key and all(":alias/" in pattern for pattern in patterns):
            aliases = enumerate_values(patterns, "or")
            return f"the statement covers the alias {aliases}, and using a key takes the key's own ARN"
        return f"the statement covers {enumerate_values(patterns, 'and')}, and the request is for {resource}"
    if "NotResource" in source:
        return f"the statement leaves out {enumerate_values(_texts(source['NotResource']), 'and')}"
    return "the statement has no Resource, and so no effect"


# How an operator compares, by what its name ends with; the longer ending first.
RELATIONS = {
    "NotIpAddress": "outside of", "IpAddress": "within", "NotEqualsIgnoreCase": "other than", "NotEquals": "other than",
    "NotLike": "other than", "LessThanEquals": "at most", "LessThan": "less than", "GreaterThanEquals": "at least",
    "GreaterThan": "more than", "Like": "like", "Equals": "=", "EqualsIgnoreCase": "=", "Bool": "=",
}  # fmt: skip
QUANTITIES = {Quantifier.ALL: "every value of ", Quantifier.ANY: "a value of "}


def _explain_condition(condition: Condition, request: Request) -> str:
    values = request.values.get(condition.key.lower(), ())
    has = enumerate_values(values, "and") if values else "none"
    base = condition.operator.removesuffix("IfExists")
    if base.endswith("Null"):
        if any(values):
            return f"the statement asks for a request without {condition.key}, and this one has {has}"
        return f"the statement asks for any {condition.key}, and the request has none"
    relation = next(words for ending, words in RELATIONS.items() if base.endswith(ending))
    quantity = next((words for each, words in QUANTITIES.items() if base.startswith(each.value)), "")
    required = enumerate_values(condition.values, "or") or "nothing"
    why = f"the statement asks for {quantity}{condition.key} {relation} {required}, and the request has {has}"
    lowered = {text.lower() for text in values}
    if relation == "=" and any(text.lower() in lowered for text in condition.values):
        return f"{why} (only upper and lower case differ)"
    return why


def _constraint_shortfall(grant: Mapping[str, Any], request: Request) -> Shortfall:
    """The first constraint of a grant that failed."""
    constraints = grant.get("Constraints") or {}
    if not isinstance(constraints, Mapping):
        return Shortfall(ElementType.CONDITION, "Constraints", "the grant's constraints can't be read")
    if not kms.passes_on_own_operations(grant, request):
        operations = request.values.get("kms:grantoperations", ())
        passed_on = enumerate_values(operations, "and") or "something unsaid"
        why = f"the grant lets one pass on its own operations only, and the request would pass on {passed_on}"
        return Shortfall(ElementType.CONDITION, "Operations", why)
    name, value = next(
        (name, value) for name, value in constraints.items() if not kms.holds_constraint(name, value, request)
    )
    if isinstance(value, Mapping):
        exactly = "exactly " if name == "EncryptionContextEquals" else ""
        context = kms.encryption_context(request)
        why = (
            f"the grant asks for {exactly}{_enumerate_pairs(value)} in the encryption context, "
            f"and the request has {_enumerate_pairs(context)}"
        )
    else:
        why = f"the grant asks for {name} = {value}, and the request has none such"
    return Shortfall(ElementType.CONDITION, f"Constraints {name}", why)


def _enumerate_pairs(context: Mapping[str, Any]) -> str:
    return enumerate_values((f"{key} = {value}" for key, value in context.items()), "and") or "none"
