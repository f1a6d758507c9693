"""Everything that bears on a request, by layer: what ``evaluate`` takes beside the request itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

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
