"""Every policy that bears on a request, by layer: as it is handed in, and compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypedDict

from kmscourse.policy.evaluate.findings import Layer
from kmscourse.policy.evaluate.match import is_meant_for, name_caller
from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.language.document import Policy
from kmscourse.policy.language.principals import Naming, Principal, PrincipalKind
from kmscourse.policy.language.statement import Statement

Document = Mapping[str, Any]


class Layers(TypedDict, total=False):
    """Policies and grants as AWS prints them, to be handed on as ``evaluate(request, **layers)``.

    What is left out is not there. ``service_control_policies`` has one list of policies for each level of the
    organisation.
    """

    identity_policies: Iterable[Document]
    resource_policy: Document | None
    grants: Iterable[Document]
    permissions_boundaries: Iterable[Document]
    session_policy: Document | None
    service_control_policies: Iterable[Iterable[Document]]


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
        has_own = caller.account is not None and caller.kind is not PrincipalKind.ROOT
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

    def mean_caller(self, statement: Statement, layer: Layer, request: Request) -> bool:
        """Is a statement of that layer meant for the caller?"""
        if layer is not Layer.RESOURCE:
            return is_meant_for(statement, request)
        # IAM User Guide, "NotPrincipal": with Deny it spares nobody who has a permissions boundary.
        bounded = statement.denies and statement.not_principals is not None and bool(self.boundaries)
        return bounded or name_caller(statement, request) is not Naming.NONE
