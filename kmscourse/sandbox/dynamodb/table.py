"""A DynamoDB table as the stages see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TableView:
    """A DynamoDB table; ``key_arn`` is None where DynamoDB's own key encrypts it.

    ``keys`` are its partition key and its sort key, if it has one, ``indexes`` the same of each index, ``types`` the
    types of all of these. ``inaccessible_since`` is when its KMS key stopped to be usable (seconds since 1970).
    ``settings`` are what was chosen for it, and when: on_demand_since, table_class, class_since.
    """

    name: str
    arn: str
    region: str
    key_arn: str | None
    keys: Sequence[str]
    indexes: Mapping[str, Sequence[str]]
    types: Mapping[str, str]
    tags: Mapping[str, str]
    inaccessible_since: float | None
    settings: Mapping[str, Any]
