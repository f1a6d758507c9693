"""What would let a refused request in: the smallest changes, each tried out before it is offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Unpack

from kmscourse.policy.decision import Decision
from kmscourse.policy.edits import Edit, Kind, added, grant_is_looser, without_deny
from kmscourse.policy.evaluation import evaluate
from kmscourse.policy.findings import Layer, Question
from kmscourse.policy.layers import Layers
from kmscourse.policy.request import Asked, Request

# Which edits can answer a refusal by this layer. Where a limit refuses, a resource's policy that names the caller
# itself goes past it: IAM User Guide, "Permissions boundaries".
ANSWERS = {
    Layer.RESOURCE: (Kind.RESOURCE, Kind.GRANT),
    Layer.IDENTITY: (Kind.RESOURCE, Kind.GRANT, Kind.IDENTITY),
    Layer.SESSION: (Kind.RESOURCE, Kind.GRANT, Kind.SESSION),
    Layer.BOUNDARY: (Kind.RESOURCE, Kind.GRANT, Kind.BOUNDARY),
    Layer.SERVICE_CONTROL: (Kind.SERVICE_CONTROL,),
}
ORDER = list(Kind)


@dataclass(frozen=True, slots=True)
class Change:
    """A way in: one edit, or several where no single one is enough. ``layers`` are those after the change."""

    edits: tuple[Edit, ...]
    layers: Layers = field(repr=False)

    @property
    def kind(self) -> str:
        """What is edited, as in "grant", or "resource-based policy + identity-based policy"."""
        return " + ".join(edit.kind for edit in self.edits)

    @property
    def description(self) -> str:
        """What to do, in one sentence."""
        clauses = "; and ".join(edit.clause for edit in self.edits)
        return f"{clauses[0].upper()}{clauses[1:]}."

    @property
    def documents(self) -> tuple[dict[str, Any], ...]:
        """The statements and grants of the edits: to add, to create, or (a Deny) to take out."""
        return tuple(edit.document for edit in self.edits)

    def __repr__(self) -> str:
        return f"<Change: {self.description}>"


class Advice(tuple[Change, ...]):
    """The ways in, least privilege first. ``obstacle`` says in one sentence why a refused request has none."""

    obstacle: str

    def __new__(cls, changes: Iterable[Change] = (), obstacle: str = "") -> Advice:
        advice = super().__new__(cls, changes)
        advice.obstacle = obstacle
        return advice

    def __repr__(self) -> str:
        """The ways in words, a line for each."""
        return "\n".join(change.description for change in self) or self.obstacle or "Nothing needs to change."


def what_would_allow(request: Request, **layers: Unpack[Layers]) -> Advice:
    """The smallest changes that open a refused request; none where it is allowed. Takes what ``evaluate`` takes.

    Each was verified by evaluating again with it. They say no more than the request: its principal, its action,
    its resource, under conditions that it fulfils. A Deny that stands in the way is removed in every one of them,
    and last: nothing else overcomes it.
    """
    asked, now = Asked(request), _listed(layers)
    removals, now = _without_denies(asked, now)
    refused = evaluate(request, **now)
    found = [*_ways(asked, now, ())] if removals or not refused.allowed else []
    smallest = [way for way in found if not any(_kinds(other) < _kinds(way) for other in found)]
    distinct = {_kinds(way): Change((*_sorted(way.edits), *removals), way.layers) for way in smallest}
    changes = sorted(distinct.values(), key=lambda change: _order(change, asked))
    return Advice(changes, "" if changes or refused.allowed else _obstacle(refused))


def _listed(layers: Layers) -> Layers:
    """The layers with every part in place, as lists that can be read more than once."""
    return {
        "identity_policies": list(layers.get("identity_policies", ())),
        "resource_policy": layers.get("resource_policy"),
        "grants": list(layers.get("grants", ())),
        "permissions_boundaries": list(layers.get("permissions_boundaries", ())),
        "session_policy": layers.get("session_policy"),
        "service_control_policies": [list(level) for level in layers.get("service_control_policies", ())],
    }


def _without_denies(asked: Asked, layers: Layers) -> tuple[tuple[Edit, ...], Layers]:
    """The layers without the Deny statements that refuse the request, and the edits that take them out."""
    edits: tuple[Edit, ...] = ()
    while (decision := evaluate(asked.request, **layers)).explicit:
        edit, fewer = without_deny(_refusing(decision), decision.statements[0], asked, layers)
        if fewer == layers:
            break
        edits, layers = (*edits, edit), fewer
    return edits, layers


def _ways(asked: Asked, layers: Layers, edits: tuple[Edit, ...]) -> Iterator[Change]:
    """Every way in from here: where the request is still refused, try each edit that could answer this refusal."""
    decision = evaluate(asked.request, **layers)
    if decision.allowed:
        yield Change(edits, layers)
        return
    if _settled(decision):
        return
    tried = {edit.kind for edit in edits}
    for kind in ANSWERS[_refusing(decision)]:
        if kind not in tried and (step := added(kind, asked, layers)) is not None:
            edit, after = step
            yield from _ways(asked, after, (*edits, edit))


def _refusing(decision: Decision) -> Layer:
    """The layer that refuses."""
    return Layer(decision.layer or Layer.IDENTITY)


def _settled(decision: Decision) -> bool:
    """Is it refused for a reason that no permission changes?"""
    return decision.explicit or _many(decision) or decision.findings[-1].question in OBSTACLES


def _many(decision: Decision) -> bool:
    """Is the action a pattern? A statement with it would give more than one call."""
    return "*" in decision.request.action or "?" in decision.request.action


OBSTACLES = {
    Question.READABLE: "Nothing opens it before {layer} is mended: {evidence}",
    Question.SIGNED: "No policy opens a key to a caller whom nobody knows: the call has to be signed.",
    Question.ALIAS: "No policy gives this on an alias: a permission to use a key names the key's ARN, and names "
    "that begin with alias/aws/ are AWS's own.",
    Question.ACCOUNT: "No policy gives this: who may retire a grant is laid down when the grant is created.",
}


def _obstacle(refused: Decision) -> str:
    if _many(refused):
        return f"{refused.request.action} is a pattern: ask about one action at a time."
    finding = refused.findings[-1]
    sentence = OBSTACLES.get(
        finding.question, "No single statement for this principal, action and resource would open it."
    )
    layer = finding.layer.with_article if finding.layer else ""
    return sentence.format(layer=layer, evidence=finding.evidence)


def _kinds(change: Change) -> frozenset[Kind]:
    return frozenset(edit.kind for edit in change.edits)


def _sorted(edits: Iterable[Edit]) -> list[Edit]:
    return sorted(edits, key=lambda edit: ORDER.index(edit.kind))


def _order(change: Change, asked: Asked) -> tuple[int, bool, list[int]]:
    """Fewer edits first; of as many, those that hold the call's conditions; then by kind."""
    looser = grant_is_looser(asked) and Kind.GRANT in _kinds(change)
    return len(change.edits), looser, [ORDER.index(edit.kind) for edit in change.edits]
