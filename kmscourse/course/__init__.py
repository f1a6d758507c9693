"""What a section of the course is: what it needs and makes, its checks, and what is remembered of the learner.

sections.py         the sections in order, and what each needs
artifacts.py        what the sections leave behind: how to find it, make it, and take it away again
preparation.py      makes what a section needs, and starts it over where the learner wants it
caught_up.py        what the course itself has made for that, which counts for nobody
checks/             what a section, and each of its exercises, should have brought about
questions/          what is asked: predictions, what is still known of earlier sections, the quiz
answers.py          what the learner has answered; quiz.py goes through a part of the quiz
section_keys.py     the keys of the sections beyond the lab, made once and marked
stage.py            what the next three have in common
challenge/          the last challenge: an account to set right
incident/           an intruder's history: what somebody did with a compromised access key, and left open
tickets/            ten calls that fail in ten ways, each to be closed with the least change
progress.py         which sections and exercises were done, and the challenge
overview.py         all that is kept of the learner's way, an item for each thing; export.py has it as CSV
glossary.py         the words of the course
policy_tests.py     key policies under test, in pytest files that the learner keeps
notes.py            what one section writes down for a later one
updates.py          updates with signatures, genuine and forged, for section 17
orders.py           encrypted orders, a shop's own and others, for section 18; received.py keeps either
environment.py      whether the packages that the course needs are there
inventory.py        what the course has in a real account, what it costs, and what is in the way there
cleanup.py          removes it from there
"""

from kmscourse.course.artifacts import MESSAGE, MESSAGE_CONTEXT
from kmscourse.course.environment import problems
from kmscourse.course.notes import Notes
from kmscourse.course.orders import receive_orders
from kmscourse.course.preparation import Preparation, lock_preparation, prepare
from kmscourse.course.progress import Progress
from kmscourse.course.section_keys import make_key, point_alias
from kmscourse.course.sections import BEYOND_SECTIONS, LAB_SECTIONS, SECTIONS, TENANTS, Section, find_section
from kmscourse.course.updates import receive_updates

__all__ = [
    "BEYOND_SECTIONS",
    "LAB_SECTIONS",
    "MESSAGE",
    "MESSAGE_CONTEXT",
    "SECTIONS",
    "TENANTS",
    "Notes",
    "Preparation",
    "Progress",
    "Section",
    "find_section",
    "lock_preparation",
    "make_key",
    "point_alias",
    "prepare",
    "problems",
    "receive_orders",
    "receive_updates",
]
