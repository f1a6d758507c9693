"""What a change of policies opens and closes, for requests that matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kmscourse.policy.evaluate.policies import Layers
from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.explain.decision import Decision, evaluate


@dataclass(frozen=True, slots=True)
class ComparedRequest:
    """One request, decided before and after the change."""

    request: Request
    before: Decision
    after: Decision


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a change does to requests: those that it lets in, those that it shuts out, and the rest."""

    opened: tuple[ComparedRequest, ...]
    closed: tuple[ComparedRequest, ...]
    unchanged: tuple[ComparedRequest, ...]

    def __repr__(self) -> str:
        """A line for each request whose answer changes, with the new reason, and the number of the others."""
        lines = [f"opened: {each.after.reason}" for each in self.opened]
        lines += [f"closed: {each.after.reason}" for each in self.closed]
        allowed = sum(each.after.allowed for each in self.unchanged)
        return "\n".join([*lines, f"unchanged: {allowed} allowed, {len(self.unchanged) - allowed} refused"])


def compare(before: Layers, after: Layers, requests: Iterable[Request]) -> Comparison:
    """Decide every request before and after a change, each with the layers that ``evaluate`` takes."""
    opened: list[ComparedRequest] = []
    closed: list[ComparedRequest] = []
    unchanged: list[ComparedRequest] = []
    for request in requests:
        compared = ComparedRequest(request, evaluate(request, **before), evaluate(request, **after))
        if compared.before.allowed is compared.after.allowed:
            unchanged.append(compared)
        else:
            (opened if compared.after.allowed else closed).append(compared)
    return Comparison(tuple(opened), tuple(closed), tuple(unchanged))
