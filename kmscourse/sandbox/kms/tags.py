"""A KMS key's tags.

Source: AWS KMS API Reference, "TagResource", "UntagResource" and "Tag"; recorded answers of AWS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kmscourse.sandbox.call import AwsError

MOST = 50


def check(tags: Sequence[Mapping[str, str]], present: Mapping[str, str]) -> None:
    """Raises AwsError TagException where ``tags`` can't be put on a key that has those in ``present``."""
    names = [tag["TagKey"] for tag in tags]
    if len(set(names)) < len(names):
        raise AwsError("TagException", "Duplicate tag keys")
    if len({*names, *present}) > MOST:
        raise AwsError("TagException", "Too many tags")
    check_names(names)


def check_names(names: Sequence[str]) -> None:
    """Raises AwsError TagException for names that are AWS's own to give and to take away."""
    if any(name.lower().startswith("aws:") for name in names):
        raise AwsError("TagException", "Tags beginning with aws: are reserved")
