"""Long answers in pages: which resources a page has room for, and the token by which the next one is asked for.

Source: Resource Groups Tagging API Reference, "GetResources" (its parameters, PaginationTokenExpiredException).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.tagging.resources import Resource

TOKEN_SECONDS = 15 * 60


@dataclass(frozen=True)
class PaginationToken:
    """A PaginationToken: the page begins after the resource ``arn``; given out at ``since`` (seconds since 1970)."""

    arn: str
    since: int

    @classmethod
    def read(cls, text: str, now: datetime) -> PaginationToken:
        """Raises AwsError InvalidParameterException for what is no token, PaginationTokenExpiredException."""
        try:
            since, _, arn = base64.b64decode(text, validate=True).decode().partition(" ")
            token = cls(arn, int(since))
        except (binascii.Error, ValueError):
            raise AwsError(
                "InvalidParameterException", "The PaginationToken is none that GetResources gave."
            ) from None
        if now.timestamp() - token.since > TOKEN_SECONDS:
            raise AwsError(
                "PaginationTokenExpiredException",
                "The PaginationToken has expired: it is valid for 15 minutes.",
            )
        return token

    def __str__(self) -> str:
        return base64.b64encode(f"{self.since} {self.arn}".encode()).decode()


def fill_page(resources: Sequence[Resource], max_resources: int, max_tags: int | None) -> Sequence[Resource]:
    """The first resources, as many as fit: ``max_tags`` are those of all of them together."""
    tags = 0
    for number, resource in enumerate(resources[:max_resources]):
        tags += len(resource.tags)
        if max_tags is not None and tags > max_tags:
            return resources[:number]
    return resources[:max_resources]
