"""Named checks of what a section or an exercise should have brought about, each with what was found and a hint.

check.py       what a check is, and how some are run
trail.py       looks into the audit trail
state.py       looks at the account as it is
outcomes.py    the checks of each section
exercises.py   those of its exercises
"""

from kmscourse.course.checks.check import Check, Observation, Report, Result, run
from kmscourse.course.checks.exercises import EXERCISES
from kmscourse.course.checks.outcomes import CHECKS

__all__ = ["CHECKS", "EXERCISES", "Check", "Observation", "Report", "Result", "run"]
