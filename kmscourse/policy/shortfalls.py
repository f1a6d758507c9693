"""What a statement or a grant fell short in: each element that failed, in AWS's order, and why in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from kmscourse.policy import kms
from kmscourse.policy.conditions import Condition, Quantifier
from kmscourse.policy.principals import Named, principal
from kmscourse.policy.request import Asked
from kmscourse.policy.statement import Statement

SHOWN, LONGEST = 3, 100


class Part(IntEnum):
    """The parts of a statement, in AWS's order, and what stands for them in a grant."""

    PRINCIPAL = 1  # a grant's grantee
    ACTION = 2  # its operations
    RESOURCE = 3  # its key
    CONDITION = 4  # its constraints


class Shortfall(NamedTuple):
    """One part that failed; of several conditions, the first.

    ``element`` is as the policy writes it, ``why`` a sentence without its full stop.
    """

    part: Part
    element: str
    why: str


def of_statement(statement: Statement, asked: Asked, *, meant: bool) -> list[Shortfall]:
    """What a statement fell short in; nothing where it matched. ``meant``: it is meant for the caller."""
    found = []
    if not meant:
        found.append(
            Shortfall(Part.PRINCIPAL, _element(statement, "Principal"), _principal(statement, asked))
        )
    if not statement.covers_action(asked.action):
        found.append(Shortfall(Part.ACTION, _element(statement, "Action"), _action(statement, asked)))
    if not statement.covers_resource(asked):
        found.append(Shortfall(Part.RESOURCE, _element(statement, "Resource"), _resource(statement, asked)))
    failed = next((each for each in statement.conditions if not each.holds(asked.values)), None)
    if failed:
        element = f"Condition {failed.key} {failed.operator}"
        found.append(Shortfall(Part.CONDITION, element, _condition(failed, asked)))
    return found


def of_grant(grant: Mapping[str, Any], asked: Asked) -> list[Shortfall]:
    """What a grant fell short in."""
    found = []
    if kms.named(grant, kms.GRANTEE, asked) is Named.NO:
        grantees = [str(grant[field]) for field in kms.GRANTEE if grant.get(field)] or ["nobody"]
        why = f"the grant is for {_names(grantees, asked)}"
        found.append(Shortfall(Part.PRINCIPAL, kms.GRANTEE[0], why))
    if kms.operation_of(asked) not in kms.operations(grant):
        operation = asked.request.action.partition(":")[2]
        gives = listed(_texts(grant.get("Operations") or "nothing"), "and")
        why = f"the grant gives {gives}, and not {operation}"
        found.append(Shortfall(Part.ACTION, "Operations", why))
    if not kms.within_constraints(grant, asked):
        found.append(_constraint(grant, asked))
    return found


def listed(values: Iterable[str], last: str) -> str:
    """A few values as prose, the others counted."""
    texts = [text if len(text) <= LONGEST else text[: LONGEST - 1] + "…" for text in values]
    if len(texts) > SHOWN + 1:
        texts[SHOWN:] = [f"{len(texts) - SHOWN} more"]
        last = "and" if last == "and" else "or one of"
    return f" {last} ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)


def _texts(found: object) -> list[str]:
    return [str(item) for item in found] if isinstance(found, list | tuple) else [str(found)]


def _names(ids: Sequence[str], asked: Asked) -> str:
    """Those principals, and not the caller: by their short names, unless these are the same."""
    short = [arn if "*" in arn else principal(arn).name for arn in ids]
    caller = asked.caller
    if caller.name in short:
        return f"{listed(ids, 'and')}, and not {caller.id}"
    return f"{listed(short, 'and')}, and not {caller.name}"


def _element(statement: Statement, name: str) -> str:
    """The element's name in the statement: with Not, where it has that one."""
    return f"Not{name}" if f"Not{name}" in statement.source else name


def _principal(statement: Statement, asked: Asked) -> str:
    element = _element(statement, "Principal")
    if element not in statement.source:
        return "the statement has no Principal, and names nobody in a policy that hangs on a resource"
    found = statement.source[element]
    ids = (
        [text for value in found.values() for text in _texts(value)]
        if isinstance(found, Mapping)
        else [found]
    )
    if element == "NotPrincipal":
        return f"the statement leaves out {listed(ids, 'and')}"
    wild = next((arn for arn in ids if "*" in arn), None)
    if wild:
        return f"the statement names {wild}, and a wildcard inside of an ARN names nobody"
    return f"the statement names {_names(ids, asked)}"


