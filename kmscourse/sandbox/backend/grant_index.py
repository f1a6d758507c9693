"""The grants of a region by all that they are looked up by, so that nobody has to go through those on a key.

A lookup costs what it finds. Only what a caller may do by grants that are all for it takes a look at each *kind* of
grant that it has on the key: grants that permit the same under the same constraints are one kind.
"""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kmscourse.policy.kms import CREATE, UNCONSTRAINED

if TYPE_CHECKING:
    from kmscourse.sandbox.backend.grants import Grant

_GRANTEES = ("GranteePrincipal", "GranteeServicePrincipal")
_CONTEXTS = ("EncryptionContextEquals", "EncryptionContextSubset")


class Kind(NamedTuple):
    """What grants permit: ``pairs`` of the encryption context must be given, ``source`` is the SourceArn constraint."""

    operations: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    constraints: str
    source: str | None


class GrantIndex:
    """Ids of grants, in their order. A holder is the unique id of a user or role, or any other principal's name."""

    def __init__(self, grants: Iterable[Grant] = ()) -> None:
        self._ids: dict[tuple[str, ...], list[str]] = {}
        self._kinds: dict[tuple[str, str], dict[Kind, list[str]]] = {}
        for grant in grants:
            self.add(grant)

    def add(self, grant: Grant) -> None:
        """List a grant under everything that it is looked up by."""
        for name in _names(grant):
            insort(self._ids.setdefault(name, []), grant.id)
        kind = _kind(grant.terms)
        for held in _held(grant):
            insort(self._kinds.setdefault(held, {}).setdefault(kind, []), grant.id)

    def remove(self, grant: Grant) -> None:
        """List a grant nowhere any more."""
        for name in _names(grant):
            _drop(self._ids, name, grant.id)
        kind = _kind(grant.terms)
        for held in _held(grant):
            _drop(self._kinds[held], kind, grant.id)
            if not self._kinds[held]:
                del self._kinds[held]

    def on_key(self, key_id: str) -> Sequence[str]:
        """All grants on a key."""
        return self._ids.get((key_id,), ())

    def for_grantee(self, key_id: str, member: str, holder: str) -> Sequence[str]:
        """Those on a key whose ``member`` (GranteePrincipal, GranteeServicePrincipal) is ``holder``."""
        return self._ids.get((key_id, member, holder), ())

    def retirable_by(self, holder: str) -> Sequence[str]:
        """Those on all keys that have ``holder`` as RetiringPrincipal."""
        return self._ids.get(("", "RetiringPrincipal", holder), ())

    def like(self, key_id: str, terms: Mapping[str, Any]) -> Sequence[str]:
        """Those on a key with the same terms, whatever the order of their operations."""
        return self._ids.get((key_id, "terms", _text(terms)), ())

    def permitting(
        self, key_id: str, holders: Iterable[str], action: str, context: Mapping[str, str]
    ) -> Iterator[str]:
        """Grants that can let one of the holders do ``action`` under this encryption context: one of each kind.

        No other grant on the key can. ``action`` is in lower case, as in ``kms:decrypt``.
        """
        given, operation = frozenset(context.items()), action.removeprefix("kms:")
        is_free = action in UNCONSTRAINED
        counts = 3 if is_free else 0 if action == CREATE else 1  # from which member on a kind is another one
        for holder in holders:
            found = {
                kind[counts:]: ids[0]
                for kind, ids in self._kinds.get((key_id, holder), {}).items()
                if operation in kind.operations and (is_free or kind.pairs <= given)
            }
            yield from found.values()


def _names(grant: Grant) -> Iterator[tuple[str, ...]]:
    yield (grant.key_id,)
    yield grant.key_id, "terms", _text(grant.terms)
    for member in _GRANTEES:
        if member in grant.terms:
            yield grant.key_id, member, grant.holder(member)
    if "RetiringPrincipal" in grant.terms:
        yield "", "RetiringPrincipal", grant.holder("RetiringPrincipal")


def _held(grant: Grant) -> Iterator[tuple[str, str]]:
    """The key and each holder who can use the grant."""
    for member in _GRANTEES:
        if member in grant.terms:
            yield grant.key_id, grant.holder(member)


def _kind(terms: Mapping[str, Any]) -> Kind:
    constraints = terms.get("Constraints") or {}
    return Kind(
        frozenset(operation.lower() for operation in terms["Operations"]),
        frozenset(pair for name in _CONTEXTS for pair in (constraints.get(name) or {}).items()),
        json.dumps(constraints, sort_keys=True),
        constraints.get("SourceArn"),
    )


def _text(terms: Mapping[str, Any]) -> str:
    """Terms as a text that is the same for the same."""
    return json.dumps({**terms, "Operations": sorted(set(terms["Operations"]))}, sort_keys=True)


def _drop(lists: dict[Any, list[str]], name: Any, grant_id: str) -> None:
    ids = lists[name]
    del ids[bisect_left(ids, grant_id)]
    if not ids:
        del lists[name]
