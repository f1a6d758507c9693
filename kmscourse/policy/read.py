"""Policy text, as it stands in a console's editor or a file, to a policy: with the place of every mistake."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, NoReturn

from kmscourse.errors import PolicyError
from kmscourse.policy import places
from kmscourse.policy.document import compiled
from kmscourse.policy.mistakes import mistake, place


def parse(policy: str | Mapping[str, Any]) -> dict[str, Any]:
    """The policy as a dict. PolicyError says what is wrong with it, for text with line and column."""
    if not isinstance(policy, str):
        compiled(policy)
        return dict(deepcopy(policy))
    document = _from_text(policy)
    try:
        compiled(document)
    except PolicyError as error:
        raise PolicyError(f"{place(policy, _where(policy, document, str(error)))}: {error}") from None
    return dict(document)


def _from_text(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        at, what = mistake(text, error)
    except _NameTwiceError as error:
        again = (part.at for part in places.parts(text) if part.again)
        at, what = next(again, 0), str(error)
    except _ConstantError as error:
        constant = str(error)
        at = next((part.at for part in places.parts(text) if part.text == constant), 0)
        what = f"{constant} is not JSON. Use a number, a text, true or false."
    except RecursionError:
        raise PolicyError("The policy is nested too deeply to be one.") from None
    except ValueError:  # Python reads no integers of thousands of digits
        raise PolicyError("A number in the policy is longer than any that a policy needs.") from None
    raise PolicyError(f"{place(text, at)}: {what}")


def _where(text: str, document: Any, complaint: str) -> int:
    """Where in the text the statement begins that the complaint is about, or else the policy."""
    number = re.match(r"Statement (\d+)", complaint)
    return places.statement(text, int(number[1])) if number else len(text) - len(text.lstrip())


class _NameTwiceError(ValueError):
    """An object has a name twice. The reader says so once the object has been read, without its place."""


class _ConstantError(ValueError):
    """NaN or Infinity, which Python's reader takes and JSON does not have."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _NameTwiceError(
            f'"{twice}" stands twice in one object, and only one can count. Take one of them out.'
        )
    return found


def _no_constant(name: str) -> NoReturn:
    raise _ConstantError(name)
