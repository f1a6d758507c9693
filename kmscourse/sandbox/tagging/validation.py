"""What GetResources refuses beyond its model.

Source: Resource Groups Tagging API Reference, "GetResources": which parameters go together, their limits, the codes of
its errors. The text for an ARN is one that users of AWS quote; the others are the practice account's own.
"""

from __future__ import annotations

import re

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.tagging.resolve import TaggingCall

MAX_RESOURCES, MIN_TAGS, MAX_TAGS, MAX_TYPES = 100, 100, 500, 100
_ARN = re.compile(r"arn:[\w-]+:(s3:::|[\w-]+:[\w-]*:\d{12}:).+", re.ASCII | re.DOTALL)
_BESIDE_ARNS = ("TagFilters", "ResourceTypeFilters", "ResourcesPerPage", "TagsPerPage", "PaginationToken")


def get_resources(resolved: TaggingCall) -> None:
    """Raises AwsError InvalidParameterException."""
    parameters = resolved.parameters
    if "ResourceARNList" in parameters:
        _check_arns(resolved)
    _check_range(resolved, "ResourcesPerPage", 1, MAX_RESOURCES)
    _check_range(resolved, "TagsPerPage", MIN_TAGS, MAX_TAGS)
    if len(parameters.get("ResourceTypeFilters", ())) > MAX_TYPES:
        raise _invalid(f"There can be at most {MAX_TYPES} ResourceTypeFilters.")
    if any("Key" not in tag_filter for tag_filter in parameters.get("TagFilters", ())):
        raise _invalid("Each of the TagFilters must have a Key.")


def _check_arns(resolved: TaggingCall) -> None:
    beside = [name for name in _BESIDE_ARNS if resolved.parameters.get(name)]
    if beside:
        raise _invalid(f"ResourceARNList can't be combined with {beside[0]}.")
    for arn in resolved.parameters["ResourceARNList"]:
        if not _ARN.fullmatch(arn):
            raise _invalid(f"{arn} is not a valid AmazonResourceName (ARN)")


def _check_range(resolved: TaggingCall, name: str, least: int, most: int) -> None:
    if not least <= resolved.parameters.get(name, least) <= most:
        raise _invalid(f"{name} must be between {least} and {most}.")


def _invalid(sentence: str) -> AwsError:
    return AwsError("InvalidParameterException", sentence)
