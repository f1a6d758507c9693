"""Every policy that bears on a request, by layer: as it is handed in, and compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from kmscourse.policy.evaluate.findings import Layer
from kmscourse.policy.evaluate.match import is_meant_for, name_caller
from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.language.document import Policy
from kmscourse.policy.language.principals import NOT_NAMED, Principal
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

    __slots__ = ("boundaries", "grants", "identity", "levels", "resource", "session")

    def __init__(
        self,
        caller: Principal,
        identity: Sequence[Policy],
        resource: Policy | None,
        grants: Sequence[Document],
        boundaries: Sequence[Policy],
        session: Policy | None,
        levels: Sequence[Sequence[Policy]],
    ) -> None:
        has_policies = caller.has_policies
        self.identity = identity if has_policies else ()
        self.resource = resource
        self.grants = grants
        self.boundaries = boundaries if has_policies else ()
        self.session = session if has_policies else None
        self.levels = levels if caller.account is not None and not caller.service_linked else ()

    def by_layer(self) -> list[tuple[Layer, Sequence[Policy]]]:
        """The policies of each layer, in AWS's order; of what limits, one that must allow after the other."""
        layers: list[tuple[Layer, Sequence[Policy]]] = []
        if self.levels:
            layers += [(Layer.SERVICE_CONTROL, level) for level in self.levels]
        if self.resource:
            layers.append((Layer.RESOURCE, (self.resource,)))
        if self.identity:
            layers.append((Layer.IDENTITY, self.identity))
        if self.boundaries:
            layers += [(Layer.BOUNDARY, (boundary,)) for boundary in self.boundaries]
        if self.session:
            layers.append((Layer.SESSION, (self.session,)))
        return layers

    def mean_caller(self, statement: Statement, layer: Layer, request: Request) -> bool:
        """Is a statement of that layer meant for the caller?"""
        if layer is not Layer.RESOURCE:
            return is_meant_for(statement, request)
        # IAM User Guide, "NotPrincipal": with Deny it spares nobody who has a permissions boundary.
        bounded = statement.denies and statement.not_principals is not None and bool(self.boundaries)
        return bounded or name_caller(statement, request) is not NOT_NAMED
