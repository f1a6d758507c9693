"""``kmscourse progress``: how far the learner has come, as a table or as CSV."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kmscourse.cli import arguments
from kmscourse.cli.arguments import Parser
from kmscourse.cli.opening import opened_account
from kmscourse.cli.terminal import columns, count_of
from kmscourse.home import home

if TYPE_CHECKING:
    from kmscourse.course.overview import Overview

CSV_HELP = """\
The columns of --csv, a row for each thing that can be done:
  kind     section, exercise, prediction, recall (questions from earlier sections), quiz before, quiz after,
           quiz again, or challenge
  name     the section's title; 1 or 2 for an exercise; else the name of the question
  section  the number of the section that it is part of; empty for the challenge
  done     yes or no
  right    yes or no; empty where nothing was answered
  day      when it was done first, as in 2026-07-01 (UTC); empty where it was not
  begun    when a section was first opened, an exercise first checked, a question answered; empty where it was not
  choice   A, B, C or D, the choice that was taken; empty for none, and for "I don't know"
It holds nothing else: no name of a person, of an account or of a machine, and no secret."""


def add_progress(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Add the verb to the command line."""
    progress = verbs.add_parser(
        "progress",
        help="how far you have come: sections, exercises, predictions, quiz",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=CSV_HELP,
    )
    arguments.add_csv(progress)
    progress.set_defaults(run=show_progress)


def show_progress(chosen: argparse.Namespace) -> None:
    """Print the table, or write the CSV."""
    from kmscourse.course import export
    from kmscourse.course.overview import Overview

    account = opened_account()
    overview = Overview(home(), account.file_key)
    if chosen.csv is None:
        print(account)
        print("\n".join([*_sections(overview), "", *_totals(overview)]))
    elif chosen.csv == "-":
        print(export.write(overview.items), end="")
    else:
        Path(chosen.csv).write_text(export.write(overview.items), encoding="utf-8")
        print(f"{count_of(len(overview.items), 'row')} written to {chosen.csv}.")


def _sections(overview: Overview) -> list[str]:
    from kmscourse.course.overview import count_done, count_right

    rows = [("section", "", "done", "exercises", "predictions", "right")]
    for section in overview.of("section"):
        predictions = overview.of("prediction", section.section)
        rows.append(
            (
                str(section.section),
                section.name,
                section.day or "no",
                count_done(overview.of("exercise", section.section)),
                count_done(predictions),
                str(count_right(predictions)),
            )
        )
    return columns(rows)


def _totals(overview: Overview) -> list[str]:
    from kmscourse.course.overview import count_done, count_right

    rows = [("", "done", "right")]
    for kind in overview.kinds:
        items = overview.of(kind)
        is_asked = kind in ("prediction", "recall") or kind.startswith("quiz")
        rows.append((_NAMES.get(kind, kind), count_done(items), str(count_right(items)) if is_asked else ""))
    return columns(rows)


_NAMES = {
    "section": "sections",
    "exercise": "exercises",
    "prediction": "predictions",
    "recall": "from earlier sections",
}
