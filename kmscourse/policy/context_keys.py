"""Which condition keys a policy asks about: in its conditions, and as policy variables.

IAM User Guide, "IAM policy elements: Variables and tags"; IAM API Reference, "GetContextKeysForCustomPolicy".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kmscourse.policy.document import VARIABLES_SINCE, Policy
from kmscourse.policy.request import Asked
from kmscourse.policy.statement import Statement

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_LITERAL = ("*", "?", "$")  # ${*} is the character itself


def context_keys(policies: Iterable[Policy], asked: Asked | None = None) -> list[str]:
    """The condition keys of the policies, as they write them, in their order, each once (their case doesn't count).

    With ``asked`` only those of statements about the action that is asked for.
    """
    found: dict[str, str] = {}
    for policy in policies:
        variables = policy.source.get("Version") == VARIABLES_SINCE
        for statement in policy.statements:
            if asked is None or statement.covers_action(asked.action):
                for key in _of_statement(statement, variables=variables):
                    found.setdefault(key.lower(), key)
    return list(found.values())


def _of_statement(statement: Statement, *, variables: bool) -> Iterator[str]:
    for element in ("Resource", "NotResource"):
        resources = statement.source.get(element, ())
        yield from _in_texts([resources] if isinstance(resources, str) else resources, variables=variables)
    for condition in statement.conditions:
        yield condition.key
        yield from _in_texts(condition.wanted, variables=variables)


def _in_texts(texts: Iterable[str], *, variables: bool) -> Iterator[str]:
    for text in texts if variables else ():
        for found in _VARIABLE.finditer(text):
            key = found[1].partition(",")[0].strip()
            if key not in _LITERAL:
                yield key
