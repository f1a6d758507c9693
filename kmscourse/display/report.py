"""What some checks found, as a card: a mark and a word for each, and where to go for what is missing."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from kmscourse.course.checks import Report, Result
from kmscourse.course.progress import Progress
from kmscourse.display.card import Banner, framed, with_style

DONE, MISSING = "kms-allow", "kms-warn"


class ReportCard:
    """A report, and how far the student has come with it. In a notebook, a missing step is a link to its heading."""

    def __init__(self, report: Report, progress: Progress) -> None:
        self.report = report
        self._progress = repr(progress)

    @property
    def passed(self) -> bool:
        """True where every check is."""
        return self.report.passed

    def __repr__(self) -> str:
        return f"{self.report!r}\n{self._progress}"

    def _repr_html_(self) -> str:
        results = self.report.results
        passed = sum(result.passed for result in results)
        count = f"{passed} of {len(results)} {'check' if len(results) == 1 else 'checks'} passed."
        loud = "✓ Done." if self.passed else "! Not yet."
        rows = "".join(
            f'<li class="{DONE if result.passed else MISSING}">{_row(result)}</li>' for result in results
        )
        return with_style(
            framed(
                f'<div class="kms-report {DONE if self.passed else MISSING}">{Banner(loud, count).html()}\n'
                f'<ul>{rows}</ul>\n<p class="kms-progress">{escape(self._progress).replace(chr(10), "<br>")}</p></div>'
            )
        )


def _row(result: Result) -> str:
    check, observation_text = result.check, escape(result.observation.text)
    if result.passed:
        return f"<strong>✓ {escape(check.goal)}</strong><br>Found: {observation_text}"
    lines = [f"<strong>✗ Not yet. Goal: {escape(check.goal)}.</strong>", f"Found: {observation_text}."]
    if result.hint:
        lines.append(f"Hint: {escape(result.hint)}")
    if check.step:
        # JupyterLab gives each heading its text with dashes for blanks as its id.
        lines.append(f'Step: <a href="#{quote(check.step.replace(" ", "-"))}">{escape(check.step)}</a>')
    return "<br>".join(lines)
