"""A decision drawn as the way that the request takes: a sign for each question, until one of them ends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from re import sub

from kmscourse.display.table import CAPTION, CELL, TABLE, inline
from kmscourse.policy import Decision, Finding, Question, Subject, describe_evidence

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

# A line from sign to sign; the sign stands on the page's own ground. A page without styles shows the sign alone.
_GROUND = "var(--jp-layout-color1,var(--vscode-editor-background,Canvas))"
_LINE = "background:linear-gradient(#8889,#8889) calc(10px + 1em - 1.5px) 0/3px 100% no-repeat"
_SIGN = (
    f"display:inline-block;box-sizing:border-box;width:2em;height:2em;line-height:1.7em;text-align:center;"
    f"border:2px solid currentColor;border-radius:50%;background:{_GROUND}"
)
_LAST = ";border-width:4px;line-height:1.4em;font-weight:700"


@dataclass(frozen=True)
class StepRow:
    """One step: its sign (✓ it lets pass, → it goes on, ✗ it ends here), and what stands beside it."""

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
        sign, answer = ("✓", "yes: allowed") if decision.allowed else ("✗", "no: refused")
        yield StepRow(sign, "", subject.ask(Question.VERDICT), answer, "")

    def html(self) -> str:
        """For a page."""
        steps = list(self.steps())
        head = "".join(f'<th scope="col" style="{CELL}">{text}</th>' for text in HEAD)
        rows = [_row(number, step, last=step is steps[-1]) for number, step in enumerate(steps, 1)]
        return "\n".join(
            [
                f'<table style="{TABLE}"><caption style="{CAPTION}">{CAPTION_TEXT}</caption>',
                f"<thead><tr>{head}</tr></thead><tbody>",
                *rows,
                "</tbody></table>",
            ]
        )

    def text(self) -> str:
        """For a terminal."""
        lines = [
            f"{number}. {step.sign} {step.question} {step.answer}"
            + (f" ({step.rests_on})" if step.rests_on else "")
            for number, step in enumerate(self.steps(), 1)
        ]
        return "\n".join([CAPTION_TEXT, *lines])


def _row(number: int, step: StepRow, *, last: bool) -> str:
    ends = step.answer.endswith("here")
    sign = f'<span style="{_SIGN}{_LAST if last or ends else ""}">{step.sign}</span>'
    line = "" if last else _LINE
    cells = [f'<td style="{CELL};padding:3px 10px;white-space:nowrap;{line}">{sign} {number}</td>']
    for text in (step.addressee, step.question, step.answer, step.rests_on):
        shown = f"<strong>{inline(text)}</strong>" if (last or ends) and text else inline(text)
        cells.append(f'<td style="{CELL};vertical-align:middle">{shown}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _answer(finding: Finding, closed: bool) -> tuple[str, str]:
    """The sign and the words of an answer."""
    word = "yes" if finding.yes else "no"
    if closed:
        return "✗", f"{word}: refused here"
    if finding.question is Question.DENIED:
        return "✓", f"{word}: it goes on"
    return ("✓", word) if finding.yes else ("→", f"{word}: it goes on")


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
