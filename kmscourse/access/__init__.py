"""Who may do what in an account: one snapshot of its policies, a refusal read, decided again, ways in.

identities.py  the users and roles, each with every policy that hangs on it
snapshot.py    the account's identities, keys and tables, with all that bears on a request
questions.py   what everybody could ask of a key or a table
conditions.py  the condition keys of a call: who asks, what is asked
facts.py       the condition keys that a key brings into a call
refusal.py     AWS's sentence taken apart
trail.py       what the audit trail tells of a refused call and of the session that made it
unseen.py      what nobody can read from here, and what is said of it
reach.py       who reaches a key, for what, and by what
explain.py     one request decided; a refusal decided again

Only the AWS calls that read policies are made, so it works the same in the practice account and in a real one. What
the account does not show its administrator (an organisation's service control policies, for one) is not seen here.
"""

from __future__ import annotations

from kmscourse.access.conditions import of_call as context_of_call
from kmscourse.access.conditions import table_key
from kmscourse.access.explain import Case, case, may_read_table, refused_case, scan_answers
from kmscourse.access.identities import Identity, find_identity, read_identities
from kmscourse.access.questions import DIRECTLY, KEY_ACTIONS, TABLE_ACTIONS, questions, ways
from kmscourse.access.reach import CONTAINED_USES, Reach, uses_of, who_assumes, who_may
from kmscourse.access.refusal import PartKind, Refusal
from kmscourse.access.snapshot import Snapshot, Table
from kmscourse.access.trail import Session, session_of

__all__ = [
    "CONTAINED_USES",
    "DIRECTLY",
    "KEY_ACTIONS",
    "TABLE_ACTIONS",
    "Case",
    "Identity",
    "PartKind",
    "Reach",
    "Refusal",
    "Session",
    "Snapshot",
    "Table",
    "case",
    "context_of_call",
    "find_identity",
    "may_read_table",
    "questions",
    "read_identities",
    "refused_case",
    "scan_answers",
    "session_of",
    "table_key",
    "uses_of",
    "ways",
    "who_assumes",
    "who_may",
]
