"""A decision as a card: what was asked, each step on the way, and the verdict in AWS's own sentence."""

from __future__ import annotations

from html import escape

from kmscourse.display.table import html_table
from kmscourse.policy import Decision


class DecisionCard:
    """A policy decision, shown step by step. ``decision`` is the decision itself."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision

    def _rows(self) -> list[tuple[str, str, str]]:
        return [
            (step.question, step.answer, (step.statement or {}).get("Sid", ""))
            for step in self.decision.steps
        ]

    def __repr__(self) -> str:
        steps = [
            f"{number}. {question} {answer}" + (f' ("{sid}")' if sid else "")
            for number, (question, answer, sid) in enumerate(self._rows(), 1)
        ]
        return "\n".join([*steps, f"→ {self.decision.reason}"])

    def _repr_html_(self) -> str:
        mark = "✓ allowed" if self.decision.allowed else "✗ refused"
        return (
            html_table("The decision, step by step", ("Question", "Answer", "Statement"), self._rows())
            + f"<p><strong>{mark}.</strong> {escape(self.decision.reason)}</p>"
        )
