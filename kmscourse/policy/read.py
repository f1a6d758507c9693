"""Policy text, as it stands in a console's editor or a file, to a policy: with the place of every mistake."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, NoReturn

from kmscourse.errors import PolicyError
from kmscourse.policy.document import compiled


def parse(policy: str | Mapping[str, Any]) -> dict[str, Any]:
    """The policy as a dict. PolicyError says what is wrong with it, for text with line and column."""
    document = _from_text(policy) if isinstance(policy, str) else deepcopy(policy)
    compiled(document)
    return dict(document)


def _from_text(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"Line {error.lineno}, column {error.colno}"
        raise PolicyError(f"{where}: {_mistake(text, error)}") from None
    except RecursionError:
        raise PolicyError("The policy is nested too deeply to be one.") from None


def _mistake(text: str, error: json.JSONDecodeError) -> str:
    """What people most often get wrong in a policy, said in its own words."""
    rest = text[error.pos :]
    before = text[: error.pos].rstrip()
    if not text.strip():
        return "there is nothing here. A policy is a JSON object with Version and Statement."
    if rest.startswith(("//", "/*", "#")):
        return "JSON has no comments. Take this one out."
    if rest[:1] in ("}", "]") and before.endswith(","):
        return "there is a comma with nothing after it. Take out the comma before this bracket."
    if error.msg.startswith("Illegal trailing comma"):
        return "there is a comma with nothing after it. Take it out."
    if rest.startswith("'"):
        return "JSON puts text in double quotes."
    if error.msg.startswith("Extra data"):
        return "the policy has ended here, but more text follows. Is a bracket closed too early?"
    if not rest:
        return "the text ends before the policy does. Is a bracket or a quote missing?"
    if error.msg.startswith("Expecting ',' delimiter"):
        return "a comma is missing before this."
    return f"this is not JSON ({re.sub(r':? *$', '', error.msg).lower()})."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PolicyError(
            f'"{twice}" stands twice in one object, and only one can count. Take one of them out.'
        )
    return found


def _no_constant(name: str) -> NoReturn:
    raise PolicyError(f"{name} is not JSON. Use a number, a text, true or false.")
