"""Policies as data: read, build, edit, match, decide, explain. Pure: no AWS client, no network, no clock.

request.py      what is asked
principals.py   who asks, and whom a statement names
variables.py    policy variables and wildcards, as tokens
match.py        actions and ARNs against patterns
operators.py    the condition operators, one value at a time
conditions.py   the Condition element
document.py     a policy and its statements, compiled
kms.py          what only KMS has: grants, aliases
evaluation.py   how AWS decides
findings.py     the questions on the way, and how they read
decision.py     the answer
build.py, edit.py, read.py   policies made, changed, and read from text
"""

from __future__ import annotations

from kmscourse.errors import PolicyError
from kmscourse.policy.decision import Decision, Step
from kmscourse.policy.evaluation import evaluate
from kmscourse.policy.read import parse
from kmscourse.policy.request import Request

__all__ = ["Decision", "PolicyError", "Request", "Step", "evaluate", "parse"]
