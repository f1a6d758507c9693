"""``kmscourse class``: how far a class has come, and where it is stuck, by what its students have exported."""

from __future__ import annotations

import argparse
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from kmscourse.cli import arguments
from kmscourse.cli.arguments import Parser, UsageError
from kmscourse.cli.terminal import columns, count_of
from kmscourse.home import files

if TYPE_CHECKING:
    from kmscourse.classroom import Standing, Submission
    from kmscourse.classroom.standing import Score

MAX_ROWS = 10  # of exercises, and of questions; the page has all of them
MAX_WIDTH = 72  # characters of a question
HELP = """\
An export is the file that a student writes with: kmscourse progress --csv anna.csv
The file's name is the student's. Of a folder all files .csv are read; a URL begins with http:// or https://.
What can't be read, or is larger than 5 MiB, is set aside, with the reason.

--csv writes a row for each student:
  name                                 the file's name; an apostrophe before = + - @ keeps it from being a formula
  sections_opened, exercises_solved    how many
  predictions_right, predictions_made
  quiz_before_right, quiz_before_answered, and the same of after and again
--html writes one page that needs no network: each column sorts by a click on its heading, or by Enter on it.
Both files are readable by you alone."""


def add_class(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Add the verb to the command line."""
    verb = verbs.add_parser(
        "class",
        help="for instructors: how far the class has come, and where it is stuck",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=HELP,
    )
    verb.add_argument(
        "exports",
        type=arguments.exports,
        nargs="+",
        metavar="EXPORT",
        help="a file, a folder or a URL with what students exported by: kmscourse progress --csv FILE",
    )
    arguments.add_csv(verb)
    verb.add_argument("--html", type=arguments.output_file, metavar="FILE", help="write it as a page")
    verb.set_defaults(run=show_class)


def show_class(chosen: argparse.Namespace) -> None:
    """Print the class and where it is stuck, and write the files. What was set aside is said on stderr."""
    from kmscourse import classroom

    sources = list(chain.from_iterable(chosen.exports))
    for file in (chosen.csv, chosen.html):
        _refuse_to_overwrite(file, sources)
    if None not in (chosen.csv, chosen.html) and classroom.location_of(
        Path(chosen.csv)
    ) == classroom.location_of(Path(chosen.html)):
        raise UsageError(
            f"{chosen.html} can't be both the CSV and the page. Choose another file for one of them."
        )
    standing = classroom.Standing(*classroom.collect(sources))
    for sentence in standing.set_aside:
        print(sentence, file=sys.stderr)
    if not standing.students:
        raise UsageError("No export is left. A student writes one with: kmscourse progress --csv FILE")
    if chosen.csv == "-":
        print(classroom.spreadsheet(standing), end="")
    else:
        print("\n".join([*_students(standing), "", *_exercises(standing), "", *_questions(standing)]))
    for file, write in ((chosen.csv, classroom.spreadsheet), (chosen.html, classroom.page)):
        if file not in (None, "-"):
            files.write(Path(file), write(standing).encode(), durable=False)
            print(f"{count_of(len(standing.students), 'student')} written to {file}.", file=sys.stderr)


def _refuse_to_overwrite(file: str | None, sources: list[Submission]) -> None:
    from kmscourse.classroom import location_of

    if file is not None and location_of(Path(file)) in {each.location for each in sources}:
        raise UsageError(f"{file} is one of the exports: it would be lost. Choose another file.")


def _students(standing: Standing) -> list[str]:
    rows = [("student", "sections opened", "exercises solved", "predictions right", "quiz")]
    for student in standing.students:
        predictions = student.predictions
        rows.append(
            (
                student.name,
                str(student.sections_opened),
                str(student.exercises_solved),
                f"{predictions.right} of {predictions.answered}",
                " → ".join(_told(score) for score in student.quiz.values() if score.answered) or "-",
            )
        )
    return columns(rows)


def _told(score: Score) -> str:
    return f"{score.right} of {score.answered}"


def _exercises(standing: Standing) -> list[str]:
    unsolved = [exercise for exercise in standing.exercises if exercise.open]
    if not unsolved:
        return ["Every exercise of the sections that were opened is solved."]
    rows = [("stuck", "solved", "of", "section", "exercise", "which asks that")]
    rows += [
        (str(e.stuck), str(e.solved), str(e.opened), str(e.section), str(e.number), e.goal)
        for e in unsolved[:MAX_ROWS]
    ]
    return ["Exercises (stuck: checked, and not solved yet; of: who opened the section)", *columns(rows)]


def _questions(standing: Standing) -> list[str]:
    from kmscourse.course.questions import plain

    wrong = [question for question in standing.questions if question.wrong]
    if not wrong:
        return ["No question of the quiz is answered wrong."]
    rows = [("wrong", "of", "quiz", "section", "question")]
    for each in wrong[:MAX_ROWS]:
        question = each.question
        text = _shortened(plain(question.text))
        rows.append((str(each.wrong), str(each.answered), each.part, str(question.section), text))
    return ["Questions of the quiz (of: who answered it)", *columns(rows)]


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_WIDTH else f"{text[: MAX_WIDTH - 3].rstrip()}..."
