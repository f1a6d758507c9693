"""Changes of environment variables as lines that a shell reads: of a POSIX shell, of PowerShell, of Windows' cmd.

How each of them is given the lines is said in the README, and by ``kmscourse sandbox env --help``.

Sources: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules,
https://learn.microsoft.com/windows-server/administration/windows-commands/for (``for /f``) and ``set_1``.
"""

from __future__ import annotations

import os
import re
import shlex
import textwrap
from collections.abc import Mapping, Sequence
from typing import Protocol

from kmscourse.account.aws_settings import Changes
from kmscourse.errors import KmsCourseError

WIDTH = 100


class Shell(Protocol):
    """How one shell is told things."""

    FAILURE: str
    """A line at which what reads the lines fails: what comes after it then reaches no other account."""

    def remove(self, names: Sequence[str]) -> list[str]:
        """Lines that remove variables, whether they are set or not."""

    def set(self, name: str, value: str) -> str:
        """The line that sets one. Raises KmsCourseError where the shell can't be given the value."""


class Posix:
    """sh, bash, zsh, which evaluate the lines as a whole."""

    FAILURE = "false"

    def remove(self, names: Sequence[str]) -> list[str]:
        """``unset`` takes many."""
        return [f"unset {line}" for line in _wrapped(" ".join(names))]

    def set(self, name: str, value: str) -> str:
        """The value as one word."""
        return f"export {name}={shlex.quote(value)}"


class PowerShell:
    """PowerShell, whose Invoke-Expression reads the lines as a whole."""

    FAILURE = "throw 'kmscourse sandbox env has failed.'"

    def remove(self, names: Sequence[str]) -> list[str]:
        """Each is an item of the drive Env:."""
        lines = _wrapped(", ".join(f"Env:{name}" for name in names))
        return [f"Remove-Item -ErrorAction Ignore -LiteralPath {line.rstrip(',')}" for line in lines]

    def set(self, name: str, value: str) -> str:
        """A string in single quotes; typographic ones count as such too, and a doubled one is one of the string."""
        quoted = re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", value)
        return f"$env:{name} = '{quoted}'"


class Cmd:
    """cmd, whose ``for /f`` gives the lines one by one to ``set``; nothing in them is replaced any more."""

    FAILURE = "kmscourse sandbox env has failed"  # no variable has that name: ``set`` fails

    def remove(self, names: Sequence[str]) -> list[str]:
        """A variable that is set to nothing is gone; to remove one that isn't there is an error to ``set``."""
        return [f"{name}=" for name in names if name in os.environ]

    def set(self, name: str, value: str) -> str:
        """What ``set`` takes."""
        if len(value.splitlines()) > 1:
            raise KmsCourseError(f"cmd can't read {name}: its value has more than one line.")
        return f"{name}={value}"


SHELLS: Mapping[str, Shell] = {"posix": Posix(), "powershell": PowerShell(), "cmd": Cmd()}
DEFAULT = "powershell" if os.name == "nt" else "posix"


def lines_for(shell: Shell, changes: Changes) -> list[str]:
    """The lines that make the changes. A name that no shell has is left out: no tool reads such a variable."""
    removed = [name for name, value in changes.items() if value is None and re.fullmatch(r"\w+", name, re.A)]
    return [
        *shell.remove(removed),
        *(shell.set(name, value) for name, value in changes.items() if value is not None),
    ]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
