"""What is wrong, dangerous or doubtful in a policy that AWS could read: named remarks, each with reason and mend.

remark.py    what is said
linted.py    a policy as the checks look at it
common.py    checks of any policy
key.py       checks of a key policy
identity.py  checks of a policy on a user, group or role

Names never change, so that a remark can be looked for, and left alone on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from kmscourse.policy.language.document import compile_policy
from kmscourse.policy.language.read import parse
from kmscourse.policy.lint import common, identity, key
from kmscourse.policy.lint.linted import spread_policy
from kmscourse.policy.lint.remark import Remark, Severity

__all__ = ["Remark", "Severity", "lint"]

CHECKS = {
    "key": (key.find_remarks, common.find_remarks),
    "identity": (identity.find_remarks, common.find_remarks),
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
    compiled = compile_policy(parse(policy) if isinstance(policy, str) else policy)
    linted = spread_policy(compiled, account)
    remarks = (remark for check in CHECKS[kind] for remark in check(linted))
    severities = list(Severity)
    return tuple(
        sorted(remarks, key=lambda remark: (remark.statement or 0, severities.index(remark.severity)))
    )
