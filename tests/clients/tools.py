"""Programs that are no part of this project: where they are, and how they are run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

CLIENTS = Path(__file__).parents[2] / ".clients" / "bin"
"""Where ``make clients`` puts what ``requirements.txt`` names."""
INSTALL = "Install it with: make clients"

Environment = dict[str, str]


def find(program: str) -> str | None:
    """The path of a program: the one that ``make clients`` has installed, else the first of PATH."""
    return shutil.which(program, path=os.pathsep.join((str(CLIENTS), os.environ.get("PATH", ""))))


def run(
    environment: Environment, folder: Path, *command: str | None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """A command that has ended, whatever became of it."""
    return subprocess.run(
        [str(part) for part in command],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def said(environment: Environment, folder: Path, *command: str | None) -> str:
    """What a command prints; fails with all that it says where it does not succeed."""
    done = run(environment, folder, *command)
    assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}"
    return done.stdout