def _action(statement: Statement, asked: Asked) -> str:
    action, source = asked.request.action, statement.source
    if "Action" in source:
        return f"the statement is about {listed(_texts(source['Action']), 'and')}, and not {action}"
    if "NotAction" in source:
        return f"the statement leaves out {listed(_texts(source['NotAction']), 'and')}"
    return "the statement has no Action, and so no effect"


def _resource(statement: Statement, asked: Asked) -> str:
    resource, source = asked.request.resource, statement.source
    if "Resource" in source:
        patterns = _texts(source["Resource"])
        if asked.on_key and all(":alias/" in pattern for pattern in patterns):
            return f"the statement covers the alias {listed(patterns, 'or')}, and using a key takes the key's own ARN"
        return f"the statement covers {listed(patterns, 'and')}, and the request is for {resource}"
    if "NotResource" in source:
        return f"the statement leaves out {listed(_texts(source['NotResource']), 'and')}"
    return "the statement has no Resource, and so no effect"


# How an operator compares, by what its name ends with; the longer ending first.
RELATIONS = {
    "NotIpAddress": "outside of", "IpAddress": "within", "NotEqualsIgnoreCase": "other than", "NotEquals": "other than",
    "NotLike": "other than", "LessThanEquals": "at most", "LessThan": "less than", "GreaterThanEquals": "at least",
    "GreaterThan": "more than", "Like": "like", "Equals": "=", "EqualsIgnoreCase": "=", "Bool": "=",
}  # fmt: skip
QUANTITIES = {Quantifier.ALL: "every value of ", Quantifier.ANY: "a value of "}


def _condition(condition: Condition, asked: Asked) -> str:
    given = asked.values.get(condition.key.lower(), ())
    has = listed(given, "and") if given else "none"
    base = condition.operator.removesuffix("IfExists")
    if base.endswith("Null"):
        if any(given):
            return f"the statement asks for a request without {condition.key}, and this one has {has}"
        return f"the statement asks for any {condition.key}, and the request has none"
    relation = next(words for ending, words in RELATIONS.items() if base.endswith(ending))
    quantity = next((words for each, words in QUANTITIES.items() if base.startswith(each.value)), "")
    wanted = listed(condition.wanted, "or") or "nothing"
    ask = f"the statement asks for {quantity}{condition.key} {relation} {wanted}, and the request has {has}"
    differ_by_case = relation == "=" and {text.lower() for text in given} & {
        text.lower() for text in condition.wanted
    }
    return f"{ask} (only upper and lower case differ)" if differ_by_case else ask


def _constraint(grant: Mapping[str, Any], asked: Asked) -> Shortfall:
    """The first constraint of a grant that failed."""
    constraints = grant.get("Constraints") or {}
    if not isinstance(constraints, Mapping):
        return Shortfall(Part.CONDITION, "Constraints", "the grant's constraints can't be read")
    if not kms.passes_on_what_it_has(grant, asked):
        passed_on = listed(asked.values.get("kms:grantoperations", ()), "and") or "something unsaid"
        why = f"the grant lets one pass on its own operations only, and the request would pass on {passed_on}"
        return Shortfall(Part.CONDITION, "Operations", why)
    name, wanted = next(
        (name, value) for name, value in constraints.items() if not kms.holds(name, value, asked)
    )
    if not isinstance(wanted, Mapping):
        why = f"the grant asks for {name} = {wanted}, and the request has none such"
        return Shortfall(Part.CONDITION, f"Constraints {name}", why)
    exactly = "exactly " if name == "EncryptionContextEquals" else ""
    given = kms.encryption_context(asked.request)
    why = (
        f"the grant asks for {exactly}{_pairs(wanted)} in the encryption context, "
        f"and the request has {_pairs(given)}"
    )
    return Shortfall(Part.CONDITION, f"Constraints {name}", why)


def _pairs(context: Mapping[str, Any]) -> str:
    return listed((f"{key} = {value}" for key, value in context.items()), "and") or "none"
