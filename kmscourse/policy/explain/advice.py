"""What would let a refused request in: the smallest changes, each tried out before it is offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Unpack

from kmscourse.policy.evaluate.findings import Layer, Question
from kmscourse.policy.evaluate.policies import Layers
from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.explain.decision import Decision, evaluate
from kmscourse.policy.explain.edits import Edit, EditKind, grant_is_looser, make_edit, remove_deny

# Which edits can answer a refusal by this layer. Where a limit refuses, a resource's policy that names the caller
# itself goes past it: IAM User Guide, "Permissions boundaries".
ANSWERS = {
    Layer.RESOURCE: (EditKind.RESOURCE, EditKind.GRANT),
    Layer.IDENTITY: (EditKind.RESOURCE, EditKind.GRANT, EditKind.IDENTITY),
    Layer.SESSION: (EditKind.RESOURCE, EditKind.GRANT, EditKind.SESSION),
    Layer.BOUNDARY: (EditKind.RESOURCE, EditKind.GRANT, EditKind.BOUNDARY),
    Layer.SERVICE_CONTROL: (EditKind.SERVICE_CONTROL,),
}
ORDER = list(EditKind)


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
    layers = _complete(layers)
    removals, layers = _remove_denies(request, layers)
    refused = evaluate(request, **layers)
    ways = [*_find_ways(request, layers, ())] if removals or not refused.allowed else []
    smallest = [way for way in ways if not any(_kinds(other) < _kinds(way) for other in ways)]
    distinct = {_kinds(way): Change((*_sort_edits(way.edits), *removals), way.layers) for way in smallest}
    changes = sorted(distinct.values(), key=lambda change: _order(change, request))
    return Advice(changes, "" if changes or refused.allowed else _explain_obstacle(refused))


def _complete(layers: Layers) -> Layers:
    """The layers with every part in place, as lists that can be read more than once."""
    return {
        "identity_policies": list(layers.get("identity_policies", ())),
        "resource_policy": layers.get("resource_policy"),
        "grants": list(layers.get("grants", ())),
        "permissions_boundaries": list(layers.get("permissions_boundaries", ())),
        "session_policy": layers.get("session_policy"),
        "service_control_policies": [list(level) for level in layers.get("service_control_policies", ())],
    }


def _remove_denies(request: Request, layers: Layers) -> tuple[tuple[Edit, ...], Layers]:
    """The layers without the Deny statements that refuse the request, and the edits that take them out."""
    edits: tuple[Edit, ...] = ()
    while (decision := evaluate(request, **layers)).explicit:
        edit, fewer = remove_deny(_refusing_layer(decision), decision.statements[0], request, layers)
        if fewer == layers:
            break
        edits, layers = (*edits, edit), fewer
    return edits, layers


def _find_ways(request: Request, layers: Layers, edits: tuple[Edit, ...]) -> Iterator[Change]:
    """Every way in from here: where the request is still refused, try each edit that could answer this refusal."""
    decision = evaluate(request, **layers)
    if decision.allowed:
        yield Change(edits, layers)
        return
    if _is_settled(decision):
        return
    tried = {edit.kind for edit in edits}
    for kind in ANSWERS[_refusing_layer(decision)]:
        if kind not in tried and (edited := make_edit(kind, request, layers)) is not None:
            edit, after = edited
            yield from _find_ways(request, after, (*edits, edit))


def _refusing_layer(decision: Decision) -> Layer:
    """The layer that refuses."""
    return Layer(decision.layer or Layer.IDENTITY)


def _is_settled(decision: Decision) -> bool:
    """Is it refused for a reason that no permission changes?"""
    return decision.explicit or _is_pattern(decision) or decision.findings[-1].question in OBSTACLES


def _is_pattern(decision: Decision) -> bool:
    """Is the action a pattern? A statement with it would give more than one call."""
    return "*" in decision.request.action or "?" in decision.request.action


OBSTACLES = {
    Question.READABLE: "Nothing opens it before {layer} is mended: {evidence}",
    Question.SIGNED: "No policy opens a key to a caller whom nobody knows: the call has to be signed.",
    Question.ALIAS: "No policy gives this on an alias: a permission to use a key names the key's ARN, and names "
    "that begin with alias/aws/ are AWS's own.",
    Question.ACCOUNT: "No policy gives this: who may retire a grant is laid down when the grant is created.",
}


def _explain_obstacle(refused: Decision) -> str:
    if _is_pattern(refused):
        return f"{refused.request.action} is a pattern: ask about one action at a time."
    finding = refused.findings[-1]
    sentence = OBSTACLES.get(
        finding.question, "No single statement for this principal, action and resource would open it."
    )
    layer = finding.layer.with_article if finding.layer else ""
    return sentence.format(layer=layer, evidence=finding.evidence)


def _kinds(change: Change) -> frozenset[EditKind]:
    return frozenset(edit.kind for edit in change.edits)


def _sort_edits(edits: Iterable[Edit]) -> list[Edit]:
    return sorted(edits, key=lambda edit: ORDER.index(edit.kind))


def _order(change: Change, request: Request) -> tuple[int, bool, list[int]]:
    """Fewer edits first; of as many, those that hold the call's conditions; then by kind."""
    looser = grant_is_looser(request) and EditKind.GRANT in _kinds(change)
    return len(change.edits), looser, [ORDER.index(edit.kind) for edit in change.edits]
