"""``kmscourse quiz``: the questions before and after the course, answered with the keyboard, or from a pipe."""

from __future__ import annotations

import argparse
import sys
import textwrap
from typing import TYPE_CHECKING

from kmscourse.cli.arguments import Parser
from kmscourse.home import home

if TYPE_CHECKING:
    from kmscourse.course.questions import Question
    from kmscourse.course.quiz import Quiz

WIDTH = 80  # characters in a line


def add_quiz(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Add the verb to the command line."""
    quiz = verbs.add_parser(
        "quiz", help="what you know of KMS: before the course, after it, and a week later"
    )
    quiz.add_argument(
        "part",
        choices=("before", "after", "again"),
        help="again: the questions of “before”, a week after the course",
    )
    quiz.set_defaults(run=ask_quiz)


def ask_quiz(chosen: argparse.Namespace) -> None:
    """Ask the questions that are still open. Each answer is kept as soon as it is given; Ctrl-C, or the end, stops."""
    from kmscourse.course.quiz import Quiz

    quiz = Quiz(home(), chosen.part)
    print("\n".join(quiz.introduction()))
    if quiz.open_questions:
        print(
            "Type the number of your answer, or Enter alone for “I don't know”. Ctrl-C stops; what is answered stays."
        )
    try:
        for question in quiz.open_questions:
            _ask(quiz, question)
    except EOFError:
        print()
    except KeyboardInterrupt:
        print("\n" + "\n".join(quiz.conclusion()))
        raise
    print("\n" + "\n".join(quiz.conclusion()))


def _ask(quiz: Quiz, question: Question) -> None:
    from kmscourse.course.questions import plain

    number = quiz.questions.index(question) + 1
    print(f"\n{number} of {len(quiz.questions)} · {question.kind}")
    print(textwrap.fill(plain(question.text), WIDTH))
    for place, choice in enumerate(question.choices, 1):
        print(_indented(f"{place}  {plain(choice.text)}"))
    answer = _read(len(question.choices))
    quiz.keep(question, answer)
    if quiz.explains:
        _explain(question, answer)


def _read(count: int) -> int | None:
    """The place of the answer that is typed, counted from 0; None for an empty line. Raises EOFError at the end."""
    from kmscourse.course.questions import LETTERS

    while True:
        typed = input(f"Your answer (1 to {count}): ").strip()
        if not sys.stdin.isatty():
            print(typed)  # as a terminal shows what is typed
        if not typed:
            return None
        for signs in ("1234", LETTERS, LETTERS.lower()):
            if typed in [*signs[:count]]:
                return signs.index(typed)
        print(f"Type a number from 1 to {count}, or Enter alone.")


def _explain(question: Question, answer: int | None) -> None:
    from kmscourse.course.questions import plain

    if answer is not None and answer != question.right:
        print(_indented(f"✗  Wrong. {plain(question.choices[answer].why)}"))
    right = question.choices[question.right]
    print(_indented(f"✓  {question.right + 1} is right. {plain(right.why)}"))
    print(f"   Source: {question.source}")


def _indented(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="     ", break_long_words=False)
