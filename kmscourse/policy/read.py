"""Policy text, as it stands in a console's editor or a file, to a policy: with the place of every mistake."""

from __future__ import annotations

import json
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
        at, mistake = _mistake(text, error)
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        raise PolicyError(f"Line {line}, column {column}: {mistake}") from None
    except RecursionError:
        raise PolicyError("The policy is nested too deeply to be one.") from None
    except ValueError as error:
        raise PolicyError(f"The policy can't be read: {error}.") from None


def _mistake(text: str, error: json.JSONDecodeError) -> tuple[int, str]:
    """What people most often get wrong in a policy: where it is, and what to do."""
    at, rest, before = error.pos, text[error.pos :], text[: error.pos].rstrip()
    if not text.strip():
        return 0, "there is nothing here. A policy is a JSON object with Version and Statement."
    if rest.startswith(("//", "/*", "#")):
        return at, "JSON has no comments. Take this one out."
    if rest.startswith(",") and rest[1:].lstrip().startswith(("}", "]")):
        return at, TRAILING_COMMA
    if rest.startswith(("}", "]")) and before.endswith(","):
        return len(before) - 1, TRAILING_COMMA
    if rest.startswith("'"):
        return at, "JSON puts text in double quotes."
    if error.msg.startswith("Extra data"):
        return at, "the policy has ended, but more text follows. Is a bracket closed too early?"
    if not rest.strip():
        return at, "the text ends before the policy does. Is a bracket missing?"
    if error.msg.startswith("Expecting ',' delimiter"):
        return at, "a comma is missing before this."
    return at, f"this is not JSON ({error.msg.lower()})."


TRAILING_COMMA = "there is nothing after this comma. Take it out."


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
