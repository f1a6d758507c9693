"""The answer: allowed or refused, the statements that decided, and every step on the way there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kmscourse.policy.findings import Finding, Layer, Question, Subject, why
from kmscourse.policy.near_misses import NearMiss, near_misses
from kmscourse.policy.policies import Policies
from kmscourse.policy.request import Asked, Request
from kmscourse.policy.shortfalls import Part
from kmscourse.policy.statement import Statement

NAMED_BEFORE = re.compile("^the (statement|grant)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a decision. ``answer`` is "yes" or "no", ``statement`` what it rests on (or the grant)."""

    layer: str | None
    question: str
    answer: str
    statement: dict[str, Any] | None = None

    def __str__(self) -> str:
        sid = (self.statement or {}).get("Sid")
        return f"{self.question} {self.answer}" + (f', statement "{sid}"' if sid else "")


class Decision:
    """Whether a request is allowed, and why. Texts are made when they are asked for.

    ``explicit``: a Deny statement decided. ``layer``: of a refusal, the kind of policy that AWS's sentence
    names; None where the request is allowed.
    """

    __slots__ = ("_near_misses", "_policies", "allowed", "asked", "explicit", "findings", "layer")

    def __init__(
        self, asked: Asked, findings: Sequence[Finding], policies: Policies | None, *, allowed: bool
    ) -> None:
        """``policies`` is None where one of them can't be read."""
        self.asked = asked
        self.findings = findings
        self._policies = policies
        self._near_misses: tuple[NearMiss, ...] | None = None
        self.allowed = allowed
        self.explicit = not allowed and findings[-1].question is Question.DENIED
        self.layer: str | None = None if allowed else (findings[-1].layer or Layer.IDENTITY).value

    @property
    def request(self) -> Request:
        """The request that was decided."""
        return self.asked.request

    @property
    def statements(self) -> tuple[dict[str, Any], ...]:
        """The statements and grants that decided, as the policies have them; none, where no Allow was found."""
        if not self.allowed and not self.explicit:
            return ()
        found = [_document(finding.evidence) for finding in self.findings if finding.yes]
        return tuple(document for document in found if document is not None)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every question that was asked, in AWS's order; the last is the verdict."""
        ask = Subject(self.asked).ask
        asked = [
            Step(
                found.layer and found.layer.value,
                ask(found.question),
                "yes" if found.yes else "no",
                _document(found.evidence),
            )
            for found in self.findings
        ]
        return (*asked, Step(self.layer, ask(Question.VERDICT), "yes" if self.allowed else "no"))

    @property
    def near_misses(self) -> tuple[NearMiss, ...]:
        """Statements that would have turned the decision, but for one element: a handful, the nearest first."""
        if self._near_misses is None:
            found = near_misses(self.asked, self._policies, self.findings, allowed=self.allowed)
            self._near_misses = found
        return self._near_misses

    @property
    def reason(self) -> str:
        """Why, in one plain sentence."""
        subject, may = Subject(self.asked), "may" if self.allowed else "may not"
        clause = why(self.findings, subject, allowed=self.allowed)
        return f"{subject.who} {may} call {subject.action}: {clause}{self._almost(subject)}."

    def _almost(self, subject: Subject) -> str:
        """Of a refusal, the statement that is for this caller and this action, and what else it asks for."""
        nearest = next(iter(() if self.allowed else self.near_misses), None)
        if nearest is None or not nearest.only or nearest.part < Part.RESOURCE:
            return ""
        layer = Layer(nearest.layer)
        of = f" of {f'the {subject.policy}' if layer is Layer.RESOURCE else layer.with_article}"
        name = nearest.name if nearest.name.startswith("the grant") else nearest.name + of
        return f"; {name} would, but {NAMED_BEFORE.sub('it', nearest.why)}"

    def sentence(self) -> str:
        """AWS's sentence for the refusal; empty where the request is allowed.

        IAM User Guide, "Troubleshoot access denied error messages".
        """
        if self.allowed:
            return ""
        request, layer = self.asked.request, Layer(self.layer or Layer.IDENTITY)
        opening = f"User: {request.principal} is not authorized to perform: {request.action}"
        if self.asked.on_key and self.asked.across_accounts and layer is Layer.RESOURCE:
            return (
                f"{opening} on this resource because the resource does not exist in this Region, "
                "no resource-based policies allow access, or a resource-based policy explicitly denies access"
            )
        opening = f"{opening} on resource: {request.resource}"
        if self.explicit:
            return f"{opening} with an explicit deny in {layer.with_article}"
        return f"{opening} because no {layer.noun} allows the {request.action} action"

    def __repr__(self) -> str:
        return f"<Decision: {self.reason}>"


def _document(evidence: object) -> dict[str, Any] | None:
    """A copy of the statement or grant, so that whoever gets it may change it."""
    source = evidence.source if isinstance(evidence, Statement) else evidence
    return deepcopy(dict(source)) if isinstance(source, Mapping) else None
