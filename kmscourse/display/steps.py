"""A decision drawn as the way that the request takes: a sign for each question, until one of them ends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from re import sub

from kmscourse.display.table import attributes, inline, table_opening
from kmscourse.look import SIGNS
from kmscourse.policy import Decision, Finding, Question, Subject, describe_evidence

PASSES, ASKS_ON, REFUSES = "✓", "↓", "✗"
LEGEND = {
    PASSES: "it passes this step",
    ASKS_ON: "this step lets nobody in: the next is asked",
    REFUSES: "it is refused",
}
CAPTION_TEXT = "The decision, step by step"
HEAD = ("Step", "Asked", "Question", "Answer", "Statement or grant")

# Whom a question is put to; {policy} is the resource's own policy.
ADDRESSEES = {
    Question.FREE: "the service",
    Question.SIGNED: "signature",
    Question.READABLE: "every policy",
    Question.DENIED: "every policy",
    Question.SERVICE_CONTROL: "service control policies",
    Question.ALIAS: "alias",
    Question.NAMED: "{policy}",
    Question.GRANTED: "grants",
    Question.DELEGATED: "{policy}",
    Question.ACCOUNT: "{policy}",
    Question.IDENTITY: "identity-based policies",
    Question.ROOT: "account root user",
    Question.BOUNDARY: "permissions boundary",
    Question.SESSION: "session policy",
}


@dataclass(frozen=True)
class StepRow:
    """One step: its sign, as the legend explains it, and what stands beside it."""

    sign: str
    addressee: str
    question: str
    answer: str
    rests_on: str


@dataclass(frozen=True)
class StepTable:
    """The steps of a decision; the last is the verdict."""

    decision: Decision

    def steps(self) -> Iterator[StepRow]:
        """Each step, in AWS's order."""
        decision, subject = self.decision, Subject(self.decision.request)
        for finding in decision.findings:
            closed = not decision.allowed and finding is decision.findings[-1]
            sign, answer = _answer(finding, closed)
            addressee = ADDRESSEES[finding.question].format(policy=subject.policy)
            yield StepRow(sign, addressee, subject.ask(finding.question), answer, _evidence(finding))
        sign, answer = (PASSES, "yes: allowed") if decision.allowed else (REFUSES, "no: refused")
        yield StepRow(sign, "", subject.ask(Question.VERDICT), answer, "")

    def html(self) -> str:
        """For a page."""
        steps = list(self.steps())
        head = "".join(f'<th scope="col">{text}</th>' for text in HEAD)
        rows = [_row(number, step, last=step is steps[-1]) for number, step in enumerate(steps, 1)]
        legend = " · ".join(f"<span>{_sign(sign)} {meaning}</span>" for sign, meaning in LEGEND.items())
        return "\n".join(
            [
                table_opening(CAPTION_TEXT, "kms-middle kms-way"),
                f"<thead><tr>{head}</tr></thead><tbody>",
                *rows,
                "</tbody></table>",
                f'<p class="kms-legend">{legend}</p>',
            ]
        )

    def text(self) -> str:
        """For a terminal."""
        lines = [
            f"{number}. {step.sign} {step.question} {step.answer}"
            + (f" ({step.rests_on})" if step.rests_on else "")
            for number, step in enumerate(self.steps(), 1)
        ]
        legend = " · ".join(f"{sign} {meaning}" for sign, meaning in LEGEND.items())
        return "\n".join([CAPTION_TEXT, *lines, f"({legend})"])


def _row(number: int, step: StepRow, *, last: bool) -> str:
    ends = last or step.answer.endswith("here")
    cells = [f"<td>{_sign(step.sign)} {number}</td>"]
    texts = (step.addressee, step.question, step.answer, step.rests_on)
    for column, text in zip(HEAD[1:], texts, strict=True):
        shown = f"<strong>{inline(text)}</strong>" if ends and text else inline(text)
        cells.append(f"<td{attributes(text, column)}>{shown}</td>")
    opening = '<tr class="kms-end">' if ends else "<tr>"
    return f"{opening}{''.join(cells)}</tr>"


def _sign(sign: str) -> str:
    return f'<span class="kms-step {SIGNS.get(sign, "")}">{sign}</span>'


def _answer(finding: Finding, closed: bool) -> tuple[str, str]:
    """The sign and the words of an answer."""
    word = "yes" if finding.yes else "no"
    if closed:
        return REFUSES, f"{word}: refused here"
    if finding.question is Question.DENIED:
        return PASSES, f"{word}: nothing stops it"
    return (PASSES, word) if finding.yes else (ASKS_ON, f"{word}: the next step is asked")


def _evidence(finding: Finding) -> str:
    """The statement or grant behind an answer, by its name alone; or the sentence that says why."""
    if finding.evidence is None or isinstance(finding.evidence, str):
        return finding.evidence or ""
    return shortened(
        describe_evidence(finding.evidence).removeprefix("the statement ").removeprefix("the ").strip('"')
    )


def shortened(name: str) -> str:
    """The name of a statement or grant; of a grant's 64 hex digits, the first eight."""
    return sub("[0-9a-f]{64}", lambda grant: f"{grant[0][:8]}…", name)
