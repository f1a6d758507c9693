"""The grants of a region by all that they are looked up by, so that nobody has to go through those on a key.

A lookup costs what it finds. Grants that permit a holder the same under the same constraints are of one kind, and of
each kind one is found; which kinds bear on a call, the pairs of its encryption context tell.
"""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import combinations, islice
from typing import Any, NamedTuple

from kmscourse.policy import CREATE_GRANT, UNCONSTRAINED_ACTIONS
from kmscourse.sandbox.kms.grants import CONTEXT_CONSTRAINTS, GRANTEES, Grant

Pairs = frozenset[tuple[str, str]]


class Kind(NamedTuple):
    """What grants permit (operations in lower case), and under which constraints: all as a text, and SourceArn."""

    operations: frozenset[str]
    constraints: str
    source: str | None


class GrantIndex:
    """Ids of grants, in their order. A holder is the unique id of a user or role, or any other principal's name."""

    def __init__(self, grants: Iterable[Grant] = ()) -> None:
        self._ids: dict[tuple[str, ...], list[str]] = {}
        # By key and holder, then by the pairs that must be given; under None without what only contexts are asked for.
        self._kinds: dict[tuple[str, str], dict[Pairs | None, dict[Kind, list[str]]]] = {}
        for grant in grants:
            self.add(grant)

    def add(self, grant: Grant) -> None:
        """List a grant under everything that it is looked up by."""
        for name in _names(grant):
            insort(self._ids.setdefault(name, []), grant.id)
        for held in _held(grant):
            for kind, pairs in _kinds(grant.terms):
                kinds = self._kinds.setdefault(held, {}).setdefault(pairs, {})
                insort(kinds.setdefault(kind, []), grant.id)

    def remove(self, grant: Grant) -> None:
        """List a grant nowhere any more."""
        for name in _names(grant):
            _drop(self._ids, name, grant.id)
        for held in _held(grant):
            of_holder = self._kinds[held]
            for kind, pairs in _kinds(grant.terms):
                _drop(of_holder[pairs], kind, grant.id)
                if not of_holder[pairs]:
                    del of_holder[pairs]
            if not of_holder:
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
        self,
        key_id: str,
        holders: Iterable[str],
        action: str,
        context: Mapping[str, str],
        without: Set[str] = frozenset(),
    ) -> Iterator[str]:
        """Grants that can let one of the holders do ``action`` under this encryption context: one of each kind.

        No other grant on the key can. ``action`` is in lower case, as in ``kms:decrypt``; ``without`` are ids of
        grants that don't count.
        """
        given, operation = frozenset(context.items()), action.removeprefix("kms:")
        for holder in holders:
            of_holder = self._kinds.get((key_id, holder), {})
            # Whoever passes a grant on passes on its operations, so that they count for CreateGrant.
            alike = {
                kind if action == CREATE_GRANT else kind[1:]: grant_id
                for pairs in ([None] if action in UNCONSTRAINED_ACTIONS else _met(given, of_holder))
                for kind, ids in of_holder.get(pairs, {}).items()
                if operation in kind.operations
                for grant_id in islice((grant_id for grant_id in ids if grant_id not in without), 1)
            }
            yield from alike.values()


def _met(given: Pairs, of_holder: Mapping[Pairs | None, Any]) -> list[Pairs | None]:
    """The sets of pairs that are all given: whichever are fewer, those that can be, or those that a holder has."""
    if 1 << len(given) > len(of_holder):
        return [pairs for pairs in of_holder if pairs is not None and pairs <= given]
    sizes = range(len(given) + 1)
    return [frozenset(chosen) for size in sizes for chosen in combinations(given, size)]


def _names(grant: Grant) -> Iterator[tuple[str, ...]]:
    yield (grant.key_id,)
    yield grant.key_id, "terms", _text(grant.terms)
    for member in GRANTEES:
        if member in grant.terms:
            yield grant.key_id, member, grant.holder(member)
    if "RetiringPrincipal" in grant.terms:
        yield "", "RetiringPrincipal", grant.holder("RetiringPrincipal")


def _held(grant: Grant) -> Iterator[tuple[str, str]]:
    """The key and each holder who can use the grant."""
    for member in GRANTEES:
        if member in grant.terms:
            yield grant.key_id, grant.holder(member)


def _kinds(terms: Mapping[str, Any]) -> Iterator[tuple[Kind, Pairs | None]]:
    """What a grant with these terms is among those with its pairs, and among all."""
    constraints = terms.get("Constraints") or {}
    operations = frozenset(operation.lower() for operation in terms["Operations"])
    source = constraints.get("SourceArn")
    pairs = frozenset(pair for name in CONTEXT_CONSTRAINTS for pair in (constraints.get(name) or {}).items())
    yield Kind(operations, json.dumps(constraints, sort_keys=True), source), pairs
    yield Kind(operations, "", source), None


def _text(terms: Mapping[str, Any]) -> str:
    """Terms as a text that is the same for the same."""
    return json.dumps({**terms, "Operations": sorted(set(terms["Operations"]))}, sort_keys=True)


def _drop(lists: dict[Any, list[str]], name: Any, grant_id: str) -> None:
    ids = lists[name]
    del ids[bisect_left(ids, grant_id)]
    if not ids:
        del lists[name]
