"""``kmscourse lab``, ``slides`` and ``check``: the course in JupyterLab, as slides, and what it has brought about."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
from pathlib import Path

from kmscourse.cli import arguments
from kmscourse.cli.arguments import Parser, UsageError
from kmscourse.cli.opening import opened_account
from kmscourse.cli.terminal import count_of
from kmscourse.errors import KmsCourseError
from kmscourse.home import home

HUB_VARIABLE = "JUPYTERHUB_API_TOKEN"
"""What every server in a JupyterHub has in its environment."""


def add_lab(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Add the verb that opens the course to the command line."""
    lab = verbs.add_parser("lab", help="open the course in JupyterLab")
    lab.add_argument("--no-browser", action="store_true", help="only print the address")
    where = lab.add_mutually_exclusive_group()
    where.add_argument(
        "--port", type=arguments.port, help="a port of 127.0.0.1 (default: JupyterLab chooses)"
    )
    where.add_argument(
        "--hub",
        action="store_true",
        help="as a student's server in a JupyterHub, which starts it with this command",
    )
    lab.add_argument(
        "--originals", action="store_true", help="the course's own notebooks, to change them, not your copy"
    )
    lab.set_defaults(run=open_lab)


def add_slides(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Add the verb that makes slides to the command line."""
    slides = verbs.add_parser("slides", help="make slides of the notebooks, for presenting them")
    slides.add_argument(
        "section", type=arguments.section, nargs="*", metavar="N", help="sections (default: all of them)"
    )
    slides.add_argument(
        "--out", type=arguments.output_folder, default=Path("slides"), help="the folder (default: slides)"
    )
    slides.set_defaults(run=make_slides)


def add_check(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Add the verb that runs the checks to the command line."""
    check = verbs.add_parser("check", help="what the sections should have brought about, and what is missing")
    check.add_argument(
        "section", type=arguments.section, nargs="?", metavar="N", help="a section (default: all of them)"
    )
    check.set_defaults(run=check_sections)


def open_lab(chosen: argparse.Namespace) -> None:
    """Open the student's copy of the course in JupyterLab, and stay until JupyterLab ends."""
    from kmscourse import jupyter
    from kmscourse.jupyter.copy import bring_up_to_date

    if chosen.hub and HUB_VARIABLE not in os.environ:
        raise UsageError("A JupyterHub starts kmscourse lab --hub by itself, and there is none here.")
    folder = jupyter.notebooks()
    if not chosen.originals:
        folder = home() / "notebooks"
        for line in bring_up_to_date(folder, jupyter.notebooks()):
            print(line)
        print(f"Your notebooks are in {folder}", flush=True)
    if chosen.hub:  # The Hub ends the process that it has started, so that one becomes the server.
        command = jupyter.hub_command(folder)
        os.execve(command[0], command, jupyter.hub_environment(home()))  # noqa: S606
    command = jupyter.command(folder, browser=not chosen.no_browser, port=chosen.port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who ends this ends JupyterLab, as Ctrl-C does
    status = subprocess.run(command, env=jupyter.environment(), check=False).returncode
    if status:
        raise KmsCourseError(f"JupyterLab has ended with status {status}. What it said stands above.")


def make_slides(chosen: argparse.Namespace) -> None:
    """Write slides of the course's own notebooks, and say where they are."""
    from kmscourse import course, jupyter, slides

    sections = [course.find_section(number) for number in chosen.section] or course.SECTIONS
    paths = slides.make([jupyter.notebooks() / section.notebook for section in sections], chosen.out)
    print(f"{count_of(len(paths) - 1, 'slide show')}: open {paths[0].absolute()} in a browser.")


def check_sections(chosen: argparse.Namespace) -> None:
    """Print each check of a section, or of all, with a hint where it isn't met."""
    from kmscourse import course
    from kmscourse.course.checks import CHECKS, run
    from kmscourse.course.notes import Notes
    from kmscourse.course.progress import Progress

    account = opened_account()
    notes = Notes(home(), account.file_key)
    progress = Progress(home(), account.file_key)
    sections = course.SECTIONS if chosen.section is None else [course.find_section(chosen.section)]
    for section in sections:
        report = run(CHECKS[section.number], account, notes)
        if report.counts:
            progress.record(section.number)
        print(f"{section.number} · {section.title}\n{report!r}")
    print(progress)
