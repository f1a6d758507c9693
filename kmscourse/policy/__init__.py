"""Policies as data: read, build, edit, match, decide, explain. Pure: no AWS client, no network, no clock.

request.py      what is asked
principals.py   who asks, and whom a statement names
variables.py    policy variables and wildcards, as tokens
match.py        actions and ARNs against patterns
operators.py    the condition operators, one value at a time
conditions.py   the Condition element
document.py     a policy and its statements, compiled
context_keys.py which condition keys a policy asks about
kms.py          what only KMS has: grants, aliases
evaluation.py   how AWS decides
policies.py     every policy that bears on a request, by layer
findings.py     the questions on the way, and how they read
decision.py     the answer
near_misses.py  the statements that nearly matched
shortfalls.py   which part of them failed, and why
layers.py       what a decision takes beside the request
edits.py        the single edits that can help a refused request
advice.py       what would let it in, tried out
comparison.py   what a change of policies opens and closes
build.py, edit.py, read.py   policies made, changed, and read from text
mistakes.py     what is said of text that is no policy; places.py finds where in it
lint/           what is wrong, dangerous or doubtful in a policy; actions.py knows which actions there are
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kmscourse.errors import PolicyError
from kmscourse.policy.build import use_statement
from kmscourse.policy.decision import Decision, Step
from kmscourse.policy.edit import with_statement, without_sid
from kmscourse.policy.evaluation import evaluate
from kmscourse.policy.layers import Layers
from kmscourse.policy.lint import Remark, lint
from kmscourse.policy.near_misses import NearMiss
from kmscourse.policy.read import parse
from kmscourse.policy.request import Request

if TYPE_CHECKING:
    from kmscourse.policy.advice import Advice, Change, what_would_allow
    from kmscourse.policy.comparison import Comparison, compare

__all__ = [
    "Advice",
    "Change",
    "Comparison",
    "Decision",
    "Layers",
    "NearMiss",
    "PolicyError",
    "Remark",
    "Request",
    "Step",
    "compare",
    "evaluate",
    "lint",
    "parse",
    "use_statement",
    "what_would_allow",
    "with_statement",
    "without_sid",
]

# Loaded on first use: who only decides, as the sandbox does for every call, starts sooner without them.
_LATER = {
    "Advice": "advice",
    "Change": "advice",
    "what_would_allow": "advice",
    "Comparison": "comparison",
    "compare": "comparison",
}


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
