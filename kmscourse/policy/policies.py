"""The policies that bear on a request, by layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kmscourse.policy.document import Policy
from kmscourse.policy.findings import Layer
from kmscourse.policy.principals import Kind, Named, Principal
from kmscourse.policy.request import Asked
from kmscourse.policy.statement import Statement

Document = Mapping[str, Any]


class Policies:
    """Every policy that bears on the request, compiled.

    An account's root user has no policies of its own; a service, an identity provider or an anonymous caller
    belongs to no account; service-linked roles are outside service control policies.
    """

    __slots__ = ("boundaries", "grants", "identity", "levels", "resource", "sessions")

    def __init__(
        self,
        caller: Principal,
        identity: list[Policy],
        resource: list[Policy],
        grants: list[Document],
        boundaries: list[Policy],
        sessions: list[Policy],
        levels: list[list[Policy]],
    ) -> None:
        has_own = caller.account is not None and caller.kind is not Kind.ROOT
        self.identity = identity if has_own else []
        self.resource = resource
        self.grants = grants
        self.boundaries = boundaries if has_own else []
        self.sessions = sessions if has_own else []
        self.levels = levels if caller.account is not None and not caller.service_linked else []

    def by_layer(self) -> Iterator[tuple[Layer, list[Policy]]]:
        """The policies of each layer, in AWS's order; of what limits, one that must allow after the other."""
        for level in self.levels:
            yield Layer.SERVICE_CONTROL, level
        yield Layer.RESOURCE, self.resource
        yield Layer.IDENTITY, self.identity
        for boundary in self.boundaries:
            yield Layer.BOUNDARY, [boundary]
        yield Layer.SESSION, self.sessions

    def mean(self, statement: Statement, layer: Layer, asked: Asked) -> bool:
        """Is a statement of that layer meant for the caller?"""
        if layer is not Layer.RESOURCE:
            return statement.meant_for(asked)
        # IAM User Guide, "NotPrincipal": with Deny it spares nobody who has a permissions boundary.
        bounded = statement.denies and statement.not_principals is not None and bool(self.boundaries)
        return bounded or statement.names(asked) is not Named.NO


def first_allow(policies: Iterable[Policy], asked: Asked) -> Statement | None:
    """The first Allow that applies, in policies that hang on the caller."""
    for policy in policies:
        for statement in policy.allows:
            if statement.applies(asked) and statement.meant_for(asked):
                return statement
    return None
