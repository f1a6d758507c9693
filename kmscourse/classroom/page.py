"""A class as one HTML page: it asks no other machine for anything, and runs no script but its own."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from pathlib import Path

from kmscourse.classroom.standing import ExerciseStanding, QuestionStanding, Score, Standing, Student
from kmscourse.course.checks import EXERCISES
from kmscourse.course.questions import plain
from kmscourse.course.quiz import PARTS
from kmscourse.course.sections import SECTIONS, find_section
from kmscourse.look import page_style_sheet

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Cell:
    """A cell as HTML; with a ``value``, by which it is sorted, it is a number's."""

    html: str
    value: float | None = None


def page(standing: Standing) -> str:
    """The page, as an HTML document."""
    script = (_FOLDER / "page.js").read_text(encoding="utf-8")
    style = page_style_sheet((_FOLDER / "page.css").read_text(encoding="utf-8"))
    script_hash = b64encode(sha256(script.encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script_hash}'"
    count = len(standing.students)
    title = f"kmscourse: a class of {count} {'student' if count == 1 else 'students'}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{allowed}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>By what the students have exported, as of {datetime.now(UTC).date()} (UTC). A heading sorts its column.</p>
<h2>Students</h2>
{_students(standing.students)}
<h2>Exercises</h2>
<p>First those at which most are stuck: they had it checked, and have not solved it yet.</p>
{_exercises(standing.exercises)}
<h2>Questions of the quiz</h2>
<p>First those that most answered wrong.</p>
{_questions(standing.questions)}
{_set_aside(standing.set_aside)}
</main>
<script>{script}</script>
</body>
</html>
"""


def _students(students: Iterable[Student]) -> str:
    headings = ("Student", "Sections opened", "Exercises solved", "Predictions right", *_quiz_headings())
    exercises = sum(map(len, EXERCISES.values()))
    rows = [
        [
            Cell(escape(student.name)),
            _part_of(student.sections_opened, len(SECTIONS)),
            _part_of(student.exercises_solved, exercises),
            _score(student.predictions),
            *map(_score, student.quiz.values()),
        ]
        for student in students
    ]
    return _table("Students", headings, rows)


def _quiz_headings() -> list[str]:
    return [f"Quiz {part}" for part in PARTS]


def _exercises(exercises: Sequence[ExerciseStanding]) -> str:
    headings = ("It asks that", "Section", "Exercise", "Stuck", "Solved", "Section opened by", "Share solved")
    rows = [
        [
            Cell(escape(each.goal)),
            Cell(_section(each.section)),
            Cell(str(each.number), each.number),
            _signed(each.stuck),
            Cell(str(each.solved), each.solved),
            Cell(str(each.opened), each.opened),
            _share(each.solved, each.opened),
        ]
        for each in exercises
    ]
    return _table("Exercises", headings, rows) if rows else "<p>No section has been opened yet.</p>"


def _questions(questions: Sequence[QuestionStanding]) -> str:
    headings = (
        "Question",
        "Quiz",
        "Section",
        "Wrong",
        "Answered by",
        "Share wrong",
        "The wrong answer of most",
    )
    rows = [
        [
            Cell(escape(plain(each.question.text))),
            Cell(each.part),
            Cell(_section(each.question.section)),
            _signed(each.wrong),
            Cell(str(each.answered), each.answered),
            _share(each.wrong, each.answered),
            Cell(_common_wrong(each)),
        ]
        for each in questions
    ]
    return _table("Questions of the quiz", headings, rows) if rows else "<p>Nobody has begun the quiz.</p>"


def _section(number: int) -> str:
    return f"{number} · {escape(find_section(number).title)}"


def _common_wrong(standing: QuestionStanding) -> str:
    if standing.common_wrong is None:
        return ""
    belief = f"<small>Behind it: {escape(standing.misconception)}</small>" if standing.misconception else ""
    return f"{escape(plain(standing.common_wrong.text))}{belief}"


def _set_aside(sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    rows = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<h2>Not counted</h2>\n<ul>{rows}</ul>"


def _table(name: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """A table in a frame that scrolls, by keys too. A column is sorted as numbers where its cells are numbers."""
    sorts = [' data-sort="number"' if cell.value is not None else "" for cell in rows[0]]
    head = "".join(f'<th scope="col"{sort}>{text}</th>' for text, sort in zip(headings, sorts, strict=True))
    body = "\n".join(f"<tr>{''.join(map(_cell, range(len(row)), row))}</tr>" for row in rows)
    return (
        f'<div class="rows" role="region" aria-label="{name}" tabindex="0"><table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _cell(column: int, cell: Cell) -> str:
    if column == 0:
        return f'<th scope="row">{cell.html}</th>'
    return (
        f"<td>{cell.html}</td>"
        if cell.value is None
        else f'<td class="number" data-value="{cell.value:g}">{cell.html}</td>'
    )


def _part_of(count: int, every: int) -> Cell:
    return Cell(f"{count} of {every}", count)


def _score(score: Score) -> Cell:
    """Right answers of those that were given; sorted by the right ones, and no answer comes after none right."""
    return Cell(f"{score.right} of {score.answered}", score.right) if score.answered else Cell("–", -1)  # noqa: RUF001


def _share(count: int, every: int) -> Cell:
    return Cell(f"{count / every:.0%}", round(count / every, 3))


def _signed(count: int) -> Cell:
    """A number that asks for attention where it is above 0."""
    return Cell(f'<span class="kms-warn kms-sign">! {count}</span>' if count else "0", count)
