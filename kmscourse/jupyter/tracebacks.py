"""Which errors a cell shows in one line: AWS's and the course's own, whose sentence says all, and no others.

An error of the learner's own code keeps its lines and their numbers. ``%tb`` shows those of any error.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from kmscourse.errors import KmsCourseError

IN_ONE_LINE = (ClientError, BotoCoreError, KmsCourseError)
ALSO = "aws_encryption_sdk.exceptions"
"""Where AWS's library for encryption has its errors. Only section 18 imports it, so they are known by their module."""


def shorten() -> None:
    """In a notebook, show AWS's errors and the course's own without the inside of boto3. Elsewhere nothing changes."""
    if "IPython" in sys.modules:
        shell = sys.modules["IPython"].get_ipython()
        if shell is not None:
            shell.set_custom_exc((Exception,), _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    error: Any,
    traceback: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    if not issubclass(kind, IN_ONE_LINE) and kind.__module__ != ALSO:
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
        return
    # IPython asks an error how it wants to be shown; %tb asks again later, and then shows the lines.
    error._render_traceback_ = lambda: shell.InteractiveTB.get_exception_only(kind, error)
    try:
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
    finally:
        del error._render_traceback_
