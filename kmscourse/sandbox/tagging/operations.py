"""The Resource Groups Tagging API, as a service of the practice account: its one operation, GetResources.

It signs as ``tagging``, and its actions are ``tag:…``. Source: Resource Groups Tagging API Reference, "GetResources".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.sandbox.operation import Operation, Service, anywhere
from kmscourse.sandbox.tagging import validation
from kmscourse.sandbox.tagging.members import MEMBERS
from kmscourse.sandbox.tagging.pages import PaginationToken, fill_page
from kmscourse.sandbox.tagging.resolve import TaggingCall, resolve
from kmscourse.sandbox.tagging.resources import Resource, tagged_resources

RESOURCES_PER_PAGE = 50  # Inference: AWS does not tell how many it shows where nobody says.


def get_resources(resolved: TaggingCall) -> dict[str, Any]:
    """The tagged resources of the call's region that its filters let through, in pages."""
    parameters, token = resolved.parameters, resolved.token
    matches = [
        resource
        for resource in tagged_resources(resolved.account, resolved.region)
        if _matches(resource, parameters) and (token is None or resource.arn > token.arn)
    ]
    page = fill_page(
        matches, parameters.get("ResourcesPerPage", RESOURCES_PER_PAGE), parameters.get("TagsPerPage")
    )
    goes_on = len(page) < len(matches)
    return {
        "PaginationToken": str(PaginationToken(page[-1].arn, int(resolved.now.timestamp())))
        if goes_on
        else "",
        "ResourceTagMappingList": [
            {
                "ResourceARN": resource.arn,
                "Tags": [{"Key": key, "Value": value} for key, value in resource.tags.items()],
            }
            for resource in page
        ],
    }


def _matches(resource: Resource, parameters: Mapping[str, Any]) -> bool:
    """Whether a resource is one of those listed, of one of the types, and has a tag for each filter of tags."""
    arns, types = parameters.get("ResourceARNList"), parameters.get("ResourceTypeFilters")
    return (
        (not arns or resource.arn in arns)
        and (not types or any(kind in types for kind in resource.types))
        and all(_has_tag(resource, tag_filter) for tag_filter in parameters.get("TagFilters", ()))
    )


def _has_tag(resource: Resource, tag_filter: Mapping[str, Any]) -> bool:
    """Whether a resource has the key of a filter, with one of its values if it names any."""
    key, values = tag_filter["Key"], tag_filter.get("Values")
    return key in resource.tags and (not values or resource.tags[key] in values)


OPERATIONS: Mapping[str, Operation[TaggingCall]] = {
    "GetResources": Operation(anywhere, get_resources, validation.get_resources),
}

SERVICE = Service("tagging", resolve, OPERATIONS, MEMBERS)
