"""The answer to a request: allowed or refused, the statements that decided, and every step on the way there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kmscourse.policy.evaluate.evaluation import Verdict, decide
from kmscourse.policy.evaluate.findings import Finding, Layer, Question
from kmscourse.policy.evaluate.policies import Document
from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.explain.near_misses import ElementType, NearMiss, find_near_misses
from kmscourse.policy.explain.wording import Subject, explain_findings
from kmscourse.policy.language.statement import Statement

_LETS_IN = {
    Question.NAMED: "{policy}",
    Question.GRANTED: "grant",
    Question.IDENTITY: "IAM policy",
    Question.ROOT: "root user",
}
"""What lets a request in, by the question that is answered with yes: the first of these."""
NAMED_BEFORE = re.compile("^the (statement|grant)")


def evaluate(
    request: Request,
    *,
    identity_policies: Iterable[Document] = (),
    resource_policy: Document | None = None,
    grants: Iterable[Document] = (),
    permissions_boundaries: Iterable[Document] = (),
    session_policy: Document | None = None,
    service_control_policies: Iterable[Iterable[Document]] = (),
) -> Decision:
    """Decide a request as AWS would, by every policy and grant that bears on it.

    Policies and grants are dicts as AWS prints them; ``service_control_policies`` is one list of policies for
    each level of the organisation. A policy that can't be read refuses everything, and the reason says so.
    """
    verdict = decide(
        request,
        identity_policies,
        resource_policy,
        grants,
        permissions_boundaries,
        session_policy,
        service_control_policies,
    )
    return Decision(request, verdict)


@dataclass(frozen=True, slots=True)
class DecisionStep:
    """One step of a decision. ``answer`` is "yes" or "no", ``statement`` what it rests on (or the grant)."""

    layer: str | None
    question: str
    answer: str
    statement: dict[str, Any] | None = None

    def __str__(self) -> str:
        sid = (self.statement or {}).get("Sid")
        return f"{self.question} {self.answer}" + (f', statement "{sid}"' if sid else "")


class Decision:
    """Whether a request is allowed, and why. Texts are made when somebody reads them."""

    __slots__ = ("_near_misses", "_policies", "allowed", "findings", "request")

    def __init__(self, request: Request, verdict: Verdict) -> None:
        self.request = request
        self.allowed: bool
        self.findings: Sequence[Finding]
        self.allowed, self.findings, self._policies = verdict
        self._near_misses: tuple[NearMiss, ...] | None = None

    @property
    def explicit(self) -> bool:
        """Did a Deny statement refuse it?"""
        return not self.allowed and self.findings[-1].question is Question.DENIED

    @property
    def layer(self) -> str | None:
        """Of a refusal, the kind of policy that AWS's sentence names; None where the request is allowed."""
        return None if self.allowed else (self.findings[-1].layer or Layer.IDENTITY).value

    @property
    def by(self) -> str:
        """What lets the request in, as in "key policy", "grant" or "IAM policy"; empty where nothing has to or does."""
        if not self.allowed:
            return ""
        answered = {finding.question for finding in self.findings if finding.yes}
        what = next((what for question, what in _LETS_IN.items() if question in answered), "")
        return what.format(policy=Subject(self.request).policy)

    @property
    def statements(self) -> tuple[dict[str, Any], ...]:
        """The statements and grants that decided, as the policies have them; none, where no Allow was found."""
        if not self.allowed and not self.explicit:
            return ()
        documents = [_copy_document(finding.evidence) for finding in self.findings if finding.yes]
        return tuple(document for document in documents if document is not None)

    @property
    def steps(self) -> tuple[DecisionStep, ...]:
        """Every question and its answer, in AWS's order; the last is the verdict."""
        ask = Subject(self.request).ask
        steps = [
            DecisionStep(
                finding.layer and finding.layer.value,
                ask(finding.question),
                "yes" if finding.yes else "no",
                _copy_document(finding.evidence),
            )
            for finding in self.findings
        ]
        return (*steps, DecisionStep(self.layer, ask(Question.VERDICT), "yes" if self.allowed else "no"))

    @property
    def near_misses(self) -> tuple[NearMiss, ...]:
        """Statements that would have turned the decision, but for one element: a handful, the nearest first."""
        if self._near_misses is None:
            self._near_misses = find_near_misses(
                self.request, self._policies, self.findings, allowed=self.allowed
            )
        return self._near_misses

    @property
    def reason(self) -> str:
        """Why, in one plain sentence."""
        subject, may = Subject(self.request), "may" if self.allowed else "may not"
        clause = explain_findings(self.findings, subject, allowed=self.allowed)
        return f"{subject.who} {may} call {subject.action}: {clause}{self._explain_nearest(subject)}."

    def _explain_nearest(self, subject: Subject) -> str:
        """Of a refusal, the statement that is for this caller and this action, and what else it asks for."""
        nearest = next(iter(() if self.allowed else self.near_misses), None)
        if nearest is None or not nearest.only or nearest.element_type < ElementType.RESOURCE:
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
        request, layer = self.request, Layer(self.layer or Layer.IDENTITY)
        opening = f"User: {request.principal} is not authorized to perform: {request.action}"
        if request.on_key and request.across_accounts and layer is Layer.RESOURCE:
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


def _copy_document(evidence: object) -> dict[str, Any] | None:
    """A copy of the statement or grant, so that whoever gets it may change it."""
    source = evidence.source if isinstance(evidence, Statement) else evidence
    return deepcopy(dict(source)) if isinstance(source, Mapping) else None
