"""A class as CSV, a row for each student, that a spreadsheet opens and takes no cell of for a formula."""

from __future__ import annotations

import csv
import io
import unicodedata

from kmscourse.classroom.standing import Standing
from kmscourse.course.quiz import PARTS

COLUMNS = (
    "name",
    "sections_opened",
    "exercises_solved",
    "predictions_right",
    "predictions_made",
    *(f"quiz_{part}_{what}" for part in PARTS for what in ("right", "answered")),
)


def spreadsheet(standing: Standing) -> str:
    """Every student as a row under COLUMNS, in CSV (RFC 4180, with the line ends of Unix)."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for student in standing.students:
        scores = [score for each in student.quiz.values() for score in (each.right, each.answered)]
        predictions = student.predictions
        writer.writerow(
            (
                _as_text(student.name),
                student.sections_opened,
                student.exercises_solved,
                predictions.right,
                predictions.answered,
                *scores,
            )
        )
    return written.getvalue()


def _as_text(text: str) -> str:
    """A text that a spreadsheet takes for one: where it could begin a formula, an apostrophe comes first.

    After OWASP's page on CSV injection; a sign that is as wide as a Chinese one counts too.
    """
    begins = unicodedata.normalize("NFKC", text).lstrip()[:1]
    return f"'{text}" if begins in ("=", "+", "-", "@") else text
