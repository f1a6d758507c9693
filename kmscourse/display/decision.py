"""A decision as a card: each step on the way, the verdict, and under a refusal what would let the caller in."""

from __future__ import annotations

import json
from html import escape

from kmscourse.display.table import html_table
from kmscourse.policy import Advice, Change, Decision
from kmscourse.policy.edits import Kind

_WAYS_IN = "What would let them in (each way was tried out)"


class DecisionCard:
    """A policy decision, shown step by step; ``ways_in`` is what would open a refused one."""

    def __init__(self, decision: Decision, ways_in: Advice | None = None) -> None:
        self.decision = decision
        self.ways_in = Advice() if ways_in is None else ways_in

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
        return "\n".join([*steps, f"→ {self.decision.reason}", *self._ways_in_words()])

    def _ways_in_words(self) -> list[str]:
        if not self.ways_in:
            return [self.ways_in.obstacle] if self.ways_in.obstacle else []
        return [f"{_WAYS_IN}:", *(f"- {change.description}" for change in self.ways_in)]

    def _repr_html_(self) -> str:
        mark = "✓ allowed" if self.decision.allowed else "✗ refused"
        return (
            html_table("The decision, step by step", ("Question", "Answer", "Statement"), self._rows())
            + f"<p><strong>{mark}.</strong> {escape(self.decision.reason)}</p>"
            + _html_ways_in(self.ways_in)
        )


def _html_ways_in(ways_in: Advice) -> str:
    if not ways_in:
        return f"<p>{escape(ways_in.obstacle)}</p>" if ways_in.obstacle else ""
    return f"<p>{escape(_WAYS_IN)}:</p><ul>{''.join(map(_html_way, ways_in))}</ul>"


def _html_way(change: Change) -> str:
    """The sentence, and folded under it the JSON of each statement or grant."""
    folded = [
        f"<details><summary>the {'grant' if edit.kind is Kind.GRANT else 'statement'}</summary>"
        f"<pre>{escape(_json(edit.document))}</pre></details>"
        for edit in change.edits
    ]
    return f"<li>{escape(change.description)}{''.join(folded)}</li>"


def _json(document: object) -> str:
    return json.dumps(document, indent=4, ensure_ascii=False)
