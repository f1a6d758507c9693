"""Whether a thing that was read from a file has the types that its class declares.

A checksum proves that a row is as it was written, not who wrote it: another program's rows may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def require_types(thing: Any) -> None:
    """Raises TypeError where a field of a dataclass, or of one within it, has a value of another type.

    A date needs its time zone, as a date without one can't be compared with others. What is no dataclass may be
    anything.
    """
    if not is_dataclass(thing):
        return
    for name, hint in _hints(thing.__class__).items():
        if not _is_of(getattr(thing, name), hint):
            raise TypeError(f"{type(thing).__name__}.{name} is of another type.")


@cache
def _hints(cls: type) -> Mapping[str, Any]:
    return get_type_hints(cls)


def _is_of(value: Any, hint: Any) -> bool:
    if hint is Any:
        return True
    if isinstance(hint, type):
        return _is_instance(value, hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(_is_of(value, each) for each in arguments)
    return isinstance(value, origin) and _holds(value, arguments)


def _is_instance(value: Any, cls: type) -> bool:
    if cls in (int, float):
        return isinstance(value, int | cls) and not isinstance(value, bool)
    if not isinstance(value, cls):
        return False
    require_types(value)
    return not isinstance(value, datetime) or value.tzinfo is not None


def _holds(value: Any, hints: tuple[Any, ...]) -> bool:
    """Whether what is in a mapping, a list or a tuple of any length is of the types that the hints name."""
    if isinstance(value, Mapping):
        return _are_of(value.keys(), hints[0]) and _are_of(value.values(), hints[1])
    return _are_of(value, hints[0])


def _are_of(values: Iterable[Any], hint: Any) -> bool:
    return all(_is_of(value, hint) for value in values)
