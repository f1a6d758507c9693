"""AWS's public descriptions of its services, as botocore ships them, read once and without their prose.

The prose is for people; it is more than half of what a description takes in memory.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from kmscourse.sandbox.protocol.services import PROTOCOLS


@cache
def description(service: str) -> dict[str, Any]:
    """What AWS says of a service: its operations and shapes. All share it, so it is not to be changed."""
    # Its load_service_model looks through all services first, some four hundred folders.
    loader = Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    name = PROTOCOLS[service].model
    version = loader.determine_latest_version(name, "service-2")
    compressed = Path(Loader.BUILTIN_DATA_PATH, name, version, "service-2.json.gz").read_bytes()
    described: dict[str, Any] = json.loads(gzip.decompress(compressed), object_hook=_without_prose)
    return described


def _without_prose(described: dict[str, Any]) -> dict[str, Any]:
    """The same without its documentation; a member of that name is no text."""
    if isinstance(described.get("documentation"), str):
        del described["documentation"]
    return described
