"""The incident: somebody else has used a key for two days, and has left themselves ways back in.

story.py    who is in it, and what each did, when and from where: data
set_up.py   has all of it happen in the practice account, each call as of its own time
"""

from kmscourse.course.incident.set_up import STAGE, Incident, is_set_up, set_up
from kmscourse.course.incident.story import (
    ACTORS,
    ACTS,
    APP,
    BACKUP_ROLE,
    FIRST_BAD,
    INTERN,
    INTRUDERS_ADDRESS,
    KEY_ALIAS,
    OUTSIDE,
    READER,
    STOLEN_KEY_OF,
    TABLE,
    USERS,
    WAYS_IN,
    Act,
    Actor,
    WayIn,
)

__all__ = [
    "ACTORS",
    "ACTS",
    "APP",
    "BACKUP_ROLE",
    "FIRST_BAD",
    "INTERN",
    "INTRUDERS_ADDRESS",
    "KEY_ALIAS",
    "OUTSIDE",
    "READER",
    "STAGE",
    "STOLEN_KEY_OF",
    "TABLE",
    "USERS",
    "WAYS_IN",
    "Act",
    "Actor",
    "Incident",
    "WayIn",
    "is_set_up",
    "set_up",
]
