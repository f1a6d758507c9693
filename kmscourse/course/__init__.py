"""What a section of the course is: what it needs and makes, its checks, and what is remembered of the learner.

sections.py         the sections in order, and what each needs
artifacts.py        what the sections leave behind: how to find it, make it, and take it away again
preparation.py      puts an account where a section starts
checks/             what a section, and each of its exercises, should have brought about
progress.py         which sections and exercises were done
notes.py            what one section writes down for a later one
environment.py      whether the packages that the course needs are there
inventory.py        what the course has in a real account, what it costs, and what is in the way there
cleanup.py          removes it from there
"""

from kmscourse.course.artifacts import MESSAGE, MESSAGE_CONTEXT
from kmscourse.course.environment import problems
from kmscourse.course.notes import Notes
from kmscourse.course.preparation import lock_preparation, prepare
from kmscourse.course.progress import Progress
from kmscourse.course.sections import SECTIONS, Section, find_section

__all__ = [
    "MESSAGE",
    "MESSAGE_CONTEXT",
    "SECTIONS",
    "Notes",
    "Progress",
    "Section",
    "find_section",
    "lock_preparation",
    "prepare",
    "problems",
]
