"""What is wrong, dangerous or doubtful in a policy that AWS could read: named remarks, each with reason and mend.

remark.py     what is said
clause.py     a policy as the checks look at it
every.py      checks of any policy
key.py        checks of a key policy, statement by statement
authority.py  checks of a key policy as a whole: who may change it
identity.py   checks of a policy on a user, group or role

Names never change, so that a remark can be looked for, and left alone on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from kmscourse.policy.document import compiled
from kmscourse.policy.lint import authority, every, identity, key
from kmscourse.policy.lint.clause import whole
from kmscourse.policy.lint.remark import Remark, Severity
from kmscourse.policy.read import parse

__all__ = ["Remark", "Severity", "lint"]

CHECKS = {
    "key": (authority.remarks, key.remarks, every.remarks),
    "identity": (identity.remarks, every.remarks),
}


def lint(
    policy: str | Mapping[str, Any],
    *,
    kind: Literal["key", "identity"] = "key",
    account: str | None = None,
) -> tuple[Remark, ...]:
    """The remarks on a policy, text or dict: on the whole first, then by statement, the gravest first.

    ``account`` is the key's own; where it is not given, any account's statement passes for the root statement.
    Raises PolicyError for a policy that can't be read.
    """
    spread = whole(compiled(parse(policy) if isinstance(policy, str) else policy), account)
    found = (remark for check in CHECKS[kind] for remark in check(spread))
    grave = list(Severity)
    return tuple(sorted(found, key=lambda remark: (remark.statement or 0, grave.index(remark.severity))))
