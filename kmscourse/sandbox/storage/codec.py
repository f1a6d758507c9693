"""moto's objects as JSON and back: a written account is data, and reading it runs no code of its own.

Plain values stay as they are. Everything else becomes an object with a single member whose name says what it
is: ``{"$bytes": "base64"}``, ``{"$datetime": "ISO 8601"}``, ``{"$decimal": "1.5"}``, ``{"$tuple": […]}``,
``{"$set": […]}``, ``{"$dict": [[key, value], …]}`` for keys that are no text,
``{"$ref": [collection, key]}`` for a thing that has a row of its own, ``{"$object": [class, attributes]}``, and
``{"$mapping": [class, content]}`` for a dict of a class of its own. Objects are made without calling their class,
and only of the classes that the codec was given.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from kmscourse.sandbox.storage.file import Row

NameOf = Callable[[type], str | None]
ClassOf = Callable[[str], type]
RowOf = Callable[[Any], Row | None]
Find = Callable[[Row], Any]


class StateError(ValueError):
    """A document that can't be read, in one sentence that quotes nothing of it: it may hold a secret."""


class Codec:
    """Turns objects of some classes into JSON and back.

    ``name_of`` gives the name under which a class is written (None: it is not allowed; "": its objects are
    written as null), ``class_of`` the class for a name (raises KeyError for one that is not allowed).
    ``row_of`` tells the row of an object that is stored apart, ``find`` the object for such a row.
    """

    def __init__(self, name_of: NameOf, class_of: ClassOf, row_of: RowOf, find: Find) -> None:
        self._name_of = name_of
        self._class_of = class_of
        self._row_of = row_of
        self._find = find

    def encode(self, thing: Any, leave_out: frozenset[str] = frozenset()) -> str:
        """``thing`` as JSON. ``leave_out`` are attributes of its own that are not written."""
        return json.dumps(self._encoded(thing, leave_out, top=True), separators=(",", ":"))

    def decode(self, document: str) -> Any:
        """What ``encode`` was given. Raises StateError."""
        try:
            return self._decoded(json.loads(document))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise StateError(f"A row can't be read ({type(error).__name__}).") from None

    def _encoded(self, value: Any, leave_out: frozenset[str] = frozenset(), top: bool = False) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return str(value)
        if isinstance(value, list):
            return [self._encoded(item) for item in value]
        name = self._name_of(type(value))
        if name is not None and isinstance(value, dict):
            return {"$mapping": [name, self._encoded(dict(value))]}
        if name is not None:
            row = None if top else self._row_of(value)
            if row is not None:
                return {"$ref": list(row)}
            attributes = {k: self._encoded(v) for k, v in vars(value).items() if k not in leave_out}
            return {"$object": [name, attributes]}
        if isinstance(value, dict):
            if all(isinstance(key, str) and not key.startswith("$") for key in value):
                return {key: self._encoded(item) for key, item in value.items()}
            return {"$dict": [[self._encoded(key), self._encoded(item)] for key, item in value.items()]}
        return self._encoded_scalar(value)

    def _encoded_scalar(self, value: Any) -> Any:
        if isinstance(value, bytes):
            return {"$bytes": base64.b64encode(value).decode("ascii")}
        if isinstance(value, datetime):
            return {"$datetime": value.isoformat()}
        if isinstance(value, Decimal):
            return {"$decimal": str(value)}
        if isinstance(value, tuple):
            return {"$tuple": [self._encoded(item) for item in value]}
        if isinstance(value, set | frozenset):
            return {"$set": [self._encoded(item) for item in sorted(value, key=repr)]}
        raise TypeError(
            f"{type(value).__module__}.{type(value).__qualname__} has no place in a stored account."
        )

    def _decoded(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._decoded(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((kind, content),) = value.items()
            if kind.startswith("$"):
                return self._decoded_kind(kind, content)
        return {key: self._decoded(item) for key, item in value.items()}

    def _decoded_kind(self, kind: str, content: Any) -> Any:
        match kind:
            case "$bytes":
                return base64.b64decode(content, validate=True)
            case "$datetime":
                return datetime.fromisoformat(content)
            case "$decimal":
                return Decimal(content)
            case "$tuple":
                return tuple(self._decoded(item) for item in content)
            case "$set":
                return {self._decoded(item) for item in content}
            case "$dict":
                return {self._decoded(key): self._decoded(item) for key, item in content}
            case "$ref":
                return self._find(Row(*content))
            case "$object":
                name, attributes = content
                return self._object(self._class_of(name), attributes)
            case "$mapping":
                name, entries = content
                mapping: dict[str, Any] = dict.__new__(self._class_of(name))
                dict.update(mapping, self._decoded(entries))
                return mapping
        raise StateError("A row can't be read (it holds something of an unknown kind).")

    def _object(self, cls: type, attributes: Mapping[str, Any]) -> Any:
        made: Any = object.__new__(cls)
        for name, value in attributes.items():
            object.__setattr__(made, name, self._decoded(value))
        return made
