"""A decision as a card: each step on the way, the verdict, what AWS says, what nearly matched, what would open it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmscourse.access.refusal import Refusal
from kmscourse.display.card import Banner, Block, Card, Folded, Grid, Points, Words
from kmscourse.display.refusal import Labelled
from kmscourse.display.steps import StepTable, shortened
from kmscourse.errors import KmsCourseError
from kmscourse.policy import Advice, Change, Decision, EditKind

WAYS_IN = "What would let them in (each way was tried out)"
NEARLY = {False: "What nearly let them in", True: "What nearly kept them out"}


class DecisionCard(Card):
    """A policy decision, shown step by step.

    ``ways_in`` is what would open a refused one; ``aws_sentence`` is AWS's own sentence, where it has said one.
    ``notes`` are what to know first, a paragraph each.
    """

    def __init__(
        self,
        decision: Decision,
        ways_in: Advice | None = None,
        aws_sentence: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        self.decision = decision
        self.ways_in = Advice() if ways_in is None else ways_in
        super().__init__(*(Banner("! Note.", note) for note in notes), *self._parts(aws_sentence))

    def _parts(self, aws_sentence: str) -> Iterator[Block]:
        allowed = self.decision.allowed
        yield StepTable(self.decision)
        for number, step in enumerate(self.decision.steps, 1):
            if step.statement is not None:
                kind = "grant" if "GrantId" in step.statement else "statement"
                yield Folded(f"The {kind} of step {number}", step.statement)
        verdict = "✓ Allowed." if allowed else "✗ Refused."
        if allowed and aws_sentence:
            verdict = "✗ AWS refused it. By what can be seen from here:"
        yield Banner(verdict, self.decision.reason)
        if aws_sentence or not allowed:
            yield _sentence(
                aws_sentence or self.decision.sentence(), "AWS says" if aws_sentence else "AWS would say"
            )
        yield from _near_misses(self.decision)
        if self.ways_in:
            yield Points(WAYS_IN, [(change.description, _documents(change)) for change in self.ways_in])
        elif self.ways_in.obstacle:
            yield Words(self.ways_in.obstacle)


def _sentence(aws_sentence: str, opening: str) -> Block:
    """AWS's sentence with its parts; a wording that isn't known is shown as it is."""
    try:
        return Labelled(Refusal.read(aws_sentence), opening, folded=True)
    except KmsCourseError:
        return Words(aws_sentence, f"{opening}:")


def _near_misses(decision: Decision) -> Iterator[Block]:
    """The statements and grants that would have turned it, but for one element, and which that is."""
    if decision.near_misses:
        names = [shortened(near.name) for near in decision.near_misses]
        rows = [
            (name, near.layer, near.element, near.why)
            for name, near in zip(names, decision.near_misses, strict=True)
        ]
        head = ("Statement or grant", "Kind of policy", "What failed", "Why")
        yield Grid(NEARLY[decision.allowed], head, rows)
        for name, near in zip(names, decision.near_misses, strict=True):
            yield Folded(f"In full: {name}", near.statement)


def _documents(change: Change) -> list[Folded]:
    """The JSON of each statement or grant."""
    return [
        Folded(f"the {'grant' if edit.kind is EditKind.GRANT else 'statement'}", edit.document)
        for edit in change.edits
    ]
