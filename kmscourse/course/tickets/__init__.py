"""Ten tickets: ten calls that fail in ten ways, in a shop of which everything else works.

tickets.py  who asks for help, which call fails, what they wrote: data
set_up.py   puts the shop into the account, with all that is wrong in it
call.py     the call of a ticket, as its caller makes it

They are in the practice account alone, as the challenge is.
"""

from kmscourse.course.tickets.call import TicketCall
from kmscourse.course.tickets.set_up import STAGE, is_set_up, set_up
from kmscourse.course.tickets.tickets import (
    ALIASES,
    BEFORE,
    FORMER,
    NOW,
    TABLE,
    TICKETS,
    USERS,
    WAGES_ROLE,
    Ticket,
)

__all__ = [
    "ALIASES",
    "BEFORE",
    "FORMER",
    "NOW",
    "STAGE",
    "TABLE",
    "TICKETS",
    "USERS",
    "WAGES_ROLE",
    "Ticket",
    "TicketCall",
    "is_set_up",
    "set_up",
]
