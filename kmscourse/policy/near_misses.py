"""Near misses: the statements and grants that would have turned a decision, but for one element.

Of a refusal they are Allows of the layers that did not allow, of an allowed request Denies. An explicit Deny
has none: no Allow beats it. They are looked for only when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kmscourse.policy import kms
from kmscourse.policy.findings import Finding, Layer, Question, name_of
from kmscourse.policy.policies import Policies, first_allow
from kmscourse.policy.principals import Named
from kmscourse.policy.request import Asked
from kmscourse.policy.shortfalls import Part, Shortfall, of_grant, of_statement
from kmscourse.policy.statement import Statement

HANDFUL = 5
# What a statement could have answered otherwise. No statement makes a call signed, or an alias a key.
OPEN = frozenset({
    Question.SERVICE_CONTROL, Question.NAMED, Question.GRANTED, Question.DELEGATED, Question.ACCOUNT,
    Question.IDENTITY, Question.BOUNDARY, Question.SESSION,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A statement (or grant) that nearly matched. ``name`` is how a sentence calls it.

    ``element`` is the first that failed, as in "Action" or "Condition kms:ViaService StringEquals"; ``why`` says
    so in a sentence without its full stop. ``part`` is what that element is a part of; ``only``: all else matched.
    """

    layer: str
    statement: dict[str, Any]
    name: str
    element: str
    why: str
    part: Part
    only: bool

    def __str__(self) -> str:
        return f"{self.name} ({self.layer}), {self.element}: {self.why}"


Missed = tuple[Layer, Statement | Mapping[str, Any], list[Shortfall]]


def near_misses(
    asked: Asked, policies: Policies | None, findings: Sequence[Finding], *, allowed: bool
) -> tuple[NearMiss, ...]:
    """The nearest first, then in AWS's order; a handful at most. ``policies`` is None where one can't be read."""
    if policies is None:
        return ()
    missed = sorted(_missed(asked, policies, findings, allowed=allowed), key=_distance)
    return tuple(
        NearMiss(
            layer.value,
            deepcopy(dict(found.source if isinstance(found, Statement) else found)),
            name_of(found),
            shortfalls[0].element,
            shortfalls[0].why,
            shortfalls[0].part,
            len(shortfalls) == 1,
        )
        for layer, found, shortfalls in missed[:HANDFUL]
    )


def _distance(missed: Missed) -> tuple[int, int]:
    """The fewer parts failed, and the later the first of them, the nearer the statement came."""
    shortfalls = missed[2]
    return len(shortfalls), -shortfalls[0].part


def _missed(
    asked: Asked, policies: Policies, findings: Sequence[Finding], *, allowed: bool
) -> Iterator[Missed]:
    for layer, statement in _candidates(asked, policies, findings, allowed=allowed):
        shortfalls = of_statement(statement, asked, meant=policies.mean(statement, layer, asked))
        if _is_near(shortfalls) and statement.speaks_of(asked):
            yield layer, statement, shortfalls
    if (
        not allowed
        and findings[-1].question in OPEN
        and any(f.question is Question.GRANTED for f in findings)
    ):
        for grant in policies.grants:
            if isinstance(grant, Mapping) and kms.granted(grant, asked) is Named.NO:
                shortfalls = of_grant(grant, asked)
                if _is_near(shortfalls):
                    yield Layer.RESOURCE, grant, shortfalls


def _is_near(shortfalls: Sequence[Shortfall]) -> bool:
    """One element failed, or it is about the caller at least."""
    return len(shortfalls) == 1 or (len(shortfalls) > 1 and shortfalls[0].part is not Part.PRINCIPAL)


def _candidates(
    asked: Asked, policies: Policies, findings: Sequence[Finding], *, allowed: bool
) -> Iterator[tuple[Layer, Statement]]:
    """The statements that could have turned it, in AWS's order."""
    if not allowed and findings[-1].question not in OPEN:
        return
    closed = {finding.layer for finding in findings if not finding.yes}
    for layer, found in policies.by_layer():
        if layer is Layer.RESOURCE and asked.action == kms.RETIRE and not allowed:
            continue  # a key policy has no say in it
        if not allowed and (
            layer not in closed or (layer is not Layer.RESOURCE and first_allow(found, asked))
        ):
            continue
        for policy in found:
            for statement in policy.denies if allowed else policy.allows:
                yield layer, statement
