"""The last challenge: a small account in which nothing is right any more, to be set right without hints.

set_up.py   makes the account of an archive, and breaks it
outcome.py  what is true once it is right: calls that must be answered, and calls that must be refused

It is in the practice account alone: what it breaks there costs nobody anything.
"""

from kmscourse.course.challenge.outcome import OUTCOME
from kmscourse.course.challenge.set_up import STAGE, is_set_up, set_up

__all__ = ["OUTCOME", "STAGE", "is_set_up", "set_up"]
