"""Named checks of what a section or an exercise should have brought about, each with what was found and its hints.

check.py        what a check is, and how some are run
trail.py        looks into the audit trail
state.py        looks at the account as it is
requests.py     looks at who may call what, by a table of requests
section_NN.py   the checks of one section, and those of its exercises
"""

from kmscourse.course.checks import (
    section_00,
    section_01,
    section_02,
    section_03,
    section_04,
    section_05,
    section_06,
    section_07,
    section_08,
    section_09,
    section_10,
    section_11,
    section_12,
    section_13,
    section_14,
    section_15,
    section_16,
    section_17,
    section_18,
    section_19,
    section_20,
)
from kmscourse.course.checks.check import Check, Exercise, Observation, Report, Result, run

__all__ = ["CHECKS", "EXERCISES", "Check", "Exercise", "Observation", "Report", "Result", "run"]

_SECTIONS = {
    0: section_00,
    1: section_01,
    2: section_02,
    3: section_03,
    4: section_04,
    5: section_05,
    6: section_06,
    7: section_07,
    8: section_08,
    9: section_09,
    10: section_10,
    11: section_11,
    12: section_12,
    13: section_13,
    14: section_14,
    15: section_15,
    16: section_16,
    17: section_17,
    18: section_18,
    19: section_19,
    20: section_20,
}

CHECKS: dict[int, tuple[Check, ...]] = {number: section.CHECKS for number, section in _SECTIONS.items()}
"""What is true of the account when a section has been worked through."""

EXERCISES: dict[int, tuple[Exercise, ...]] = {
    number: section.EXERCISES for number, section in _SECTIONS.items()
}
"""What is true of it once an exercise is solved. Each section has two: "Your turn" and "Your turn again"."""
