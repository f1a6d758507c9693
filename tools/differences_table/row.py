"""One line of the table of differences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One difference. ``proof`` is the test of what is said of ``here``, as in ``tests/test_x.py::test_y``."""

    subject: str
    here: str
    on_aws: str
    proof: str
